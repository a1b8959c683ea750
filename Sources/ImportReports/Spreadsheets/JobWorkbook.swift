package import ImportAnalysis
package import ImportDumps
import Spreadsheets

/// Writes `report.xlsx`: the failed rows while they are read, everything else at the end.
package struct JobWorkbook: RowSink {
    /// The number of the sheet from which an overview takes the failed rows.
    static let failuresSheet = 4

    private let place: WorkbookPlace
    private let codes: CodeBook?
    private let places: (any RowPlaces)?
    private let hasLines: Bool
    private var sheets: Sheets

    private struct Sheets {
        let workbook: Workbook
        let summary: SummarySheet
        let codes: CodesSheet
        let patterns: PatternsSheet
        let failures: FailuresSheet

        init(at place: WorkbookPlace, codes: CodeBook?, hasLines: Bool) throws {
            workbook = try place.makeWorkbook(title: "Audit of an import job")
            summary = try SummarySheet(in: workbook)
            self.codes = try CodesSheet(in: workbook, codes: codes)
            patterns = try PatternsSheet(in: workbook)
            failures = try FailuresSheet(in: workbook, codes: codes, hasLines: hasLines)
        }
    }

    /// - Parameters:
    ///   - codes: what the user knows about codes, shown with each of them.
    ///   - hasLines: whether failed rows are shown with their lines in the source.
    ///   - places: finds these lines, unless the rows come from an earlier workbook (``copyFailures(from:)``).
    package init(
        at place: WorkbookPlace, codes: CodeBook?, hasLines: Bool = false, places: (any RowPlaces)? = nil
    ) throws {
        self.place = place
        self.places = places
        self.hasLines = hasLines
        self.codes = codes
        sheets = try Sheets(at: place, codes: codes, hasLines: hasLines)
    }

    package mutating func beginRows(of job: DeclaredJob) throws {
        guard !sheets.failures.isEmpty else { return }
        sheets = try Sheets(at: place, codes: codes, hasLines: hasLines)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        for index in runs.indices { try sheets.failures.append(runs[index], text: text, places) }
    }

    /// Copies the failed rows from an earlier workbook of the same dump.
    package func copyFailures(from file: WorkbookFile) throws {
        try file.forEachRow(ofSheet: Self.failuresSheet) { try sheets.failures.append($0) }
    }

    /// Writes the other sheets, and the file.
    ///
    /// - Parameters:
    ///   - ruleResults: the results of the user's rules, if there is only this job.
    ///   - files: all files in the same folder.
    package func finish(
        _ summary: JobSummary, ruleResults: RuleResults?, toolVersion: String, files: [ReportFile]
    ) throws {
        let rows = summary.rows.notSucceeded
        let note = try sheets.failures.finish(rows: rows, files: files)
        try writeSummary(summary, ruleResults, note: note, toolVersion: toolVersion)
        try sheets.codes.append(summary)
        try sheets.codes.finish(files: files)
        try sheets.patterns.append(summary)
        try sheets.patterns.finish(files: files)
        try place.close(sheets.workbook)
    }

    private func writeSummary(
        _ summary: JobSummary, _ ruleResults: RuleResults?, note: String?, toolVersion: String
    ) throws {
        let sheet = sheets.summary
        let verdict = Verdict(summary)
        let job = summary.job
        try sheet.add("verdict", verdict.word, detail: verdict.sentence)
        if let salvage = summary.salvage { try sheet.add("salvaged", nil, detail: salvage.message) }
        if let note { try sheet.add("sheet \(FailuresSheet.name)", nil, detail: note) }
        try sheet.add(summary.rows, imports: summary.job.kind == .import, bulk: summary.job.kind == .bulk)
        try sheet.addHeading("The job’s totals")
        for check in Arithmetic(summary).checks { try sheet.add(check) }
        try sheet.addHeading("Findings")
        for finding in summary.findings { try sheet.add(finding) }
        if summary.findings.isEmpty { try sheet.add("none", nil) }
        try sheet.add(ruleResults)
        try sheet.addHeading("Job")
        try sheet.add("job_id", job.jobID)
        try sheet.add("status", job.status)
        try sheet.add("created_at (UTC)", time: job.createdAt)
        try sheet.add("updated_at (UTC)", time: job.updatedAt)
        try sheet.add("expires_at (UTC)", time: job.expiresAt)
        if let error = job.error { try sheet.add("error", error.code, detail: error.message) }
        if let details = job.error?.details { try sheet.add("error, details", nil, detail: details) }
        try sheet.addHeading("Provenance")
        try sheet.add("source", summary.source == "-" ? "standard input" : summary.source)
        try sheet.add("bytes", summary.bytes)
        try sheet.add("sha256", summary.sha256)
        try sheet.addTool(version: toolVersion)
        try sheet.finish()
    }
}
