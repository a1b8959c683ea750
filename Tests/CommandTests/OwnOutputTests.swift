import Foundation
import Glibc
import TestSupport
import Testing

/// Output of import-audit is recognized: it is not audited, not mixed with the output of another run, and not taken for
/// unchanged after a change.
struct OwnOutputTests {
    private func report(_ space: Workspace, _ arguments: String...) throws -> CommandResult {
        try RunningCommand(["report"] + arguments, folder: space.path).finish()
    }

    // MARK: - Its own reports among the inputs

    @Test(
        "The default folder in the input folder is left out, however often it is written",
        arguments: [".", "./", "../in"])
    func defaultFolder(input: String) throws {
        let space = try Workspace()
        try space.makeJobs(4, in: "in")
        let folder = space["in"]
        func run() throws -> CommandResult { try RunningCommand(["report", input], folder: folder).finish() }
        #expect(try run().status == 0)
        let first = try space.tree("in/audit")
        for _ in 0..<3 {
            let again = try run()
            #expect(again.status == 0 && again.errorText.contains("Nothing has changed"), "\(again)")
            #expect(differences(first, try space.tree("in/audit")) == [])
        }
        let fresh = try RunningCommand(["report", input, "--fresh"], folder: folder).finish()
        #expect(fresh.status == 0, "\(fresh)")
        #expect(differences(first, try space.tree("in/audit")) == [])
    }

    @Test("Written into the input folder itself, the same again")
    func sameFolder() throws {
        let space = try Workspace()
        try space.makeJobs(4, in: "in")
        #expect(try report(space, "in", "-o", "in", "--formats", "md,csv,xhtml,json,xlsx").status == 0)
        let first = try space.tree("in")
        for options in [[], [], ["--fresh"]] {
            let again = try RunningCommand(
                ["report", "in", "-o", "in", "--formats", "md,csv,xhtml,json,xlsx"] + options, folder: space.path
            ).finish()
            #expect(again.status == 0, "\(again)")
            #expect(differences(first, try space.tree("in")) == [])
        }
    }

