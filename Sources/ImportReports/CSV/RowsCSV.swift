package import ImportDumps

/// Writes rows as they come: `rows.csv` with all of them, `failures.csv` with those that failed or are unclassified.
package struct RowsCSV<Output: ReportOutput>: RowSink {
    /// The rows that a file lists.
    package enum Selection: Sendable {
        case all
        /// Failed and unclassified rows.
        case failures
    }

    package static var header: String { "job_id,row,outcome,record_id,error_code,error_message,error_details\r\n" }

    private let formatter: RowFormatter
    private var output: Output

    /// - Parameter flushBytes: how much is gathered before it is written out.
    package init(_ selection: Selection, options: CSVOptions, flushBytes: Int = 256 * 1024, to output: Output) {
        formatter = RowFormatter(
            onlyFailures: selection == .failures, options: options, flushBytes: flushBytes,
            opening: options.opening(Self.header))
        self.output = output
    }

    package mutating func beginRows(of job: DeclaredJob) throws {
        try output.restart()
        formatter.begin(jobID: job.jobID)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try formatter.append(runs, text) { try output.write($0) }
    }

    /// Writes what is left.
    ///
    /// - Parameter job: what the dump says about its job, now that it was read to its end. Its `job_id` may have come
    ///   after the rows, or again: then the rows get it now.
    /// - Returns: the output, with the whole file in it.
    package mutating func finish(job: DeclaredJob) throws -> Output {
        try formatter.flush { try output.write($0) }
        if var replacement = formatter.replacement(jobID: job.jobID) {
            try output.rewrite { replacement.apply(to: $0, into: &$1) }
        }
        return output
    }
}
