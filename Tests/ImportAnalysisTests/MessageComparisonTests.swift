import ImportAnalysis
import Testing

/// The same pattern compares as one pattern, however each side writes it, and nothing is invented where lists end.
@Suite struct MessageComparisonTests {
    /// Compares jobs. Each is given by the messages of its rows, which have the code `a`.
    private static func compared(_ before: [[String]], _ after: [[String]]) throws -> MessageChanges {
        let sides = try [before, after].map { jobs in
            try jobs.map { messages in
                try FailedRow.summary(of: messages.map { FailedRow(code: "a", message: $0) })
            }
        }
        return try #require(comparison(sides[0], sides[1]).codes.first).messages
    }

    private static func comparison(_ before: [JobSummary], _ after: [JobSummary]) -> Comparison {
        func audit(_ jobs: [JobSummary]) -> Comparison.Audit {
            var (totals, messages) = (Totals(), MessageTotals())
            for job in jobs {
                totals.add(job)
                messages.add(job)
            }
            return ("jobs", totals, messages, 0)
        }
        return Comparison(before: audit(before), after: audit(after))
    }

    private static func lines(_ changes: MessageChanges) -> [String] {
        changes.patterns.map { change in
            "\(change.kind.rawValue) \(words(change.before)) \(words(change.after)) \(change.pattern.map(escaped) ?? "-")"
        }
    }

    private static func words(_ rows: MessageRows) -> String { "\(rows.rows)\(rows.isExact ? "" : "+")" }

    // MARK: - Families

    static let families: [(before: [String], after: [String], pattern: String)] = [
        (["'stage' missing"], ["'tier' missing"], "'{text}' missing"),
        (["'stage' missing"], ["'stage' missing"], "'stage' missing"),
        (["'stage' missing", "'tier' missing"], ["'tier' missing"], "'{text}' missing"),
        (["'' missing"], ["'{' missing"], "'{text}' missing"),
        (["'{' '}}'", "'{' 'x'"], ["'{' '{text}'"], "'{{' '{text}'"),
        (["{1}"], ["{2}", "{3}"], "{{{number}}}"),
        (["{number} 1"], ["{number} x1"], "{{number}} {id}"),
        (["row 1 of 5"], ["row 2 of 5", "row 3 of 5"], "row {number} of 5"),
        (["row 1"], ["row x1", "row 5"], "row {id}"),
        (["request 85aa166c"], ["request 12345678"], "request {hex}"),
        (["request 85aa166c", "request aaaaaaa1"], ["request 1.5"], "request {id}"),
        // Two numbers that vary may also be hexadecimal digits.
        (["request 85aa166c"], ["request 12345678", "request 22345678"], "request {id}"),
        (["a@b.c x://y 2026-01-01"], ["d@e.f x://z 2026-01-02"], "{email} {url} {date}"),
        (
            ["id 182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"], ["id 00000000-0000-0000-0000-000000000000"], "id {uuid}"
        ),
        (["“é” e\u{301} 1"], ["“e\u{301}” e\u{301} 1"], "“{text}” e\u{301} 1"),
        (["\u{202E}\u{0} 'a'"], ["\u{202E}\u{0} 'b'"], "\u{202E}\u{0} '{text}'"),
        (
            [String(repeating: "1 ", count: 400)], [String(repeating: "2 ", count: 400)],
            String(repeating: "{number} ", count: 400)
        ),
        // Only the first 1,024 bytes distinguish messages.
        (
            ["'a'" + String(repeating: "é", count: 600)], ["'b'" + String(repeating: "é", count: 599)],
            "'{text}'" + String(repeating: "é", count: 510)
        ),
    ]

