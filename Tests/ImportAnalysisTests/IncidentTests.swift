import Foundation
import ImportAnalysis
import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Incidents in the rows of a job. `Tests/Oracle/incidents.py` finds them by brute force.
@Suite struct IncidentTests {
    /// F: failed with code f; G: failed with code g; N: failed without a code; anything else: created.
    private func incidents(_ rows: String) throws -> [FailureIncident] {
        let texts: [Character: String] = ["F": failed("f"), "G": failed("g"), "N": #"{"error":{}}"#]
        return try audit(job(rows: rows.map { texts[$0] ?? created })).failureIncidents
    }

    private func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    @Test("A burst is one incident, with the rows between that did not fail")
    func burst() throws {
        let found = try incidents(times(400, ".") + times(10, "FF.F") + times(500, ".") + "F" + times(80, "."))
        #expect(
            found == [
                FailureIncident(
                    firstRow: 401, lastRow: 440, code: "f", codeRows: 30, rowsElsewhere: 981, codeRowsElsewhere: 1)
            ])
    }

    @Test("Two bursts are two if what is between them belongs to neither")
    func bursts() throws {
        let apart = try incidents(times(300, ".") + times(30, "F") + times(60, ".") + times(40, "F") + times(300, "."))
        #expect(apart.map { $0.firstRow } == [391, 301] && apart.map { $0.lastRow } == [430, 330])
        let near = try incidents(times(300, ".") + times(30, "F") + times(3, ".") + times(40, "F") + times(300, "."))
        #expect(near.map { $0.firstRow } == [301] && near.map { $0.codeRows } == [70])
    }

    @Test("Codes are told apart, rows without one too, and nine rows are too few")
    func codes() throws {
        let found = try incidents(times(500, ".") + times(20, "N") + times(500, ".") + times(15, "G") + times(9, "F"))
        #expect(found.map { $0.code } == [nil, "g"])
        #expect(try incidents(times(5000, ".") + times(9, "F")).isEmpty)
        #expect(try incidents(times(5000, ".") + times(10, "F")).map { $0.codeRows } == [10])
    }

    @Test("Where all rows fail alike, nothing is told")
    func allAlike() throws {
        #expect(try incidents(times(400, "F")).isEmpty)
        #expect(try incidents(times(400, "FG")).isEmpty)
        // When the rows are sorted by code, each code has its own place.
        #expect(try incidents(times(400, "F") + times(400, "G")).map { $0.rows } == [400, 400])
    }

    /// Returns rows of which some fail with one of two codes at random, and planted bursts of one code.
    private func rows(
        _ count: Int, _ share: Double, bursts: [Range<Int>], _ numbers: inout SplitMix64
    ) -> [FailedRow?] {
        (1...count).map { row in
            if let burst = bursts.first(where: { $0.contains(row) }) {
                let isEdge = row == burst.lowerBound || row == burst.upperBound - 1
                if isEdge || Double.random(in: 0..<1, using: &numbers) < 0.95 { return FailedRow(code: "burst") }
            }
            let number = Double.random(in: 0..<1, using: &numbers)
            return number < share ? FailedRow(code: "burst") : number < 0.3 ? FailedRow(code: "often") : nil
        }
    }

