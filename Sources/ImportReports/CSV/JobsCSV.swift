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

    /// Returns the line of one job.
    ///
    /// - Parameter report: the path of the job's report relative to the folder of the overview; nil if there is none.
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

    /// Adds a text of the dump; nil is an empty cell.
    mutating func add(_ text: String?) {
        beginCell()
        bytes.appendCell(text, options)
    }

    /// Adds a number; an empty cell if it is not known.
    mutating func add(_ number: Int?) {
        add(digits: number.map { String($0) } ?? "")
    }

    /// Adds a number that is already written in digits.
    mutating func add(digits: String) {
        beginCell()
        bytes.append(contentsOf: digits.utf8)
    }

    /// Returns the whole line, with its line end.
    ///
    /// - Parameter cells: more cells, each preceded by a comma.
    func finish(_ cells: [UInt8] = []) -> [UInt8] {
        bytes + cells + Array("\r\n".utf8)
    }

    private mutating func beginCell() {
        if !isFirst { bytes.appendComma() }
        isFirst = false
    }
}

/// Writes `codes.csv`: the failed rows of a job by code, or those of all jobs of an overview.
package enum CodesCSV {
    package static let header =
        "job_id,error_code,rows,share_of_rows,first_row,last_row,message_patterns,top_message_pattern,rows_at_least\r\n"

    /// Returns the header, which has more columns if a codes file is given.
    package static func header(codes: CodeBook?) -> String { codes == nil ? header : KnownCodes.extended(header) }

    /// Returns the whole file for one job.
    package static func render(_ job: JobSummary, options: CSVOptions, codes: CodeBook? = nil) -> [UInt8] {
        options.opening(header(codes: codes)) + lines(job, options: options, codes: codes)
    }

    /// Returns the lines of one job, without the header.
    package static func lines(_ job: JobSummary, options: CSVOptions, codes: CodeBook? = nil) -> [UInt8] {
        let known = codes.map { KnownCodes($0, options) }
        return job.failedByCode.flatMap { line($0, of: job, options, known) }
    }

    private static func line(
        _ code: CodeSummary, of job: JobSummary, _ options: CSVOptions, _ known: KnownCodes?
    ) -> [UInt8] {
        var line = CSVLine(options: options)
        line.add(job.job.jobID)
        line.add(code.code)
        line.add(code.rows)
        line.add(digits: code.share.decimal)
        line.add(code.firstRow)
        line.add(code.lastRow)
        // Beyond a limit, patterns are not counted. The cell is then empty, because a number would be a guess.
        line.add(code.messageCount)
        line.add(code.messages.first?.pattern)
        line.add(code.isAtLeast ? "true" : nil)
        return line.finish(known?.cells(of: code.code, isOther: code.isOther) ?? [])
    }
}
