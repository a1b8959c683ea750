import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Several dumps of one job count as one job.
@Suite struct SnapshotTests {
    /// Returns a dump of the job `j`.
    private static func dump(
        _ source: String, _ status: String, updated: String? = nil, rows: [String] = [], total: Int = 3,
        end: String = "]}", sha256: String? = nil
    ) throws -> JobSummary {
        let time = updated.map { #""updated_at":"\#($0)","# } ?? ""
        var job = try audit(
            #"{"job_id":"j",\#(time)"status":"\#(status)","total":\#(total),"results":["#
                + rows.joined(separator: ",") + end, source: source)
        job.sha256 = sha256
        return job
    }

    private static func combined(_ jobs: [JobSummary]) -> Summary {
        var summary = Summary()
        for job in jobs { summary.append(job) }
        return summary.combiningSnapshots()
    }

    @Test func theLatestCounts() throws {
        let rows = [created, existing, created]
        // From the lowest precedence to the highest.
        let order = [
            try Self.dump("z", "new"), try Self.dump("y", "processing"),
            try Self.dump("x", "complete", updated: "yesterday", rows: rows),
            try Self.dump("w", "new", updated: "2026-03-01T10:00:00Z"),
            try Self.dump("v", "processing", updated: "2026-03-01T10:00:00Z"),
            try Self.dump("u", "failed", updated: "2026-03-01T10:00:00.000Z"),
            try Self.dump("t", "complete", updated: "2026-03-01T10:00:00Z", rows: [created, created], end: ","),
            try Self.dump("s", "complete", updated: "2026-03-01T12:00:00+02:00", rows: [created]),
            try Self.dump("q", "complete", updated: "2026-03-01T10:00:00Z", rows: rows),
            try Self.dump("r", "complete", updated: "2026-03-01T10:00:00Z", rows: rows + []),
            try Self.dump("p", "processing", updated: "2026-03-01T10:00:00.01Z"),
        ]
        let snapshots = order.map { Snapshot($0) }
        for (index, left) in snapshots.enumerated() {
            for right in snapshots[(index + 1)...] where left.source != "q" || right.source != "r" {
                #expect(left < right && !(right < left), "\(left.source) \(right.source)")
            }
        }
        let result = Self.combined(order.reversed())
        #expect(result.jobs.map(\.source) == ["p"])
        #expect(result.totals.jobs == 1)
        // q and r have the same size and contents and no hash, so they are one.
        #expect(result.jobs[0].superseded.snapshots.map(\.source) == ["r", "s", "t", "u", "v", "w", "x", "y", "z"])
        let note = try #require(result.jobs[0].finding(.supersededSnapshot))
        #expect(note.count == 9)
        #expect(note.message.hasPrefix("9 other dumps of this job are superseded by this one: “r” (“complete”, “2026-"))
    }

    @Test(
        "Finished dumps in which other rows failed disagree, however many rows there are", .seeded,
        arguments: [2, 3, 64, 5000])
    func otherRowsFailed(_ count: Int) throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let kinds = [created, existing, failed("a"), failed("a"), "{}"]
        for _ in 0..<20 {
            let rows = (0..<count).map { _ in kinds[Int(random.next() % UInt64(kinds.count))] }
            // The same outcomes in another order: all counts match.
            var other = rows
            let (one, two) = (Int(random.next() % UInt64(count)), Int(random.next() % UInt64(count)))
            other.swapAt(one, two)
            let jobs = [
                try Self.dump("a", "complete", rows: rows, total: count, sha256: "11"),
                try Self.dump("b", "complete", rows: other, total: count, sha256: "22"),
            ]
            for order in [jobs, jobs.reversed()] {
                let finding = Self.combined(order).jobs[0].finding(.conflictingSnapshots)
                #expect((finding != nil) == (rows[one] != rows[two]), "seed \(seed)")
                if let finding { #expect(finding.message.contains("which rows have which outcome"), "seed \(seed)") }
            }
            // An older summary does not have an outcome for each row.
            var old = jobs[0]
            old.outcomes = nil
            #expect(Self.combined([old, jobs[1]]).jobs[0].finding(.conflictingSnapshots) == nil)
        }
    }

    @Test("Parts of a finished job are not confused with one another", arguments: [nil, "1"])
    func parts(_ hash: String?) throws {
        let parts = ["a", "b"].map { name in
            Result { try Self.dump(name, "complete", rows: [created, failed("x")], sha256: hash.map { $0 + name }) }
        }
        let result = Self.combined(try parts.map { try $0.get() })
        let finding = try #require(result.jobs[0].finding(.conflictingSnapshots))
        #expect(finding.severity == .critical)
        #expect(finding.message.contains("“a”") && finding.message.contains("“b”"))
        #expect(finding.message.contains("neither has all of its rows"))
    }

    @Test func copiesCountOnce() throws {
        let one = try Self.dump("a", "complete", rows: [created, created, created], sha256: "11")
        var copy = one
        copy.source = "b"
        let result = Self.combined([one, copy])
        #expect(result.jobs.map(\.source) == ["b"])
        #expect(result.jobs[0].findings == [])
        #expect(result.jobs[0].superseded.isEmpty)
        #expect(result.totals.rows.created == 3)
    }

    @Test func syncImportsAreTheirOwn() throws {
        let sync = try audit(#"{"job_id":null,"status":"complete","total":1,"results":[{"created":true}]}"#)
        #expect(Self.combined([sync, sync]).jobs.count == 2)
        var hashed = sync
        hashed.sha256 = "11"
        #expect(Self.combined([hashed, hashed]).jobs.count == 1)
        var other = hashed
        other.sha256 = "12"
        #expect(Self.combined([hashed, other]).jobs.count == 2)
        // Canonically equivalent ids are different ids.
        let (composed, decomposed) = ("{\"job_id\":\"\u{E9}\",\"total\":0}", "{\"job_id\":\"e\u{301}\",\"total\":0}")
        #expect(Self.combined([try audit(composed), try audit(decomposed)]).jobs.count == 2)
    }

    @Test func finishedDumpsThatDisagree() throws {
        let first = try Self.dump("a", "complete", rows: [created, created, failed("x")])
        let second = try Self.dump("b", "complete", rows: [created, failed("x"), failed("y")])
        let finding = try #require(Self.combined([first, second]).jobs.first?.finding(.conflictingSnapshots))
        #expect(finding.severity == .critical)
        #expect(finding.count == 3)
        #expect(
            finding.message
                == "Two dumps of this finished job disagree. “b” against “a”: rows created 1 against 2, rows failed 2 "
                + "against 1, the failed rows of each code.")

        // The rest of a dump that is cut off is unknown, and a job that is still processing will have more rows.
        let cut = try Self.dump("c", "complete", rows: [created], end: ",")
        let processing = try Self.dump("d", "processing", rows: [created])
        #expect(Self.combined([first, cut, processing]).jobs[0].finding(.conflictingSnapshots) == nil)
        // Whichever dump wins, two others may disagree.
        let late = try Self.dump("e", "processing", updated: "2026-01-01T00:00:00Z")
        let third = Self.combined([late, first, second]).jobs[0]
        #expect(third.source == "e")
        #expect(third.finding(.conflictingSnapshots)?.message.contains("“b” against “a”") == true)
        #expect(third.findings.map(\.id) == [.conflictingSnapshots, .stillProcessing, .supersededSnapshot])
    }

    /// Random dumps with copies among them: any order, any grouping, and combining again give the same result.
    @Test(.seeded, arguments: Seeds.and(new: 1...12))
    func anyOrderAndGrouping(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let statuses = ["complete", "failed", "processing", "odd"]
        var jobs: [JobSummary] = []
        for number in 0..<(seed % 2 == 0 ? 12 : 60) {
            let rows = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                [created, existing, failed("a"), failed("b")].randomElement(using: &generator)!
            }
            let hour = Int.random(in: 0...5, using: &generator)
            let updated = hour == 5 ? nil : "2026-01-01T0\(hour):00:00Z"
            var job = try Self.dump(
                "s\(number)", statuses.randomElement(using: &generator)!, updated: updated, rows: rows,
                end: Int.random(in: 0...5, using: &generator) == 0 ? "," : "]}")
            if Bool.random(using: &generator) { job.sha256 = "\(Int.random(in: 0...9, using: &generator))" }
            jobs.append(job)
        }
        // The same hash means the same bytes.
        var byHash: [String: JobSummary] = [:]
        jobs = jobs.map { job in
            guard let sha256 = job.sha256 else { return job }
            var same = byHash[sha256] ?? job
            byHash[sha256] = same
            same.source = job.source
            return same
        }
        func lines(_ summary: Summary) -> [String] {
            summary.jobs.map { job in
                let others = job.superseded
                return "\(job.source) \(job.findings) \(others.snapshots) \(others.count ?? -1) \(others)"
            }
        }
        let whole = lines(Self.combined(jobs))
        #expect(whole.count == 1)
        for _ in 0..<8 {
            let shuffled = jobs.shuffled(using: &generator)
            #expect(lines(Self.combined(shuffled)) == whole)
            let (first, second) = (
                Int.random(in: 0...jobs.count, using: &generator), Int.random(in: 0...jobs.count, using: &generator)
            )
            let cuts = [0, min(first, second), max(first, second), jobs.count]
            let parts = (0..<3).map { Self.combined(Array(shuffled[cuts[$0]..<cuts[$0 + 1]])) }
            for order in [[0, 1, 2], [2, 0, 1]] {
                var left = parts[order[0]]
                left.merge(parts[order[1]])
                left = left.combiningSnapshots()
                left.merge(parts[order[2]])
                #expect(lines(left.combiningSnapshots()) == whole)
                #expect(lines(left.combiningSnapshots().combiningSnapshots()) == whole)
            }
        }
    }

