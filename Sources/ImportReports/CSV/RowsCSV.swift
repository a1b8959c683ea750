import ImportAnalysis
public import ImportDumps

/// Writes rows as they come: `rows.csv` with all of them, `failures.csv` with those that failed or are unclassified.
public struct RowsCSV<Output: ReportOutput>: RowSink {
    /// The rows that a file lists.
    public enum Selection: Sendable {
        case all
        /// Failed and unclassified rows.
        case failures
    }

    public static var header: StaticString { "job_id,row,outcome,record_id,error_code,error_message\r\n" }

    private let selection: Selection
    private let options: CSVOptions
    private let flushBytes: Int
    private var output: Output
    private var buffer: [UInt8] = []
    /// The first cell of every row written so far, with its comma.
    private var jobCell: [UInt8] = [UInt8(ascii: ",")]

    /// - Parameter flushBytes: how much is gathered before it is written out.
    public init(_ selection: Selection, options: CSVOptions, flushBytes: Int = 256 * 1024, to output: Output) {
        self.selection = selection
        self.options = options
        self.flushBytes = flushBytes
        self.output = output
        buffer.reserveCapacity(flushBytes + 4096)
        appendHeader()
    }

    public mutating func beginRows(of job: DeclaredJob) throws {
        buffer.removeAll(keepingCapacity: true)
        try output.restart()
        appendHeader()
        jobCell = cell(of: job.jobID)
    }

    public mutating func consume(_ run: RowRun, text: Span<UInt8>) throws {
        let outcome = Outcome(run.facts)
        if selection == .failures, outcome == .created || outcome == .existing { return }
        for index in 0..<run.count {
            buffer.append(contentsOf: jobCell)
            buffer.appendNumber(run.firstRow + index)
            buffer.append(outcome.cell)
            append(run.id?.advanced(by: index * run.idStride), of: text)
            buffer.appendComma()
            append(run.code, of: text)
            buffer.appendComma()
            append(run.message, of: text)
            buffer.appendLineEnd()
            if buffer.count >= flushBytes { try flush() }
        }
    }

    /// Writes what is left.
    ///
    /// - Parameter job: what the dump says about its job, now that it was read to its end. Its `job_id` may have come
    ///   after the rows, or again: then the rows get it now.
    /// - Returns: the output, with the whole file in it.
    public mutating func finish(job: DeclaredJob) throws -> Output {
        try flush()
        let rightCell = cell(of: job.jobID)
        if rightCell != jobCell {
            var replacement = FirstCellReplacement(old: jobCell, new: rightCell)
            try output.rewrite { replacement.apply(to: $0, into: &$1) }
            jobCell = rightCell
        }
        return output
    }

    private mutating func append(_ range: TextRange?, of text: Span<UInt8>) {
        guard let range else { return }
        buffer.appendCell(text.extracting(range.offset..<range.offset + range.count), options)
    }

    private mutating func appendHeader() {
        buffer.append(Self.header)
    }

    private func cell(of jobID: String?) -> [UInt8] {
        var cell: [UInt8] = []
        cell.appendCell(jobID, options)
        cell.appendComma()
        return cell
    }

    private mutating func flush() throws {
        try Self.write(buffer, to: &output)
        buffer.removeAll(keepingCapacity: true)
    }

    /// A function of its own, for the output and the buffer are both parts of this value.
    private static func write(_ buffer: [UInt8], to output: inout Output) throws {
        try output.write(buffer.span)
    }
}

extension Outcome {
    /// The outcome's name between its commas.
    fileprivate var cell: StaticString {
        switch self {
        case .created: ",created,"
        case .existing: ",existing,"
        case .failed: ",failed,"
        case .unclassified: ",unclassified,"
        }
    }
}
