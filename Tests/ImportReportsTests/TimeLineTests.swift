import Foundation
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import TestSupport
import Testing

/// The failures of many jobs over time.
struct TimeLineTests {
    private static func line(_ dates: [String?]) -> TimeLine {
        var line = TimeLine()
        for (index, date) in dates.enumerated() {
            line.add(createdAt: date, rows: counts(created: index % 7 + 1, failed: index % 3))
        }
        return line
    }

    /// Returns an overview for the validators with dates that are in no reader's calendar.
    static func strange() throws -> OverviewBuilder {
        var overview = OverviewBuilder()
        for date in ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:60-23:59", "<script>", "2026-03-01T00:00:00Z"] {
            var job = try audit(sample: "many-failures")
            job.job.createdAt = date
            overview.append(job, report: nil)
        }
        return overview
    }

    @Test("Days are those of the calendar, in every year that a dump can have")
    func calendar() throws {
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: width - String(number).count) + String(number)
        }
        for number in stride(from: -719_528, to: 2_932_897, by: 59) {
            let day = CalendarDay(number: number)
            let text = "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))T23:59:59Z"
            #expect(DateTime(text)?.dayInUTC == number, "\(text)")
        }
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        for number in stride(from: -20_000, to: 60_000, by: 1) {
            let day = CalendarDay(number: number)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(number) * 86_400))
            #expect(day.year == parts.year && day.month == parts.month && day.day == parts.day)
            // A new week begins on Monday, whose number is 2 in Foundation.
            let isMonday = TimeStep.week.number(ofDay: number) != TimeStep.week.number(ofDay: number - 1)
            #expect(isMonday == (parts.weekday == 2))
        }
    }

    @Test("A job counts on its day in UTC")
    func zones() {
        let line = Self.line(["2026-03-01T00:30:00+02:00", "2026-02-28T23:30:00-01:00"])
        #expect(line.steps.map { $0.number } == [20_512, 20_513])
        #expect(DateTime("1969-12-31T23:59:59Z")?.dayInUTC == -1 && DateTime("1970-01-01T00:00:00Z")?.dayInUTC == 0)
    }

    @Test(
        "The steps are the finest with which sixty are enough",
        arguments: [
            (0, TimeStep.day), (59, .day), (60, .week), (413, .week), (420, .month), (1700, .month), (1900, .years(1)),
            (21_000, .years(1)), (23_000, .years(10)), (300_000, .years(100)), (2_900_000, .years(200)),
        ])
    func steps(_ span: Int, _ step: TimeStep) {
        let first = -719_000
        var dates = (0..<50).map { first + $0 * span / 49 }
        dates.append(first + span)
        let line = Self.line(dates.map { Self.text($0) })
        #expect(line.step == step)
        #expect(line.steps.count <= TimeLine.stepsAtMost)
        #expect(line.steps.reduce(0) { $0 + $1.sums.jobs } == dates.count)
    }

    private static func text(_ number: Int) -> String {
        let day = CalendarDay(number: number)
        let year = String(day.year)
        let date = String(repeating: "0", count: 4 - year.count) + year
        return "\(date)-\(day.month < 10 ? "0" : "")\(day.month)-\(day.day < 10 ? "0" : "")\(day.day)T12:00:00Z"
    }

    @Test(
        "The order of the jobs does not matter, and nothing is lost", .seeded,
        arguments: [40, 300, 1500, 15_000, 700_000], Seeds.and(new: 0))
    func order(_ span: Int, seed: UInt64) {
        var numbers = SplitMix64(seed: seed &+ UInt64(span))
        var dates: [String?] = (0..<400).map { _ in Self.text(Int.random(in: 0...span, using: &numbers)) }
        dates += [nil, "", "yesterday", "2026-02-30T00:00:00Z"]
        var jobs = dates.enumerated().map { (date: $1, rows: counts(created: $0 % 50, failed: $0 % 3)) }
        let lines = (0..<6).map { _ in
            jobs.shuffle(using: &numbers)
            var line = TimeLine()
            for job in jobs { line.add(createdAt: job.date, rows: job.rows) }
            return line
        }
        for line in lines {
            #expect(line.undated == 4)
            #expect(line.step == lines[0].step && line.steps.map { $0.number } == lines[0].steps.map { $0.number })
            #expect(line.steps.map { $0.sums } == lines[0].steps.map { $0.sums })
            #expect(line.steps.reduce(0) { $0 + $1.sums.jobs } == 400)
        }
        var (rows, failed) = (0, 0)
        for job in jobs where job.date.flatMap({ DateTime($0) }) != nil {
            rows += job.rows.seen
            failed += job.rows.failed
        }
        #expect(lines[0].steps.map { $0.sums.rows }.reduce(0, +) == rows)
        #expect(lines[0].steps.map { $0.sums.failed }.reduce(0, +) == failed)
    }

    @Test("The pages say when it was worst, and how many jobs do not say when they were created")
    func words() throws {
        var overview = OverviewBuilder()
        for (date, failed) in [
            ("2026-03-02T10:00:00Z", 1), ("2026-06-01T10:00:00Z", 5), ("2026-06-02T10:00:00Z", 5), ("soon", 9),
        ] {
            var job = try audit(sample: "clean-async")
            job.job.createdAt = date
            job.rows = counts(created: 10 - failed, failed: failed)
            overview.append(job, report: nil)
        }
        let templates = try TemplateSet()
        func page(_ format: TemplateSet.Format) -> String {
            templates.render(OverviewModel(overview, for: format, toolVersion: "1", files: []), as: format).text
        }
        let sentence =
            "3 jobs were created from 2 March 2026 to 2 June 2026 (UTC). The share of failed rows was highest in the "
            + "week from 1 June 2026: 50% of 20 rows. The creation time of 1 other job is missing or unreadable."
        #expect(page(.xhtml).contains(sentence))
        #expect(page(.markdown).contains("| 1 June 2026 | 2 | 20 | 10 | 50% |"))
        #expect(page(.markdown).contains("| Week from Monday (UTC) | Jobs | Rows | Failed | Share |"))
        // 50% on a scale up to 60%.
        #expect(page(.xhtml).contains("<span>60%</span> <span>30%</span> <span>0%</span>"))
        #expect(page(.xhtml).contains("height=\"83.33%\""))
    }

    @Test("Years outside any reader's calendar still give valid pages")
    func strangeYears() throws {
        let line = try Self.strange()
        let model = OverviewModel(line, for: .xhtml, toolVersion: "1", files: [])
        let page = try TemplateSet().render(model, as: .xhtml).text
        #expect(page.contains("The creation time of 1 other job is missing or unreadable."))
    }
}

private func counts(created: Int, failed: Int) -> RowCounts {
    var rows = RowCounts()
    rows.created = created
    rows.failed = failed
    return rows
}
