package import ImportAnalysis
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

    /// The header of a file that says what is known of codes, if a codes file is given.
    ///
    /// - Parameter hasLines: whether it also says where the rows are in what was sent.
    package static func header(codes: CodeBook?, hasLines: Bool = false) -> String {
        let known = codes == nil ? header : KnownCodes.extended(header)
        return hasLines ? known.dropLast() + ",source_line\r\n" : known
    }

    private let formatter: RowFormatter
    private var output: Output

    /// - Parameters:
    ///   - flushBytes: how much is collected before it is written.
    ///   - codes: adds the owners and actions of the codes of failed rows.
    ///   - places: adds the places of the rows in the source.
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

/// Turns rows into lines of CSV, and hands them on in large pieces.
///
/// Not generic over where they go: a generic one would look its types up for every run. A class that does its work in
/// a value: so the checks of exclusive access that come with a class are made once for all the runs of a call.
final class RowFormatter {
    typealias Write = (Span<UInt8>) throws -> Void

    private var lines: RowLines
    private let opening: [UInt8]

    /// - Parameter opening: what the file begins with.
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

    /// Forgets what waits, and starts again.
    func begin(jobID: String?) {
        lines.begin(jobID: jobID)
        lines.append(opening)
    }

    /// The rows that follow begin with these cells, each with its comma.
    func continueLines(with cells: [UInt8]) {
        lines.firstCells = cells
    }

    /// Appends the rows of the runs that the file lists. `write` gets what has been collected.
    func append(_ runs: Span<RowRun>, _ text: Span<UInt8>, _ write: Write) throws {
        try lines.append(runs, text, write)
    }

    /// Appends the rows of a run, if the file lists them. `write` gets what has been collected.
    func append(_ run: RowRun, _ text: Span<UInt8>, _ write: Write) throws {
        try lines.append(run, text, write)
    }

    /// Passes on what has been collected.
    func flush(_ write: Write) throws {
        try lines.flush(write)
    }

    /// What puts another first cell into all rows, if the job's id turned out to be another.
    func replacement(jobID: String?) -> FirstCellReplacement? {
        lines.replacement(jobID: jobID)
    }
}

/// Lines that wait to be handed on.
private struct RowLines: ~Copyable {
    typealias Write = RowFormatter.Write

    private let selection: RowSelection
    private let hasDetails: Bool
    /// What is said of codes at the end of each line.
    private var known: KnownCodes?
    /// Where the row is in what was sent, after that.
    private let places: (any RowPlaces)?
    private let options: CSVOptions
    private let flushBytes: Int
    private var buffer: CSVBuffer
    /// The number of the next row, as long as none is left out.
    private var number = DecimalCounter(1)
    /// The first cell of every row written so far, with its comma.
    var firstCells: [UInt8] = [UInt8(ascii: ",")] {
        didSet { shortJobCell = PaddedText(firstCells) }
    }
    /// The same, if it is no longer than ``shortCell``, as that of a UUID is.
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

    /// Rows of which nothing but the number and the id differs: no cell needs care, and each but the number is of a
    /// known width.
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

    /// One row with any cells.
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

/// The names of the outcomes, each between its commas.
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

/// Where the rows of a job are in what was sent.
package protocol RowPlaces: AnyObject {
    /// The line on which the record of a row begins, or its row in a sheet; nil if that is not known. Rows are asked for in
    /// their order, which may start again.
    func line(of row: Int) throws -> Int?
}
