import ImportAnalysis
import ImportFoundation
import ImportReports
import TestSupport
import Testing

/// Known codes and rules in reports.
struct UserRulesTests {
    private static let hostile = "</bdi><script>|*_`\u{0}\u{1B}\u{202E}@x [a](b) \"'&\u{338}"

    /// Entries in every state, with texts that a page must not interpret, and more unused ones than a page lists.
    static let codes: CodeBook = {
        let acceptance = CodeBook.Acceptance(reason: hostile, until: CalendarDay("2026-06-30"))
        var entries: [CodeBook.Entry] = [
            .init(
                .code("invalid_email"), title: hostile, explanation: hostile, owner: hostile, action: .fixData,
                acceptance: acceptance),
            .init(.pattern("code_*"), title: "t", acceptance: .init(reason: "r")), .init(.code(nil), owner: "o"),
        ]
        for number in 0..<60 { entries.append(.init(.code("\(hostile) \(number)"))) }
        return CodeBook(entries, asOf: CalendarDay("2026-07-01"))
    }()

    private static let gate = Rules([
        .maxFailed(.rows(1), onlyPending: true), .maxFailedCode(hostile, .rows(0)), .failOnSeverity(.critical),
        .requireComplete,
    ])

    private static func judge(_ jobs: [JobSummary]) -> RuleResults {
        var ruleTally = RuleTally(gate: gate, codes: codes)
        for job in jobs { ruleTally.add(job) }
        return ruleTally.ruleResults()
    }

    static func models() throws -> [(name: String, model: ReportModel)] {
        try [
            ("many", audit(sample: "many-failures")), ("hostile", audit(sample: "hostile")),
            ("crowded", audit(crowdedDump)), ("clean", audit(sample: "clean-async")),
        ].map { name, job in
            (name, ReportModel(job, toolVersion: "1", files: [], codes: codes, ruleResults: judge([job])))
        }
    }

    static func overview(_ format: TemplateSet.Format) throws -> OverviewModel {
        let jobs = try Repository.sampleJobs.map { try audit(sample: $0) }
        var overview = OverviewBuilder()
        for job in jobs { overview.append(job, report: nil) }
        return OverviewModel(
            overview, for: format, toolVersion: "1", files: [], codes: codes, ruleResults: judge(jobs))
    }

    /// Returns the pages for the validators.
    static func pages() throws -> [(name: String, bytes: [UInt8])] {
        let templates = try TemplateSet()
        return try models().map { ("judged-\($0.name)", templates.render($0.model, as: .xhtml)) }
            + [("index-judged", templates.render(try overview(.xhtml), as: .xhtml))]
    }

    @Test("No text of a codes file acts on a page, and the list of unused entries is cut, with their number")
    func hostile() throws {
        let templates = try TemplateSet()
        let style = try #require(BuiltInTemplates.files["report.css"]).text
        for format in TemplateSet.Format.allCases {
            let pages = try Self.models().map { templates.render($0.model, as: format).text }
            for page in pages + [templates.render(try Self.overview(format), as: format).text] {
                let text = page.replacing(style, with: "")
                #expect(!text.contains("<script") && !text.unicodeScalars.contains("\u{1B}"))
                #expect(!text.contains("@x") || format == .xhtml)
                #expect(text.contains("50 of 6"))
                #expect(text.contains("Rules: "))
            }
        }
    }
}