    @Test("One pattern is one, whichever of its values a side has", arguments: families.indices)
    func family(index: Int) throws {
        let (before, after, pattern) = Self.families[index]
        for (first, second) in [(before, after), (after, before)] {
            let found = Self.lines(try Self.compared([first], [second]))
            #expect(found == ["still-failing \(first.count) \(second.count) \(escaped(pattern))"])
            // The same messages, with each row in a separate job.
            let jobs = Self.lines(try Self.compared(first.map { [$0] }, second.map { [$0] }))
            #expect(jobs.count == 1 && jobs[0].hasPrefix("still-failing \(first.count) \(second.count) "), "\(jobs)")
        }
    }

    @Test(
        "Two patterns are two, however alike they look",
        arguments: [
            ("row is bad", "row was bad"), ("row 1", "row x"), ("é1", "e\u{301}1"), ("'open 1", "'open' 1"),
            ("{number}", "5"), ("5", "2025-03-04"), ("", "'"),
        ])
    func twoPatterns(_ before: String, _ after: String) throws {
        let found = Self.lines(try Self.compared([[before]], [[after]]))
        let none = { (text: String) in
            text.isEmpty ? "-" : escaped(text.replacing("{", with: "{{").replacing("}", with: "}}"))
        }
        #expect(found == ["new 0 1 \(none(after))", "fixed 1 0 \(none(before))"])
    }

    // MARK: - Where lists end

