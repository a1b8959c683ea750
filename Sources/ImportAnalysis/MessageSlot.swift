import ImportFoundation

/// The slots of one message after the other, in memory that stays.
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

/// A place in a message where a value stands.
struct MessageSlot: Sendable {
    /// Where the value is in its message. A message is looked at in its first 1,024 bytes.
    var offset: UInt16
    var count: UInt16
    var kind: Kind
    /// What the value is not.
    var doubts: Doubts = []

    init(_ range: Range<Int>, _ kind: Kind, _ doubts: Doubts = []) {
        offset = UInt16(truncatingIfNeeded: range.lowerBound)
        count = UInt16(truncatingIfNeeded: range.count)
        self.kind = kind
        self.doubts = doubts
    }

    var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }

    /// What tells two slots apart: messages with different kinds in one place have different patterns. The number
    /// stands for the value in a masked message: a byte that is in no UTF-8.
    enum Kind: UInt8, Sendable {
        /// A number, hexadecimal digits, or letters with digits: one kind, since of random identifiers some are mere
        /// digits.
        case token = 0xF8
        case uuid, email, url, date
        /// Text in quotes, which are not part of it.
        case text
    }

    struct Doubts: OptionSet, Sendable {
        let rawValue: UInt8

        static let isNoNumber = Doubts(rawValue: 1 << 0)
        static let isNoHex = Doubts(rawValue: 1 << 1)
    }

    /// The name of a slot, given what all its values are not.
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

    /// What values with a name are not, or may not be: numbers may be hexadecimal digits or not. Nil if values of the
    /// kind are never called so.
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

/// The different values of one slot with their rows, while they are not too many.
struct SlotValues: Sendable {
    private var texts = TextIndex(smallest: 8)
    private var rows: [Int] = []

    /// - Parameter rows: how many have `value`.
    init(_ value: Span<UInt8>, rows: Int) {
        let key = value.extracting(0..<value.wholeCharacters(within: AnalysisLimits.valueBytes))
        insert(key, TextHash.hash(key), rows: rows)
    }

    /// Counts a row; false if its value would be one more than `limit`.
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

    /// How many different values there are.
    var count: Int { rows.count }

    /// The values, the most frequent first.
    func sorted() -> [ValueSummary] {
        rows.indices.map { ValueSummary(value: String(decoding: texts.text($0), as: UTF8.self), rows: rows[$0]) }
            .sorted { ($1.rows, $0.value.sortKey) < ($0.rows, $1.value.sortKey) }
    }
}

/// How many different values of a slot are told apart.
///
/// The slots of a job share a number of values, by how many codes and patterns there are. These only become more while
/// rows come, so the share only becomes smaller, and which slots have too many values does not depend on the rows'
/// order.
struct ValueShare: Sendable, Equatable {
    /// The codes of the job and one more, rounded up to a power of two.
    private(set) var codes: Int

    init(codes count: Int) {
        codes = Self.roundedUp(count + 1)
    }

    /// - Parameter patterns: those of the code; nil if it has more than are told apart.
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
