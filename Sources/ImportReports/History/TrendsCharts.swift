import ImportAnalysis
import ImportFoundation

/// The share of failed rows over time as a line, and its interval as a band around it: SVG paths in a view box 6000
/// wide and 1280 high, which the page stretches.
struct TrendChart {
    private static let width = 6000
    private static let height = 1280

    let line: String
    let band: String
    /// Where periods are that no line reaches, because there are no rows just before and after them, in hundredths of a
    /// percent of the width and the height.
    let points: [(x: Int, y: Int)]
    /// The share at the top of the chart, in thousandths.
    let top: Int

    /// - Parameter periods: two or more, the last of which is later than the first.
    init(_ periods: [TrendsReport.Sums]) {
        let first = periods.first?.number ?? 0
        let count = max(1, (periods.last?.number ?? 0) - first + 1)
        // The band must fit: if it were cut off, the axis would look like its upper end.
        let highest = periods.reduce(0) { $1.sums.rows > 0 ? max($0, $1.sums.interval.high) : $0 }
        let top = [2, 4, 6, 10, 20, 30, 40, 60, 100, 150, 200, 300, 400, 600].first { highest <= $0 * 1000 } ?? 1000
        self.top = top
        func x(_ number: Int) -> Int { (2 * (number - first) + 1) * Self.width / (2 * count) }
        func y(_ millionths: Int) -> Int {
            Self.height - min(Self.height, millionths * Self.height / (top * 1000))
        }
        var (line, band) = ("", "")
        var points: [(x: Int, y: Int)] = []
        var rest = periods.filter { $0.sums.rows > 0 }[...]
        while let start = rest.first {
            // There is no line across periods without rows.
            var end = rest.startIndex + 1
            while end < rest.endIndex, rest[end].number == rest[end - 1].number + 1 { end += 1 }
            let part = rest[rest.startIndex..<end]
            rest = rest[end...]
            let place = (x: x(start.number), y: y(start.sums.share.millionths))
            if part.count == 1 {
                points.append((place.x * 10_000 / Self.width, place.y * 10_000 / Self.height))
            } else {
                line += "M\(place.x) \(place.y)"
            }
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
        self.points = points
    }
}

/// A calendar of days: a column for each week, Monday at the top, and a square for each day with jobs, the larger the
/// higher its share of failed rows.
struct TrendCalendar {
    /// The number of years that are shown: the latest ones.
    private static let yearsShown = 3
    static let cell = 12
    static let sizes = [4, 5, 7, 9, 11]

    struct Year {
        var year: Int
        /// For each level, the `d` of a path; empty if no day has the level.
        var paths: [String]
        /// The days of the year that have jobs, with their levels.
        var days: [(day: HistoryDay, level: Int)]
    }

    let years: [Year]
    /// Whether there are jobs before the years that are shown.
    let isCut: Bool
    /// The highest share of each level but the first, as a text. That of the last level is the highest of all days.
    let bounds: [String]

    init(_ days: [HistoryDay]) {
        let last = days.last.map { TimeStep.years(1).number(ofDay: $0.day) } ?? 0
        let all = days
        let days = days.filter { TimeStep.years(1).number(ofDay: $0.day) > last - Self.yearsShown }
        isCut = days.count < all.count
        let bounds = Self.bounds(of: days)
        self.bounds = bounds.map { $0.text }
        var years: [Year] = []
        for day in days {
            let year = TimeStep.years(1).number(ofDay: day.day)
            if years.last?.year != year {
                years.append(Year(year: year, paths: Array(repeating: "", count: Self.sizes.count), days: []))
            }
            let share = day.sums.share.millionths
            let place = bounds.firstIndex { share <= $0.millionths } ?? bounds.count - 1
            let level = day.sums.failed == 0 ? 0 : 1 + place
            years[years.count - 1].paths[level] += Self.square(day.day, of: year, level)
            years[years.count - 1].days.append((day, level))
        }
        self.years = years
    }

    /// Returns the highest share of each level of days on which rows failed: the median, twice and four times that, as
    /// far as days have higher shares, and the highest of all. No two of them look the same in the legend.
    private static func bounds(of days: [HistoryDay]) -> [(millionths: Int, text: String)] {
        let failing = days.filter { $0.sums.failed > 0 }.map { $0.sums.share }.sorted()
        guard let highest = failing.last else { return [] }
        let middle = min(1_000_000, max(1, failing[failing.count / 2].millionths))
        let below = [middle, 2 * middle, 4 * middle].filter { $0 < highest.millionths }
        let bounds =
            below.map { ($0, Share(of: $0, in: 1_000_000).text) } + [(max(1, highest.millionths), highest.text)]
        return bounds.indices.filter { $0 + 1 == bounds.count || bounds[$0].1 != bounds[$0 + 1].1 }.map { bounds[$0] }
    }