    @Test("Files of other audits are skipped with a note, in folders and archives, compressed or not")
    func otherAudits() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        let plain = try importAudit("summary", "in", "--format", "json", folder: space.path)
        let formats = "md,csv,xhtml,json,xlsx"
        #expect(try report(space, "in", "-o", "old", "--formats", formats, "--pack", "old.zip").status == 0)
        #expect(try report(space, "in/0/job-001.json", "-o", "single", "--formats", formats, "--csv-bom").status == 0)
        try space.shell(
            """
            mv old single in; cp old.zip in; gzip -k in/old/index.xhtml in/old/summary.json; tar -czf in/old.tgz in/old
            cat old.zip | gzip > in/pack.gz; python3 -m json.tool in/old/summary.json > in/indented.json
            """)
        for command in [["summary", "--format", "json"], ["check", "--max-failed", "100%"]] {
            let run = try RunningCommand(command + ["in"], folder: space.path).finish()
            #expect(run.status == 0, "\(run)")
            #expect(
                run.errorText.contains("in/old.zip was skipped: A packed audit that import-audit wrote")
                    || run.errorText.contains("more files that import-audit wrote were skipped"), "\(run)")
            if command[0] == "summary" { #expect(run.outputText == plain.outputText, "\(run)") }
            let quiet = try RunningCommand(command + ["in", "--quiet"], folder: space.path).finish()
            #expect(quiet.errorText == "", "\(quiet)")
        }
        let again = try report(space, "in", "-o", "new", "--formats", formats, "--pack", "new.zip")
        #expect(again.status == 0 && again.errorText.contains("Rows failed"), "\(again)")
        #expect(try parsed(try space.bytes("new/summary.json"))["unreadable"] as? [String] ?? [] == [])
        #expect(try importAudit("verify", "new.zip", "in", folder: space.path).status == 0)
    }

    @Test("A dump beside a summary in one file is read")
    func besideSummary() throws {
        let space = try Workspace()
        #expect(try report(space, Repository.sample("sync"), "-o", "o").status == 0)
        try space.shell("cat o/summary.json > log; tr -d '\\n' < '\(Repository.sample("many-failures"))' >> log")
        let run = try importAudit("summary", "log", folder: space.path)
        #expect(run.outputText.contains("240 seen"), "\(run)")
    }

    @Test(
        "A summary by itself: the commands that take it are named",
        arguments: [["summary"], ["check", "--max-failed", "0"], ["report"], ["codes"]])
    func namedSummary(command: [String]) throws {
        let space = try Workspace()
        #expect(try report(space, Repository.sample("sync"), "-o", "o").status == 0)
        for name in ["o/summary.json", "sorted.json"] {
            if name == "sorted.json" {
                try space.shell("python3 -m json.tool --sort-keys o/summary.json > sorted.json")
            }
            let run = try RunningCommand(command + [name], folder: space.path).finish()
            let said = run.outputText + run.errorText
            #expect(run.status == 65 && said.contains("import-audit merge") && said.contains("compare"), "\(run)")
        }
    }

    @Test("What commands print for other programs is recognized in an input folder")
    func printed() throws {
        let space = try Workspace()
        let trip = Repository.path("Samples/round-trip")
        let binary = "'\(RunningCommand.binary)'"
        try space.shell(
            """
            mkdir in printed; cp '\(trip)/first-try.json' in/first.json; cp '\(trip)/second-try.json' second.json
            \(binary) rejects in/first.json --source '\(trip)/contacts.csv' -o rejects --quiet > /dev/null
            for f in csv jsonl; do \(binary) rows in --format $f > printed/rows.$f; done
            \(binary) rows in --csv-bom > printed/marked.csv
            for f in json markdown; do \(binary) compare in second.json --format $f > printed/compare.$f; done
            for f in json junit; do \(binary) check in --max-failed 3 --format $f > printed/check.$f || true; done
            for f in json csv xhtml; do
                \(binary) account in/first.json second.json --map rejects/reasons.csv --format $f > printed/account.$f
            done
            """)
        let plain = try importAudit("summary", "in", "--format", "json", folder: space.path)
        let names = try #require(space.names(in: "printed"))
        #expect(names.count == 10, "\(names)")
        for name in names {
            try space.shell("rm -rf in/*.printed; cp 'printed/\(name)' 'in/\(name).printed'")
            let run = try importAudit("summary", "in", "--format", "json", folder: space.path)
            #expect(run.status == 0 && run.output == plain.output, "\(name): \(run)")
            #expect(run.errorText.contains("\(name).printed was skipped: "), "\(name): \(run)")
        }
        // Results of other programs, and dumps with members of these names, are not this program's.
        try space.shell("rm in/*.printed; sed 's/import-audit/another/' printed/check.junit > in/other.xml")
        #expect(try importAudit("summary", "in", folder: space.path).status == 65)
        try space.shell("rm in/other.xml")
        try space.write(
            #"{"source":"crm","job_id":"j","row":1,"status":"complete","total":1,"results":[{"created":true}]}"#,
            as: "in/dump.json")
        let dump = try importAudit("summary", "in", "--format", "json", folder: space.path)
        #expect((try parsed(dump.output)["jobs"] as? [Any])?.count == 2, "\(dump)")
    }

    // MARK: - The set of files

    @Test("One dump and many, in one folder by turns: each time the files are those of a run from nothing", .seeded)
    func byTurns() throws {
        let space = try Workspace()
        try space.makeJobs(5, in: "in")
        try space.shell(
            "cat in/0/job-001.json > log; echo >> log; cat in/0/job-002.json >> log; gzip -k in/0/job-003.json")
        try space.write("mine", as: "o/notes.txt")
        let commands = [
            ["in"], ["in/0/job-001.json"], ["in", "--formats", "md"], ["in/0/job-003.json.gz"], ["log"], ["in/0"],
            ["in/0/job-001.json", "--formats", "json,xlsx"], ["in/0/job-001.json", "in/0/job-002.json"],
        ]
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        for step in 0..<20 {
            let arguments = commands[step < commands.count ? step : Int(random.next() % UInt64(commands.count))]
            let run = try RunningCommand(["report", "-o", "o"] + arguments, folder: space.path).finish()
            #expect(run.status == 0, "\(run)")
            try space.shell("rm -rf fresh")
            _ = try RunningCommand(["report", "-o", "fresh"] + arguments, folder: space.path).finish()
            var tree = try space.tree("o")
            #expect(tree.removeValue(forKey: "notes.txt") == Array("mine".utf8))
            #expect(differences(tree, try space.tree("fresh")) == [], "seed \(seed), step \(step): \(run)")
            #expect(try importAudit("verify", "fresh", folder: space.path).status == 0)
        }
        _ = try importAudit("report", "in", "-o", "o", folder: space.path)
        // The last of the random commands may not have written a summary.
        _ = try importAudit("report", "in", "-o", "fresh", folder: space.path)
        #expect(try importAudit("merge", "fresh/summary.json", "-o", "o", folder: space.path).status == 0)
        #expect(
            space.names(in: "o") == [
                "codes.csv", "index.md", "index.xhtml", "jobs.csv", "manifest.jsonl", "notes.txt", "summary.json",
            ])
    }

    @Test("A stale file that someone has changed is not removed")
    func changedStale() throws {
        let space = try Workspace()
        try space.makeJobs(2, in: "in")
        _ = try report(space, "in", "-o", "o")
        try space.write("my own words", as: "o/index.md")
        let run = try report(space, "in/0/job-001.json", "-o", "o")
        #expect(run.status == 0 && run.errorText.contains("o/index.md was changed"), "\(run)")
        #expect(space.names(in: "o") == (reportFolder + ["index.md"]).sorted())
    }

    // MARK: - What the manifest says

    static let edits = [
        "echo more >> FILE", "printf x | dd of=FILE bs=1 seek=3 conv=notrunc status=none", "rm FILE", ": > FILE",
    ]

    @Test("Edited files are made again, packed unchanged, and reported by verify", arguments: edits)
    func edited(edit: String) throws {
        let space = try Workspace()
        try space.makeJobs(4, in: "in")
        try space.write(jobDump("job-002", updated: 9), as: "in/later.json")
        func run() throws -> CommandResult { try report(space, "in", "-o", "o", "--pack", "a.zip") }
        #expect(try run().status == 0)
        let (tree, zip) = (try space.tree("o"), try space.bytes("a.zip"))
        let files = tree.filter { !$0.value.isEmpty && $0.key != "manifest.jsonl" }.map { $0.key }.sorted()
        #expect(files.count == 30)
        for file in files where files.firstIndex(of: file).map({ $0 % 3 == 0 || !file.contains("/") }) == true {
            try space.shell(edit.replacingOccurrences(of: "FILE", with: "o/\(file)"))
            let check = try importAudit("verify", "o", "in", folder: space.path)
            #expect(check.status == 1 && check.outputText.contains(file), "\(check)")
            let again = try run()
            #expect(again.status == 0 && !again.errorText.contains("Nothing has changed"), "\(file): \(again)")
            #expect(differences(tree, try space.tree("o")) == [])
            #expect(try space.bytes("a.zip") == zip)
            #expect(try importAudit("verify", "o", "in", folder: space.path).status == 0)
        }
    }

    @Test("verify of a folder: inputs, other files, a killed run, a folder that is not an audit")
    func verifyFolder() throws {
        let space = try Workspace()
        try space.makeJobs(4, in: "in")
        try space.write("broken", as: "in/broken.json")
        #expect(try report(space, "in", "-o", "in/o", "--pack", "a.zip").status == 65)
        func verify(_ arguments: String...) throws -> CommandResult {
            try RunningCommand(["verify"] + arguments, folder: space.path).finish()
        }
        let whole = try verify("in/o", "in", "--format", "json")
        let json = try parsed(whole.output)
        #expect(
            whole.status == 0 && json["folder"] as? String == "in/o" && json["verified"] as? Bool == true, "\(whole)")
        #expect((json["inputs"] as? [String: Int])?["matching"] == 5, "\(whole)")
        try space.shell("echo >> in/0/job-001.json")
        let changed = try verify("in/o", "in")
        #expect(changed.status == 1 && changed.outputText.contains("input changed: in/0/job-001.json"), "\(changed)")
        for path in ["notes.txt", "jobs/x/report.md", "jobs/job-001/extra"] {
            try space.write("x", as: "in/o/\(path)")
            let extra = try verify("in/o")
            #expect(extra.status == 1 && extra.outputText.contains("not listed"), "\(extra)")
            try space.shell("rm -r in/o/\(path.hasPrefix("jobs/x") ? "jobs/x" : path)")
        }
        #expect(try verify("in/o").status == 0)
        #expect(try verify("in").status == 65)
        #expect(try verify("none").status == 66)
        let piped = try RunningCommand(
            ["report", "-", "-o", "p"], input: .bytes(Array(jobDump("j").utf8)), folder: space.path
        ).finish()
        #expect(piped.status == 0, "\(piped)")
        try space.write(jobDump("j"), as: "j.json")
        #expect(try verify("p", "j.json").status == 0)
        #expect(try verify("p", "in/0/job-002.json").status == 1)
    }

    // MARK: - Options

    @Test(
        "Options that do not change the files of a job leave them as they are",
        arguments: [
            ["--max-failed", "1"], ["--fail-on", "critical"], ["--as-of", "2026-05-01"],
            ["--templates", "own"], ["--rules", "rules.yml"],
        ])
    func sameJobs(options: [String]) throws {
        let space = try Workspace()
        try space.makeJobs(6, in: "in")
        try space.write("codes:\n  - code: c1\n    accepted: {reason: known, until: 2026-06-30}\n", as: "codes.yml")
        try space.write("max-failed: 1\n", as: "rules.yml")
        try space.write("# {{verdict.word}}\n", as: "own/index.md.mustache")
        let codes = ["--codes", "codes.yml"] + (options[0] == "--as-of" ? [] : ["--as-of", "2026-01-01"])
        func run(_ folder: String, _ options: [String]) throws -> CommandResult {
            try RunningCommand(["report", "in", "-o", folder] + codes + options, folder: space.path).finish()
        }
        _ = try run("o", options[0] == "--as-of" ? ["--as-of", "2026-01-01"] : [])
        try space.shell("find o/jobs -exec touch -d 2001-01-01 {} +")
        let again = try run("o", options)
        #expect(!again.errorText.contains("done again"), "\(again)")
        try space.shell("test -z \"$(find o/jobs -type f -newermt 2002-01-01)\"")
        _ = try run("fresh", options)
        #expect(differences(try space.tree("o"), try space.tree("fresh")) == [], "\(again)")
    }

    @Test("The day makes the files of jobs again where an acceptance ends before it")
    func anotherDay() throws {
        let space = try Workspace()
        try space.makeJobs(6, in: "in")
        try space.write("codes:\n  - code: c1\n    accepted: {reason: known, until: 2026-06-30}\n", as: "codes.yml")
        for day in ["2026-06-30", "2026-07-01"] {
            let run = try report(space, "in", "-o", "o", "--codes", "codes.yml", "--as-of", day)
            #expect(run.status == 0, "\(run)")
            try space.shell("rm -rf fresh")
            _ = try report(space, "in", "-o", "fresh", "--codes", "codes.yml", "--as-of", day)
            #expect(differences(try space.tree("o"), try space.tree("fresh")) == [])
        }
    }

    // MARK: - Small things

    @Test("No name after -o, or -, is refused with a sentence", arguments: ["report", "merge", "codes"])
    func noName(command: String) throws {
        let space = try Workspace()
        for name in ["", "-"] {
            let run = try importAudit(command, Repository.sample("sync"), "-o", name, folder: space.path)
            #expect(run.status == 64 && run.errorText.contains("-o takes the name of"), "\(run)")
            #expect(space.names(in: "") == [])
        }
    }

    @Test(
        "After SIGTERM and SIGHUP nothing half is left; after SIGKILL the next run clears up",
        arguments: [SIGTERM, SIGHUP, SIGKILL])
    func signals(signal: Int32) throws {
        let space = try Workspace()
        let run = try RunningCommand(
            ["report", "-", "-o", "o", "--formats", "md,csv,xhtml,json,xlsx"], input: .pipe, folder: space.path)
        try run.send(InterruptionTests.head)
        for _ in 0..<20 { try run.send(InterruptionTests.thousand) }
        let deadline = ContinuousClock.now + .seconds(60)
        while space.names(in: "o")?.contains(".report.xlsx.partial") != true, .now < deadline { usleep(1000) }
        run.kill(signal)
        #expect(try run.finish(endsInput: false).status == -signal)
        if signal == SIGKILL {
            #expect(space.names(in: "o")?.contains(".report.xlsx.partial") == true)
            // It is removed even if the next run writes no workbook.
            #expect(try report(space, Repository.sample("sync"), "-o", "o").status == 0)
            #expect(space.names(in: "o") == reportFolder)
        } else {
            #expect(space.names(in: "o") ?? [] == [])
        }
    }
}
