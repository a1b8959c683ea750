public import ImportAnalysis
import ImportDumps

/// Writes `codes.csv`: the failed rows of a job by code.
public enum CodesCSV {
    public static let header =
        "job_id,error_code,rows,share_of_rows,first_row,last_row,message_patterns,top_message_pattern\r\n"

    /// The whole file for one job.
    public static func render(_ job: JobSummary, options: CSVOptions) -> [UInt8] {
        var result = Array(header.utf8)
        for code in job.failedByCode { append(code, of: job, options, to: &result) }
        return result
    }

    private static func append(
        _ code: CodeSummary, of job: JobSummary, _ options: CSVOptions, to result: inout [UInt8]
    ) {
        result.appendCell(job.job.jobID, options)
        result.appendComma()
        result.appendCell(code.code, options)
        result.appendComma()
        result.append(contentsOf: String(code.rows).utf8)
        result.appendComma()
        result.append(contentsOf: code.share.decimal.utf8)
        result.appendComma()
        result.append(contentsOf: String(code.firstRow).utf8)
        result.appendComma()
        result.append(contentsOf: String(code.lastRow).utf8)
        result.appendComma()
        // Not counted beyond the limit: an empty cell is honest, a number would be a guess.
        if let count = code.messageCount { result.append(contentsOf: String(count).utf8) }
        result.appendComma()
        result.appendCell(code.messages.first?.pattern, options)
        result.append(contentsOf: "\r\n".utf8)
    }
}
