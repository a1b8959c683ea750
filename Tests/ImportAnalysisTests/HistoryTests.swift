import ImportAnalysis
import Testing

/// Judgements about runs over time.
struct HistoryRuleTests {
    @Test(
        "Wilson's interval",
        arguments: [
            (0, 0, 0, 1_000_000), (0, 10, 0, 277_533), (10, 10, 722_467, 1_000_000), (1, 10, 17_876, 404_150),
            (81, 263, 255_289, 366_210), (1, 1_000_000, 0, 6), (5, 4, 510_109, 1_000_000),
        ])
    func interval(part: Int, whole: Int, low: Int, high: Int) {
        let interval = ShareInterval(of: part, in: whole)
        #expect(abs(interval.low - low) <= 1 && abs(interval.high - high) <= 1, "\(interval)")
    }

    private func presence(_ places: [Int]) -> CodePresence {
        var presence = CodePresence(first: JobDay(day: 1000 + places[0], place: places[0]))
        for place in places.dropFirst() { presence.see(JobDay(day: 1000 + place, place: place)) }
        return presence
    }

    private func state(_ places: [Int], at end: Int) -> CodePresence.State {
        presence(places).state(on: JobDay(day: 1000 + end, place: end))
    }

    @Test("New, back and gone begin at 30 days")
    func states() {
        #expect(state([30], at: 59) == .new)
        #expect(state([30], at: 60) == .usual)
        #expect(state([29], at: 40) == .usual)
        #expect(state([0, 1, 2], at: 31) == .usual)
        #expect(state([0, 1, 2], at: 32) == .gone(days: 30))
        // Seen on only two days, or absent for less than three times the longest earlier gap.
        #expect(state([0, 1], at: 90) == .usual)
        #expect(state([0, 20, 40], at: 99) == .usual)
        #expect(state([0, 20, 40], at: 100) == .gone(days: 60))
        #expect(state([0, 1, 2, 50], at: 79) == .back(afterDays: 48))
        #expect(state([0, 1, 2, 50], at: 80) == .usual)
        #expect(presence([0, 1, 2, 31]).returns == [])
        #expect(presence([0, 1, 2, 32]).returns.map { $0.afterDays } == [30])
    }

    private func days(_ shares: [Int], rows: Int = 1000) -> [HistoryDay] {
        shares.enumerated().map {
            HistoryDay(day: $0.offset, sums: HistorySums(jobs: 1, rows: rows, failed: $0.element))
        }
    }

    @Test("A lasting change is found, and neither a bad day nor no change is one")
    func change() {
        let flat = (0..<200).map { 10 + $0 * 7 % 5 }
        #expect(LevelChange.latest(in: days(flat)) == nil)
        var bad = flat
        bad[100] = 900
        #expect(LevelChange.latest(in: days(bad)) == nil)
        let rising = flat.enumerated().map { $0.offset < 120 ? $0.element : $0.element + 20 }
        #expect(LevelChange.latest(in: days(rising))?.day == 120)
        // The latest of two changes.
        let falling = rising.enumerated().map { $0.offset < 160 ? $0.element : $0.element - 10 }
        let change = LevelChange.latest(in: days(falling))
        #expect(change?.day == 160)
        #expect(change.map { $0.since.share < $0.before.share } == true)
        #expect(LevelChange.latest(in: days(Array(rising[114..<126]))) == nil)
    }

    private func run(_ rows: Int, _ failed: Int, _ duration: Int = 100) -> EarlierRun {
        var run = EarlierRun(rows: rows, failed: failed, duration: duration)
        if failed > 0 { run.codes[HistoryCode("a")] = failed }
        return run
    }

