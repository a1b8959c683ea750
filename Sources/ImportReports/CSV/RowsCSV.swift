package import ImportAnalysis
package import ImportDumps

/// Writes rows while they are read: `rows.csv` with all rows, `failures.csv` with those that failed or are
/// unclassified.
package struct RowsCSV<Output: ReportOutput>: RowSink {
    /// The rows that a file lists.
    package enum Selection: Sendable {
        case all
        /// Failed and unclassified rows.
        case failures
    }

    package static var header: String { "job_id,row,outcome,record_id,error_code,error_message,error_details\r\n" }

    /// Returns the header, which has more columns if a codes file is given.
    ///
    /// - Parameter hasLines: whether there is also a column for the lines of the rows in the source.
    package static func header(codes: CodeBook?, hasLines: Bool = false) -> String {
        let known = codes == nil ? header : KnownCodes.extended(header)
        return hasLines ? known.dropLast() + ",source_line\r\n" : known
    }

    private let formatter: RowFormatter
    private var output: Output

    /// - Parameters:
    ///   - flushBytes: the number of bytes to collect before they are written.
    ///   - codes: adds the owners and actions of the codes of failed rows.
    ///   - places: adds the lines of the rows in the source.
    package init(
        _ selection: Selection, options: CSVOptions, flushBytes: Int = 256 * 1024, codes: CodeBook? = nil,
        places: (any RowPlaces)? = nil, to output: Output
    ) {
        formatter = RowFormatter(
            selection == .failures ? .failures : .all, options: options, flushBytes: flushBytes,
            opening: options.opening(Self.header(codes: codes, hasLines: places != nil)), codes: codes, places: places)
        self.output = output
    }

    package mutating func beginRows(of job: DeclaredJob) throws {
        try output.restart()
        formatter.begin(jobID: job.jobID)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try formatter.append(runs, text) { try output.write($0) }
    }

    /// Writes the remaining rows.
    ///
    /// - Parameter job: what the dump says about its job, now that it was read to its end. If its `job_id` came after
    ///   the rows, or came twice, the rows get it now.
    /// - Returns: the output, which contains the whole file.
    package mutating func finish(job: DeclaredJob) throws -> Output {
        try formatter.flush { try output.write($0) }
        if var replacement = formatter.replacement(jobID: job.jobID) {
            try output.rewrite { replacement.apply(to: $0, into: &$1) }
        }
        return output
    }
}

/// Formats rows as lines of CSV, and passes them on in large pieces.
///
/// It is not generic over the output, because generic code would look up its types for every run. It is a class that
/// keeps its state in a value, so exclusive access is checked once for all the runs of a call.
final class RowFormatter {
    typealias Write = (Span<UInt8>) throws -> Void

    private var lines: RowLines
    private let opening: [UInt8]

    /// - Parameter opening: the first bytes of the file.
    init(
        _ selection: RowSelection, options: CSVOptions, flushBytes: Int, opening: [UInt8], hasDetails: Bool = true,
        codes: CodeBook? = nil, places: (any RowPlaces)? = nil
    ) {
        lines = RowLines(
            selection, options: options, flushBytes: flushBytes, hasDetails: hasDetails,
            known: codes.map { KnownCodes($0, options) }, places: places)
        self.opening = opening
        lines.append(opening)
    }

    /// Discards what has not been written, and starts over.
    func begin(jobID: String?) {
        lines.begin(jobID: jobID)
        lines.append(opening)
    }

    /// Sets the cells that the following rows begin with, each with its comma.
    func continueLines(with cells: [UInt8]) {
        lines.firstCells = cells
    }

    /// Appends the selected rows of the runs. `write` receives what has been collected.
    func append(_ runs: Span<RowRun>, _ text: Span<UInt8>, _ write: Write) throws {
        try lines.append(runs, text, write)
    }

    /// Appends the rows of a run if they are selected. `write` receives what has been collected.
    func append(_ run: RowRun, _ text: Span<UInt8>, _ write: Write) throws {
        try lines.append(run, text, write)
    }

    /// Writes what has been collected.
    func flush(_ write: Write) throws {
        try lines.flush(write)
    }

    /// Returns what replaces the first cell of all rows, if the job's id turned out to be another one.
    func replacement(jobID: String?) -> FirstCellReplacement? {
        lines.replacement(jobID: jobID)
    }
}

/// Lines that are yet to be passed on.
private struct RowLines: ~Copyable {
    typealias Write = RowFormatter.Write

    private let selection: RowSelection
    private let hasDetails: Bool
    /// The owners and actions of codes, at the end of each line.
    private var known: KnownCodes?
    /// The lines of the rows in the source, after those.
    private let places: (any RowPlaces)?
    private let options: CSVOptions
    private let flushBytes: Int
    private var buffer: CSVBuffer
    /// The number of the next row, unless rows are left out.
    private var number = DecimalCounter(1)
    /// The first cells of every row written so far, each with its comma.
    var firstCells: [UInt8] = [UInt8(ascii: ",")] {
        didSet { shortJobCell = PaddedText(firstCells) }
    }
    /// The same cells, valid if they are no longer than ``shortCell``, as those of a UUID are.
    private var shortJobCell = PaddedText<48>([UInt8(ascii: ",")])
    private let outcomeCells = OutcomeCells()

    private static let shortCell = 48
    private static let outcomeCell = 16

    init(
        _ selection: RowSelection, options: CSVOptions, flushBytes: Int, hasDetails: Bool, known: KnownCodes?,
        places: (any RowPlaces)?
    ) {
        self.places = places
        self.known = known
        self.selection = selection
        self.hasDetails = hasDetails
        self.options = options
        self.flushBytes = flushBytes
        buffer = CSVBuffer(capacity: flushBytes + 4096)
    }

