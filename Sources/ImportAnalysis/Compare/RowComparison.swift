/// How each row changed between two dumps of the same rows.
package struct RowComparison: Sendable {
    /// Ranges of rows that each list has.
    package static let rangesListed = 100

    /// Rows that both dumps have.
    package private(set) var compared = 0
    /// Rows that only one of the dumps has.
    package let onlyBefore: Int
    package let onlyAfter: Int
    /// What both declare as their total.
    package let total: Int
    /// Failed before; created, existing or applied after.
    package private(set) var fixed = RowRanges(limit: rangesListed)
    /// Failed before and after.
    package private(set) var stillFailing = RowRanges(limit: rangesListed)
    /// Created, existing or applied before; failed after.
    package private(set) var newlyFailing = RowRanges(limit: rangesListed)
    private var counts: [Int] = Array(repeating: 0, count: 16)
    /// Which outcome has the bits 0.
    private let first: Outcome

    /// Nil if the rows of one are created and those of the other applied: these cannot be the same rows.
    ///
    /// - Parameter total: what both dumps declare.
    package init?(before: RowOutcomes, after: RowOutcomes, total: Int) {
        let isApplied = before.hasApplied || after.hasApplied
        if isApplied, before.hasCreated || after.hasCreated { return nil }
        first = isApplied ? .applied : .created
        self.total = total
        let both = min(before.count, after.count)
        onlyBefore = before.count - both
        onlyAfter = after.count - both
        var row = 1
        while row <= both {
            let (first, second) = (before.four(from: row), after.four(from: row))
            // Most rows were created, or there already, both times.
            if first == second, first == 0 || first == 0b0101_0101, row + 3 <= both {
                counts[first == 0 ? 0 : 5] += 4
                row += 4
                continue
            }
            for index in 0..<min(4, both - row + 1) {
                let shift = UInt8(index * 2)
                count(row + index, Int(first >> shift & 3), Int(second >> shift & 3))
            }
            row += 4
        }
        compared = both
    }

    private mutating func count(_ row: Int, _ before: Int, _ after: Int) {
        counts[before * 4 + after] += 1
        let failed = 2
        if before == failed {
            if after == failed { stillFailing.add(row) } else if after < failed { fixed.add(row) }
        } else if before < failed, after == failed {
            newlyFailing.add(row)
        }
    }

    /// Rows of one outcome before and one after.
    package func count(from before: Outcome, to after: Outcome) -> Int {
        let outcomes = [first] + Outcome.ofBits.dropFirst()
        guard let before = outcomes.firstIndex(of: before), let after = outcomes.firstIndex(of: after) else { return 0 }
        return counts[before * 4 + after]
    }
}

/// Rows as ranges, in ascending order: the first ones, and how many there are.
package struct RowRanges: Sendable {
    package private(set) var ranges: [ClosedRange<Int>] = []
    /// Rows of all ranges, also of those that are not listed.
    package private(set) var rows = 0
    package private(set) var rangeCount = 0
    private var last = -1
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a row that is greater than all before.
    mutating func add(_ row: Int) {
        rows += 1
        if row == last + 1, let current = ranges.last, rangeCount == ranges.count {
            ranges[ranges.count - 1] = current.lowerBound...row
        } else if row != last + 1 || rangeCount == 0 {
            rangeCount += 1
            if ranges.count < limit { ranges.append(row...row) }
        }
        last = row
    }
}
