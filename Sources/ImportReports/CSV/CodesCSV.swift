package import ImportAnalysis
import ImportDumps

/// Writes `codes.csv`: the failed rows of a job by code, or those of all jobs of an overview.
package enum CodesCSV {
    package static let header =
        "job_id,error_code,rows,share_of_rows,first_row,last_row,message_patterns,top_message_pattern,rows_at_least\r\n"

    /// The whole file for one job.
    package static func render(_ job: JobSummary, options: CSVOptions) -> [UInt8] {
        options.opening(header) + lines(job, options: options)
    }

    /// The lines of one job, without the header.
    package static func lines(_ job: JobSummary, options: CSVOptions) -> [UInt8] {
        job.failedByCode.flatMap { line($0, of: job, options) }
    }

    private static func line(_ code: CodeSummary, of job: JobSummary, _ options: CSVOptions) -> [UInt8] {
        var line = CSVLine(options: options)
        line.add(job.job.jobID)
        line.add(code.code)
        line.add(code.rows)
        line.add(digits: code.share.decimal)
        line.add(code.firstRow)
        line.add(code.lastRow)
        // Not counted beyond the limit: an empty cell is honest, a number would be a guess.
        line.add(code.messageCount)
        line.add(code.messages.first?.pattern)
        line.add(code.isAtLeast ? "true" : nil)
        return line.finish()
    }
}
