import Foundation
import TestSupport
import Testing

/// `--dry-run` announces what would be written, and writes nothing.
struct DryRunTests {
    @Test("It announces what the run then does, for one dump and for several", arguments: [1, 12])
    func report(jobs: Int) throws {
        let space = try Workspace()
        try space.makeJobs(jobs, in: "in")
        let input = jobs == 1 ? "in/0/job-001.json" : "in"
        let options = ["report", input, "-o", "o", "--pack", "p.zip"]
        let before = try dryRun(space, options)
        #expect(before.status == 0, "\(before)")
        #expect(space.names(in: "o") == nil && space.names(in: "")?.contains("p.zip") == false)
        #expect(try importAudit(arguments: options, folder: space.path).status == 0)
        let files =
            try space.tree("o").filter { !$0.key.hasSuffix("jobs") && !$0.value.isEmpty || $0.key.contains(".") }
            .keys.map { "o/\($0)" } + ["p.zip"]
        #expect(Set(paths(before, "write")) == Set(files), "\(before)")
        #expect(
            before.outputText.hasSuffix(
                "Dry run: \(files.count) to write, 0 to replace, 0 to remove, 0 to keep. Nothing was written.\n"),
            "\(before)")
        // Now everything is as announced.
        let same = try dryRun(space, options)
        #expect(Set(paths(same, "keep")) == Set(files).subtracting(["p.zip"]), "\(same)")
        #expect(paths(same, "replace") == ["p.zip"], "\(same)")
        // With other formats.
        let others = ["report", input, "-o", "o", "--formats", "md"]
        let fewer = try dryRun(space, others)
        let removed = paths(fewer, "remove")
        let replaced = paths(fewer, "replace")
        #expect(!removed.isEmpty && removed.allSatisfy { !$0.hasSuffix(".md") }, "\(fewer)")
        let (old, _) = (try space.tree("o"), try importAudit(arguments: others, folder: space.path))
        let new = try space.tree("o")
        #expect(Set(removed) == Set(old.keys.filter { new[$0] == nil && $0.contains(".") }.map { "o/\($0)" }))
        #expect(Set(replaced) == Set(new.keys.filter { old[$0] != nil && old[$0] != new[$0] }.map { "o/\($0)" }))
    }

    @Test("The status and the refusals are those of the run")
    func statuses() throws {
        let space = try Workspace()
        try space.write(jobDump("a", failed: 3), as: "a.json")
        try space.write(String(jobDump("b").dropLast(20)), as: "cut.json")
        try space.write("mine", as: "o/report.md")
        try space.write("{}", as: "other.json")
        for arguments in [
            ["report", "a.json", "-o", "o"], ["report", "a.json", "-o", "p", "--max-failed", "1"],
            ["report", "cut.json", "-o", "p"], ["report", "none.json", "-o", "p"], ["report", "other.json", "-o", "p"],
            ["report", "a.json", "-o", "a.json"], ["report", "a.json", "cut.json", "-o", "p"],
            ["report", "a.json", "-o", "p", "--pack", "o/report.zip"],
        ] {
            let dry = try dryRun(space, arguments)
            let real = try importAudit(arguments: arguments, folder: space.path)
            #expect(dry.status == real.status, "\(dry)\n\(real)")
            if real.status != 0, real.status != 1, real.status != 65 {
                #expect(dry.errorText == real.errorText, "\(dry)\n\(real)")
            }
            try space.shell("rm -rf p")
        }
        #expect(try space.text("o/report.md") == "mine")
        let forced = try dryRun(space, ["report", "a.json", "-o", "o", "--force"])
        #expect(paths(forced, "replace") == ["o/report.md"], "\(forced)")
    }

    @Test("A file that someone has changed would be left, and is listed")
    func changed() throws {
        let space = try Workspace()
        try space.write(jobDump("a", failed: 3), as: "a.json")
        #expect(try importAudit("report", "a.json", "-o", "o", folder: space.path).status == 0)
        try space.write("my notes", as: "o/report.md")
        let run = try dryRun(space, ["report", "a.json", "-o", "o", "--formats", "csv"])
        #expect(paths(run, "leave") == ["o/report.md"], "\(run)")
        #expect(try importAudit("report", "a.json", "-o", "o", "--formats", "csv", folder: space.path).status == 0)
        #expect(try space.text("o/report.md") == "my notes")
    }

    @Test("rejects and merge also have it")
    func otherCommands() throws {
        let space = try Workspace()
        try space.shell("cp '\(Repository.path("Samples/round-trip"))'/* .")
        let rejects = ["rejects", "first-try.json", "--source", "contacts.csv", "-o", "r"]
        let first = try dryRun(space, rejects)
        #expect(first.status == 0 && first.outputText.contains("24 rows sent = 18 succeeded"), "\(first)")
        #expect(try importAudit(arguments: rejects, folder: space.path).status == 0)
        #expect(Set(paths(first, "write")) == Set(space.names(in: "r")?.map { "r/\($0)" } ?? []), "\(first)")
        try space.write("corrected", as: "r/rejects.csv")
        let refused = try dryRun(space, rejects)
        let real = try importAudit(arguments: rejects, folder: space.path)
        #expect(refused.status == 73 && refused.errorText == real.errorText, "\(refused)\n\(real)")
        try space.shell("'\(RunningCommand.binary)' summary first-try.json --format json > s.json")
        let merge = ["merge", "s.json", "-o", "m"]
        let merged = try dryRun(space, merge)
        #expect(merged.status == 0, "\(merged)")
        #expect(try importAudit(arguments: merge, folder: space.path).status == 0)
        #expect(Set(paths(merged, "write")) == Set(space.names(in: "m")?.map { "m/\($0)" } ?? []), "\(merged)")
        let useless = try importAudit("merge", "s.json", "--dry-run", folder: space.path)
        #expect(useless.status == 64, "\(useless)")
    }

    /// Runs with `--dry-run`, and checks that no file and no file time has changed and that nothing is left over.
    private func dryRun(_ space: Workspace, _ arguments: [String]) throws -> CommandResult {
        let list = "find . -printf '%p %T@ %C@ %s\\n' | sort; mkdir -p ../t-$(basename \"$PWD\")"
        let before = try space.shell(list)
        let temporary = "\(space.path)/../t-\(URL(filePath: space.path).lastPathComponent)"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        let run = try RunningCommand(
            arguments + ["--dry-run"], folder: space.path, environment: ["TMPDIR": temporary]
        ).finish()
        #expect(try space.shell(list) == before, "\(run)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty, "\(run)")
        return run
    }

    /// Returns the paths on lines of one kind.
    private func paths(_ run: CommandResult, _ kind: String) -> [String] {
        run.outputText.split(separator: "\n").filter { $0.hasPrefix("\(kind) ") }
            .map { $0.dropFirst(kind.count).trimmingCharacters(in: .whitespaces) }
    }
}