    @Test(
        "A pattern that a job of a side may have without listing it is neither fixed nor new, nor is its number exact")
    func cutLists() throws {
        let words = (0..<AnalysisLimits.messagesListed + 1).map { "kind \(Self.word($0))" }
        let twice = words.dropLast().flatMap { [$0, $0] } + [words[words.count - 1]]
        let last = words[words.count - 1]
        let cut = try Self.compared([twice], [[last], [words[0]]])
        #expect(
            Self.lines(cut).filter { !$0.hasPrefix("fixed 2 0 ") } == [
                "still-failing 2 1 \(words[0])", "undecided 0+ 1 \(last)",
            ])
        #expect(cut.otherRowsBefore == 1 && cut.otherRowsAfter == 0)
        // Another job lists the pattern, and the first one may have more rows of it that are not listed.
        let both = try Self.compared([twice, [last, words[0]]], [[last]])
        #expect(Self.lines(both).first == "still-failing 1+ 1 \(last)")
        #expect(Self.lines(both).contains("fixed 3 0 \(words[0])"))
        // A job that lists all its patterns leaves nothing undecided.
        let whole = try Self.compared([Array(words.dropLast())], [[last]])
        #expect(Self.lines(whole).first == "new 0 1 \(last)")
    }

    @Test("If a code may be among those beyond the limit, its patterns are not new")
    func otherCodes() throws {
        let job = try FailedRow.summary(of: [FailedRow(code: "a", message: "m"), FailedRow(code: "", message: "n")])
        let other = CodeSummary(
            code: CodeSummary.otherCodes, rows: 5, share: Share(of: 5, in: 5), firstRow: 1, lastRow: 5, messages: [],
            messageCount: nil, positions: nil, isOther: true)
        var many = job
        many.failedByCode = [other]
        let codes = Self.comparison([many], [job]).codes
        #expect(codes.map { Self.lines($0.messages) } == [["new 0 1 n"], ["undecided 0+ 1 m"], []])
    }

    @Test("If a code may be among those beyond the limit, its number of rows is a lower bound")
    func codesInPart() throws {
        let large = try FailedRow.summary(
            of: [FailedRow(code: "whole", message: "m"), FailedRow(code: "whole", message: "m")]
                + (0..<AnalysisLimits.codes).map { FailedRow(code: "code-\($0)", message: "m") })
        // One more than the limit: the last code replaced the first one that occurred once.
        let (part, lost) = ("code-\(AnalysisLimits.codes - 1)", "code-0")
        let small = try FailedRow.summary(of: ["whole", part, lost].map { FailedRow(code: $0, message: "m") })
        let found = Self.comparison([large], [small])
        func change(_ code: String) throws -> CodeChange {
            let change = found.codes.first { $0.code == code }
            return try #require(change)
        }
        let whole = try change("whole")
        #expect(whole.kind == .stillFailing && whole.isBeforeExact && whole.isAfterExact)
        #expect(Self.lines(whole.messages) == ["still-failing 2 1 m"])
        let inPart = try change(part)
        #expect(inPart.kind == .stillFailing && !inPart.isBeforeExact && inPart.isAfterExact)
        #expect(Self.lines(inPart.messages) == ["still-failing 1+ 1 m"])
        let absent = try change(lost)
        #expect(absent.kind == .undecided && absent.before == 0 && !absent.isBeforeExact && absent.isAfterExact)
        #expect(Self.lines(absent.messages) == ["undecided 0+ 1 m"])
        #expect(try change("code-9").kind == .fixed)
    }

    @Test("More patterns than the limit: in any order, sums are right, frequent ones are kept, nothing is invented")
    func beyondTheLimit() throws {
        let count = AnalysisLimits.patternsCompared * 3 / 2
        func job(_ numbers: some Sequence<Int>, rows: Int) throws -> JobSummary {
            try FailedRow.summary(
                of: numbers.flatMap { number in
                    Array(repeating: FailedRow(code: "a", message: "kind \(Self.word(number))"), count: rows)
                })
        }
        let often = 0..<5
        let ranges = stride(from: 5, to: count, by: AnalysisLimits.messagesListed - 5).map {
            Array(often) + Array($0..<min($0 + AnalysisLimits.messagesListed - 5, count))
        }
        let before = try ranges.map { try job($0, rows: 1) }
        let after = [try job(0..<AnalysisLimits.messagesListed, rows: 2)]
        let rows = before.reduce(0) { $0 + $1.rows.failed }
        for jobs in [before, before.reversed()] {
            let found = try #require(Self.comparison(jobs, after).codes.first).messages
            #expect(found.patterns.count <= AnalysisLimits.patternsCompared + AnalysisLimits.messagesListed)
            #expect(found.patterns.reduce(found.otherRowsBefore) { $0 + $1.before.rows } == rows)
            #expect(found.otherRowsBefore > 0)
            for change in found.patterns {
                if change.before.rows > 1 {
                    // These patterns were there before the first one was replaced.
                    #expect(change.before == MessageRows(rows: before.count, isExact: true))
                    #expect(change.kind == .stillFailing)
                } else if change.before.rows == 1 {
                    #expect(change.kind == (change.after.rows > 0 ? .stillFailing : .fixed))
                } else {
                    #expect(change.kind == .undecided && !change.before.isExact)
                }
            }
            #expect(found.patterns.count { $0.before.rows > 1 } == often.count)
        }
    }

    @Test("Summaries from elsewhere: a pattern that does not match its example represents itself")
    func foreignSummaries() throws {
        var job = try FailedRow.summary(of: [
            FailedRow(code: "a", message: "row 1"), FailedRow(code: "a", message: "row 2"),
        ])
        let message = job.failedByCode[0].messages[0]
        for (pattern, example) in [
            ("row {text}", "row 1"), ("row {", "row 1"), ("row {number", "row 1"), ("row {number} ", "row 1"),
            ("", "row 1"), ("row {number}", nil), ("{", nil), ("", nil),
        ] {
            job.failedByCode[0].messages[0].pattern = pattern
            job.failedByCode[0].messages[0].example = example
            let other = try FailedRow.summary(of: [FailedRow(code: "a", message: "row 3")])
            let found = try #require(Self.comparison([job, job], [other]).codes.first).messages
            #expect(Self.lines(found) == ["new 0 1 row 3", "fixed \(message.rows * 2) 0 \(pattern)"])
        }
    }

    /// Returns a word without digits for a number.
    private static func word(_ number: Int) -> String {
        String(String(number).utf8.map { Character(Unicode.Scalar($0 + 49)) })
    }
}
