import ImportAnalysis

/// The share of failed rows over time as a line, and its interval as a band around it: paths in a view 6000 wide and 1280
/// high, which the page stretches.
struct TrendChart {
    private static let width = 6000
    private static let height = 1280

    let line: String
    let band: String
    /// The share at the top, in thousandths.
    let top: Int

    /// - Parameter periods: two or more, of which the last is later than the first.
    init(_ periods: [TrendsReport.Sums]) {
        let first = periods.first?.number ?? 0
        let count = max(1, (periods.last?.number ?? 0) - first + 1)
        // What the interval of a few rows reaches says little: the line decides how high the chart is.
        let highest = periods.reduce(0) { max($0, $1.sums.share.millionths) }
        let top = [2, 4, 6, 10, 20, 30, 40, 60, 100, 150, 200, 300, 400, 600].first { highest <= $0 * 1000 } ?? 1000
        self.top = top
        func x(_ number: Int) -> Int { (2 * (number - first) + 1) * Self.width / (2 * count) }
        func y(_ millionths: Int) -> Int {
            Self.height - min(Self.height, millionths * Self.height / (top * 1000))
        }
        var (line, band) = ("", "")
        var rest = periods.filter { $0.sums.rows > 0 }[...]
        while let start = rest.first {
            // Between periods without rows there is no line.
            var end = rest.startIndex + 1
            while end < rest.endIndex, rest[end].number == rest[end - 1].number + 1 { end += 1 }
            let part = rest[rest.startIndex..<end]
            rest = rest[end...]
            line += "M\(x(start.number)) \(y(start.sums.share.millionths))"
            line += part.count == 1 ? "h1" : ""
            line += part.dropFirst().map { "L\(x($0.number)) \(y($0.sums.share.millionths))" }.joined()
            let half = part.count == 1 ? Self.width / (3 * count) : 0
            let upper = part.map { (x($0.number), y($0.sums.interval.high)) }
            let lower = part.map { (x($0.number), y($0.sums.interval.low)) }
            let corners =
                half > 0
                ? [
                    (upper[0].0 - half, upper[0].1), (upper[0].0 + half, upper[0].1), (lower[0].0 + half, lower[0].1),
                    (lower[0].0 - half, lower[0].1),
                ] : upper + lower.reversed()
            band += "M" + corners.map { "\($0.0) \($0.1)" }.joined(separator: "L") + "z"
        }
        self.line = line
        self.band = band
    }
}

/// A calendar of days: a column for each week, Monday at the top, and a square for each day with jobs, the larger the
/// higher its share of failed rows.
struct TrendCalendar {
    /// Years that are shown: the latest.
    private static let yearsShown = 3
    static let cell = 12
    static let sizes = [4, 5, 7, 9, 11]

    struct Year {
        var year: Int
        /// Of each level, the `d` of a path; empty if there is no such day.
        var paths: [String]
        /// The days that are in it, with their levels.
        var days: [(day: HistoryDay, level: Int)]
    }

    let years: [Year]
    /// The highest share of each level but the first and the last, as a text.
    let bounds: [String]

    init(_ days: [HistoryDay]) {
        let failing = days.filter { $0.sums.failed > 0 }.map { $0.sums.share }.sorted()
        let middle = failing.isEmpty ? 0 : failing[failing.count / 2].millionths
        let bounds = [middle, 2 * middle, 4 * middle]
        self.bounds = bounds.map { Share(of: min($0, 1_000_000), in: 1_000_000).text }
        let last = days.last.map { TimeStep.years(1).number(ofDay: $0.day) } ?? 0
        var years: [Year] = []
        for day in days {
            let year = TimeStep.years(1).number(ofDay: day.day)
            guard year > last - Self.yearsShown else { continue }
            if years.last?.year != year {
                years.append(Year(year: year, paths: Array(repeating: "", count: Self.sizes.count), days: []))
            }
            let share = day.sums.share.millionths
            let level = day.sums.failed == 0 ? 0 : 1 + (bounds.firstIndex { share <= $0 } ?? bounds.count)
            years[years.count - 1].paths[level] += Self.square(day.day, of: year, level)
            years[years.count - 1].days.append((day, level))
        }
        self.years = years
    }

    private static func square(_ day: Int, of year: Int, _ level: Int) -> String {
        let start = TimeStep.week.number(ofDay: HistoryTime.day(of: "\(year.padded(4))-01-01") ?? 0)
        let week = TimeStep.week.number(ofDay: day)
        let weekday = day + 3 - week * 7
        let size = sizes[level]
        let x = (week - start) * cell + (cell - size) / 2
        let y = weekday * cell + (cell - size) / 2
        return "M\(x) \(y)h\(size)v\(size)h-\(size)z"
    }
}

/// The share of one code over the periods, as bars of a path 64 wide and 12 high.
struct CodeSpark {
    let path: String

    init(_ line: HistoryCodeLine, in periods: [TrendsReport.Sums], by period: TrendsReport.Period) {
        let first = periods.first?.number ?? 0
        let count = max(1, (periods.last?.number ?? 0) - first + 1)
        let rows = Dictionary(periods.map { ($0.number, $0.sums.rows) }) { _, last in last }
        let shares = TrendsReport.periods(of: line.days, by: period).compactMap { each in
            rows[each.number].map { (each.number, Share(of: each.sums.failed, in: $0).millionths) }
        }
        let highest = max(1, shares.reduce(0) { max($0, $1.1) })
        path = shares.map { number, share in
            let (start, end) = ((number - first) * 64 / count, (number - first + 1) * 64 / count)
            let height = max(1, share * 12 / highest)
            return "M\(start) 12h\(max(1, end - start))v-\(height)h-\(max(1, end - start))z"
        }.joined()
    }
}

extension Int {
    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}
