package import ImportAnalysis
package import ImportDumps
import ImportFoundation

/// A selection of rows.
package struct RowSelection: Sendable {
    private let outcomes: UInt8
    /// The selected codes; nil selects all rows. An empty code stands for rows without one.
    private let codes: [[UInt8]]?

    static let all = RowSelection()
    static let failures = RowSelection(outcomes: [.failed, .unclassified])

    /// - Parameters:
    ///   - outcomes: the selected outcomes; nil selects all.
    ///   - codes: the selected codes, which select only failed rows; nil selects all rows.
    package init(outcomes: [Outcome]? = nil, codes: [String]? = nil) {
        self.outcomes = (outcomes ?? Outcome.allCases).reduce(0) { $0 | Self.bit($1) }
        self.codes = codes.map { $0.map { Array($0.utf8) } }
    }

    @inline(__always)
    func contains(_ outcome: Outcome) -> Bool {
        outcomes & Self.bit(outcome) != 0 && (codes == nil || outcome == .failed)
    }

    @inline(__always)
    var takesAllCodes: Bool { codes == nil }

    func contains(_ code: TextRange?, _ text: Span<UInt8>) -> Bool {
        guard let codes else { return true }
        guard let code else { return codes.contains { $0.isEmpty } }
        let bytes = text.extracting(code.offset..<code.offset + code.count)
        return codes.contains { wanted in
            wanted.count == bytes.count && bytes.indices.allSatisfy { bytes[$0] == wanted[$0] }
        }
    }

    private static func bit(_ outcome: Outcome) -> UInt8 {
        switch outcome {
        case .created: 1
        case .existing: 2
        case .failed: 4
        case .unclassified: 8
        case .applied: 16
        }
    }
}

/// Writes the rows of many jobs as one stream: the output of `rows`.
package final class RowStream {
    package enum Format: String, Sendable, CaseIterable {
        case csv, jsonl
        /// An Arrow IPC stream, for programs.
        case arrow

        /// Whether people cannot read the format.
        package var isBinary: Bool { self == .arrow }
    }

    package static let header = "source,job_id,row,outcome,record_id,error_code,error_message\r\n"

    private static let flushBytes = 256 * 1024
    private let format: Format
    private let selection: RowSelection
    private let options: CSVOptions
    private let csv: RowFormatter
    private let arrow: ArrowRows?
    private let write: (Span<UInt8>) throws -> Void
    /// JSON lines that are yet to be written, and the beginning that all lines of the job have in common.
    private var lines: [UInt8] = []
    private var opening: [UInt8] = []

    /// - Parameter write: receives what has been collected.
    package init(
        _ format: Format, _ selection: RowSelection, options: CSVOptions, write: @escaping (Span<UInt8>) throws -> Void
    ) {
        self.format = format
        self.selection = selection
        self.options = options
        self.write = write
        arrow = format == .arrow ? ArrowRows(selection) : nil
        csv = RowFormatter(
            selection, options: options, flushBytes: Self.flushBytes,
            opening: format == .csv ? options.opening(Self.header) : [], hasDetails: false)
    }

    /// Begins a job, to which the rows that follow belong.
    package func begin(source: String, jobID: String?) {
        var cells: [UInt8] = []
        switch format {
        case .csv:
            cells.appendCell(source, options)
            cells.appendComma()
            cells.appendCell(jobID, options)
            cells.appendComma()
            csv.continueLines(with: cells)
        case .jsonl:
            var json = JSONWriter(isOnOneLine: true)
            json.object { json in
                json.key("source")
                json.value(source)
                json.key("job_id")
                json.value(jobID)
            }
            opening = json.bytes.dropLast() + Array(",\"row\":".utf8)
        case .arrow: arrow?.begin(source: source, jobID: jobID)
        }
    }

    /// Appends the selected rows.
    package func append(_ runs: Span<RowRun>, _ text: Span<UInt8>) throws {
        if let arrow { return try arrow.append(runs, text, write) }
        guard format == .jsonl else { return try csv.append(runs, text, write) }
        for index in runs.indices {
            let run = runs[index]
            let outcome = Outcome(run.facts)
            guard selection.contains(outcome), selection.takesAllCodes || selection.contains(run.code, text) else {
                continue
            }
            for row in 0..<run.count {
                lines.append(contentsOf: opening)
                lines.append(contentsOf: String(run.firstRow + row).utf8)
                lines.append(contentsOf: ",\"outcome\":\"".utf8)
                lines.append(contentsOf: outcome.rawValue.utf8)
                lines.append(contentsOf: "\",\"record_id\":".utf8)
                lines.append(json: run.id?.advanced(by: row * run.idStride), text)
                lines.append(contentsOf: ",\"error_code\":".utf8)
                lines.append(json: run.code, text)
                lines.append(contentsOf: ",\"error_message\":".utf8)
                lines.append(json: run.message, text)
                lines.append(contentsOf: "}\n".utf8)
            }
            if lines.count >= Self.flushBytes { try flushLines() }
        }
    }

    /// Writes what has been collected.
    package func finish() throws {
        switch format {
        case .csv: try csv.flush(write)
        case .jsonl: try flushLines()
        case .arrow: try arrow?.finish(write)
        }
    }

    private func flushLines() throws {
        let gathered = lines
        lines = []
        try write(gathered.span)
    }
}

extension [UInt8] {
    /// Appends a text as a JSON string, or null for nil. Like all JSON of this program, it escapes everything that
    /// would act on a terminal.
    fileprivate mutating func append(json range: TextRange?, _ text: Span<UInt8>) {
        guard let range else { return append(contentsOf: "null".utf8) }
        let bytes = text.extracting(range.offset..<range.offset + range.count)
        let isPlain = bytes.indices.allSatisfy { index in
            let byte = bytes[index]
            return 0x20..<0x7F ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        guard isPlain else {
            var json = JSONWriter(isOnOneLine: true)
            json.value(String(decoding: [UInt8](span: bytes), as: UTF8.self))
            return append(contentsOf: json.bytes)
        }
        append(UInt8(ascii: "\""))
        for index in bytes.indices { append(bytes[index]) }
        append(UInt8(ascii: "\""))
    }
}
