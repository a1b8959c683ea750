/// The different values of one slot with their rows, while there are few of them.
struct SlotValues: Sendable {
    private var hashes: [UInt64] = []
    private var rows: [Int] = []
    private var texts: [[UInt8]] = []

    /// - Parameter rows: how many have `value`.
    init(_ value: Span<UInt8>, rows: Int) {
        let key = value.extracting(value.wholeCharacters(AnalysisLimits.valueBytes))
        insert(key, TextHash.hash(key), rows: rows)
    }

    /// Counts a row; false if its value is one too many to be told apart.
    mutating func count(_ value: Span<UInt8>) -> Bool {
        let key = value.extracting(value.wholeCharacters(AnalysisLimits.valueBytes))
        let hash = TextHash.hash(key)
        for index in hashes.indices where hashes[index] == hash && texts[index].isSame(as: key) {
            rows[index] += 1
            return true
        }
        guard hashes.count < AnalysisLimits.valuesPerSlot else { return false }
        insert(key, hash, rows: 1)
        return true
    }

    private mutating func insert(_ key: Span<UInt8>, _ hash: UInt64, rows count: Int) {
        hashes.append(hash)
        rows.append(count)
        texts.append(Array(key))
    }

    /// How many different values there are.
    var count: Int { hashes.count }

    /// The values, the most frequent first.
    func sorted() -> [ValueSummary] {
        zip(texts, rows).map { ValueSummary(value: String(decoding: $0, as: UTF8.self), rows: $1) }
            .sorted { ($1.rows, $0.value.sortKey) < ($0.rows, $1.value.sortKey) }
    }
}

extension Span<UInt8> {
    /// As much of a text as `limit` bytes hold, less those of a character that would be cut.
    func wholeCharacters(_ limit: Int) -> Range<Int> {
        guard count > limit else { return 0..<count }
        var end = limit
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return 0..<end
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
