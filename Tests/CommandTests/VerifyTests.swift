import Foundation
import Glibc
import TestSupport
import Testing

/// `verify`: which files still are the audit that was packed.
struct VerifyTests {
    private func packed(_ input: String, in space: Workspace, _ options: [String] = []) throws {
        let run = try RunningCommand(["report", input, "-o", "o", "--pack", "a.zip"] + options, folder: space.path)
            .finish()
        #expect([0, 65].contains(run.status), "\(run)")
    }

    private func verify(_ space: Workspace, _ arguments: String..., input: CommandInput = .nothing) throws
        -> CommandResult
    {
        try RunningCommand(["verify"] + arguments, input: input, folder: space.path).finish()
    }

    @Test("A packed audit is verified under any name; the output says what is proved and what is not")
    func verified() throws {
        let space = try Workspace()
        try packed(Repository.sample("many-failures"), in: space)
        try space.shell("mv a.zip other.zip")
        let run = try verify(space, "other.zip")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.hasPrefix("other.zip: verified\n"), "\(run)")
        #expect(run.outputText.contains("all 6 files match"), "\(run)")
        #expect(run.outputText.contains("not compared") && run.outputText.contains("Not signed"), "\(run)")
        let hash = run.outputText.firstMatch(of: /sha256 +([0-9a-f]{64})/).map { String($0.1) } ?? ""
        try space.shell("echo \(hash) other.zip | sha256sum --quiet -c")
        let json = try parsed(
            try verify(space, "other.zip", Repository.sample("many-failures"), "--format", "json").output)
        #expect(
            json["verified"] as? Bool == true && json["signed"] as? Bool == false && json["sha256"] as? String == hash)
        #expect((json["inputs"] as? [String: Int]) == ["listed": 1, "matching": 1, "by_name": 0])
    }

    @Test("A source is compared if it is given, for a folder and for a zip", arguments: ["o", "a.zip"])
    func sources(audit: String) throws {
        let space = try Workspace()
        let folder = Repository.path("Samples/round-trip")
        try space.shell("cp '\(folder)'/first-try.json '\(folder)'/contacts.csv .")
        try packed("first-try.json", in: space, ["--source", "contacts.csv"])
        let run = try verify(space, audit, "--source", "contacts.csv")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("sources  the one source matches"), "\(run)")
        #expect(run.outputText.contains("not compared"), "\(run)")
        // The name of the source does not matter.
        try space.shell("mv contacts.csv sent.csv")
        let both = try verify(space, audit, "first-try.json", "--source", "sent.csv", "--format", "json")
        #expect(both.status == 0, "\(both)")
        #expect(try parsed(both.output)["sources"] as? [String: Int] == ["listed": 1, "matching": 1])
        try space.shell("sed s/Turin/Milan/ sent.csv >contacts.csv")
        let changed = try verify(space, audit, "first-try.json", "--source", "contacts.csv")
        #expect(changed.status == 1 && changed.outputText.contains("source changed: contacts.csv"), "\(changed)")
        let other = try verify(space, audit, "--source", "sent.csv", "first-try.json")
        #expect(other.status == 1 && other.outputText.contains("other source:  first-try.json"), "\(other)")
        let none = try verify(space, audit, "--source", "nowhere.csv")
        #expect(none.status == 66 && none.errorText.contains("nowhere.csv"), "\(none)")
        // An audit without a source does not match one.
        try space.shell("rm -r o a.zip")
        try packed("first-try.json", in: space)
        #expect(try verify(space, audit, "--source", "sent.csv").status == 1)
    }

    @Test("A folder whose manifest lists no inputs is verified alone, and inputs are refused")
    func withoutInputs() throws {
        let space = try Workspace()
        try space.writeFailedJob(1, "a")
        for arguments in [
            ["rejects", "j1.json", "--source", "a.csv", "-o", "rejects"], ["report", "j1.json", "-o", "o"],
            ["merge", "o/summary.json", "-o", "merged"], ["history", "add", "h.sqlite", "j1.json"],
            ["history", "report", "h.sqlite", "-o", "trends"],
        ] {
            #expect(try RunningCommand(arguments, folder: space.path).finish().status == 0)
        }
        for (folder, inputs) in [
            ("rejects", ["j1.json", "--source", "a.csv"]), ("merged", ["o/summary.json"]), ("trends", ["j1.json"]),
        ] {
            let alone = try verify(space, folder)
            #expect(alone.status == 0 && alone.outputText.contains("inputs   the manifest lists none"), "\(alone)")
            let run = try RunningCommand(["verify", folder] + inputs, folder: space.path).finish()
            #expect(run.status == 64 && run.outputText.isEmpty, "\(run)")
            #expect(run.errorText.contains("\(folder): its manifest lists no inputs"), "\(run)")
        }
    }

    @Test("Tampered with, in every way that one can think of, it is not verified; packed again, it is", .needs(.python))
    func tampered() throws {
        let space = try Workspace()
        try packed(Repository.sample("clean-async"), in: space, ["--formats", "csv,json"])
        try FileManager.default.createDirectory(atPath: space["t"], withIntermediateDirectories: true)
        let made = try Python.run("Tests/Checkers/tampered_zips.py", [space["a.zip"], space["t"]])
        #expect(made.status == 0, "\(made)")
        let names = try #require(space.names(in: "t"))
        #expect(names.count > 75)
        for name in names {
            let run = try verify(space, "t/\(name)")
            #expect(run.status == Int32(name.prefix { $0 != "-" }), "\(name): \(run)")
            #expect(run.outputText.contains(": verified") == name.hasPrefix("0-"), "\(run)")
            #expect(!(run.output + run.errors).contains(0x1B), "\(run)")
        }
    }

    @Test("Files that are not zips or do not exist")
    func noZip() throws {
        let space = try Workspace()
        try space.write("{}", as: "x.zip")
        try space.shell("mkdir folder.zip && mkfifo pipe.zip")
        for (name, status, words) in [
            ("none.zip", 66, "No such file"), ("x.zip", 65, "not a zip"), ("folder.zip", 65, "no manifest.jsonl"),
            ("pipe.zip", 65, "not a regular file"), ("/dev/null", 65, "not a regular file"),
            ("none\u{1B}[31m", 66, "none\\u{1B}[31m"),
        ] {
            let run = try verify(space, name)
            #expect(run.status == Int32(status) && run.errorText.contains(words) && run.output.isEmpty, "\(run)")
        }
        #expect(try verify(space, "x.zip", "--strict").status == 64)
        #expect(try RunningCommand(["verify"]).finish().status == 64)
    }

    /// Changes to the inputs, with the resulting message, or none if the change makes no difference.
    static let changes: [(script: String, words: [String])] = [
        ("true", []), ("mv in elsewhere && mkdir in && mv elsewhere in", []), ("mv in/0/job-003.json in/new.json", []),
        ("tar -cJf all.txz in && rm -r in && mkdir in && mv all.txz in", []),
        ("for f in in/*/*.json; do cat $f; echo; done > all.jsonl; rm in/*/*.json; mv all.jsonl in", []),
        ("gzip in/0/job-003.json", []), ("zstd -q --rm in/1/job-012.json", []),
        ("echo >> in/0/job-003.json", ["input changed: in/0/job-003.json"]),
        ("sed -i s/created/existin/ in/m/1.json", ["input changed: in/m/1.json"]),
        ("rm in/0/job-003.json", ["input missing: in/0/job-003.json"]),
        ("rm in/m/0.json", ["input missing: in/m/0.json"]),
        ("cp in/0/job-003.json in/copy.json", ["other input:   in/copy.json"]),
        ("cp in/0/job-003.json in/a.json && mv in/0/job-003.json in/b.json", ["other input:   in/b.json"]),
        ("echo '<p>' > in/page.json", ["input changed: in/page.json"]),
        ("rm in/page.json", ["input missing: in/page.json"]), ("rm in/cut.json", ["input missing: in/cut.json"]),
        ("rm in/locked.zip", ["input missing: in/locked.zip!job-001.json"]),
        ("echo '{}' > in/other.json", ["other input:   in/other.json"]),
        (
            "mv in/0/job-003.json x && mv in/0/job-004.json in/0/job-003.json && mv x in/0/job-004.json && rm in/0/job-005.json",
            ["input missing: in/0/job-005.json"]
        ),
    ]

    @Test("Inputs are the ones that the audit is about, or it is said which are not", arguments: changes)
    func inputs(script: String, words: [String]) throws {
        let space = try Workspace()
        try space.makeJobs(13, in: "in")
        for second in 0..<3 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        try space.write("<html>", as: "in/page.json")
        try space.write(String(jobDump("cut").dropLast(5)), as: "in/cut.json")
        try space.shell("cd in && zip -qjP secret locked.zip 0/job-001.json")
        try packed("in", in: space, ["--strict"])
        try space.shell(script)
        for threads in ["1", "3"] {
            let run = try verify(space, "a.zip", "in", "--threads", threads)
            #expect(run.status == (words.isEmpty ? 0 : 1), "\(run)")
            let lines = run.outputText.split(separator: "\n").map { $0.trimmingPrefix(while: { $0 == " " }) }
            #expect(
                lines.filter { $0.contains("input:") || $0.hasPrefix("input ") } == words.map { Substring($0) },
                "\(run)")
            #expect(run.outputText.contains("1 could not be read when the audit was made"), "\(run)")
        }
    }

    @Test("A dump from standard input, and one that does not exist")
    func standardInput() throws {
        let space = try Workspace()
        let dump = Array(jobDump("j", failed: 1).utf8)
        let report = try RunningCommand(
            ["report", "-", "-o", "o", "--pack", "a.zip"], input: .bytes(dump), folder: space.path
        ).finish()
        #expect(report.status == 0, "\(report)")
        #expect(try verify(space, "a.zip", "-", input: .bytes(dump)).status == 0)
        #expect(try verify(space, "a.zip", "-", input: .bytes(dump + [10])).status == 1)
        try space.write(dump, as: "d.json")
        #expect(try verify(space, "a.zip", "d.json").status == 0)
        let missing = try verify(space, "a.zip", "none.json")
        #expect(missing.status == 66 && missing.outputText.contains("NOT VERIFIED"), "\(missing)")
    }

    @Test("A source of another size is not read, however large it claims to be")
    func hugeSource() throws {
        // Only a file system in memory takes such a size.
        let huge = "/dev/shm/import-audit-\(getpid())-source.csv"
        let space = try Workspace()
        try space.shell("truncate -s 9223372036854775807 \(huge)")
        defer { _ = try? space.shell("rm \(huge)") }
        try space.shell("cp '\(Repository.path("Samples"))'/round-trip/* .")
        try packed("first-try.json", in: space, ["--source", "contacts.csv"])
        for audit in ["o", "a.zip"] {
            let run = try verify(space, audit, "--source", huge)
            #expect(run.status == 1 && run.outputText.contains("other source"), "\(run)")
        }
    }
}
