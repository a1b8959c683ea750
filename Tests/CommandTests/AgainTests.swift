import Foundation
import TestSupport
import Testing

/// Running the same command again adds new inputs, with the same result as reading everything again.
struct AgainTests {
    private func report(_ space: Workspace, _ folder: String = "o", _ options: [String] = []) throws -> CommandResult {
        try RunningCommand(["report", "in", "-o", folder] + options, folder: space.path).finish()
    }

    private func expectAsFromNothing(_ space: Workspace, _ what: String) throws {
        let fresh = "fresh-\(UUID().uuidString)"
        _ = try report(space, fresh)
        #expect(differences(try space.tree("o"), try space.tree(fresh)) == [], "\(what)")
    }

    @Test("Nothing new: nothing is written")
    func nothingNew() throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        #expect(try report(space).status == 0)
        let before = try space.tree("o")
        try space.shell("find o -exec touch -d '2001-01-01' {} +")
        let run = try report(space)
        #expect(run.status == 0 && run.errorText.contains("Nothing has changed"), "\(run)")
        #expect(differences(before, try space.tree("o")) == [])
        try space.shell("test -z \"$(find o -type f -newermt 2002-01-01)\"")
        let fresh = try report(space, "o", ["--fresh"])
        #expect(fresh.status == 0 && fresh.errorText.contains("Written to"), "\(fresh)")
        #expect(differences(before, try space.tree("o")) == [])
    }

    /// Changes to the inputs between two runs.
    static let changes = [
        "true", "rm in/0/job-003.json", "echo >> in/0/job-004.json", "cp in/1/job-012.json in/1/copy.json",
        "sed s/job-005/job-099/ in/0/job-005.json > in/new.json", "mv in/0/job-006.json in/1/moved.json",
        "sed 's/09:00:00/09:00:30/' in/0/job-007.json > in/later.json",
        "sed 's/09:00:00/09:00:30/;s/\"created\":true/\"existing\":true/' in/0/job-008.json > in/0/aaa.json",
        "rm in/m/5.json", "rm in/m/0.json in/m/1.json", "echo nonsense > in/0/job-002.json", "rm -r in/1",
        "rm in/broken.json",
        "tar -czf in/more.tgz in/0", "rm o/jobs/job-009/rows.csv", "rm -r o/jobs/job-009", "rm o/index.xhtml",
        "echo x > o/manifest.jsonl", "head -c 2000 o/manifest.jsonl > m && mv m o/manifest.jsonl",
        "head -n 3 o/manifest.jsonl > m && mv m o/manifest.jsonl",
        "head -n 4 o/manifest.jsonl > m && mv m o/manifest.jsonl",
        "rm o/manifest.jsonl",
    ]

    @Test("After any change, the end is the same as of a run from nothing", arguments: changes)
    func change(_ script: String) throws {
        let space = try Workspace()
        try space.makeJobs(15, in: "in")
        for second in 0..<6 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        try space.write("broken", as: "in/broken.json")
        #expect(try report(space).status == 65)
        try space.shell(script)
        let run = try report(space)
        #expect([0, 65].contains(run.status), "\(run)")
        try expectAsFromNothing(space, script)
        // The input is known from now on.
        let again = try report(space)
        #expect(again.errorText.contains("Nothing has changed"), "\(again)")
    }

    @Test("The dump that counted is gone: only the one that counts now is read again")
    func countedIsGone() throws {
        let space = try Workspace()
        try space.makeJobs(4, in: "in")
        for second in 0..<3 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        #expect(try report(space).status == 0)
        try space.shell("rm in/m/2.json")
        let run = try report(space)
        // The four jobs, and the first of the three dumps.
        #expect(run.errorText.contains("5 inputs have not changed"), "\(run)")
        try expectAsFromNothing(space, "the one that counted is gone")
    }

    @Test("More inputs than their places are kept in memory: each is known again")
    func manyInputs() throws {
        let space = try Workspace()
        for number in 0..<5000 {
            let text = #"{"job_id":"j\#(number)","status":"complete","total":1,"results":[{"id":"x","created":true}]}"#
            try space.write(text, as: "in/\(number % 50)/\(number).json")
        }
        let options = ["--job-reports", "none", "--formats", "json"]
        #expect(try report(space, "o", options).status == 0)
        try space.shell("echo >> in/7/4207.json && rm in/8/4208.json")
        let run = try report(space, "o", options)
        #expect(run.errorText.contains("4,998 inputs have not changed"), "\(run)")
        let again = try report(space, "o", options)
        #expect(again.errorText.contains("Nothing has changed"), "\(again)")
    }

    @Test("Other options, and everything is done again")
    func otherOptions() throws {
        let space = try Workspace()
        try space.makeJobs(5, in: "in")
        _ = try report(space)
        let run = try report(space, "o", ["--csv-raw"])
        #expect(run.status == 0 && run.errorText.contains("with other options"), "\(run)")
    }

    @Test("Killed at any moment, the next run ends as an undisturbed one", .seeded)
    func killed() throws {
        let space = try Workspace()
        try space.makeJobs(60, in: "in")
        _ = try report(space)
        try space.shell("sed -i 's/invalid/other/;s/\"c1\"/\"d1\"/' in/*/*.json && rm in/3/*")
        var random = SplitMix64(seed: Seeds.new)
        for _ in 0..<12 {
            let run = try RunningCommand(["report", "in", "-o", "o"], folder: space.path)
            usleep(.random(in: 0..<400_000, using: &random))
            run.kill(SIGKILL)
            _ = try run.finish()
        }
        let run = try report(space)
        #expect(run.status == 0, "\(run)")
        try expectAsFromNothing(space, "killed")
    }

    @Test("After Ctrl-C, finished files stay, none is partial, and the next run ends like an undisturbed one")
    func interrupted() throws {
        let space = try Workspace()
        try space.makeJobs(200, in: "in")
        let run = try RunningCommand(["report", "in", "-o", "o", "--threads", "2"], folder: space.path)
        let deadline = ContinuousClock.now + .seconds(60)
        while (space.names(in: "o/jobs")?.filter { !$0.hasPrefix(".") }.count ?? 0) < 5, .now < deadline {
            usleep(1000)
        }
        run.kill(SIGINT)
        let result = try run.finish()
        #expect(result.status == 130 && result.errorText.contains("Interrupted"), "\(result)")
        let left = try space.tree("o")
        #expect(!left.keys.contains { $0.contains(".partial") }, "\(left.keys.filter { $0.contains(".partial") })")
        #expect(left.keys.filter { $0.hasSuffix("/summary.json") }.count >= 5)
        let again = try report(space)
        #expect(again.status == 0, "\(again)")
        // It continued from there.
        #expect(again.errorText.contains("have not changed"), "\(again)")
        try expectAsFromNothing(space, "interrupted")
    }
}
