import ImportAnalysis
import ImportFoundation
import Testing

struct RulesTests {
    @Test(
        "A demand says a limit as one would write it",
        arguments: [
            ("2.50%", "at most 2.5% of the rows seen failed"), ("0%", "at most 0% of the rows seen failed"),
            ("0.000001%", "at most 0.000001% of the rows seen failed"),
            ("100%", "at most 100% of the rows seen failed"), ("1000", "at most 1,000 rows failed"),
        ])
    func demand(text: String, expected: String) throws {
        let limit = try #require(Rules.Limit(text))
        #expect(Rules.Rule.maxFailed(limit, onlyPending: false).demand == expected)
    }

    @Test(
        "Limits are exact at their boundary",
        arguments: [
            ("3", 3, 10, true), ("3", 4, 10, false), ("0", 0, 0, true), ("30%", 3, 10, true),
            ("29.999999%", 3, 10, false),
            ("0%", 0, 0, true), ("0%", 1, 1_000_000_000, false), ("100%", 7, 7, true), ("5%", 1, 20, true),
            ("5%", 1, 19, false),
            ("33.333333%", 1, 3, false), ("33.333334%", 1, 3, true), ("0.000001%", 1, 100_000_000, true),
            ("0.000001%", 1, 99_999_999, false), ("0.1%", 9_007_199_254_740_993, 9_007_199_254_740_993_000, true),
            ("0.1%", 9_007_199_254_740_994, 9_007_199_254_740_993_000, false), ("100%", Int.max, Int.max, true),
        ])
    func boundaries(limit: String, rows: Int, seen: Int, isMet: Bool) throws {
        #expect(try #require(Rules.Limit(limit)).allows(rows, of: seen) == isMet)
    }

    @Test(
        "What is no limit is none",
        arguments: [
            "", "%", "-1", "+1", "1e3", "1.5", "100.000001%", "101%", "1.%", ".5%", "1.2345678%", "1,5%", " 1", "1 %",
            "0x1", "٣",
            "9223372036854775808", "1.2.3%", "NaN%", "1%%",
        ])
    func noLimit(text: String) {
        #expect(Rules.Limit(text) == nil)
    }

    @Test("Limits are written as they are given", arguments: ["0", "12", "2.5%", "100%", "0.000001%", "10%"])
    func texts(text: String) {
        #expect(Rules.Limit(text)?.text == text)
    }

    private func results(_ rules: [Rules.Rule], _ dumps: [String], codes: CodeBook? = nil) throws -> [RuleResult] {
        var ruleTally = RuleTally(gate: Rules(rules), codes: codes)
        for dump in dumps { ruleTally.add(try audit(dump)) }
        return try #require(ruleTally.ruleResults().gate)
    }

    @Test("Rows are those of all jobs together")
    func overAllJobs() throws {
        let dumps = [job(rows: [created, created, failed("a"), failed("b")]), job(rows: [existing, failed("a")])]
        let rules: [Rules.Rule] = [
            .maxFailed(.rows(3), onlyPending: false), .maxFailed(.rows(2), onlyPending: false),
            .maxFailedCode("a", .rows(2)),
            .maxFailedCode("a", .rows(1)), .maxFailedCode("none", .rows(0)), .maxFailedCode(nil, .rows(0)), .minRows(6),
            .minRows(7),
            .requireComplete, .failOnSeverity(.warning),
        ]
        let found = try results(rules, dumps)
        #expect(found.map { $0.isMet } == [true, false, true, false, true, true, true, false, true, true])
        #expect(found.map { $0.measured } == [3, 3, 2, 2, 0, 0, 6, 6, 0, 0])
    }

    @Test(
        "A job that is not all there is not complete",
        arguments: [
            #"{"job_id":"j","status":"complete","total":2,"results":[{"created":true}]}"#,
            #"{"job_id":"j","status":"processing","total":1,"results":[{"created":true}]}"#,
            #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true}]"#,
            #"{"job_id":"j","status":"complete","results":[{"created":true}]}"#,
            #"{"job_id":"j","status":"complete","total":0}"#,
            #"{"job_id":"j","status":"failed","total":1,"results":[{"created":true}]}"#,
        ])
    func incomplete(dump: String) throws {
        #expect(try results([.requireComplete], [dump, job(rows: [created])]).first?.isMet == false)
    }

    @Test("An input without jobs has no complete job")
    func nothing() throws {
        #expect(try results([.requireComplete], []).first?.isMet == false)
    }

    @Test("Findings count by severity, worse ones too, and by name")
    func findings() throws {
        // A dump with a warning and no critical finding.
        let dump = job(rows: [#"{"error":{}}"#])
        let found = try results(
            [
                .failOnSeverity(.critical), .failOnSeverity(.warning), .failOnFinding(.failedWithoutCode),
                .failOnFinding(.rowsMissing),
            ],
            [dump])
        #expect(found.map { $0.isMet } == [true, false, false, true])
        let critical = try results(
            [.failOnSeverity(.warning)], [#"{"job_id":"j","status":"complete","total":9,"results":[]}"#])
        #expect(critical.first?.isMet == false)
    }

    @Test("Only codes that are new, or no longer accepted, are pending")
    func pending() throws {
        let rows = [failed("known"), failed("accepted"), failed("expired"), failed("new"), #"{"error":{}}"#]
        let book = CodeBook(
            [
                .init(.code("known")), .init(.code("accepted"), acceptance: .init(reason: "r")),
                .init(.pattern("exp*"), acceptance: .init(reason: "r", until: CalendarDay("2026-01-01"))),
                .init(.code("unused")),
            ],
            asOf: CalendarDay("2026-01-02"))
        var ruleTally = RuleTally(gate: Rules([.maxFailed(.rows(3), onlyPending: true)]), codes: book)
        ruleTally.add(try audit(job(rows: rows)))
        let ruleResults = ruleTally.ruleResults()
        #expect(ruleResults.gate?.first?.measured == 3)
        #expect(ruleResults.isMet)
        #expect(ruleResults.unusedEntries?.map { $0.key.words } == ["unused"])
    }

    @Test("Rows whose codes are beyond the limit count against every code")
    func beyondLimit() throws {
        let rows = (0..<AnalysisLimits.codes + 10).map { FailedRow(code: "c\($0)") }
        var ruleTally = RuleTally(
            gate: Rules([.maxFailedCode("absent", .rows(9)), .maxFailedCode("absent", .rows(10))]), codes: nil)
        ruleTally.add(try FailedRow.summary(of: rows))
        let found = try #require(ruleTally.ruleResults().gate)
        #expect(found.map { $0.isMet } == [false, true])
        #expect(found.first?.measured == 0 && found.first?.undecided == 10)
        #expect(found.first?.found.contains("10 more") == true)
    }
}
