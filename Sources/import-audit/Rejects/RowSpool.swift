import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import Synchronization

/// The rows of jobs, in a temporary file: which dump of a job counts is known only at the end, and data from a pipe
/// cannot be read again.
///
/// A run of rows takes a few bytes. A failed row also takes its texts and, where it is wanted, a row that succeeded its
/// id.
final class RowSpool: Sendable {
    private let file: Lock<TemporaryFile>
    private let jobs = Lock<[DocumentOrder: [Range<Int>]]>([:])

    /// - Parameter folder: the folder for the file.
    init(in folder: String) throws(CommandFailure) {
        file = Lock(try TemporaryFile(in: folder))
    }

    /// Appends rows, and returns their position.
    func append(_ bytes: [UInt8]) throws -> Range<Int> {
        let start = try file.withLock { try $0.append(bytes.span) }
        return start..<start + bytes.count
    }

    /// Notes that all rows of a dump have been appended.
    func finish(_ order: DocumentOrder, _ pieces: [Range<Int>]) {
        jobs.withLock { $0[order] = pieces }
    }

    /// The rows of a dump.
    func rows(of order: DocumentOrder) -> SpooledRows {
        SpooledRows(self, pieces: jobs.withLock { $0[order] ?? [] })
    }

    /// Reads the bytes that were appended at a position.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        try file.withLock { file in
            var target = bytes.mutableSpan
            try file.read(into: &target, at: range.lowerBound)
        }
        return bytes
    }
}

/// Rows that were read, in order.
struct SpooledRows {
    private let spool: RowSpool
    private var pieces: ArraySlice<Range<Int>>
    private var bytes: [UInt8] = []
    private var index = 0

    fileprivate init(_ spool: RowSpool, pieces: [Range<Int>]) {
        self.spool = spool
        self.pieces = pieces[...]
    }

    /// Consecutive rows with one outcome.
    struct Run {
        var outcome: Outcome
        /// Whether the stretch contains no whole row.
        var isDamaged: Bool
        var count: Int
        /// The id of each row; nil if ids were not kept.
        var ids: Range<Int>?
        /// The texts of a failed row.
        var code: Range<Int>?
        var message: Range<Int>?
    }

    /// Returns the next rows; nil at the end. Ranges are valid for ``text(_:)`` until the next call.
    mutating func next() throws -> Run? {
        if index == bytes.count {
            guard let piece = pieces.popFirst() else { return nil }
            bytes = try spool.read(piece)
            index = 0
        }
        let tag = bytes[index]
        index += 1
        var run = Run(
            outcome: RowSpoolTag.outcomes[Int(tag & RowSpoolTag.outcome)], isDamaged: tag & RowSpoolTag.damaged != 0,
            count: number())
        if tag & RowSpoolTag.ids != 0 {
            let size = number()
            run.ids = index..<index + size
            index += size
        }
        if tag & RowSpoolTag.texts != 0 {
            run.code = text()
            run.message = text()
        }
        return run
    }

