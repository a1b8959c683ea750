import ImportAnalysis
import ImportDumps

/// A failed row that goes straight to the analyzer, without JSON: for tests with many of them.
struct FailedRow {
    var code: String
    var message = ""

    func feed(to analyzer: inout JobAnalyzer, row: Int) {
        let text = Array(code.utf8) + Array(message.utf8)
        let codeCount = code.utf8.count
        let run = RowRun(
            firstRow: row, facts: [.error, .code], code: TextRange(offset: 0, count: codeCount),
            message: message.isEmpty ? nil : TextRange(offset: codeCount, count: text.count - codeCount))
        analyzer.consume(run, text: text.span)
    }

    /// The summary of a job whose rows are these.
    ///
    /// - Parameter succeeded: rows that come after them.
    static func summary(of rows: [FailedRow], succeeded: Int = 0) throws -> JobSummary {
        var ignored = JobAnalyzer()
        let json = #"{"job_id":"j","status":"complete","total":\#(rows.count),"results":[]}"#
        let reading = try DumpReader(windowBytes: 64).read(from: ArraySource(Array(json.utf8)), into: &ignored)
        guard case .job(let dump) = reading else { throw NoJob(text: json) }
        var analyzer = JobAnalyzer()
        for (index, row) in rows.enumerated() { row.feed(to: &analyzer, row: index + 1) }
        if succeeded > 0 {
            analyzer.consume(RowRun(firstRow: rows.count + 1, count: succeeded, facts: .created), text: [UInt8]().span)
        }
        return analyzer.summary(of: dump, source: "rows")
    }
}
