import Glibc
import ImportAnalysis
import ImportFoundation
import ImportReports
import Synchronization

/// The page of a job must be written again, but its rows are only in its dump, which this run has not read.
struct LackingRows: Error {
    /// The numbers of the inputs that contain such dumps.
    let inputs: Set<Int>
}

/// The second round of a report: writes the pages of jobs with several dumps. What they say about the other dumps is
/// known only after all inputs have been read.
///
/// It can be sent between threads, because its own threads read the results only while holding the lock.
final class CombinedPages: @unchecked Sendable {
    private let run: ReportRun
    private let results: RunResults
    private let folders: JobFolders
    /// The index of the next job to look at.
    private let next = Lock(0)

    init(_ run: ReportRun, _ results: RunResults) throws {
        self.run = run
        self.results = results
        folders = try run.folders()
    }

    /// Writes all outstanding pages.
    func write() throws -> WorkerPool.End {
        // Most runs have none.
        guard !results.groups.isEmpty || run.hasDue else { return .done }
        try checkRows()
        // No thread waits for another program here, but one may be writing a large workbook.
        let pool = WorkerPool(run.settings.concurrency, patience: 100)
        return try pool.run(stop: stop) {
            let pages = try JobPages(self.run.settings)
            while let (job, order) = try self.nextJob() { try self.write(job, order, pages) }
        }
    }

    /// Fails if the rows that a page lists are not available.
    private func checkRows() throws {
        // The rows of dumps that this run has read are available.
        guard run.settings.formats.listsRows, run.takesUp else { return }
        var inputs: Set<Int> = []
        for index in 0..<results.jobCount {
            let (job, order) = (try results.job(index), try results.order(ofJob: index))
            let isMade = run.settings.jobReports.includes(job) && (!job.superseded.isEmpty || run.isDue(order))
            if isMade, run.settings.lacksListedRows(job) { inputs.insert(order.input) }
        }
        if !inputs.isEmpty { throw LackingRows(inputs: inputs) }
    }

    @Sendable private func stop() { next.withLock { $0 = results.jobCount } }

    private func nextJob() throws -> (JobSummary, DocumentOrder)? {
        try next.withLock { next in
            while next < results.jobCount {
                if Interruption.isRequested { throw Interrupted() }
                let index = next
                next += 1
                let (job, order) = (try results.job(index), try results.order(ofJob: index))
                guard run.settings.jobReports.includes(job) else { continue }
                guard !job.superseded.isEmpty || run.isDue(order) else { continue }
                return (job, order)
            }
            return nil
        }
    }

    private func write(_ job: JobSummary, _ order: DocumentOrder, _ pages: JobPages) throws {
        let name = job.folderName
        let folder = try folders.open(name)
        try rewriteWorkbook(of: job, in: folder)
        try pages.write(job, order, to: folder)
        try run.republish(folder, as: name, order)
    }

    /// Rewrites a job's workbook, with the failed rows that it had.
    private func rewriteWorkbook(of job: JobSummary, in folder: OutputFolder) throws {
        guard run.settings.formats.contains(.xlsx), let earlier = try folder.openFile(ReportFile.workbook.name) else {
            return
        }
        defer { close(earlier) }
        try JobWorkbookFile(in: folder, settings: run.settings).finish(job, failedRowsFrom: earlier)
    }
}
