/// The messages of one code, grouped by what is left when their values are masked.
///
/// Of more patterns than the limit, the most frequent ones are kept (``MostFrequent``). Until they are settled there may
/// be some more: those that are kept in the end are the better known.
struct MessagePatterns: Sendable {
    private var patterns = MostFrequent<MessagePattern>(limit: Self.room(AnalysisLimits.patternsPerCode))
    /// Rows with other patterns.
    private(set) var otherRows = 0
    private var valueLimit = AnalysisLimits.valuesPerSlot

    /// How many are told apart so that `limit` can be kept in the end. Of two for one, the one with more than half of the
    /// rows is kept.
    private static func room(_ limit: Int) -> Int { limit + limit / 4 + 1 }

    /// Counts a row, whose message `mask` was applied to.
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
        // A new code does not have the limit yet.
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

    /// Reduces the values of all slots to the limit of the code.
    private mutating func limitValues(_ values: ValueShare, limit: Int) {
        let isBeyond = patterns.floor > 0 || patterns.count > limit
        let share = values.limit(patterns: isBeyond ? nil : patterns.count)
        guard share < valueLimit else { return }
        valueLimit = share
        for number in patterns.elements.indices { patterns.elements[number].limitValues(to: share) }
    }

    /// Reduces the number of patterns that are told apart.
    mutating func shrink(limit: Int, values: ValueShare) {
        drop(to: Self.room(limit))
        limitValues(values, limit: limit)
    }

    /// Keeps no more than `limit`, and counts the rows of the others.
    mutating func settle(limit: Int, values: ValueShare) {
        drop(to: limit)
        limitValues(values, limit: limit)
    }

    /// Starts again with the messages of another code.
    mutating func clear() {
        patterns.removeAll(limit: patterns.limit)
        otherRows = 0
        valueLimit = AnalysisLimits.valuesPerSlot
    }

    /// The patterns, in no order.
    func summaries(rowsOfCode: Int) -> [MessageSummary] {
        patterns.elements.indices.map { number in
            var message = patterns.elements[number].summary(rowsOfCode: rowsOfCode)
            message.isAtLeast = patterns.floor(of: number) > 0
            return message
        }
    }
}
