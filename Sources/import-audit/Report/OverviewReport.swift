import Glibc
import ImportAnalysis
import ImportDumps
import ImportReports

/// Completes a run of `report` over several dumps: the overview, and the manifest.
struct OverviewReport {
    let results: RunResults
    private let run: ReportRun
    private let root: OutputFolder
    private let recorder: RunManifestRecorder
    private(set) var verdict = OverviewBuilder().verdict
    private(set) var fileNames: [String] = []
    private var conclusionWritten: RuleResults?
    /// The number of jobs that have their own report.
    private(set) var reportCount = 0

    init(run: ReportRun, root: OutputFolder, results: RunResults) {
        self.run = run
        self.root = root
        self.results = results
        recorder = run.recorder
    }

    /// The number of inputs that have not changed since an earlier run.
    var takenUpCount: Int { recorder.takenUpCount }

    /// Whether everything is unchanged since an earlier run.
    ///
    /// - Parameter earlier: the manifest of that run, if it is valid for this one.
    func isUnchanged(since earlier: RunManifest?) throws -> Bool {
        guard let earlier, run.isUntouched, earlier.header.options == run.settings.fingerprint,
            run.freshCount == 0, recorder.takenUpCount == recorder.inputCount,
            recorder.inputCount == earlier.inputCount,
            results.documentCount == earlier.header.documents, try isEverythingInPlace()
        else { return false }
        let files = run.settings.formats.overviewFiles()
        guard try run.holdsAll(files) else { return false }
        let names = try jobNames()
        return try !run.hasStale(keeping: Set(files.map { $0.name })) { names.contains(NameDigest($0)) }
    }

    private func jobNames() throws -> Set<NameDigest> { Set(try folderNames().map { NameDigest($0) }) }

    /// Returns the folders of jobs that get a report, in the order of the jobs. Two jobs may share a folder.
    private func folderNames() throws -> [String] {
        try (0..<results.jobCount).compactMap { index in
            let job = try results.job(index)
            return run.settings.jobReports.includes(job) ? job.folderName : nil
        }
    }

    /// Whether the report of each job that gets one is in place, and the failed rows of the other jobs are available.
    /// Otherwise, another round is needed.
    func isEverythingInPlace() throws -> Bool {
        for index in 0..<results.jobCount where try !isInPlace(index) { return false }
        return true
    }

    /// Returns the inputs with dumps that count now but have nothing in place, because other dumps of their jobs
    /// counted before.
    func inputsWithoutResults() throws -> Set<Int> {
        var inputs: Set<Int> = []
        for index in 0..<results.jobCount where try !isInPlace(index) {
            inputs.insert(try results.order(ofJob: index).input)
        }
        return inputs
    }

    private func isInPlace(_ index: Int) throws -> Bool {
        if let plain = try results.glance(index), run.settings.jobReports.leavesOutPlainJobs {
            return try plain.rows.failed == 0 || !run.settings.needsFailedRows
                || run.leftOut.holdsRows(of: results.order(ofJob: index))
        }
        let (job, order) = (try results.job(index), try results.order(ofJob: index))
        if run.settings.jobReports.includes(job) { return run.isInPlace(order, job.folderName) }
        return !run.settings.needsFailedRows(of: job) || run.leftOut.holdsRows(of: order)
    }

    /// Returns the dumps that need a report because of other dumps of their jobs: their reports can be made now that
    /// this is known.
    func neededReports() throws -> Set<DocumentOrder> {
        guard run.settings.jobReports != .all else { return [] }
        var needed: Set<DocumentOrder> = []
        for index in 0..<results.jobCount where try run.settings.jobReports.includes(results.job(index)) {
            let order = try results.order(ofJob: index)
            if try !run.isInPlace(order, results.job(index).folderName) { needed.insert(order) }
        }
        return needed
    }

    /// The results of the user's rules.
    func ruleResults() throws -> RuleResults {
        if let conclusionWritten { return conclusionWritten }
        var ruleTally = run.settings.userRules.ruleTally
        // Skipped without rules or codes, because there may be many jobs.
        if !ruleTally.isIdle {
            for index in 0..<results.jobCount { ruleTally.add(try results.job(index)) }
            for index in 0..<results.unreadableCount { ruleTally.add(try results.unreadable(index)) }
        }
        return ruleTally.ruleResults()
    }

