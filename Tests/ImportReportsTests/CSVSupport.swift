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

/// Keeps a report in memory, and passes it to a rewriter in small pieces.
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

/// Returns a job that has only an id.
func job(id: String?) -> DeclaredJob {
    var job = DeclaredJob()
    job.jobID = id
    return job
}

extension RowsCSV {
    /// Consumes rows, each as a run of one.
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
            try consume(InlineArray<1, RowRun>(repeating: run).span, text: text.span)
        }
    }
}

/// Returns the CSV file for these rows.
func rowsCSV(
    _ rows: [TestRow], _ selection: RowsCSV<PieceOutput>.Selection = .all, jobID: String? = "job", isRaw: Bool = false
) throws -> [UInt8] {
    var csv = RowsCSV(selection, options: CSVOptions(isRaw: isRaw), to: PieceOutput(piece: 1))
    try csv.beginRows(of: job(id: jobID))
    try csv.consume(rows)
    return try csv.finish(job: job(id: jobID)).bytes
}

/// A strict reader of RFC 4180: it requires CRLF after every record, and accepts quotes only around whole cells.
enum StrictCSV {
    struct Fault: Error {
        var byte: Int
        var reason: String
    }

    static func records(_ bytes: [UInt8]) throws(Fault) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var index = 0
        while index < bytes.count {
            let cell = try readCell(bytes, &index)
            guard let text = String(validating: cell, as: UTF8.self) else {
                throw Fault(byte: index, reason: "not UTF-8")
            }
            record.append(text)
            guard index < bytes.count else { throw Fault(byte: index, reason: "the last record has no end") }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                // A cell follows the comma and may be empty: the next iteration reads it.
                if index == bytes.count { throw Fault(byte: index, reason: "the last record has no end") }
                continue
            }
            guard bytes[index...].starts(with: [0x0D, 0x0A]) else {
                throw Fault(byte: index, reason: "neither comma nor CRLF after a cell")
            }
            index += 2
            records.append(record)
            record = []
        }
        return records
    }

    private static func readCell(_ bytes: [UInt8], _ index: inout Int) throws(Fault) -> [UInt8] {
        var cell: [UInt8] = []
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            while index < bytes.count, bytes[index] != UInt8(ascii: ","), bytes[index] != 0x0D {
                guard bytes[index] != UInt8(ascii: "\""), bytes[index] != 0x0A else {
                    throw Fault(byte: index, reason: "a quote or a line feed in a cell without quotes")
                }
                cell.append(bytes[index])
                index += 1
            }
            return cell
        }
        index += 1
        while true {
            guard index < bytes.count else { throw Fault(byte: index, reason: "a quote is not closed") }
            if bytes[index] != UInt8(ascii: "\"") {
                cell.append(bytes[index])
                index += 1
            } else if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") {
                cell.append(UInt8(ascii: "\""))
                index += 2
            } else {
                index += 1
                return cell
            }
        }
    }
}
