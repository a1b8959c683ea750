import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Beyond the limits, the sums in a summary stay exact, and it says what it does not distinguish.
@Suite struct CodeLimitTests {
    @Test(arguments: [AnalysisLimits.codes, AnalysisLimits.codes + 1])
    func theLimitIsSaid(_ codes: Int) throws {
        let summary = try FailedRow.summary(of: (0..<codes).map { FailedRow(code: "code-\($0)") })
        let beyond = codes - AnalysisLimits.codes
        #expect(summary.failedByCode.count == codes)
        #expect(summary.failedByCode.count { $0.isOther } == beyond)
        #expect(summary.finding(.limitReached)?.count == (beyond == 0 ? nil : beyond))
        #expect(summary.failedByCode.reduce(0) { $0 + $1.rows } == codes)
    }

    /// Checks the guarantees for the codes of any rows against the rows themselves.
    private static func check(_ summary: JobSummary, against rows: [FailedRow], _ note: String) {
        let other = summary.failedByCode.last
        #expect(other?.isOther == true && other?.code == CodeSummary.otherCodes, "\(note)")
        #expect(other?.messages.isEmpty == true && other?.messageCount == nil, "\(note)")
        #expect(summary.failedByCode.count == AnalysisLimits.codes + 1, "\(note)")
        #expect(summary.rows.failed == rows.count, "\(note)")
        #expect(summary.failedByCode.reduce(0) { $0 + $1.rows } == rows.count, "\(note)")
        #expect(summary.finding(.limitReached)?.message.contains("more than 4,096 different codes") == true, "\(note)")
        var numbers: [String: [Int]] = [:]
        for (index, row) in rows.enumerated() { numbers[row.code, default: []].append(index + 1) }
        var counted = Set<Int>()
        for code in summary.failedByCode where !code.isOther {
            let all = numbers[code.code ?? ""] ?? []
            let since = all.filter { $0 >= code.firstRow }
            #expect(code.rows == since.count && code.firstRow == since.first && code.lastRow == since.last, "\(note)")
            #expect(code.isAtLeast || since == all, "\(note): \(code.code ?? "") has rows before its first one")
            #expect(code.positions?.counts.reduce(0, +) == code.rows, "\(note)")
            counted.formUnion(since)
        }
        let rest = rows.indices.map { $0 + 1 }.filter { !counted.contains($0) }
        #expect(other?.rows == rest.count && other?.firstRow == rest.first && other?.lastRow == rest.last, "\(note)")
        #expect(other?.positions?.counts.reduce(0, +) == rest.count, "\(note)")
        let kept = Set(summary.failedByCode.compactMap { $0.isOther ? nil : $0.code })
        for (code, all) in numbers where all.count * AnalysisLimits.codes > rows.count {
            #expect(kept.contains(code), "\(note): \(code) has \(all.count) of \(rows.count) rows and is not kept")
        }
    }

    /// Whatever the order of the rows.
    @Test(.seeded) func frequentCodesAreKept() throws {
        var rows = (0..<AnalysisLimits.codes + 400).flatMap { number in
            [FailedRow](repeating: FailedRow(code: "code-\(number)", message: "m"), count: number % 3 + 1)
        }
        let seed = Seeds.new
        var generator = SplitMix64(seed: seed)
        for round in 0..<3 {
            Self.check(try FailedRow.summary(of: rows), against: rows, "seed \(seed), round \(round)")
            rows.shuffle(using: &generator)
        }
        // Put the codes that must be kept last, after all others.
        rows.sort { Int($0.code.dropFirst(5))! % 3 < Int($1.code.dropFirst(5))! % 3 }
        Self.check(try FailedRow.summary(of: rows), against: rows, "rare ones first")
    }

    /// Codes that occur only once, before, after and among frequent ones.
    @Test(.seeded) func aFloodOfCodes() throws {
        let flood = (0..<17_000).map { FailedRow(code: "once \($0)", message: "m \($0)") }
        let frequent = (0..<40).flatMap { number in
            [FailedRow](repeating: FailedRow(code: "often \(number)", message: "m"), count: 25)
        }
        for (rows, note) in [(frequent + flood, "first"), (flood + frequent, "last")] {
            let summary = try FailedRow.summary(of: rows)
            Self.check(summary, against: rows, note)
            let found = summary.failedByCode.prefix(40)
            #expect(found.allSatisfy { $0.code?.hasPrefix("often") == true && $0.rows == 25 }, "\(note)")
            #expect(found.allSatisfy { $0.isAtLeast == (note == "last") }, "\(note)")
            #expect(found.allSatisfy { $0.messages.map { $0.rows } == [25] }, "\(note)")
        }
        var among = flood
        var generator = SplitMix64(seed: Seeds.new)
        for (index, row) in frequent.shuffled(using: &generator).enumerated() { among.insert(row, at: index * 17) }
        Self.check(try FailedRow.summary(of: among), against: among, "among others")
    }

