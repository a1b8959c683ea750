import Foundation
import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// The trends of generated histories, day by day.
struct TrendsPageTests {
    /// Returns a history of consecutive nights, in which some codes have rows.
    static func report(
        days: Int, every step: Int = 1, codes: [HistoryCode] = [HistoryCode("invalid_email")], jobID: String = "job",
        by period: TrendsReport.Period? = nil
    ) -> TrendsReport {
        let first = HistoryTime.day(of: "2024-02-28") ?? 0
        let numbers = (0..<days).map { first + $0 * step }
        var gathered = HistoryCodes(HistorySelection(), jobDays: numbers)
        for (place, code) in codes.sorted().enumerated() {
            for (index, day) in numbers.enumerated() where (index + place) % (place + 1) == 0 {
                gathered.add(code, day: day, jobs: 1, rows: 1 + index % 7)
            }
        }
        gathered.finish()
        let sums = numbers.enumerated().map { index, day in
            HistoryDay(day: day, sums: HistorySums(jobs: 2, rows: 900 + index % 50, failed: index % 40))
        }
        let worst = WorstDay.days(among: sums, limit: HistoryTrends.worstDaysListed).map {
            WorstDay(
                day: $0,
                jobs: [HistoryJob(jobID: jobID, source: "in/\(jobID).json", rows: 900, failed: $0.sums.failed)])
        }
        return TrendsReport(
            HistoryTrends(
                selection: HistorySelection(), days: sums, undatedJobs: days % 3, codes: gathered, worst: worst),
            by: period)
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><svg/onload=alert(1)>", "a|b `c` [d](javascript:x)", "=1+1", "\u{1B}[31m",
        "\u{202E}gpj", "<\u{338}b>", "\u{0}\u{1}", String(repeating: "long", count: 5000), "",
    ]

    /// Pages by name.
    static func pages() throws -> [(name: String, bytes: [UInt8])] {
        let hostile = Self.hostile.map { HistoryCode($0) } + [HistoryCode(nil), HistoryCode(nil, isOther: true)]
        let reports: [(String, TrendsReport)] = [
            ("trends-years", report(days: 800, codes: (1...30).map { HistoryCode("code_\($0)") })),
            ("trends-hostile", report(days: 70, codes: hostile, jobID: Self.hostile.joined())),
            ("trends-none", report(days: 0)), ("trends-day", report(days: 1)),
            ("trends-far", report(days: 400, every: 3000)),
        ]
        let history = report(days: 70, codes: hostile)
        let job = ReportModel(
            try audit(sample: "many-failures"), toolVersion: "1", files: [.markdown], history: history)
        let overview = try OverviewModel(
            OverviewTests.samples(), for: .xhtml, toolVersion: "1", files: OverviewTests.files, history: history)
        let templates = try TemplateSet()
        return reports.map { ($0, TrendsPage.render($1, files: [.trendsMarkdown, .trendsCSV])) } + [
            ("history-job", templates.render(job, as: .xhtml)),
            ("history-overview", templates.render(overview, as: .xhtml)),
        ]
    }

    /// Returns the page of a history whose days have so many rows and failed rows, one after another from a Monday.
    private static func page(every step: Int = 1, _ days: [(rows: Int, failed: Int)]) -> String {
        let first = HistoryTime.day(of: "2026-03-02") ?? 0
        let sums = days.enumerated().map { index, day in
            HistoryDay(day: first + index * step, sums: HistorySums(jobs: 1, rows: day.rows, failed: day.failed))
        }
        var codes = HistoryCodes(HistorySelection(), jobDays: sums.map { $0.day })
        codes.finish()
        let report = TrendsReport(
            HistoryTrends(selection: HistorySelection(), days: sums, undatedJobs: 0, codes: codes, worst: []), by: nil)
        return TrendsPage.render(report, files: []).text
    }

    @Test(
        "The legend of the calendar has a level for each size of squares, up to the highest share, none twice",
        arguments: [
            ([(10, 6)], ["no row failed", "up to 60%"]), ([(10, 0)], ["no row failed"]),
            ([(10, 6), (10, 6), (10, 10)], ["no row failed", "up to 60%", "to 100%"]),
            (
                [(100, 1), (100, 1), (100, 1), (100, 2), (100, 4), (100, 5)],
                ["no row failed", "up to 2%", "to 4%", "to 5%"]
            ),
            (
                [(100, 1), (100, 1), (100, 1), (100, 2), (100, 50)],
                ["no row failed", "up to 1%", "to 2%", "to 4%", "to 50%"]
            ),
            // Below 0.1%, several levels would be called the same.
            ([(100_000, 1), (100_000, 1), (100_000, 7)], ["no row failed", "&lt;0.1%"]),
            ([(10_000_000, 1)], ["no row failed", "&lt;0.1%"]), ([(0, 0)], ["no row failed"]),
        ])
    func legend(days: [(Int, Int)], words: [String]) {
        let page = Self.page(days.map { (rows: $0.0, failed: $0.1) })
        let list = page.components(separatedBy: "<ul class=\"legend\">")[1].components(separatedBy: "</ul>")[0]
        #expect(list.matches(of: /<span>([^<]*)<\/span><\/li>/).map { String($0.1) } == words)
        // Every square of the calendar is explained.
        let behind = page.components(separatedBy: "<figure class=\"calendar\">")[1]
        let calendar = behind.components(separatedBy: "</figure>")[0]
        for level in calendar.matches(of: /class="(level-\d)"/) { #expect(list.contains("\"\(level.1)\"")) }
    }

    @Test("The axis has room for the whole band")
    func axis() {
        // 28 of 100 rows: the interval ends at 37.5%.
        let page = Self.page([(100, 28), (100, 20), (0, 0)])
        #expect(page.contains("<span>40%</span> <span>20%</span> <span>0%</span>"))
        #expect(Self.page([(1, 0), (1000, 1)]).contains("<span>100%</span>"))
    }

    @Test("A day between days without rows is a dot")
    func dots() {
        let weekly = Self.page(every: 7, [(100, 1), (100, 2), (100, 3)])
        let dots = weekly.matches(of: /<circle class="point"[^>]* cx="([^"]*)"/).map { String($0.1) }
        #expect(dots == ["3.33%", "50.00%", "96.66%"], "\(dots)")
        #expect(weekly.contains("and a dot for each day with no rows in the days before and after it"))
        let daily = Self.page([(100, 1), (100, 2), (100, 3)])
        #expect(!daily.contains("class=\"point\"") && !daily.contains("a dot for each"))
    }

    @Test("A page is bounded, whatever the number of days and codes, and however long the texts are")
    func bounded() {
        let codes = (1...3000).map { HistoryCode(String(repeating: "c\($0)", count: 300)) }
        let page = TrendsPage.render(Self.report(days: 5000, codes: codes), files: [])
        #expect(page.count < 600_000, "\(page.count)")
        #expect(Self.report(days: 5000, codes: codes).markdown.count < 100_000)
    }

    @Test("Text of a dump stays text in Markdown", .needs(.python, .pythonModule("cmarkgfm")))
    func markdown() throws {
        let folder = try Workspace()
        let codes = Self.hostile.map { HistoryCode($0) }
        let report = Self.report(days: 70, codes: codes, jobID: Self.hostile.joined())
        try folder.write(report.markdown, as: "trends.md")
        let result = try Python.run("Tests/Checkers/markdown_tables.py", [folder["trends.md"]])
        #expect(result.status == 0, "\(result)")
        let tables = report.markdown.text.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(tables.count > 30)
    }

    @Test("Text for a terminal has nothing that acts on it")
    func terminal() {
        let report = Self.report(days: 70, codes: Self.hostile.map { HistoryCode($0) }, jobID: Self.hostile.joined())
        for scalar in report.text.text.unicodeScalars where scalar != "\n" {
            let isInert = scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0x202E
            #expect(isInert, "\(scalar.value)")
        }
    }

    @Test("Periods are the finest that fit, and add up to all days")
    func periods() {
        for (days, step, heading) in [(60, 1, "Day"), (61, 1, "Week from Monday"), (700, 1, "Month")] {
            let report = Self.report(days: days, every: step)
            #expect(report.text.text.contains("  \(heading) "), "\(days)")
        }
        let whole = Self.report(days: 300)
        for period in TrendsReport.Period.allCases {
            let csv = Self.report(days: 300, by: period).csv(CSVOptions()).text
            var sum = 0
            for line in csv.split(separator: "\r\n") where line.contains(",all,") {
                sum += Int(line.split(separator: ",", omittingEmptySubsequences: false)[4]) ?? 0
            }
            let expected = (0..<300).reduce(0) { $0 + 900 + $1 % 50 }
            #expect(sum == expected, "\(period)")
        }
        #expect(whole.sentence.contains("600 jobs from 28 February 2024 to 23 December 2024"))
    }
}