    @Test func manyDumpsAreCountedUpToTheLimit() throws {
        let base = try Self.dump("s", "processing")
        func dumps(_ count: Int) -> [JobSummary] {
            (0..<count).map { number in
                var job = base
                job.source = "s\(10_000 + number)"
                job.sha256 = "\(number)"
                return job
            }
        }
        let some = Self.combined(dumps(61)).jobs[0]
        #expect(some.superseded.count == 60)
        #expect(some.superseded.snapshots.count == AnalysisLimits.snapshotsListed)
        #expect(some.finding(.supersededSnapshot)?.message.hasSuffix(", and 40 more.") == true)
        #expect(some.finding(.supersededSnapshot)?.count == 60)
        // Adding the same dumps twice changes nothing.
        #expect(Self.combined(dumps(61) + dumps(50)).jobs[0].superseded == some.superseded)
        let many = Self.combined(dumps(1100)).jobs[0]
        #expect(many.superseded.count == nil)
        #expect(many.finding(.supersededSnapshot)?.message.hasPrefix("More than 1,000 other dumps") == true)
    }

    @Test func hostileNamesAreShownOnly() throws {
        let result = Self.combined([
            try Self.dump("a\u{202E}\u{1B}[31m", "complete\u{1B}", rows: [created]),
            try Self.dump("b\u{7}", "failed", rows: [created]), try Self.dump("c\n", "complete", rows: [existing]),
        ])
        let text = result.jobs[0].findings.map(\.message).joined()
        #expect(text.unicodeScalars.allSatisfy { !$0.isUnsafeToShow })
    }
}
