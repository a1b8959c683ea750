import ImportAnalysis
import ImportDumps
import ImportReports

/// One pass over a dump's rows, which feeds everything in a report that depends on them: the analyzer, the identity
/// audit, the CSV files, the workbook and the explore page.
struct ReportPass: RowSink {
    private var analyzer: JobAnalyzer
    private var rows: RowsCSV<PendingFile>?
    private var failures: RowsCSV<PendingFile>?
    private var files: (rows: PendingFile?, failures: PendingFile?) = (nil, nil)
    private var workbook: JobWorkbookFile?
    private var explore: ExploreRows<PendingFile>?
    private var exploreFile: PendingFile?
    private let identity: IdentityAudit
    private let csv: CSVOptions
    private let codes: CodeBook?
    let stage: JobStage

    /// - Parameter mayBeAlone: whether the dump may be the only document.
    init(
        _ settings: ReportSettings, of order: DocumentOrder, stage: JobStage, identity: IdentityAudit, mayBeAlone: Bool
    ) throws {
        self.identity = identity
        analyzer = JobAnalyzer(listsRows: settings.formats.listsRows)
        csv = settings.csv
        codes = settings.userRules.codes
        self.stage = stage
        if settings.formats.contains(.xlsx) {
            workbook = try JobWorkbookFile(
                in: stage.folder(), settings: settings, places: settings.lines?.cursor(of: order))
        }
        func file(_ file: ReportFile) throws -> PendingFile {
            try PendingFile(isWanted: settings.jobReports == .all) { try stage.folder().begin(file.name) }
        }
        if settings.formats.contains(.explore) {
            let page = ExplorePage(
                files: settings.formats.files, isOverview: false, csv: csv, codes: codes,
                hasLines: settings.lines != nil)
            let file = try file(.explore)
            (exploreFile, explore) = (
                file, ExploreRows(page, codes: codes, places: settings.lines?.cursor(of: order), to: file)
            )
        }
        guard settings.formats.contains(.csv) else { return }
        if settings.jobReports != .none || mayBeAlone {
            let file = try file(.rows)
            (files.rows, rows) = (file, RowsCSV(.all, options: csv, to: file))
        }
        let file = try file(.failures)
        (files.failures, failures) = (
            file,
            RowsCSV(
                .failures, options: csv, codes: codes, places: settings.lines?.cursor(of: order), to: file)
        )
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        analyzer.beginRows(of: job)
        identity.beginRows(of: job)
        try rows?.beginRows(of: job)
        try failures?.beginRows(of: job)
        try workbook?.beginRows(of: job)
        try explore?.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        analyzer.consume(runs, text: text)
        try identity.consume(runs, text: text)
        try rows?.consume(runs, text: text)
        try failures?.consume(runs, text: text)
        try workbook?.consume(runs, text: text)
        try explore?.consume(runs, text: text)
    }

    /// Completes the CSV files and the explore page, and returns the job's summary.
    mutating func finish(dump: Dump, source: String) throws -> JobSummary {
        var summary = analyzer.summary(of: dump, source: source)
        summary.add(try identity.finish())
        _ = try rows?.finish(job: dump.job)
        _ = try failures?.finish(job: dump.job)
        try explore?.finish(summary)
        explore = nil
        // This frees memory for the pages.
        (rows, failures) = (nil, nil)
        return summary
    }

    /// Writes the files of rows into the folder, because the job gets a report.
    func keepFiles(_ summary: JobSummary) throws {
        try files.rows?.keep()
        try files.failures?.keep()
        try exploreFile?.keep()
        guard files.failures != nil else { return }
        try stage.folder().write(CodesCSV.render(summary, options: csv, codes: codes), as: ReportFile.codes.name)
    }

    /// Keeps only the failed rows, because the job gets no report.
    func keepFailures(of order: DocumentOrder, in rows: LeftOutRows) throws {
        try rows.keep(files.failures, workbook?.file, exploreFile, of: order)
    }

    /// Completes the workbook.
    ///
    /// - Parameter ruleResults: the results of the user's rules, if this is the only job.
    func finishWorkbook(_ summary: JobSummary, ruleResults: RuleResults?) throws {
        try workbook?.finish(summary, ruleResults: ruleResults)
    }
}
