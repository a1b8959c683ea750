import ImportDumps
import ImportReports

/// A row for a CSV writer, with its texts.
struct TestRow {
    var facts: RowFacts
    var id: String?
    var code: String?
    var message: String?
    var details: String?

    static func failed(
        _ code: String?, _ message: String?, id: String? = nil, details: String? = nil
    ) -> TestRow {
        TestRow(
            facts: code?.isEmpty == false ? [.error, .code] : .error, id: id, code: code, message: message,
            details: details)
    }

    static func created(_ id: String?) -> TestRow {
        TestRow(facts: .created, id: id)
    }
}

/// Keeps a report in memory, and passes it through a rewrite in small pieces.
struct PieceOutput: ReportOutput {
    private(set) var bytes: [UInt8] = []
    private(set) var rewrites = 0
    private let piece: Int

    init(piece: Int) {
        self.piece = piece
    }

    mutating func write(_ bytes: Span<UInt8>) {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
    }

    mutating func restart() {
        bytes = []
    }

    mutating func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            transform(Array(bytes[start..<min(start + piece, bytes.count)]).span, &result)
        }
        bytes = result
        rewrites += 1
    }
}

/// A job that has an id and nothing else.
func job(id: String?) -> DeclaredJob {
    var job = DeclaredJob()
    job.jobID = id
    return job
}

extension RowsCSV {
    /// Passes rows on, each as a run of one.
    mutating func consume(_ rows: [TestRow], from first: Int = 1) throws {
        for (index, row) in rows.enumerated() {
            var text: [UInt8] = []
            func place(_ part: String?) -> TextRange? {
                guard let part else { return nil }
                defer { text += Array(part.utf8) }
                return TextRange(offset: text.count, count: part.utf8.count)
            }
            let run = RowRun(
                firstRow: first + index, facts: row.facts, id: place(row.id), code: place(row.code),
                message: place(row.message), details: place(row.details))
            try consume(run, text: text.span)
        }
    }
}

/// The file that rows come to.
func rowsCSV(
    _ rows: [TestRow], _ selection: RowsCSV<PieceOutput>.Selection = .all, jobID: String? = "job", isRaw: Bool = false
) throws -> [UInt8] {
    var csv = RowsCSV(selection, options: CSVOptions(isRaw: isRaw), to: PieceOutput(piece: 1))
    try csv.beginRows(of: job(id: jobID))
    try csv.consume(rows)
    return try csv.finish(job: job(id: jobID)).bytes
}