    private func summary(of rows: [FailedRow?], usesThread: Bool = false) throws -> JobSummary {
        var ignored = JobAnalyzer()
        let reading = try DumpReader(windowBytes: 64).read(
            from: ArraySource(Array(#"{"job_id":"j","status":"complete","total":1,"results":[]}"#.utf8)), into: &ignored
        )
        guard case .job(let dump) = reading else { throw NoJob(text: "") }
        var analyzer = JobAnalyzer(usesThread: usesThread)
        for (index, row) in rows.enumerated() {
            if let row {
                row.feed(to: &analyzer, row: index + 1)
            } else {
                analyzer.consume(RowRun(firstRow: index + 1, facts: .created), text: [UInt8]().span)
            }
        }
        return analyzer.summary(of: dump, source: "rows")
    }

    @Test(
        "Among many failures of a code, bursts come back within five rows and nothing else does, with any threads",
        .seeded, arguments: Seeds.and(new: 1...3))
    func manyFailures(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        let bursts = [4_001..<4_401, 20_000..<20_060, 41_000..<42_000]
        let rows = rows(60_000, 0.02, bursts: bursts, &numbers)
        let found = try summary(of: rows).failureIncidents
        let inOrder = found.sorted { $0.firstRow < $1.firstRow }
        #expect(inOrder.map { $0.code } == ["burst", "burst", "burst"])
        for (incident, burst) in zip(inOrder, bursts) {
            #expect(abs(incident.firstRow - burst.lowerBound) <= 5 && abs(incident.lastRow + 1 - burst.upperBound) <= 5)
            let inside = rows[incident.firstRow - 1..<incident.lastRow].count { $0?.code == "burst" }
            #expect(incident.codeRows == inside)
        }
        #expect(try summary(of: rows, usesThread: true).failureIncidents == found)
        #expect(try summary(of: self.rows(60_000, 0.02, bursts: [], &numbers)).failureIncidents.isEmpty)
    }

    @Test("Incidents are kept with a summary, whole")
    func record() throws {
        var numbers = SplitMix64(seed: 5)
        let whole = try summary(of: rows(3000, 0.01, bursts: [100..<200, 2000..<2100], &numbers))
        #expect(whole.failureIncidents.count == 2)
        var bytes: [UInt8] = []
        whole.appendRecord(to: &bytes)
        #expect(JobSummary(record: bytes[...]).failureIncidents == whole.failureIncidents)
    }
}

/// Times in which far more jobs stand out, and the levels of jobs among others.
@Suite struct JobSurroundingsTests {
    private func job(_ number: Int, rows: Int, failed: Int, second: Int? = nil, total: Int? = nil) -> JobSummary {
        var job = DeclaredJob()
        job.jobID = "job \(number)"
        job.status = "complete"
        job.total = total ?? rows
        job.createdAt = second.map { second in
            let (day, time) = (second / 86_400, second % 86_400)
            func two(_ number: Int) -> String { String(100 + number).suffix(2).description }
            return "2026-03-\(two(1 + day))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
        }
        var counts = RowCounts()
        counts.created = rows - failed
        counts.failed = failed
        return JobSummary(
            job: job, source: "\(number).json", bytes: 1, sha256: nil, rows: counts, failedByCode: [],
            findings: total == nil ? [] : [Finding(.rowsMissing, "missing")], results: .complete, salvage: nil)
    }

    /// Returns jobs every ten minutes. About 2% of their rows fail, but 70% in the jobs of the range.
    private func jobs(_ count: Int, bad: Range<Int>, _ numbers: inout SplitMix64) -> [JobSummary] {
        (0..<count).map { number in
            let rows = Int.random(in: 20...400, using: &numbers)
            let share = bad.contains(number) ? 0.7 : 0.02
            let failed = (0..<rows).count { _ in Double.random(in: 0..<1, using: &numbers) < share }
            return job(number, rows: rows, failed: failed, second: 600 * number)
        }
    }

    @Test("A bad time comes back, in any order of the jobs", .seeded, arguments: Seeds.and(new: 1...5))
    func badTime(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        var jobs = jobs(400, bad: 13..<23, &numbers)
        let found = JobSurroundings(of: jobs).incidents
        let incident = try #require(found.first)
        #expect(found.count == 1)
        #expect(abs(incident.first - (1_772_323_200 + 600 * 13)) <= 1200)
        #expect(abs(incident.last - (1_772_323_200 + 600 * 22)) <= 1200)
        #expect(incident.standingOut >= 9 && incident.jobs + incident.jobsElsewhere == 400)
        jobs.shuffle(using: &numbers)
        #expect(JobSurroundings(of: jobs).incidents == found)
    }

    @Test("Of more different seconds than are told apart, a bad time is the same in any order of the jobs", .seeded)
    func manySeconds() throws {
        var numbers = SplitMix64(seed: Seeds.new)
        var jobs = (0..<70_000).map { number in
            job(number, rows: 10, failed: (65_400..<65_800).contains(number) ? 9 : 0, second: 30 * number)
        }
        let found = JobSurroundings(of: jobs).incidents
        let incident = try #require(found.first)
        #expect(found.count == 1 && incident.standingOut == 400)
        #expect(incident.jobs + incident.jobsElsewhere == 70_000)
        #expect(incident.first == 1_772_323_200 + 30 * 65_400 && incident.last == 1_772_323_200 + 30 * 65_799)
        jobs.shuffle(using: &numbers)
        #expect(JobSurroundings(of: jobs).incidents == found)
    }

    @Test("Of a thousand orders of the same jobs, ten at most have a bad time", .seeded)
    func chance() {
        var numbers = SplitMix64(seed: Seeds.new)
        var jobs = jobs(120, bad: 0..<30, &numbers)
        var raised = 0
        for _ in 0..<1000 {
            var times = jobs.map { $0.job.createdAt }
            times.shuffle(using: &numbers)
            for index in jobs.indices { jobs[index].job.createdAt = times[index] }
            raised += JobSurroundings(of: jobs).incidents.isEmpty ? 0 : 1
        }
        #expect(raised <= 10)
    }

    @Test("A job is unlike the others if its share is twice theirs and chance does not explain it")
    func unlike() {
        func levels(_ jobs: [JobSummary]) -> [JobLevel] {
            let surroundings = JobSurroundings(of: jobs)
            return jobs.map { surroundings.level(of: $0) }
        }
        let usual = (0..<20).map { job($0, rows: 1000, failed: 10) }
        #expect(levels(usual + [job(20, rows: 1000, failed: 10)]).allSatisfy { $0 == .failedRows })
        #expect(levels(usual + [job(20, rows: 1000, failed: 60)]).last == .unlikeOthers)
        // Twice the share, but of few rows.
        #expect(levels(usual + [job(20, rows: 20, failed: 1)]).last == .failedRows)
        #expect(levels(usual + [job(20, rows: 20, failed: 20)]).last == .unlikeOthers)
        // Of very many rows, but not twice the share.
        #expect(levels(usual + [job(20, rows: 1_000_000, failed: 12_000)]).last == .failedRows)
        #expect(levels(usual + [job(20, rows: 10, failed: 0)]).last == .clean)
        #expect(levels(usual + [job(20, rows: 10, failed: 10, total: 12)]).last == .doesNotAddUp)
        // Two jobs are too few to compare.
        #expect(levels([job(0, rows: 1000, failed: 0), job(1, rows: 1000, failed: 900)]).last == .failedRows)
    }

    @Test("A rule about single jobs says the same in whatever order they are compared with a history", .seeded)
    func ruleInAnyOrder() throws {
        var numbers = SplitMix64(seed: Seeds.new)
        let earlier = EarlierRuns((0..<20).map { EarlierRun(rows: 1000, failed: 10 + $0 % 3, duration: nil) })
        let rules: [Rules.Rule] = [
            .noUnusualRun, .maxFailedAgainstMedian(try #require(Rules.Multiple("2x"))),
            .maxFailedPerJob(Share(of: 1, in: 10)),
        ]
        // More unlike jobs than sentences are kept, and several of the worst.
        let jobs = (0..<300).map { number in
            var job = job(number, rows: 1000, failed: number % 2 == 0 ? 10 : 400 + number % 3)
            job.job.status = "complete"
            return job
        }
        func results(_ order: [Int]) throws -> [RuleResult] {
            var tally = RuleTally(gate: Rules(rules), codes: nil)
            for place in order { tally.add(jobs[place], after: earlier, at: place) }
            return try #require(tally.ruleResults().gate)
        }
        let inOrder = try results(Array(jobs.indices))
        let shuffled = try results(jobs.indices.shuffled(using: &numbers))
        #expect(inOrder[0].verdicts.count == 100)
        for (one, other) in zip(inOrder, shuffled) {
            #expect(one.verdicts == other.verdicts && one.measured == other.measured)
            #expect(one.jobWords == other.jobWords)
        }
    }

    @Test("A small job of which all failed and a large one with many failed rows both weigh much")
    func weight() {
        func weight(_ failed: Int, of rows: Int) -> Double { job(0, rows: rows, failed: failed).rows.weight }
        let jobs = [
            (20, 20), (500_000, 1_000_000), (10, 10), (3, 3), (20_000, 1_000_000), (40, 1000), (1, 100), (0, 9),
        ]
        let weights = jobs.map { weight($0.0, of: $0.1) }
        #expect(weight(500_000, of: 1_000_000) > weight(20, of: 20))
        #expect(weight(20, of: 20) > weight(20_000, of: 1_000_000))
        #expect(weight(20_000, of: 1_000_000) > weight(1, of: 100))
        #expect(weights.allSatisfy { $0 >= 0 } && weights.last == 0)
        #expect(weight(.max, of: .max).isFinite)
    }
}

/// Selects the jobs of a run.
@Suite struct JobSelectionTests {
    static let patterns: [(pattern: String, like: [String], unlike: [String])] = [
        ("night-*", ["night-", "night-7"], ["night", "a night-7"]), ("*", ["", "x"], []),
        ("a?c", ["abc", "aéc"], ["ac", "abbc"]), ("*-*-x", ["a-b-x", "--x", "a-x-b-x"], ["a-x"]),
        ("abc", ["abc"], ["ABC", "abcd", ""]), ("*é", ["é", "eé"], ["e\u{301}x"]), ("a**b", ["ab", "axb"], ["a"]),
        (String(repeating: "*a", count: 30), [String(repeating: "a", count: 30)], [String(repeating: "a", count: 29)]),
    ]

    @Test("Patterns", arguments: patterns)
    func pattern(pattern: String, like: [String], unlike: [String]) {
        var selection = JobSelection()
        selection.jobs = [pattern]
        for (names, answer) in [(like, JobSelection.Answer.selected), (unlike, .leftOut)] {
            for name in names {
                var job = DeclaredJob()
                job.jobID = name
                #expect(selection.answer(job, source: "source") == answer, "\(name)")
            }
        }
    }

    @Test("Days are those in UTC, and both ends count")
    func days() {
        var selection = JobSelection()
        selection.since = CalendarDay("2026-03-02")
        selection.until = CalendarDay("2026-03-03")
        func answer(_ time: String?) -> JobSelection.Answer {
            var job = DeclaredJob()
            job.createdAt = time
            return selection.answer(job, source: "")
        }
        #expect(answer("2026-03-02T00:00:00Z") == .selected && answer("2026-03-03T23:59:59Z") == .selected)
        #expect(answer("2026-03-01T23:59:59Z") == .leftOut && answer("2026-03-04T00:00:00Z") == .leftOut)
        #expect(answer("2026-03-01T23:30:00-01:00") == .selected && answer("2026-03-02T00:30:00+01:00") == .leftOut)
        #expect(answer(nil) == .undated && answer("yesterday") == .undated)
        selection.since = nil
        #expect(answer("1999-12-31T00:00:00Z") == .selected)
    }

    @Test(
        "All conditions are met, of each one value; a job without an id goes by its file, one without a status is none")
    func conditions() {
        var selection = JobSelection()
        selection.statuses = ["failed", "none"]
        selection.jobs = ["a*", "b.json"]
        func answer(_ id: String?, _ status: String?, _ source: String = "in/b.json") -> Bool {
            var job = DeclaredJob()
            (job.jobID, job.status) = (id, status)
            return selection.answer(job, source: source) == .selected
        }
        #expect(answer("a1", "failed") && answer("a1", nil) && answer(nil, "failed"))
        #expect(!answer("a1", "complete") && !answer("c", "failed") && !answer(nil, "failed", "in/c.json"))
        #expect(selection.options == ["--status failed", "--status none", "--job a*", "--job b.json"])
    }

    @Test("What was left out is said in words")
    func sentences() {
        var result = SelectionResult(options: ["--since 2026-03-01"])
        #expect(result.sentence == "Nothing was left out by --since 2026-03-01.")
        (result.dumps, result.leftOut) = (1, 1)
        #expect(result.sentence == "Left out by --since 2026-03-01: the one dump.")
        (result.dumps, result.leftOut, result.undated) = (60, 12, 2)
        #expect(
            result.sentence
                == "Left out by --since 2026-03-01: 12 of 60 dumps, 2 of them because they do not say when the job was created."
        )
        result.undated = 12
        #expect(result.sentence.hasSuffix("12 of 60 dumps, for they do not say when the job was created."))
    }
}
