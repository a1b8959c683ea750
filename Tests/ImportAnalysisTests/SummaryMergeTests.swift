import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Summaries of parts add up to the total summary, wherever it was split.
@Suite struct SummaryMergeTests {
    private enum Item {
        case job(JobSummary)
        case unreadable(UnreadableInput)
    }

    private static func fold(_ items: some Sequence<Item>) -> Summary {
        var summary = Summary()
        for item in items {
            switch item {
            case .job(let job): summary.append(job)
            case .unreadable(let input): summary.append(input)
            }
        }
        return summary
    }

    /// Returns everything in a summary's totals, in a form that compares byte by byte.
    private static func lines(_ totals: Totals) -> [String] {
        let rows = totals.rows
        let counts = [rows.created, rows.existing, rows.failed, rows.unclassified, rows.missing ?? -1]
        let statuses = totals.jobsByStatus.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let findings = Severity.allCases.map { "\($0) \(totals.findings[$0] ?? 0)" }
        let codes = totals.failedByCode.map { code in
            "\(code.code.map(escaped) ?? "-") \(code.rows)\(code.isAtLeast ? "+" : "") \(code.share.decimal) \(code.isOther)"
        }
        return ["\(totals.jobs) \(totals.salvagedJobs) \(counts)"] + statuses + findings + codes
    }