    private static func square(_ day: Int, of year: Int, _ level: Int) -> String {
        let start = TimeStep.week.number(ofDay: HistoryTime.day(of: "\(year.digits(4))-01-01") ?? 0)
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

// MARK: - On the page

extension TrendsPage {
    /// The most rows of the table of days.
    private static let daysListed = 1100

    /// Returns a share as XML: small ones begin with "<".
    private static func scale(_ thousandths: Int) -> String {
        XMLText.escape(Share(of: thousandths, in: 1000).text)
    }

    mutating func appendChart(_ first: Int, _ last: Int) {
        let chart = TrendChart(periods)
        let most = periods.reduce(0) { max($0, $1.sums.rows) }
        let count = last - first + 1
        let word = report.period.step.word
        let line =
            chart.line.isEmpty
            ? ""
            : "<path class=\"line\" fill=\"none\" stroke=\"#cb2f3a\" stroke-width=\"18\" d=\"\(chart.line)\"/>\n"
        // Outside what the page stretches, which would make ellipses of them.
        let points = chart.points.map { x, y in
            "<circle class=\"point\" fill=\"#cb2f3a\" cx=\"\(BarSegments.percent(x))\" cy=\"\(BarSegments.percent(y))\" r=\"3\"/>\n"
        }
        let dots =
            chart.points.isEmpty ? "" : ", and a dot for each \(word) with no rows in the \(word)s before and after it"
        let described = periods.map { each in
            "\(report.name(each.number)): \(each.sums.rows > 0 ? each.sums.share.text : "no rows")"
        }
        text += """
            <figure class="timeline trend">
            <div class="rates">
            <p class="scale" aria-hidden="true"><span>\(Self.scale(chart.top))</span> <span>\(Self.scale(chart.top / 2))</span> <span>0%</span></p>
            <svg xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="128">
            <title>The share of failed rows by \(report.period.step.word)</title>
            <desc>\(XMLText.escape(described.joined(separator: " · ")))</desc>
            <svg viewBox="0 0 6000 1280" preserveAspectRatio="none">
            <path class="grid" fill="none" stroke="#dde2e8" stroke-width="8" d="M0 5h6000M0 640h6000M0 1275h6000"/>
            <path class="band" fill="#f4cdd0" d="\(chart.band)"/>
            \(line)</svg>
            \(points.joined())</svg>
            </div>
            <div class="volumes">
            <svg xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="32">
            <title>Rows by \(report.period.step.word)</title>
            <desc>How many rows the jobs had: the numbers are in the table.</desc>

            """
        for each in periods {
            let (start, end) = ((each.number - first) * 10_000 / count, (each.number - first + 1) * 10_000 / count)
            let width = min(600, (end - start) * 4 / 5)
            let height = max(600, Int(clamping: Int128(each.sums.rows) * 10_000 / Int128(max(most, 1))))
            let bar = ChartBar(
                x: start + (end - start - width) / 2, y: 10_000 - min(height, 10_000), width: width,
                height: min(height, 10_000))
            text +=
                "<rect class=\"volume\" fill=\"#8a939e\" \(bar.attributes)/>\n"
        }
        text += """
            </svg>
            <p class="ends" aria-hidden="true"><span>\(report.name(first))</span> <span>\(report.name(last))</span></p>
            </div>
            <figcaption>The share of failed rows by \(report.period.step.word), with its 95% interval as a band\(dots); below it how many rows there were, at most \(Wording.grouped(most)). \(TrendsReport.intervalRule)</figcaption>
            </figure>

            """
    }

    private static let fills = ["#8a939e", "#e5989d", "#dc7078", "#d34a54", "#cb2f3a"]

    mutating func appendCalendar() {
        let calendar = TrendCalendar(trends.days)
        text += """
            <section id="calendar" aria-labelledby="calendar-heading">
            <h2 id="calendar-heading">Days</h2>
            <p>A square for each day with jobs, a column for each week, Monday at the top. The larger and darker the square, the higher the share of failed rows.\(calendar.isCut ? " Only the last three years are shown." : "")</p>
            <figure class="calendar">

            """
        for year in calendar.years.reversed() {
            let worst = WorstDay.days(among: year.days.map { $0.day }, limit: 3).map {
                "\(TimeStep.inFull(day: $0.day)): \($0.sums.share.text)"
            }
            let most = worst.isEmpty ? "No row failed." : "The worst days: \(worst.joined(separator: " · "))"
            text += """
                <h3>\(year.year)</h3>
                <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 648 84">
                <title>Days of \(year.year)</title>
                <desc>\(Wording.daysWord(year.days.count)) with jobs. \(XMLText.escape(most)) The numbers are in the table.</desc>

                """
            for (level, path) in year.paths.enumerated() where !path.isEmpty {
                text += "<path class=\"level-\(level)\" fill=\"\(Self.fills[level])\" d=\"\(path)\"/>\n"
            }
            text += "</svg>\n"
        }
        text += "</figure>\n<ul class=\"legend\">\n"
        let words =
            ["no row failed"]
            + calendar.bounds.enumerated().map { level, bound in
                bound.hasPrefix("<") || bound.hasPrefix(">") ? bound : (level == 0 ? "up to " : "to ") + bound
            }
        for (level, word) in words.enumerated() {
            let size = TrendCalendar.sizes[level]
            let start = (TrendCalendar.cell - size) / 2
            text += "<li><span aria-hidden=\"true\">"
            text += "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"12\" height=\"12\">"
            text += "<path class=\"level-\(level)\" fill=\"\(Self.fills[level])\" "
            text += "d=\"M\(start) \(start)h\(size)v\(size)h-\(size)z\"/></svg></span> "
            text += "<span>\(XMLText.escape(word))</span></li>\n"
        }
        text += "</ul>\n<details>\n<summary>Show data</summary>\n"
        let days = calendar.years.flatMap { $0.days.map { $0.day } }.suffix(Self.daysListed)
        appendSums(
            "Days with jobs, in UTC, with the 95% interval below each share", TimeStep.day.heading,
            days.reversed().map { (TimeStep.inFull(day: $0.day), $0.sums) })
        text += "</details>\n</section>\n\n"
    }
}
