package import ImportAnalysis
import ImportDumps

/// Writes `jobs.csv`: a line for each job of an overview.
package enum JobsCSV {
    package static let header = columns.joined(separator: ",") + "\r\n"

    private static let columns = [
        "job_id", "source", "status", "total", "processed", "succeeded", "failed", "rows_seen", "rows_created",
        "rows_existing", "rows_failed", "rows_unclassified", "rows_missing", "created_at", "updated_at", "expires_at",
        "findings_critical", "findings_warning", "report", "rows_applied",
    ]

    /// One job's line.
    ///
    /// - Parameter report: the path of the job's report, from the folder of the overview; nil if there is none.
    package static func line(_ summary: JobSummary, report: String?, options: CSVOptions) -> [UInt8] {
        let job = summary.job
        let rows = summary.rows
        var line = CSVLine(options: options)
        line.add(job.jobID)
        line.add(summary.source)
        line.add(job.status)
        for count in [
            job.total, job.processed, job.succeeded, job.failed, rows.seen, rows.created, rows.existing, rows.failed,
            rows.unclassified, rows.missing,
        ] {
            line.add(count)
        }
        line.add(job.createdAt)
        line.add(job.updatedAt)
        line.add(job.expiresAt)
        line.add(summary.count(of: .critical))
        line.add(summary.count(of: .warning))
        line.add(report)
        line.add(rows.applied)
        return line.finish()
    }
}

/// One line of a CSV file, cell by cell.
struct CSVLine {
    private let options: CSVOptions
    private var bytes: [UInt8] = []
    private var isFirst = true

    init(options: CSVOptions) {
        self.options = options
    }

    /// A text of the dump; nothing, which is an empty cell, if there is none.
    mutating func add(_ text: String?) {
        beginCell()
        bytes.appendCell(text, options)
    }

    /// A number; an empty cell if it is not known.
    mutating func add(_ number: Int?) {
        add(digits: number.map { String($0) } ?? "")
    }

    /// A number that is written in digits already.
    mutating func add(digits: String) {
        beginCell()
        bytes.append(contentsOf: digits.utf8)
    }

    /// The whole line, with its end.
    func finish() -> [UInt8] {
        bytes + Array("\r\n".utf8)
    }

    private mutating func beginCell() {
        if !isFirst { bytes.appendComma() }
        isFirst = false
    }
}

extension JobSummary {
    /// How many findings there are of a severity.
    func count(of severity: Severity) -> Int {
        findings.count { $0.severity == severity }
    }
}