    private func summary(_ succeeded: Int, _ failures: Int, seconds: Int = 100, code: String = "a") throws -> JobSummary
    {
        let rows = Array(repeating: created, count: succeeded) + Array(repeating: failed(code), count: failures)
        let end = "2026-01-01T0\(seconds / 3600):\(10 + seconds / 60 % 50):\(10 + seconds % 50)Z"
        return try audit(
            job(rows: rows, more: #","created_at":"2026-01-01T00:10:10Z","updated_at":"\#(end)""#))
    }

    private func measures(_ job: JobSummary, _ runs: [EarlierRun]) -> [UnusualRun.Measure] {
        UnusualRun(job, against: EarlierRuns(runs)).verdicts.map { $0.measure }
    }

    @Test("A share is unusual when the spread between the runs does not allow for it")
    func share() throws {
        let narrow = (0..<40).map { run(1000, 10 + $0 % 3) }
        let wide = (0..<40).map { run(1000, [2, 30, 5, 14, 60, 1][$0 % 6]) }
        #expect(measures(try summary(940, 60), narrow) == [.failed, .code(HistoryCode("a"))])
        #expect(measures(try summary(940, 60), wide) == [])
        #expect(measures(try summary(985, 15), narrow) == [])
        // Lower than ever is not a fault. A code that never occurred before is one as soon as it has enough rows.
        #expect(measures(try summary(1000, 0), narrow) == [])
        #expect(measures(try summary(990, 10, code: "b"), narrow) == [.code(HistoryCode("b"))])
        #expect(measures(try summary(999, 1, code: "b"), narrow) == [])
    }

    @Test("A share far below that of a few large runs is not unusual")
    func farBelow() throws {
        let runs = (0..<20).map { _ in run(9, 0) } + [run(100_000, 10_000)]
        #expect(measures(try summary(19_000, 1_000), runs).filter { $0 != .size } == [])
    }

    @Test("A past incident does not hide the next one")
    func robust() throws {
        var runs = (0..<100).map { run(1000, 10 + $0 % 3) }
        runs[40] = run(1000, 950)
        #expect(measures(try summary(940, 60), runs).contains(.failed))
    }

    @Test("Sizes and durations at their boundaries")
    func amounts() throws {
        let runs = (0..<20).map { run(100 + $0 % 3, 0, 60 + $0 % 3) }
        #expect(measures(try summary(203, 0, seconds: 61), runs) == [])
        #expect(measures(try summary(204, 0, seconds: 61), runs) == [.size])
        #expect(measures(try summary(51, 0, seconds: 61), runs) == [])
        #expect(measures(try summary(50, 0, seconds: 61), runs) == [.size])
        #expect(measures(try summary(100, 0, seconds: 3600), runs) == [.duration])
    }

    private func result(_ rule: Rules.Rule, _ jobs: [JobSummary], _ runs: [EarlierRun]) throws -> RuleResult {
        var tally = RuleTally(gate: Rules([rule]), codes: nil)
        for job in jobs { tally.add(job, after: EarlierRuns(runs)) }
        return try #require(tally.ruleResults().gate?.first)
    }

    @Test("The rules about single jobs, on both sides of their boundaries")
    func rules() throws {
        let (good, bad) = (try summary(98, 2), try summary(95, 5))
        let share = try #require(Share(percent: "2"))
        #expect(try result(.maxFailedPerJob(share), [good, good], []).isMet)
        let broken = try result(.maxFailedPerJob(share), [good, bad, good], [])
        #expect(!broken.isMet && broken.measured == 1 && broken.found.contains("5 of 100 rows (5%)"), "\(broken.found)")
        let twice = try #require(Rules.Multiple("2x"))
        let runs = (0..<9).map { run(100, $0 < 4 ? 0 : 1) }
        #expect(try result(.maxFailedAgainstMedian(twice), [good], runs).isMet)
        #expect(try !result(.maxFailedAgainstMedian(twice), [bad], runs).isMet)
        #expect(try !result(.maxFailedAgainstMedian(try #require(Rules.Multiple("1.999999x"))), [good], runs).isMet)
        // With fewer than eight runs, nothing is judged, and the rule says so.
        for rule in [Rules.Rule.maxFailedAgainstMedian(twice), .noUnusualRun] {
            let few = try result(rule, [bad], Array(runs.prefix(7)))
            #expect(few.isMet && few.found.contains("7 earlier runs, and 8 are needed"), "\(few.found)")
        }
        // Without any job, no rule is met.
        #expect(try !result(.noUnusualRun, [], runs).isMet)
    }

    @Test(
        "What is not a multiple is refused",
        arguments: ["", "2", "x", "-1x", "1.x", ".5x", "1e3x", "2X", "1.2345678x", "1000001x", "1000000.000001x"])
    func noMultiple(text: String) {
        #expect(Rules.Multiple(text) == nil)
    }

    @Test("Multiples are written as they are given", arguments: ["0x", "2x", "1.5x", "0.000001x", "1000000x"])
    func multiples(text: String) {
        #expect(Rules.Multiple(text)?.text == text)
    }
}
