/// The messages of one code, grouped by what remains when their values are masked.
///
/// If there are more patterns than the limit, the most frequent are kept (``MostFrequent``). Until
/// ``settle(limit:values:)``, some more are tracked, so that the final counts are more accurate.
struct MessagePatterns: Sendable {
    private var patterns = MostFrequent<MessagePattern>(limit: Self.room(AnalysisLimits.patternsPerCode))
    /// The number of rows whose patterns were dropped.
    private(set) var otherRows = 0
    private var valueLimit = AnalysisLimits.valuesPerSlot

    /// Returns how many patterns to track so that `limit` of them can be kept in the end. For a limit of one, two are
    /// tracked, so that a pattern with more than half of the rows is kept.
    private static func room(_ limit: Int) -> Int { limit + limit / 4 + 1 }

    /// Counts a row. `mask` has already been applied to its message.
    mutating func count(
        row: Int, _ message: Span<UInt8>, _ mask: borrowing MessageMask, limit: Int, values: ValueShare
    ) {
        let key = mask.bytes.span.extracting(first: mask.count)
        let hash = TextHash.hash(key)
        let number = patterns.find(key, hash: hash) ?? insert(key, hash, mask.slots, message, row, limit, values)
        patterns.count(number)
        patterns.elements[number].count(row: row, message, mask.slots, valueLimit: valueLimit)
    }

    private mutating func insert(
        _ key: Span<UInt8>, _ hash: UInt64, _ slots: borrowing MessageSlots, _ message: Span<UInt8>, _ row: Int,
        _ limit: Int, _ values: ValueShare
    ) -> Int {
        // A new code has not been given the limit yet.
        drop(to: Self.room(limit))
        let (number, gaveWay) = patterns.insert(key, hash: hash, MessagePattern())
        if gaveWay { otherRows += patterns.elements[number].rows }
        patterns.elements[number].begin(slots, message: message, row: row)
        limitValues(values, limit: limit)
        return number
    }

    private mutating func drop(to limit: Int) {
        guard limit < patterns.limit else { return }
        otherRows = patterns.shrink(to: limit).reduce(otherRows) { $0 + $1.rows }
    }

    /// Applies the code's limit on values to all slots.
    private mutating func limitValues(_ values: ValueShare, limit: Int) {
        let isBeyond = patterns.floor > 0 || patterns.count > limit
        let share = values.limit(patterns: isBeyond ? nil : patterns.count)
        guard share < valueLimit else { return }
        valueLimit = share
        for number in patterns.elements.indices { patterns.elements[number].limitValues(to: share) }
    }

    /// Reduces the number of patterns that are tracked.
    mutating func shrink(limit: Int, values: ValueShare) {
        drop(to: Self.room(limit))
        limitValues(values, limit: limit)
    }

    /// Keeps at most `limit` patterns, and counts the rows of the others together.
    mutating func settle(limit: Int, values: ValueShare) {
        drop(to: limit)
        limitValues(values, limit: limit)
    }

    /// Removes all patterns, so that the messages of another code can be counted.
    mutating func clear() {
        patterns.removeAll(limit: patterns.limit)
        otherRows = 0
        valueLimit = AnalysisLimits.valuesPerSlot
    }

    /// Returns the patterns in no particular order.
    func summaries(rowsOfCode: Int) -> [MessageSummary] {
        patterns.elements.indices.map { number in
            var message = patterns.elements[number].summary(rowsOfCode: rowsOfCode)
            message.isAtLeast = patterns.floor(of: number) > 0
            return message
        }
    }
}
