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