    /// Returns the bytes in a range. The slice stays valid when more rows are read.
    func text(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// Removes the id at the front of `ids` and returns it; nil if there are no more, or the row has none.
    func nextID(_ ids: inout Range<Int>) -> Range<Int>? {
        guard !ids.isEmpty else { return nil }
        var at = ids.lowerBound
        let count = Self.number(bytes, &at)
        let id = at..<at + count
        ids = id.upperBound..<ids.upperBound
        return id.isEmpty ? nil : id
    }

    private mutating func text() -> Range<Int>? {
        let count = number() - 1
        guard count >= 0 else { return nil }
        defer { index += count }
        return index..<index + count
    }

    private mutating func number() -> Int { Self.number(bytes, &index) }

    /// Reads a number: seven bits in each byte, the lowest first (LEB128).
    static func number(_ bytes: [UInt8], _ index: inout Int) -> Int {
        var (value, shift) = (0, 0)
        while true {
            let byte = bytes[index]
            index += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }
}

private enum RowSpoolTag {
    static let outcomes = Outcome.allCases
    static let outcome: UInt8 = 0x07
    static let ids: UInt8 = 0x08
    static let texts: UInt8 = 0x10
    static let damaged: UInt8 = 0x20
}

/// Summarizes each dump, and keeps its rows.
struct SpoolingHandler: SummaryCompanion {
    /// The number of bytes that are collected before they are written to the file.
    private static let flushBytes = 64 * 1024
    /// The maximum number of ids in one run, which bounds what is read back at a time.
    private static let idsOfRun = 512

    private(set) var summary: SummaryHandler
    private let spool: RowSpool
    private let keepsAllIDs: Bool
    private var order = DocumentOrder(input: 0)
    private var bytes: [UInt8] = []
    private var ids: [UInt8] = []
    private var pieces: [Range<Int>] = []
    /// How many more ids to keep of the current job's rows that succeeded.
    private var idsLeft = 0

    /// - Parameter keepsAllIDs: whether to keep the id of each row, and not only those of rejects and of the first
    ///   other rows.
    init(_ summary: SummaryHandler, _ spool: RowSpool, keepsAllIDs: Bool) {
        self.summary = summary
        self.spool = spool
        self.keepsAllIDs = keepsAllIDs
    }

    mutating func begin(source: String, order: DocumentOrder) {
        summary.begin(source: source, order: order)
        self.order = order
        forget()
    }

    mutating func beginRows(of job: DeclaredJob) {
        summary.beginRows(of: job)
        forget()
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try summary.consume(runs, text: text)
        for index in runs.indices { try append(runs[index], text) }
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        if case .job = reading {
            try flush()
            spool.finish(order, pieces)
        }
        try summary.endDocument(reading, at: position)
        order.document += 1
        forget()
    }

    func finish() throws { try summary.finish() }

    private mutating func forget() {
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll()
        idsLeft = keepsAllIDs ? .max : JoinEvidence.idsLookedFor
    }

    private mutating func append(_ run: RowRun, _ text: Span<UInt8>) throws {
        let outcome = Outcome(run.facts)
        let isRejected = outcome == .failed || outcome == .unclassified
        var first = 0
        while first < run.count {
            let hasIDs = run.id != nil && (isRejected || idsLeft > 0)
            let count =
                hasIDs ? min(run.count - first, min(Self.idsOfRun, isRejected ? .max : idsLeft)) : run.count - first
            let hasTexts = run.code != nil || run.message != nil
            var tag = UInt8(RowSpoolTag.outcomes.firstIndex(of: outcome) ?? 0)
            if hasIDs { tag |= RowSpoolTag.ids }
            if hasTexts { tag |= RowSpoolTag.texts }
            if run.facts.contains(.damaged) { tag |= RowSpoolTag.damaged }
            bytes.append(tag)
            bytes.append(number: count)
            if hasIDs, let id = run.id {
                ids.removeAll(keepingCapacity: true)
                for index in first..<first + count {
                    Self.append(id.advanced(by: index * run.idStride), text, to: &ids)
                }
                bytes.append(number: ids.count)
                bytes.append(contentsOf: ids)
                if !isRejected { idsLeft -= count }
            }
            if hasTexts {
                // An empty code is none, as everywhere.
                Self.append(optional: run.code.flatMap { $0.count == 0 ? nil : $0 }, text, to: &bytes)
                Self.append(optional: run.message, text, to: &bytes)
            }
            first += count
            if bytes.count >= Self.flushBytes { try flush() }
        }
    }

    private mutating func flush() throws {
        guard !bytes.isEmpty else { return }
        pieces.append(try spool.append(bytes))
        bytes.removeAll(keepingCapacity: true)
    }

    private static func append(_ range: TextRange, _ text: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(number: range.count)
        let part = text.extracting(range.offset..<range.offset + range.count)
        unsafe part.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func append(optional range: TextRange?, _ text: Span<UInt8>, to bytes: inout [UInt8]) {
        guard let range else { return bytes.append(0) }
        bytes.append(number: range.count + 1)
        let part = text.extracting(range.offset..<range.offset + range.count)
        unsafe part.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}

extension [UInt8] {
    /// Appends a number, 0 or more, in as few bytes as possible: seven bits in each, the lowest first (LEB128).
    mutating func append(number: Int) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
