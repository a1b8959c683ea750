import ImportAnalysis
import ImportDumps

/// Turns rows into lines of CSV, and hands them on in large pieces.
///
/// Not generic over where they go: a generic one would look its types up for every run.
final class RowFormatter {
    typealias Write = (Span<UInt8>) throws -> Void

    private let onlyFailures: Bool
    private let options: CSVOptions
    private let flushBytes: Int
    private let buffer: CSVBuffer
    /// The number of the next row, as long as none is left out.
    private var number = DecimalCounter(1)
    /// The first cell of every row written so far, with its comma.
    private var jobCell: [UInt8] = [UInt8(ascii: ",")]

    init(onlyFailures: Bool, options: CSVOptions, flushBytes: Int, header: StaticString) {
        self.onlyFailures = onlyFailures
        self.options = options
        self.flushBytes = flushBytes
        buffer = CSVBuffer(capacity: flushBytes + 4096)
        append(header)
    }

    /// Forgets what waits, and begins anew.
    func begin(jobID: String?, header: StaticString) {
        buffer.removeAll()
        append(header)
        jobCell = cell(of: jobID)
    }

    /// Appends the rows of a run, if the file lists them. `write` gets what has gathered.
    func append(_ run: RowRun, _ text: Span<UInt8>, _ write: Write) throws {
        let outcome = Outcome(run.facts)
        if onlyFailures, outcome == .created || outcome == .existing { return }
        if run.code == nil, run.message == nil, !run.facts.contains(.idNotUUID), let id = run.id, id.count == 36 {
            try append(run, ids: id, outcome.cell, text, write)
        } else {
            for index in 0..<run.count { try append(run, index, outcome.cell, text, write) }
        }
    }

    /// Hands on what has gathered.
    func flush(_ write: Write) throws {
        let bytes = unsafe buffer.bytes
        try unsafe write(bytes.span)
        buffer.removeAll()
    }

    /// What puts another first cell into all rows, if the job's id turned out to be another.
    func replacement(jobID: String?) -> FirstCellReplacement? {
        let rightCell = cell(of: jobID)
        guard rightCell != jobCell else { return nil }
        defer { jobCell = rightCell }
        return FirstCellReplacement(old: jobCell, new: rightCell)
    }

    /// Rows of which nothing but the number and the id differs: no cell needs care.
    private func append(
        _ run: RowRun, ids: TextRange, _ outcome: StaticString, _ text: Span<UInt8>, _ write: Write
    ) throws {
        let rowLimit = jobCell.count + outcome.utf8CodeUnitCount + 36 + 4 + DecimalCounter.width
        if number.value != run.firstRow { number = DecimalCounter(run.firstRow) }
        var index = 0
        while index < run.count {
            let room = flushBytes - buffer.count
            let fitsWhole = (run.count - index) * rowLimit <= room
            let end = fitsWhole ? run.count : min(run.count, index + max(1, room / rowLimit))
            buffer.write(upTo: (end - index) * rowLimit + DecimalCounter.width) { writer in
                for index in index..<end {
                    writer.append(jobCell.span)
                    writer.append(number)
                    writer.append(outcome)
                    writer.appendUUID(of: text, at: ids.offset + index * run.idStride)
                    writer.append(",,\r\n")
                    number.increment()
                }
            }
            index = end
            if buffer.count + rowLimit > flushBytes { try flush(write) }
        }
    }

    /// One row with any cells.
    private func append(
        _ run: RowRun, _ index: Int, _ outcome: StaticString, _ text: Span<UInt8>, _ write: Write
    ) throws {
        let id = run.id?.advanced(by: index * run.idStride)
        let cells =
            CSVWriter.cellLimit(id?.count ?? 0) + CSVWriter.cellLimit(run.code?.count ?? 0)
            + CSVWriter.cellLimit(run.message?.count ?? 0)
        if number.value != run.firstRow + index { number = DecimalCounter(run.firstRow + index) }
        buffer.write(upTo: cells + jobCell.count + outcome.utf8CodeUnitCount + 2 * DecimalCounter.width + 4) { writer in
            writer.append(jobCell.span)
            writer.append(number)
            writer.append(outcome)
            appendCell(id, of: text, to: &writer)
            writer.append(UInt8(ascii: ","))
            appendCell(run.code, of: text, to: &writer)
            writer.append(UInt8(ascii: ","))
            appendCell(run.message, of: text, to: &writer)
            writer.append("\r\n")
        }
        number.increment()
        if buffer.count >= flushBytes { try flush(write) }
    }

    private func appendCell(_ range: TextRange?, of text: Span<UInt8>, to writer: inout CSVWriter) {
        guard let range else { return }
        writer.appendCell(text.extracting(range.offset..<range.offset + range.count), options)
    }

    private func append(_ header: StaticString) {
        buffer.write(upTo: header.utf8CodeUnitCount) { $0.append(header) }
    }

    private func cell(of jobID: String?) -> [UInt8] {
        var cell: [UInt8] = []
        cell.appendCell(jobID, options)
        cell.appendComma()
        return cell
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
