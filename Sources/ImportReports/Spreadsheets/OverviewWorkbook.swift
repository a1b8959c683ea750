package import ImportAnalysis
import ImportDumps
import ImportFoundation
import Spreadsheets

/// Writes `index.xlsx`: the jobs of an overview, their codes, and the failed rows of all of them.
package struct OverviewWorkbook {
    private let place: WorkbookPlace
    private let workbook: Workbook
    private let summary: SummarySheet
    private let jobs: JobsSheet
    private let totals: CodeTotalsSheet
    private let codes: CodesSheet
    private let failures: FailuresSheet
    private let unreadable: Sheet
    private var rows = 0

    /// - Parameters:
    ///   - codes: what the user knows about codes, shown with each of them.
    ///   - hasLines: whether failed rows are shown with their lines in the source.
    package init(at place: WorkbookPlace, codes: CodeBook?, hasLines: Bool = false) throws {
        self.place = place
        workbook = try place.makeWorkbook(title: "Audit of import jobs")
        summary = try SummarySheet(in: workbook)
        jobs = try JobsSheet(in: workbook)
        totals = try CodeTotalsSheet(in: workbook, codes: codes)
        self.codes = try CodesSheet("Codes by job", in: workbook, codes: codes, naming: true)
        failures = try FailuresSheet(in: workbook, codes: codes, hasLines: hasLines, naming: true)
        unreadable = try workbook.addSheet(
            "Unreadable", columns: [.init("source", width: 60), .init("reason", width: 90)])
    }

    /// Adds a job, and the failed rows from its own workbook.
    package mutating func append(_ job: JobSummary, report: ReportPlace?, failures file: WorkbookFile?) throws {
        try jobs.append(job, report: report)
        try codes.append(job, report: report?.folder)
        rows.addClamped(job.rows.notSucceeded)
        try file?.forEachRow(ofSheet: JobWorkbook.failuresSheet) { row in
            try failures.append(row, jobID: job.job.jobID, report: report?.folder)
        }
    }

    package func append(_ input: UnreadableInput) throws {
        guard unreadable.beginRow() else { return }
        try unreadable.add(input.source)
        try unreadable.add(input.reason)
        unreadable.endRow()
    }

    /// Writes the other sheets, and the file.
    ///
    /// - Parameters:
    ///   - ruleResults: the results of the user's rules.
    ///   - files: all files in the same folder.
    package func finish(
        _ overview: OverviewBuilder, ruleResults: RuleResults, toolVersion: String, files: [ReportFile]
    ) throws {
        let note = try failures.finish(rows: rows, files: files)
        let verdict = overview.verdict
        try summary.add("verdict", verdict.word, detail: verdict.sentences)
        if let note { try summary.add("sheet \(FailuresSheet.name)", nil, detail: note) }
        try summary.add(overview.totals.rows, imports: overview.totals.hasImports, bulk: overview.totals.bulkJobs > 0)
        try summary.add(ruleResults)
        try summary.addHeading("Inputs")
        try summary.add("jobs", overview.totals.jobs)
        for (status, count) in overview.totals.jobsByStatus.sorted(by: { $0.key < $1.key }) {
            try summary.add("jobs with status \(status)", count)
        }
        try summary.add("inputs that could not be read", unreadable.rowsOffered)
        try summary.addHeading("Provenance")
        try summary.addTool(version: toolVersion)
        try summary.finish()
        try jobs.finish(files: files)
        try totals.finish(overview.totals, files: files)
        try codes.finish(files: files)
        try unreadable.finish(note: .leftOut(of: unreadable, "inputs", in: .allSummaries, of: files))
        try place.close(workbook)
    }
}

/// The sheet with a row for each job, with the columns of `jobs.csv`.
struct JobsSheet {
    private let sheet: Sheet

    init(in workbook: Workbook) throws {
        let counts = [
            "total", "processed", "succeeded", "failed", "rows_seen", "rows_created", "rows_existing", "rows_failed",
            "rows_unclassified", "rows_missing",
        ]
        let times = ["created_at (UTC)", "updated_at (UTC)", "expires_at (UTC)"]
        sheet = try workbook.addSheet(
            "Jobs",
            columns: [.init("job_id", width: 38), .init("source", width: 50), .init("status", width: 12)]
                + counts.map { .init($0, width: 15) } + times.map { .init($0, width: 20) }
                + [
                    .init("findings_critical", width: 17), .init("findings_warning", width: 17),
                    .init("report", width: 60), .init("rows_applied", width: 15),
                ])
    }

    func append(_ summary: JobSummary, report: ReportPlace?) throws {
        guard sheet.beginRow() else { return }
        let job = summary.job
        let rows = summary.rows
        try sheet.add(job.jobID)
        try sheet.add(summary.source)
        try sheet.add(job.status)
        for count in [
            job.total, job.processed, job.succeeded, job.failed, rows.seen, rows.created, rows.existing, rows.failed,
            rows.unclassified, rows.missing,
        ] {
            try sheet.add(count)
        }
        for time in [job.createdAt, job.updatedAt, job.expiresAt] {
            // What is not a time is written as in the dump.
            guard let seconds = time.flatMap({ DateTime($0) })?.seconds, try sheet.add(secondsSince1970: seconds)
            else {
                try sheet.add(time)
                continue
            }
        }
        try sheet.add(summary.count(of: .critical))
        try sheet.add(summary.count(of: .warning))
        try sheet.add(report?.page ?? report?.folder)
        try sheet.add(rows.applied)
        sheet.endRow()
    }

    func finish(files: [ReportFile]) throws {
        try sheet.finish(note: .leftOut(of: sheet, "jobs", in: .jobs, of: files))
    }
}
