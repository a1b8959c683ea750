/// The messages of one code, grouped by what is left when their values are masked.
///
/// Of more patterns than the limit, those with the smallest hashes are kept: a choice that does not depend on the
/// order of the rows. Until they are settled there may be some more.
struct MessagePatterns: Sendable {
    private var patterns: [MessagePattern] = []
    /// Open addressing: a pattern's number + 1, or 0 for a free place. The count is a power of two.
    private var places: [Int32] = []
    /// The smallest hash of a pattern that has given way. Those below it never have.
    private var bound: UInt64?
    /// Rows with other patterns.
    private(set) var otherRows = 0
    private var valueLimit = AnalysisLimits.valuesPerSlot

    /// Counts a row, whose message `mask` was applied to.
    mutating func count(
        row: Int, _ message: Span<UInt8>, _ mask: borrowing MessageMask, limit: Int, values: ValueShare
    ) {
        let key = mask.bytes.span.extracting(first: mask.count)
        let hash = TextHash.hash(key)
        guard let number = find(key, hash) ?? insert(mask, hash, message, row, limit, values) else {
            otherRows += 1
            return
        }
        patterns[number].count(row: row, message, mask.slots, valueLimit: valueLimit)
    }

    private func find(_ key: Span<UInt8>, _ hash: UInt64) -> Int? {
        guard !places.isEmpty else { return nil }
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != 0 {
            let number = Int(places[place]) - 1
            if patterns[number].hash == hash, patterns[number].key.isSame(as: key) { return number }
            place = (place + 1) & mask
        }
        return nil
    }

    private mutating func insert(
        _ mask: borrowing MessageMask, _ hash: UInt64, _ message: Span<UInt8>, _ row: Int, _ limit: Int,
        _ values: ValueShare
    ) -> Int? {
        // Room for some more, so that the largest hashes are sought now and then only.
        if patterns.count >= limit + limit / 4 + 1 { settle(limit: limit, values: values) }
        if let bound, hash >= bound { return nil }
        patterns.append(MessagePattern(mask, hash: hash, message: message, row: row))
        if patterns.count * 2 > places.count {
            rehash()
        } else {
            place(patterns.count - 1)
        }
        limitValues(values, limit: limit)
        return patterns.count - 1
    }

    /// Brings the values of all slots down to what the code may have.
    mutating func limitValues(_ values: ValueShare, limit: Int) {
        let isBeyond = bound != nil || patterns.count > limit
        let share = values.limit(patterns: isBeyond ? nil : patterns.count)
        guard share < valueLimit else { return }
        valueLimit = share
        for number in patterns.indices { patterns[number].limitValues(to: share) }
    }

    /// Keeps no more than `limit`, and counts the rows of the others.
    mutating func settle(limit: Int, values: ValueShare) {
        defer { limitValues(values, limit: limit) }
        guard patterns.count > limit else { return }
        let bound = patterns.map { $0.hash }.sorted()[limit]
        self.bound = bound
        otherRows = patterns.reduce(otherRows) { $1.hash < bound ? $0 : $0 + $1.rows }
        patterns.removeAll { $0.hash >= bound }
        rehash()
    }

    private mutating func rehash() {
        var count = 8
        while count < patterns.count * 3 { count *= 2 }
        places = [Int32](repeating: 0, count: count)
        for number in patterns.indices { place(number) }
    }

    private mutating func place(_ number: Int) {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: patterns[number].hash) & mask
        while places[place] != 0 { place = (place + 1) & mask }
        places[place] = Int32(number + 1)
    }

    /// The patterns, in no order.
    func summaries(rowsOfCode: Int) -> [MessageSummary] {
        patterns.map { $0.summary(rowsOfCode: rowsOfCode) }
    }
}
