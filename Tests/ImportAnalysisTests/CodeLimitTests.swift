import ImportAnalysis
import ImportDumps
import Testing

/// Past the limits a summary stays exact in its sums, and says what it does not tell apart.
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

    /// Which codes are kept depends neither on the order of the rows nor on how often a code comes.
    @Test func theKeptCodesDoNotDependOnTheOrder() throws {
        var rows = (0..<AnalysisLimits.codes + 400).flatMap { number in
            [FailedRow](repeating: FailedRow(code: "code-\(number)"), count: number % 3 + 1)
        }
        let reference = try FailedRow.summary(of: rows)
        #expect(reference.failedByCode.count == AnalysisLimits.codes + 1)
        #expect(reference.failedByCode.last?.isOther == true)
        #expect(reference.failedByCode.last?.code == CodeSummary.otherCodes)
        #expect(reference.failedByCode.last?.messages.isEmpty == true)
        #expect(reference.failedByCode.last?.messageCount == nil)
        #expect(reference.finding(.limitReached)?.count == reference.failedByCode.last?.rows)

        var generator = SplitMix64(seed: 4096)
        for _ in 0..<3 {
            rows.shuffle(using: &generator)
            let shuffled = try FailedRow.summary(of: rows)
            #expect(shuffled.codeLines == reference.codeLines)
            #expect(shuffled.failedByCode.reduce(0) { $0 + $1.rows } == rows.count)
            #expect(shuffled.rows.failed == rows.count)
            var firstRows: [String: Int] = [:]
            for (index, row) in rows.enumerated() where firstRows[row.code] == nil { firstRows[row.code] = index + 1 }
            let kept = Set(shuffled.failedByCode.compactMap { $0.isOther ? nil : $0.code })
            #expect(shuffled.failedByCode.allSatisfy { $0.isOther || $0.firstRow == firstRows[$0.code ?? ""] })
            let lost = rows.indices.filter { !kept.contains(rows[$0].code) }
            #expect(shuffled.failedByCode.last?.firstRow == lost.first.map { $0 + 1 })
            #expect(shuffled.failedByCode.last?.lastRow == lost.last.map { $0 + 1 })
        }
    }

    /// The worst order: each new code drops one that was kept. So many of them that the memory of those that were
    /// dropped is cleared away. `TextHash` is `package` for this test.
    @Test func manyMoreCodesThanTheLimit() throws {
        let count = 17_000
        let names = (0..<count).map { String($0) }.sorted { TextHash.hash($0.utf8.span) > TextHash.hash($1.utf8.span) }
        let rows = names.map { FailedRow(code: $0, message: "m") }
        let summary = try FailedRow.summary(of: rows + rows)
        let kept = summary.failedByCode.dropLast()
        #expect(Set(kept.map(\.code)) == Set(names.suffix(AnalysisLimits.codes)))
        #expect(kept.count == AnalysisLimits.codes)
        #expect(kept.allSatisfy { $0.rows == 2 && $0.messages.map(\.rows) == [2] })
        #expect(kept.allSatisfy { $0.code == names[$0.firstRow - 1] && $0.lastRow == $0.firstRow + count })
        #expect(summary.failedByCode.last?.rows == 2 * (count - AnalysisLimits.codes))
        #expect(summary.failedByCode.last?.firstRow == 1)
        #expect(summary.failedByCode.last?.lastRow == 2 * count - AnalysisLimits.codes)
    }

    /// A dump may use the name under which the rest is counted as a code of its own.
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

    /// The codes of a job share its patterns, in whatever order they come.
    @Test func patternsOfAJob() throws {
        let codes = 31
        let share = AnalysisLimits.patterns / (codes + 1)
        var rows = (0..<codes).flatMap { code in
            (0..<share + code % 2).map { FailedRow(code: "code \(code)", message: Self.word($0)) }
        }
        var generator = SplitMix64(seed: 31)
        for _ in 0..<3 {
            let summary = try FailedRow.summary(of: rows)
            #expect(summary.failedByCode.count { $0.messageCount == nil } == 15)
            #expect(summary.finding(.limitReached)?.count == 15)
            #expect(summary.failedByCode.reduce(0) { $0 + $1.rows } == rows.count)
            rows.shuffle(using: &generator)
        }
    }

    /// A word without digits: messages with different ones are of different patterns.
    private static func word(_ number: Int) -> String {
        String(decoding: String(number).utf8.map { $0 + 49 }, as: UTF8.self)
    }
}
