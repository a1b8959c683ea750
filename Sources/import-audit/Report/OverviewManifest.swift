import ImportAnalysis
import ImportFoundation
import Synchronization

/// The manifest of an overview. If there are many jobs, a thread writes it while the overview is written: both need
/// each job, and each takes as long as the other.
final class OverviewManifest {
    /// Below this number of jobs, a thread saves nothing.
    private static let jobsForThread = 2000

    private let run: ReportRun
    private let results: RunResults
    private let recorder: RunManifestRecorder
    private let root: OutputFolder
    /// The work that was begun ahead, and the thread that does it.
    private var ahead: Writer?
    private var thread: WorkerThread?

    /// The work of the thread. It can be sent there because it has its own reader of the results, and nothing else uses
    /// the file until the thread has ended.
    private final class Writer: @unchecked Sendable {
        let run: ReportRun
        let results: RunResults
        let recorder: RunManifestRecorder
        let file: PartialFile
        /// Tells the thread that the manifest is not needed.
        let isStopped = Atomic(false)
        private let failure = Lock<(any Error)?>(nil)

        init(_ run: ReportRun, _ results: RunResults, _ recorder: RunManifestRecorder, _ file: PartialFile) {
            (self.run, self.results, self.recorder, self.file) = (run, results, recorder, file)
        }

        func write() {
            do {
                try OverviewManifest.write(
                    run, results, recorder, documents: results.documentCount, to: file,
                    check: { if isStopped.load(ordering: .relaxed) { throw Interrupted() } })
            } catch {
                failure.withLock { $0 = error }
            }
        }

        func result() throws -> PartialFile {
            if let failure = failure.withLock({ $0 }) { throw failure }
            return file
        }
    }

    /// - Parameters:
    ///   - results: the final results, none of which will change.
    ///   - root: the folder of the report.
    init(_ run: ReportRun, _ results: RunResults, _ recorder: RunManifestRecorder, in root: OutputFolder) throws {
        (self.run, self.results, self.recorder, self.root) = (run, results, recorder, root)
        guard results.allJobs.count >= Self.jobsForThread, run.settings.concurrency.allowsHelpers else { return }
        let writer = Writer(run, try results.reader(), recorder, try root.beginManifest())
        ahead = writer
        thread = WorkerThread { writer.write() }
        if thread == nil { writer.write() }
    }

    /// Ends the thread.
    deinit {
        ahead?.isStopped.store(true, ordering: .relaxed)
    }

    /// Returns the manifest with everything except its lines about files. Call it when all other files are complete.
    func finish() throws -> PartialFile {
        // Waits for the thread.
        thread = nil
        if let ahead { return try ahead.result() }
        let file = try root.beginManifest()
        try Self.write(run, results, recorder, documents: results.documentCount, to: file)
        return file
    }

    /// Writes everything except the lines about files.
    ///
    /// - Parameters:
    ///   - documents: the number of documents in all inputs; 0 if the run is not complete.
    ///   - isWhole: whether everything in an input was read.
    ///   - check: called for each job, to stop the work with an error.
    static func write(
        _ run: ReportRun, _ results: RunResults, _ recorder: RunManifestRecorder, documents: Int, to file: PartialFile,
        isWhole: (RunResults.InputDocuments) throws -> Bool = { _ in true }, check: () throws -> Void = {}
    ) throws {
        let jobReports = run.settings.jobReports
        try recorder.write(
            results, opening: run.opening(documents: documents), to: file, isWhole: isWhole, content: run.content(of:)
        ) { number, order, job in
            try check()
            // A plain job gets no report, unless other dumps of the job require one.
            if job == nil, results.groups.isEmpty { return (counted: true, combined: false) }
            let job = try job ?? results.store.job(number)
            // A copy of an import without an id may have been published under its own name before the other copy was
            // read.
            let counts = !results.superseded.contains(number)
            return (
                counted: counts && (!jobReports.includes(job) || run.isInPlace(order, job.folderName)),
                combined: results.isCombined(job)
            )
        }
    }
}