    mutating func begin(jobID: String?) {
        buffer.removeAll()
        firstCells = cell(of: jobID)
    }

    mutating func append(_ opening: [UInt8]) {
        buffer.write(upTo: opening.count) { $0.append(opening.span) }
    }

    mutating func append(_ runs: Span<RowRun>, _ text: Span<UInt8>, _ write: Write) throws {
        for index in runs.indices { try append(runs[index], text, write) }
    }

    @inline(__always)
    mutating func append(_ run: RowRun, _ text: Span<UInt8>, _ write: Write) throws {
        let outcome = Outcome(run.facts)
        guard selection.contains(outcome), selection.takesAllCodes || selection.contains(run.code, text) else { return }
        if known == nil, places == nil, run.code == nil, run.message == nil, run.details == nil,
            !run.facts.contains(.idNotUUID),
            let id = run.id,
            id.count == 36,
            firstCells.count <= Self.shortCell
        {
            try append(run, ids: id, outcome, text, write)
        } else {
            for index in 0..<run.count { try append(run, index, outcome, text, write) }
        }
    }

    mutating func flush(_ write: Write) throws {
        let bytes = unsafe buffer.bytes
        try unsafe write(bytes.span)
        buffer.removeAll()
    }

    mutating func replacement(jobID: String?) -> FirstCellReplacement? {
        let rightCell = cell(of: jobID)
        guard rightCell != firstCells else { return nil }
        defer { firstCells = rightCell }
        return FirstCellReplacement(old: firstCells, new: rightCell)
    }

    /// Appends rows that differ only in number and id. No cell needs quotes, and all cells but the number have a known
    /// width.
    private mutating func append(
        _ run: RowRun, ids: TextRange, _ outcome: Outcome, _ text: Span<UInt8>, _ write: Write
    ) throws {
        let rowLimit = Self.shortCell + DecimalCounter.width + Self.outcomeCell + 36 + 5
        if number.value != run.firstRow { number = DecimalCounter(run.firstRow) }
        var index = 0
        while index < run.count {
            let end = min(run.count, index + max(1, (flushBytes - buffer.count) / rowLimit))
            buffer.write(upTo: (end - index) * rowLimit) { [shortJobCell, outcomeCells, hasDetails] writer in
                let outcomeCell = outcomeCells[outcome]
                for index in index..<end {
                    writer.append(shortJobCell)
                    writer.append(number)
                    writer.append(outcomeCell)
                    writer.appendUUID(of: text, at: ids.offset + index * run.idStride)
                    writer.append(hasDetails ? ",,,\r\n" : ",,\r\n")
                    number.increment()
                }
            }
            index = end
            if buffer.count + rowLimit > flushBytes { try flush(write) }
        }
    }

    /// Appends one row, whatever its cells are.
    private mutating func append(
        _ run: RowRun, _ index: Int, _ outcome: Outcome, _ text: Span<UInt8>, _ write: Write
    ) throws {
        let id = run.id?.advanced(by: index * run.idStride)
        let cells =
            CSVWriter.cellLimit(id?.count ?? 0) + CSVWriter.cellLimit(run.code?.count ?? 0)
            + CSVWriter.cellLimit(run.message?.count ?? 0) + CSVWriter.cellLimit(run.details?.count ?? 0)
        if number.value != run.firstRow + index { number = DecimalCounter(run.firstRow + index) }
        var ending = known?.cells(of: outcome, run.code, text) ?? []
        if let places {
            ending.appendComma()
            if let line = try places.line(of: run.firstRow + index) { ending.append(contentsOf: String(line).utf8) }
        }
        let limit = cells + ending.count + firstCells.count + 2 * DecimalCounter.width + Self.outcomeCell + 5
        buffer.write(upTo: limit) { [firstCells, options, outcomeCells, hasDetails, ending] writer in
            func appendCell(_ range: TextRange?) {
                guard let range else { return }
                writer.appendCell(text.extracting(range.offset..<range.offset + range.count), options)
            }
            writer.append(firstCells.span)
            writer.append(number)
            writer.append(outcomeCells[outcome])
            appendCell(id)
            writer.append(UInt8(ascii: ","))
            appendCell(run.code)
            writer.append(UInt8(ascii: ","))
            appendCell(run.message)
            if hasDetails {
                writer.append(UInt8(ascii: ","))
                appendCell(run.details)
            }
            writer.append(ending.span)
            writer.append("\r\n")
        }
        number.increment()
        if buffer.count >= flushBytes { try flush(write) }
    }

    private func cell(of jobID: String?) -> [UInt8] {
        var cell: [UInt8] = []
        cell.appendCell(jobID, options)
        cell.appendComma()
        return cell
    }
}

/// The names of the outcomes, each between commas.
private struct OutcomeCells {
    private let created = PaddedText<16>(",created,".utf8)
    private let existing = PaddedText<16>(",existing,".utf8)
    private let failed = PaddedText<16>(",failed,".utf8)
    private let unclassified = PaddedText<16>(",unclassified,".utf8)
    private let applied = PaddedText<16>(",applied,".utf8)

    @inline(__always)
    subscript(outcome: Outcome) -> PaddedText<16> {
        switch outcome {
        case .created: created
        case .existing: existing
        case .failed: failed
        case .unclassified: unclassified
        case .applied: applied
        }
    }
}

/// Finds the rows of a job in the source.
package protocol RowPlaces: AnyObject {
    /// Returns the line on which the record of a row begins, or its row in a sheet; nil if that is not known. Callers
    /// ask for rows in ascending order, and may start over.
    func line(of row: Int) throws -> Int?
}