    /// A run of rows in which almost every code is different is a run of other codes.
    @Test func aStretchOfManyCodes() throws {
        let once = (0..<4 * AnalysisLimits.codes + 3_000).map { FailedRow(code: "once \($0)") }
        let often = [FailedRow](repeating: FailedRow(code: "often"), count: 6_000)
        let more = try FailedRow.summary(of: once, succeeded: 1)
        #expect(more.failureStretches.map { $0.isOther } == [true])
        #expect(more.failureStretches.first?.codeRows == more.failedByCode.last?.rows)
        let rows = often + once + [FailedRow](repeating: FailedRow(code: "often"), count: 20_000)
        let less = try FailedRow.summary(of: rows, succeeded: 1)
        #expect(less.failureStretches.map { $0.code } == ["often"])
        #expect(less.failureStretches.map { $0.codeRows } == [26_000])
        #expect(less.failedByCode.first?.rows == 26_000)
    }

    /// A dump may itself have a code with the name under which other codes are counted.
    @Test func theNameOfTheRestIsACodeLikeAnyOther() throws {
        let summary = try audit(job(rows: [failed(CodeSummary.otherCodes, "m")]))
        #expect(summary.failedByCode[0].isOther == false)
        #expect(summary.failedByCode[0].messages.map(\.pattern) == ["m"])
        #expect(summary.finding(.limitReached) == nil)
    }

    @Test(arguments: [AnalysisLimits.patternsPerCode, AnalysisLimits.patternsPerCode + 3])
    func patternsOfACode(_ patterns: Int) throws {
        let rows = (0..<patterns).map { FailedRow(code: "a", message: "message \(Self.word($0))") }
        let summary = try FailedRow.summary(of: rows + [FailedRow(code: "b", message: "more")])
        let beyond = patterns - AnalysisLimits.patternsPerCode
        #expect(summary.codeLines == ["a \(patterns)", "b 1"])
        #expect(summary.failedByCode[0].messageCount == (beyond == 0 ? patterns : nil))
        #expect(summary.failedByCode[1].messageCount == 1)
        #expect(summary.finding(.limitReached)?.count == (beyond == 0 ? nil : beyond))
    }

    /// The codes of a job share the limit on its patterns, in any order.
    @Test(.seeded, arguments: Seeds.and(new: 31)) func patternsOfAJob(seed: UInt64) throws {
        let codes = 31
        let share = AnalysisLimits.patterns / (codes + 1)
        var rows = (0..<codes).flatMap { code in
            (0..<share + code % 2).map { FailedRow(code: "code \(code)", message: Self.word($0)) }
        }
        var generator = SplitMix64(seed: seed)
        for _ in 0..<3 {
            let summary = try FailedRow.summary(of: rows)
            #expect(summary.failedByCode.count { $0.messageCount == nil } == 15)
            #expect(summary.finding(.limitReached)?.count == 15)
            #expect(summary.failedByCode.reduce(0) { $0 + $1.rows } == rows.count)
            rows.shuffle(using: &generator)
        }
    }

    /// Beyond the limit on patterns, the frequent ones are kept, whatever the order of the rows.
    @Test(.seeded) func frequentPatternsAreKept() throws {
        let seed = Seeds.new
        var generator = SplitMix64(seed: seed)
        var messages = (0..<AnalysisLimits.patternsPerCode * 3).map { "once \(Self.word($0)) of \($0)" }
        for number in 0..<30 {
            for row in 0..<10 { messages.append("often \(Self.word(number)) of \(row)") }
        }
        for round in 0..<4 {
            let rows = messages.map { FailedRow(code: "a", message: $0) }
            let code = try #require(try FailedRow.summary(of: rows).failedByCode.first)
            let note = "seed \(seed), round \(round)"
            #expect(code.rows == rows.count && code.messageCount == nil, "\(note)")
            #expect(code.messages.count == AnalysisLimits.messagesListed, "\(note)")
            for message in code.messages {
                let pattern = message.pattern ?? ""
                let name = pattern.split(separator: " of ").first.map { $0 + " of " } ?? ""
                let since = messages.indices.filter { messages[$0].hasPrefix(name) && $0 + 1 >= message.firstRow }
                let all = messages.indices.filter { messages[$0].hasPrefix(name) }
                #expect(name.hasPrefix("often") && message.rows == since.count, "\(note): \(pattern)")
                #expect(message.isAtLeast || all == since, "\(note): \(pattern)")
            }
            if round == 0 { messages.reverse() } else { messages.shuffle(using: &generator) }
        }
    }

    /// If a code can have only one pattern, it is the most frequent one.
    @Test func theOnePatternOfACode() throws {
        var rows = (0..<AnalysisLimits.patterns + 100).map { FailedRow(code: "c\($0)", message: "m") }
        for row in 0..<300 {
            rows.append(FailedRow(code: "c0", message: row % 3 == 0 ? "rare \(Self.word(row))" : "the one"))
        }
        let code = try #require(try FailedRow.summary(of: rows).failedByCode.first)
        #expect(code.code == "c0" && code.rows == 301 && code.messageCount == nil)
        #expect(code.messages.map { $0.pattern } == ["the one"])
        let found = try #require(code.messages.first)
        #expect(found.rows == 200 || found.isAtLeast && found.rows < 200)
    }

    /// Returns a word without digits. Messages with different words have different patterns.
    private static func word(_ number: Int) -> String {
        String(decoding: String(number).utf8.map { $0 + 49 }, as: UTF8.self)
    }
}
