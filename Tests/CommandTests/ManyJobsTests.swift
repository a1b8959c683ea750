import Foundation
import Glibc
import TestSupport
import Testing

/// More jobs than fit in memory: the rest spills to temporary files, without a visible difference.
struct ManyJobsTests {
    private static let jobs = 66_000

    /// Returns a log of small jobs. Every tenth job has a second dump at the end, in random order, with one failed row.
    private static func log(jobs: Int = jobs, copy: Int = 0) -> (text: String, again: Int) {
        var lines: [String] = []
        lines.reserveCapacity(jobs + jobs / 10)
        func id(_ number: Int) -> String { "0000000\(copy)-0000-4000-8000-" + String(100_000_000_000 + number) }
        for number in 0..<jobs {
            lines.append(
                #"{"job_id":"\#(id(number))","status":"complete","total":2,"updated_at":"2025-03-04T10:00:00Z","#
                    + #""results":[{"id":"\#(id(number))","created":true},{"id":"\#(id(number + 1))","existing":true}]}"#
            )
        }
        let again = stride(from: 0, to: jobs, by: 10).map { ($0 * 7919) % jobs }
        for number in again {
            lines.append(
                #"{"job_id":"\#(id(number))","status":"complete","total":1,"updated_at":"2025-03-04T11:00:00Z","#
                    + #""results":[{"error":{"code":"late","message":"too late"}}]}"#)
        }
        return (lines.joined(separator: "\n") + "\n", again.count)
    }

    @Test("For each job, the latest dump counts, at its position, and the sums are those of the dumps that count")
    func counted() throws {
        let space = try Workspace()
        let (text, again) = Self.log()
        try space.write(text, as: "log.jsonl")
        let run = try importAudit("summary", "--format", "json", "log.jsonl", folder: space.path)
        #expect(run.status == 0)
        let document = try parsed(run.output)
        let totals = try #require(document["totals"] as? [String: Any])
        #expect(totals["jobs"] as? Int == Self.jobs)
        let rows = try #require(totals["rows"] as? [String: Any])
        #expect(rows["created"] as? Int == Self.jobs - again)
        #expect(rows["existing"] as? Int == Self.jobs - again)
        #expect(rows["failed"] as? Int == again)
        let jobs = try #require(document["jobs"] as? [[String: Any]])
        #expect(Set(jobs.compactMap { $0["job_id"] as? String }).count == Self.jobs)
        let places = jobs.compactMap { ($0["source"] as? String)?.split(separator: ":").last.flatMap { Int($0) } }
        #expect(places == places.sorted() && places.count == Self.jobs)
        #expect(places.filter { $0 > Self.jobs }.count == again)
        let superseding = jobs.filter { ($0["superseded"] as? [String: Any])?["count"] as? Int == 1 }
        #expect(superseding.count == again)

        // The same as text, with any number of threads; merged; and from a pipe, in parts that were read separately.
        let shown = try importAudit("summary", "log.jsonl", folder: space.path)
        #expect(shown.outputText.contains("\(Self.jobs / 1000),000"), "\(shown)")
        let other = try importAudit("summary", "log.jsonl", "--threads", "8", folder: space.path)
        #expect(other.output == shown.output)
        try space.write(run.output, as: "all.json")
        let merged = try importAudit("merge", "all.json", folder: space.path)
        #expect(merged.output == run.output)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
        for (name, part) in [("1", lines.prefix(Self.jobs / 2)), ("2", lines.dropFirst(Self.jobs / 2))] {
            try space.write(Array(part.joined(separator: [UInt8(ascii: "\n")])), as: "\(name)/log.jsonl")
        }
        var parts: [UInt8] = []
        for part in ["1", "2"] {
            parts += try importAudit("summary", "--format", "json", "\(part)/log.jsonl", folder: space.path).output
        }
        let piped = try importAudit("merge", "-", "--format", "text", input: .bytes(parts), folder: space.path)
        #expect(piped.status == 0)
        // The text mentions the names of the files.
        let inParts = try importAudit("summary", "1/log.jsonl", "2/log.jsonl", folder: space.path)
        #expect(piped.output == inParts.output)
    }

    @Test("A bad time is found among jobs of which most are only counted; superseded dumps are not in it", .seeded)
    func badTime() throws {
        let seed = Seeds.new
        var numbers = SplitMix64(seed: seed)
        let bad = 300..<330
        var lines: [String] = []
        func dump(_ number: Int, second: Int, failed: Bool) -> String {
            func two(_ number: Int) -> String { String(String(100 + number).suffix(2)) }
            let time = "2025-03-\(two(1 + second / 86_400))T\(two(second / 3600 % 24)):\(two(second / 60 % 60)):00Z"
            let id = "00000000-0000-4000-8000-\(100_000_000_000 + number)"
            let row = failed ? #"{"error":{"code":"late","message":"too late"}}"# : #"{"id":"\#(id)","created":true}"#
            return #"{"job_id":"\#(id)","status":"complete","total":1,"created_at":"\#(time)","#
                + #""updated_at":"\#(time)","results":[\#(row)]}"#
        }
        for number in 0..<1000 {
            let fails = Int.random(in: 0..<100, using: &numbers) < (bad.contains(number) ? 80 : 1)
            let last = dump(number, second: 600 * number, failed: fails)
            // An earlier dump without failures, in the middle of the bad time.
            if number % 4 == 0 { lines.append(dump(number, second: 600 * 310 - 86_400 * 2, failed: false)) }
            lines.append(last)
        }
        let space = try Workspace()
        try space.write(lines.joined(separator: "\n") + "\n", as: "log.jsonl")
        let run = try importAudit("summary", "log.jsonl", folder: space.path)
        #expect(run.outputText.contains("jobs stand out"), "seed \(seed): \(run)")
        let strict = try RunningCommand(
            ["summary", "log.jsonl"], folder: space.path, environment: ["IMPORT_AUDIT_KERNEL": "none"]
        ).finish()
        #expect(strict.output == run.output, "seed \(seed)")
    }

    @Test(
        "Memory does not grow with the jobs of a log, nor of summaries that are merged", .needs(.python),
        .measuresMemory,
        arguments: [(["summary"], 66_000), (["codes"], 66_000), (["merge"], 8_000)])
    func memory(command: [String], jobs: Int) throws {
        let space = try Workspace()
        let peaks = try [1, 3].map { times in
            // The same jobs again, with other ids.
            let log = (1...times).map { Self.log(jobs: jobs, copy: $0).text }.joined()
            try space.write(log, as: "log.jsonl")
            guard command == ["merge"] else { return try peak(command + ["log.jsonl"], in: space) }
            let summary = try importAudit("summary", "--format", "json", "log.jsonl", folder: space.path).output
            try space.write(summary, as: "log.json")
            return try peak(["merge", "log.json"], in: space)
        }
        #expect(peaks[1] - peaks[0] < 8 * 1024, "\(peaks) KiB")
    }

    /// Returns the peak memory of a run, in KiB. Python starts the run, because a child process begins with the peak of
    /// its parent, and that of the tests is large.
    private func peak(_ arguments: [String], in space: Workspace) throws -> Int {
        let script =
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); "
            + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        let output = try space.shell(
            "python3 -c '\(script)' \(([RunningCommand.binary] + arguments).joined(separator: " "))")
        return try #require(Int(output.filter { $0.isNumber }))
    }
}
