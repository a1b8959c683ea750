import ImportAnalysis
import ImportDumps
import Spreadsheets

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

    func append(_ summary: JobSummary, report: ReportPlace) throws {
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
            // As the dump has it, if it is no time.
            guard let seconds = time.flatMap({ DateTime($0) })?.seconds, try sheet.add(secondsSince1970: seconds)
            else {
                try sheet.add(time)
                continue
            }
        }
        try sheet.add(summary.count(of: .critical))
        try sheet.add(summary.count(of: .warning))
        try sheet.add(report.page ?? report.folder)
        try sheet.add(rows.applied)
        sheet.endRow()
    }

    func finish() throws {
        try sheet.finish(note: .leftOut(of: sheet, "jobs", "jobs.csv"))
    }
}
