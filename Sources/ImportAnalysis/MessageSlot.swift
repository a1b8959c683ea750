import ImportFoundation

/// The slots of the current message, in memory that is reused for the next one.
struct MessageSlots: Sendable {
    private var slots: [MessageSlot] = []
    private(set) var count = 0

    mutating func removeAll() {
        count = 0
    }

    mutating func append(_ slot: MessageSlot) {
        if count < slots.count { slots[count] = slot } else { slots.append(slot) }
        count += 1
    }

    subscript(index: Int) -> MessageSlot { slots[index] }
}

/// A position in a message that holds a value.
struct MessageSlot: Sendable {
    /// The value's byte offset in its message. Only the first 1,024 bytes of a message are examined.
    var offset: UInt16
    var count: UInt16
    var kind: Kind
    /// What the value cannot be.
    var doubts: Doubts = []

    init(_ range: Range<Int>, _ kind: Kind, _ doubts: Doubts = []) {
        offset = UInt16(truncatingIfNeeded: range.lowerBound)
        count = UInt16(truncatingIfNeeded: range.count)
        self.kind = kind
        self.doubts = doubts
    }

    var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }

    /// The kind of value. Messages with different kinds at the same slot have different patterns. In a masked message,
    /// the raw value replaces the value: a byte that never occurs in UTF-8.
    enum Kind: UInt8, Sendable {
        /// A number, hexadecimal digits, or letters with digits: a single kind, because some random identifiers consist
        /// of digits only.
        case token = 0xF8
        case uuid, email, url, date
        /// Quoted text, without the quotes.
        case text
    }

    struct Doubts: OptionSet, Sendable {
        let rawValue: UInt8

        static let isNoNumber = Doubts(rawValue: 1 << 0)
        static let isNoHex = Doubts(rawValue: 1 << 1)
    }

    /// Returns the name of a slot, given the union of the doubts of its values.
    static func name(of kind: Kind, _ doubts: Doubts) -> String {
        switch kind {
        case .uuid: "uuid"
        case .email: "email"
        case .url: "url"
        case .date: "date"
        case .text: "text"
        case .token: !doubts.contains(.isNoNumber) ? "number" : !doubts.contains(.isNoHex) ? "hex" : "id"
        }
    }

    /// Returns the doubts that values with a name have or may have: a number may or may not consist of hexadecimal
    /// digits. Nil if values of the kind never have that name.
    static func doubts(of kind: Kind, named name: String) -> Doubts? {
        guard kind == .token else { return name == self.name(of: kind, []) ? [] : nil }
        switch name {
        case "number": return .isNoHex
        case "hex": return .isNoNumber
        case "id": return [.isNoNumber, .isNoHex]
        default: return nil
        }
    }
}

/// The distinct values of one slot and their row counts, up to a limit.
struct SlotValues: Sendable {
    private var texts = TextIndex(smallest: 8)
    private var rows: [Int] = []

    /// - Parameter rows: the number of rows with `value`.
    init(_ value: Span<UInt8>, rows: Int) {
        let key = value.extracting(0..<value.wholeCharacters(within: AnalysisLimits.valueBytes))
        insert(key, TextHash.hash(key), rows: rows)
    }

    /// Counts a row. Returns false if its value is new and there are `limit` values already.
    mutating func count(_ value: Span<UInt8>, limit: Int) -> Bool {
        let key = value.extracting(0..<value.wholeCharacters(within: AnalysisLimits.valueBytes))
        let hash = TextHash.hash(key)
        if let number = texts.find(key, hash: hash) {
            rows[number] += 1
            return true
        }
        guard rows.count < limit else { return false }
        insert(key, hash, rows: 1)
        return true
    }

    private mutating func insert(_ key: Span<UInt8>, _ hash: UInt64, rows count: Int) {
        _ = texts.insert(key, hash: hash)
        rows.append(count)
    }

    /// The number of distinct values.
    var count: Int { rows.count }

    /// Returns the values, the most frequent first.
    func sorted() -> [ValueSummary] {
        rows.indices.map { ValueSummary(value: String(decoding: texts.text($0), as: UTF8.self), rows: rows[$0]) }
            .sorted { ($1.rows, $0.value.sortKey) < ($0.rows, $1.value.sortKey) }
    }
}

/// The number of distinct values of a slot that are told apart.
///
/// The slots of a job share a fixed number of values, divided by the numbers of codes and patterns. Both only grow
/// while rows are read, so the share only shrinks, and which slots have too many values does not depend on the order of
/// the rows.
struct ValueShare: Sendable, Equatable {
    /// The number of codes of the job plus one, rounded up to a power of two.
    private(set) var codes: Int

    init(codes count: Int) {
        codes = Self.roundedUp(count + 1)
    }

    /// - Parameter patterns: the number of patterns of the code; nil if it is beyond the limit.
    func limit(patterns: Int?) -> Int {
        guard let patterns else { return AnalysisLimits.fewestValuesPerSlot }
        let share = AnalysisLimits.valuesShared / (codes * Self.roundedUp(patterns))
        return min(max(share, AnalysisLimits.fewestValuesPerSlot), AnalysisLimits.valuesPerSlot)
    }

    private static func roundedUp(_ count: Int) -> Int {
        var power = 1
        while power < count { power *= 2 }
        return power
    }
}

extension [UInt8] {
    init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    func isSame(as other: Span<UInt8>) -> Bool {
        span.isSame(as: other)
    }
}