    private static func items(_ generator: inout SplitMix64) throws -> [Item] {
        let rows = [
            created, existing, "{}", failed("a", "m"), failed("b"), failed("é"), failed("e\u{301}"), #"{"error":{}}"#,
        ]
        let statuses = [#""complete""#, #""failed""#, #""processing""#, "null", #""odd""#, #""odder""#]
        return try (0..<12).map { number in
            if number % 5 == 4 { return .unreadable(UnreadableInput(source: "\(number)", reason: "none")) }
            let some = (0..<Int.random(in: 0...9, using: &generator)).map { _ in rows.randomElement(using: &generator)!
            }
            let total = Bool.random(using: &generator) ? "null" : "\(Int.random(in: 0...12, using: &generator))"
            let end = number % 4 == 3 ? "" : "]}"
            let json =
                #"{"job_id":"\#(number)","status":\#(statuses.randomElement(using: &generator)!),"total":\#(total),"#
                + #""results":["# + some.joined(separator: ",") + end
            return .job(try audit(json, source: "\(number)"))
        }
    }

    @Test(.seeded, arguments: Seeds.and(new: 1...6))
    func anySplitAddsUp(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let items = try Self.items(&generator)
        let whole = Self.fold(items)
        for first in 0...items.count {
            for second in first...items.count {
                let parts = [items[..<first], items[first..<second], items[second...]].map(Self.fold)
                var left = parts[0]
                left.merge(parts[1])
                left.merge(parts[2])
                var tail = parts[1]
                tail.merge(parts[2])
                var right = parts[0]
                right.merge(tail)
                for merged in [left, right] {
                    #expect(Self.lines(merged.totals) == Self.lines(whole.totals))
                    #expect(merged.jobs.map(\.source) == whole.jobs.map(\.source))
                    #expect(merged.unreadable == whole.unreadable)
                    #expect(merged.hasReadingFaults == whole.hasReadingFaults)
                }
            }
        }
    }

    @Test(.seeded, arguments: Seeds.and(new: 1...6))
    func anyOrderHasTheSameTotals(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let items = try Self.items(&generator)
        let whole = Self.fold(items)
        for _ in 0..<10 {
            #expect(Self.lines(Self.fold(items.shuffled(using: &generator)).totals) == Self.lines(whole.totals))
        }
    }

    @Test func totalsAreTheSums() throws {
        let jobs = [
            try audit(job(rows: [created, failed("b"), failed("a")])),
            try audit(job(rows: [existing, failed("b"), "{}"])),
            try audit(#"{"status":"odd","total":4,"results":[{"error":{}},"#),
        ]
        let totals = Self.fold(jobs.map { .job($0) }).totals
        #expect(
            Self.lines(totals) == [
                "3 1 [1, 1, 4, 1, 3]", "(other) 1", "complete 2", "critical 2", "warning 3", "note 0",
                "b 2 0.285714 false", "- 1 0.142857 false", "a 1 0.142857 false",
            ])
    }

    /// More codes in all jobs than the limit: wherever the jobs are split, the parts give the same result as all jobs
    /// at once. In any order, frequent codes are kept.
    @Test(.seeded) func codesBeyondTheLimit() throws {
        let parts = try (0..<5).map { part in
            // Each part shares some of its codes with the next one. One part exceeds the limit by itself.
            let numbers = part * 1_000..<part * 1_000 + (part == 3 ? AnalysisLimits.codes + 100 : 1_300)
            let often = (0..<20).flatMap { [FailedRow](repeating: FailedRow(code: "often-\($0)"), count: 2) }
            return try FailedRow.summary(of: numbers.map { FailedRow(code: "code-\($0)") } + often)
        }
        let seed = Seeds.new
        var generator = SplitMix64(seed: seed)
        var order = Array(parts.indices)
        for _ in 0..<6 {
            let note = "seed \(seed), order \(order)"
            let jobs = order.map { parts[$0] }
            let whole = Self.fold(jobs.map { .job($0) })
            let codes = whole.totals.failedByCode
            #expect(codes.count == AnalysisLimits.codes + 1 && codes.last?.isOther == true, "\(note)")
            #expect(codes.reduce(0) { $0 + $1.rows } == whole.totals.rows.failed, "\(note)")
            for number in 0..<20 {
                let found = codes.first { $0.code == "often-\(number)" }
                #expect(found?.rows == 10 || found?.isAtLeast == true && found?.rows ?? 0 < 10, "\(note): \(number)")
            }
            for split in 0...jobs.count {
                let last = Self.fold(jobs[split...].map { .job($0) })
                var merged = Self.fold(jobs[..<split].map { .job($0) })
                merged.merge(last)
                #expect(Self.lines(merged.totals) == Self.lines(whole.totals), "\(note), split \(split)")
            }
            order.shuffle(using: &generator)
        }
    }

    /// A number is a lower bound if a job may have more rows of the code among its other codes.
    @Test func aCodeThatMayBeInTheRestOfAJob() throws {
        let large = try FailedRow.summary(
            of: [FailedRow](repeating: FailedRow(code: "first"), count: 3)
                + (0..<AnalysisLimits.codes + 50).map { FailedRow(code: "code-\($0)") })
        let small = try audit(job(rows: [failed("first"), failed("absent"), #"{"error":{}}"#]))
        for jobs in [[large, small], [small, large]] {
            let codes = Self.fold(jobs.map { .job($0) }).totals.failedByCode
            #expect(codes.first?.code == "first" && codes.first?.rows == 4 && codes.first?.isAtLeast == false)
            #expect(codes.first { $0.code == nil }?.isAtLeast == false)
            // The code is listed at all only if its job comes last.
            #expect(codes.first { $0.code == "absent" }?.isAtLeast ?? true)
            #expect(codes.reduce(0) { $0 + $1.rows } == AnalysisLimits.codes + 56)
            var merged = Self.fold([.job(jobs[0])])
            merged.merge(Self.fold([.job(jobs[1])]))
            #expect(Self.lines(merged.totals) == Self.lines(Self.fold(jobs.map { .job($0) }).totals))
        }
        let few = Self.fold([.job(small), .job(small)]).totals.failedByCode
        #expect(few.allSatisfy { !$0.isAtLeast })
    }

    /// Unknown plus unknown stays unknown; a known number survives an unknown one.
    @Test(
        arguments: [
            (["null", "null"], nil), (["null", "3"], 3), (["3", "null"], 3), (["3", "4"], 7), (["0", "null"], 0),
            (["9223372036854775807", "9223372036854775807"], .max), ([], nil),
        ] as [([String], Int?)])
    func missingRows(_ totals: [String], _ missing: Int?) throws {
        let jobs = try totals.map { try audit(#"{"job_id":"j","total":\#($0)}"#) }
        #expect(Self.fold(jobs.map { .job($0) }).totals.rows.missing == missing)
        var merged = Summary()
        for job in jobs { merged.merge(Self.fold([.job(job)])) }
        #expect(merged.totals.rows.missing == missing)
    }

    @Test func readingFaults() throws {
        var summary = Summary()
        summary.append(try audit(job(rows: [failed("a")])))
        #expect(!summary.hasReadingFaults)
        var salvaged = summary
        salvaged.append(try audit(#"{"job_id":"j","results":["#))
        #expect(salvaged.hasReadingFaults)
        var unreadable = summary
        unreadable.append(UnreadableInput(source: "s", reason: "r"))
        #expect(unreadable.hasReadingFaults)
        summary.merge(unreadable)
        #expect(summary.hasReadingFaults)
    }
}

struct EqualityTests {
    @Test("Codes and patterns of the same rows are equal only if all their members are")
    func wholeValues() throws {
        let dump = job(rows: [#"{"error":{"code":"a","message":"m"}}"#])
        let first = try #require(try audit(dump).failedByCode.first)
        #expect(first == (try audit(dump).failedByCode.first))
        var other = first
        other.lastRow += 1
        #expect(other != first)
        var message = try #require(first.messages.first)
        message.example = "n"
        #expect(message != first.messages.first)
    }
}
