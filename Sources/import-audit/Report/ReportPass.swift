import ImportAnalysis
import ImportDumps
import ImportReports

/// The consumers of a dump's rows in a report: one pass feeds the analyzer and the CSV files.
struct ReportPass: RowSink {
    private var analyzer = JobAnalyzer()
    private var rows: RowsCSV<PartialFile>?
    private var failures: RowsCSV<PartialFile>?
    private var workbook: JobWorkbookFile?
    private let identity: IdentityAudit
    private let csv: CSVOptions
    private let codes: CodeBook?
    let folder: OutputFolder

    init(_ settings: ReportSettings, folder: OutputFolder, identity: IdentityAudit) throws {
        self.identity = identity
        csv = settings.csv
        codes = settings.userRules.codes
        self.folder = folder
        if settings.formats.contains(.xlsx) { workbook = try JobWorkbookFile(in: folder, settings: settings) }
        guard settings.formats.contains(.csv) else { return }
        rows = RowsCSV(.all, options: csv, to: try folder.begin(ReportFile.rows.name))
        failures = RowsCSV(
            .failures, options: csv, codes: settings.userRules.codes, to: try folder.begin(ReportFile.failures.name))
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        analyzer.beginRows(of: job)
        identity.beginRows(of: job)
        try rows?.beginRows(of: job)
        try failures?.beginRows(of: job)
        try workbook?.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        analyzer.consume(runs, text: text)
        try identity.consume(runs, text: text)
        try rows?.consume(runs, text: text)
        try failures?.consume(runs, text: text)
        try workbook?.consume(runs, text: text)
    }

    /// Completes the CSV files and judges the job.
    mutating func finish(dump: Dump, source: String) throws -> JobSummary {
        var summary = analyzer.summary(of: dump, source: source)
        summary.add(try identity.finish())
        guard rows != nil else { return summary }
        _ = try rows?.finish(job: dump.job)
        _ = try failures?.finish(job: dump.job)
        // The pages that follow may have their memory; the files are the folder's.
        (rows, failures) = (nil, nil)
        try folder.write(CodesCSV.render(summary, options: csv, codes: codes), as: ReportFile.codes.name)
        return summary
    }

    /// Completes the workbook.
    ///
    /// - Parameter ruleResults: what the user's own rules came to, if the job is all there is.
    func finishWorkbook(_ summary: JobSummary, ruleResults: RuleResults?) throws {
        try workbook?.finish(summary, ruleResults: ruleResults)
    }
}
