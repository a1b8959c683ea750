/// A day from which on the share of failed rows is higher or lower than before: the latest one that Pettitt's test
/// finds among days with jobs.
///
/// Days are ranked by share, so that one bad day does not make a change. With `n` days and
/// `U(t) = 2 (ranks of the first t days) - t (n + 1)`, the change comes after the day with the largest `|U|`. By
/// chance, a value as large occurs in fewer than 1 of 1,000 histories of that length
/// (`2 exp(-6 U² / (n³ + n²)) < 0.001`). The days after a change are searched again for a later one. All arithmetic is
/// in whole numbers.
package struct LevelChange: Sendable, Equatable {
    /// The minimum number of days on each side of a change.
    package static let fewestDays = 7
    /// The maximum number of days searched: the latest ones.
    package static let mostDays = 2000

    /// The first day after the change, as days since 1970-01-01.
    package var day: Int
    /// The sums of the days before it, back to the previous change, and of the days from it on.
    package var before: HistorySums
    package var since: HistorySums

    /// Returns the latest change; nil if there is none.
    package static func latest(in days: [HistoryDay]) -> LevelChange? {
        var days = days.filter { $0.sums.rows > 0 }.suffix(mostDays)
        var found: LevelChange?
        while let index = change(in: days) {
            let (before, since) = (sums(days[..<index]), sums(days[index...]))
            guard before.share != since.share else { break }
            found = LevelChange(day: days[index].day, before: before, since: since)
            days = days[index...]
        }
        return found
    }

    private static func sums(_ days: ArraySlice<HistoryDay>) -> HistorySums {
        var sums = HistorySums()
        for day in days { sums.add(day.sums) }
        return sums
    }

    /// Returns the index of the first day after a change.
    private static func change(in days: ArraySlice<HistoryDay>) -> Int? {
        let count = days.count
        guard count >= 2 * fewestDays else { return nil }
        let ranks = doubledRanks(days)
        var sum = 0
        var best: (size: Int, index: Int)?
        for place in 0..<count - fewestDays {
            sum += ranks[place]
            guard place + 1 >= fewestDays else { continue }
            let size = abs(sum - (place + 1) * (count + 1))
            if size > best?.size ?? 0 { best = (size, days.startIndex + place + 1) }
        }
        guard let best else { return nil }
        // 6 U² / (n³ + n²) > ln 2000 = 7.6009…
        let (size, length) = (Int128(best.size), Int128(count))
        return 60_000 * size * size > 76_010 * (length * length * length + length * length) ? best.index : nil
    }

    /// Returns twice the rank of each day's share, from 2 on. Days with equal shares have the mean of their ranks.
    private static func doubledRanks(_ days: ArraySlice<HistoryDay>) -> [Int] {
        let shares = days.map { $0.sums.share }
        let order = shares.indices.sorted { shares[$0] < shares[$1] }
        var ranks = [Int](repeating: 0, count: shares.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, shares[order[end]] == shares[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = start + 1 + end }
            start = end
        }
        return ranks
    }
}
