/// How each row changed between two dumps of the same rows.
package struct RowComparison: Sendable {
    /// The maximum number of ranges in each list.
    package static let rangesListed = 100

    /// Rows that both dumps have.
    package private(set) var compared = 0
    /// Rows that only one of the dumps has.
    package let onlyBefore: Int
    package let onlyAfter: Int
    /// The total that both dumps declare.
    package let total: Int
    /// Failed before; created, existing or applied after.
    package private(set) var fixed = RowRanges(limit: rangesListed)
    /// Failed before and after.
    package private(set) var stillFailing = RowRanges(limit: rangesListed)
    /// Failed before; unclassified after.
    package private(set) var undecided = RowRanges(limit: rangesListed)
    /// Anything but failed before; failed after.
    package private(set) var newlyFailing = RowRanges(limit: rangesListed)
    private var counts: [Int] = Array(repeating: 0, count: 16)
    /// The outcome with the bits 0: created or applied.
    private let first: Outcome

    /// Returns nil if there are both created and applied rows, because then the dumps cannot have the same rows.
    ///
    /// - Parameter total: the total that both dumps declare.
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
            // Most rows were created both times, or existed both times.
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
            if after == failed {
                stillFailing.add(row)
            } else if after < failed {
                fixed.add(row)
            } else {
                undecided.add(row)
            }
        } else if after == failed {
            newlyFailing.add(row)
        }
    }

    /// Returns the number of rows with these outcomes before and after.
    package func count(from before: Outcome, to after: Outcome) -> Int {
        let outcomes = [first] + Outcome.ofBits.dropFirst()
        guard let before = outcomes.firstIndex(of: before), let after = outcomes.firstIndex(of: after) else { return 0 }
        return counts[before * 4 + after]
    }
}

/// Row numbers as ascending ranges: the first ranges, and the number of all.
package struct RowRanges: Sendable {
    package private(set) var ranges: [ClosedRange<Int>] = []
    /// The rows of all ranges, including those that are not listed.
    package private(set) var rows = 0
    package private(set) var rangeCount = 0
    private var last = -1
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a row number greater than all previous ones.
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