    /// Writes the overview, once the reports of all jobs are in place (``isEverythingInPlace()``).
    ///
    /// - Throws: ``Interrupted`` after Ctrl-C, before any file of the overview is replaced.
    mutating func finish() throws {
        let folders = try run.folders()
        try run.beginChanges()
        let formats = run.settings.formats
        var surroundings = try results.surroundings()
        surroundings.unusual = run.settings.unusualJobs
        var files = try OverviewFiles(
            formats: formats, csv: run.settings.csv, folder: root, hasFailures: true,
            hasLines: run.settings.lines != nil, surroundings: surroundings, selection: results.selection,
            userRules: run.settings.userRules, redaction: run.settings.redaction?.mark)
        var names: Set<NameDigest> = []
        var ordered: [String] = []
        let leavesOutPlainJobs = run.settings.jobReports.leavesOutPlainJobs
        let manifest = try OverviewManifest(run, results, recorder, in: root)
        for index in 0..<results.jobCount {
            if Interruption.isRequested { throw Interrupted() }
            let plain = try results.plain(index)
            if let plain, leavesOutPlainJobs, try files.append(leftOut: plain) { continue }
            let job = try plain.map { results.store.job($0) } ?? results.job(index)
            guard run.settings.jobReports.includes(job) else {
                try append(job, plain, try results.order(ofJob: index), to: &files)
                continue
            }
            let name = job.folderName
            if names.insert(NameDigest(name)).inserted { ordered.append(name) }
            reportCount += 1
            let place = ReportPlace(folder: "jobs/\(name)/", files: formats.files)
            try files.append(job, report: place)
            if formats.contains(.csv), job.rows.notSucceeded > 0 {
                let failures = try folders.openFile(.failures, of: name)
                defer { close(failures) }
                try files.appendFailures(from: failures)
            }
            if formats.contains(.explore) {
                let page = try folders.openFile(.explore, of: name)
                defer { close(page) }
                try files.appendToExplore(job, report: place) { try OverviewFiles.forEachPiece(ofRowsIn: page, $0) }
            }
            if formats.contains(.xlsx) {
                let workbook = try folders.openFile(.workbook, of: name)
                defer { close(workbook) }
                try files.appendToWorkbook(job, report: place, failures: workbook)
            }
        }
        for index in 0..<results.unreadableCount { try files.append(try results.unreadable(index)) }
        do {
            let settings = run.settings
            fileNames = try files.finish(
                templates: settings.overviewTemplates(), title: settings.title, history: settings.history,
                markdownLimit: settings.markdownLimit, mailDate: settings.mailDate
            ) { problem, page in settings.invalidPage(problem, of: page) }
        } catch let page as PageTooLarge {
            throw run.settings.pageTooLarge(page)
        }
        let written = try root.finish()
        if Interruption.isRequested { throw Interrupted() }
        let manifestFile = try manifest.finish()
        try run.writeLines(about: ordered, to: manifestFile)
        try manifestFile.write(ReportRun.rootLine(written).span)
        // Only now, when everything is written: the old overview has links to what is removed.
        try run.guardOfAll().removeStale(in: root, keeping: Set(written.map { $0.path })) {
            names.contains(NameDigest($0))
        }
        try root.publish()
        verdict = files.verdict
        conclusionWritten = files.ruleResults
    }

    /// Adds a job without its own report.
    ///
    /// - Parameter plain: the job's record, if the job is plain.
    private func append(
        _ job: JobSummary, _ plain: PlainJobRecord.Fields?, _ order: DocumentOrder, to files: inout OverviewFiles
    ) throws {
        try files.append(job, plain, report: nil, isLeftOut: true)
        let formats = run.settings.formats
        if formats.contains(.csv), run.settings.needsFailedRows(of: job) {
            try files.appendFailures(from: run.leftOut, of: order)
        }
        if formats.contains(.explore) {
            try files.appendToExplore(job, report: nil) { try run.leftOut.readExplore(order, $0) }
        }
        if formats.contains(.xlsx) {
            let workbook = try run.leftOut.openWorkbook(of: order)
            defer { if let workbook { close(workbook) } }
            try files.appendToWorkbook(job, report: nil, failures: workbook)
        }
    }

    /// Keeps finished work for the next run.
    func leave() throws {
        // If the manifest was not replaced, it lists the files that are still there.
        if run.isUntouched { return }
        // A complete run has documents, so a count of 0 keeps the next run from treating this one as complete.
        let file = try root.beginManifest()
        try OverviewManifest.write(run, results, recorder, documents: 0, to: file, isWhole: { try results.isPlain($0) })
        try run.writeAllLines(to: file)
        try root.publish()
    }

    /// Returns the parts of the audit and everything that it was made from.
    func packContents(of root: OutputFolder) throws -> PackContents {
        PackContents(
            paths: try AuditPaths(
                overview: run.settings.formats.overviewFiles(),
                job: run.settings.formats.files,
                folders: folderNames()),
            manifest: try RunManifest.written(in: root),
            forEachInput: { body in try results.forEachPackInput(content: run.content(of:), body) },
            forEachFile: { body in
                try recorder.forEachFile(body)
                for file in run.settings.lines?.files ?? [] { try body(file) }
            })
    }
}
