import Foundation
import TestSupport
import Testing

/// `history` as users run it. `Tests/Oracle/history.py` tests trends, orders and kills.
struct HistoryTests {
    private func dump(_ id: String, day: String = "2026-03-04", failed: Int = 0, rows: Int = 10, code: String = "c")
        -> String
    {
        let results =
            Array(repeating: #"{"created":true}"#, count: rows - failed)
            + Array(repeating: #"{"error":{"code":"\#(code)","message":"m"}}"#, count: failed)
        return #"{"job_id":"\#(id)","status":"complete","total":\#(rows),"created_at":"\#(day)T02:00:00Z","#
            + #""updated_at":"\#(day)T02:10:00Z","results":[\#(results.joined(separator: ","))]}"#
    }

    private func history(_ space: Workspace, _ arguments: String...) throws -> CommandResult {
        try RunningCommand(["history"] + arguments, folder: space.path).finish()
    }

    @Test("add says what is new, updated and already there, and leaves out what has no id")
    func tally() throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "in/1.json")
        try space.write(dump("2", failed: 3), as: "in/2.json")
        try space.write(try Repository.bytes("Samples/sync.json"), as: "in/sync.json")
        let first = try history(space, "add", "h.sqlite", "in")
        #expect(first.status == 0, "\(first)")
        let words = "New            2\nUpdated        0\nAlready there  0\nLeft out       1 without an id\n"
        #expect(first.outputText == words + "The history has 2 jobs.\n")
        try space.write(
            dump("1", failed: 1).replacing("02:10:00", with: "02:20:00") + "\n" + dump("3"), as: "in/1.json")
        let second = try history(space, "add", "h.sqlite", "in")
        #expect(second.outputText.hasPrefix("New            1\nUpdated        1\nAlready there  1\n"), "\(second)")
        let shown = try history(space, "show", "h.sqlite")
        #expect(shown.outputText.hasPrefix("3 jobs on 4 March 2026: 4 of 30 rows failed (13.3%, "), "\(shown)")
        #expect(space.names(in: ".")?.filter { $0.hasPrefix("h.sqlite") } == ["h.sqlite"])
    }

    @Test("What is not a history is refused, and stays byte for byte", .needs(.program("sqlite3")))
    func foreign() throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "in.json")
        try space.shell(
            """
            sqlite3 other.sqlite 'CREATE TABLE jobs (job_id); INSERT INTO jobs VALUES (1)'
            sqlite3 newer.sqlite 'PRAGMA application_id = 0x49414869; PRAGMA user_version = 99; CREATE TABLE t (x)'
            sqlite3 unversioned.sqlite 'PRAGMA application_id = 0x49414869; CREATE TABLE t (x)'
            sqlite3 wal.sqlite 'PRAGMA journal_mode = wal; CREATE TABLE t (x)' > wal.txt
            head -c 99 other.sqlite > cut.sqlite; cp in.json text.sqlite; head -c 5000 /dev/urandom > noise.sqlite
            mkdir folder.sqlite
            """)
        for name in ["other", "newer", "unversioned", "wal", "cut", "text", "noise"].map({ "\($0).sqlite" }) {
            let before = try space.bytes(name)
            let runs = [
                try history(space, "add", name, "in.json"), try history(space, "show", name),
                try history(space, "report", name, "-o", "out"),
                try importAudit("report", "in.json", "-o", "out", "--history", name, folder: space.path),
                try importAudit("check", "in.json", "--history", name, "--unusual", folder: space.path),
            ]
            for run in runs {
                #expect(run.status == 64 && run.output.isEmpty, "\(run)")
                #expect(run.errorText.contains("It was not changed"), "\(run)")
            }
            #expect(try space.bytes(name) == before)
        }
        #expect(try history(space, "add", "folder.sqlite", "in.json").status == 64)
        let others = space.names(in: ".")?.filter { $0.contains("-journal") || $0.contains("-shm") || $0 == "out" }
        #expect(others == [])
        #expect(try history(space, "show", "none.sqlite").status == 66)
        #expect(try history(space, "add", "no/folder.sqlite", "in.json").status == 73)
        #expect(try history(space, "add", "-", "in.json").status == 64)
        // Standard input cannot be read again as a summary.
        try #require(try importAudit("report", "in.json", "-o", "audit", folder: space.path).status == 0)
        func addSummary(_ options: String...) throws -> CommandResult {
            try RunningCommand(
                ["history", "add", "new.sqlite", "-"] + options, input: .bytes(space.bytes("audit/summary.json")),
                folder: space.path
            ).finish()
        }
        let refused = try addSummary()
        #expect(refused.status == 64 && refused.errorText.contains("--summaries"), "\(refused)")
        #expect(try !space.tree(".").keys.contains("new.sqlite"))
        #expect(try addSummary("--summaries").status == 0)
        // An empty file, as a shell creates it, is accepted.
        try space.write("", as: "empty.sqlite")
        #expect(try history(space, "show", "empty.sqlite").status == 66)
        #expect(try history(space, "add", "empty.sqlite", "in.json").status == 0)
    }

    @Test(
        "A name that SQLite would read as something else is the name of a file",
        arguments: [
            ":memory:", "file::memory:", "file:h.sqlite?mode=memory&cache=shared", "file:h.sqlite?vfs=none",
            "h%20.sqlite", "file:///dev/null", "-wal",
        ])
    func names(name: String) throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "in.json")
        if name.hasPrefix("file:///") { try space.shell("mkdir -p file:/dev") }
        let added = try history(space, "add", "--", name, "in.json")
        #expect(added.status == 0, "\(added)")
        let again = try history(space, "add", "--", name, "in.json")
        #expect(again.outputText.contains("Already there  1\n"), "\(again)")
        let reported = try importAudit("report", "in.json", "-o", "out", "--history=\(name)", folder: space.path)
        #expect(reported.status == 0, "\(reported)")
        let shown = try history(space, "show", "--", name)
        #expect(shown.outputText.hasPrefix("1 job on 4 March 2026"), "\(shown)")
        #expect(try space.bytes(name).starts(with: "SQLite format 3\0".utf8))
    }

    @Test(
        "A history at the path of an output is not replaced",
        arguments: [
            ("report in -o out", "index.md"), ("report in -o out", "summary.json"),
            ("report in.json -o out", "report.md"),
            ("report in -o out --pack out.zip", "../out.zip"), ("merge summary.json -o out", "codes.csv"),
            ("rejects in.json --source sent.csv -o out", "rejects.csv"),
            ("history report h.sqlite -o out", "trends.csv"),
        ])
    func isNoOutput(command: String, name: String) throws {
        let space = try Workspace()
        try space.write(dump("1", failed: 1), as: "in.json")
        for id in 1...2 { try space.write(dump("\(id)", failed: 1), as: "in/\(id).json") }
        try space.write("a\n" + (0..<10).map { "\($0)\n" }.joined(), as: "sent.csv")
        try space.shell("mkdir out; '\(RunningCommand.binary)' summary in --format json --quiet > summary.json")
        for file in ["h.sqlite", "out/\(name)"] { #expect(try history(space, "add", file, "in.json").status == 0) }
        let before = try space.bytes("out/\(name)")
        let run = try RunningCommand(command.split(separator: " ").map { String($0) }, folder: space.path).finish()
        #expect(run.status == 73 && run.output.isEmpty, "\(run)")
        #expect(try space.bytes("out/\(name)") == before)
    }

    @Test(
        "Neither an input nor the path of an output becomes a history",
        arguments: [
            ("history add empty.json empty.json", 73), ("history add ./empty.json in.json empty.json", 73),
            ("history add link.json empty.json", 73), ("report empty.json in.json -o out --history empty.json", 73),
            ("report in -o out --history out/index.md", 73), ("report in -o out --history out/../out/summary.json", 73),
            ("report in.json -o out --history out/rows.csv", 73),
            ("report in -o out --history out/.index.md.partial", 73),
            ("report in.json -o out --history out/h.sqlite", 0),
            ("report in -o out --history out/h.sqlite", 0),
        ])
    func isNoInput(command: String, status: Int32) throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "in.json")
        for id in 1...2 { try space.write(dump("\(id)"), as: "in/\(id).json") }
        try space.shell(": > empty.json; ln -s empty.json link.json")
        let run = try RunningCommand(command.split(separator: " ").map { String($0) }, folder: space.path).finish()
        #expect(run.status == status, "\(run)")
        #expect(try space.bytes("empty.json").isEmpty)
        if status != 0 { #expect(run.output.isEmpty && (space.names(in: "out") ?? []).isEmpty, "\(run)") }
    }

    @Test("A history that another process writes to is waited for, then the status is 73", .needs(.python))
    func locked() throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "1.json")
        try space.write(dump("2"), as: "2.json")
        #expect(try history(space, "add", "h.sqlite", "1.json").status == 0)
        let script = """
            import sqlite3, sys, time
            history = sqlite3.connect("h.sqlite", isolation_level=None)
            history.execute("BEGIN EXCLUSIVE")
            open("locked", "w").close()
            sys.stdin.readline()
            """
        let holder = try RunningCommand(
            program: Tool.python.path(), ["-c", script], input: .pipe, folder: space.path)
        try space.shell("while [ ! -e locked ]; do sleep 0.02; done")
        for command in [["add", "h.sqlite", "2.json"], ["show", "h.sqlite"], ["report", "h.sqlite", "-o", "out"]] {
            let run = try RunningCommand(["history"] + command + ["--wait", "0"], folder: space.path).finish()
            #expect(run.status == 73 && run.output.isEmpty, "\(run)")
            #expect(run.errorText.contains("Another process is writing"), "\(run)")
        }
        // A run with enough time waits, and finishes after the other one.
        let waiting = try RunningCommand(["history", "add", "h.sqlite", "2.json", "--wait", "60"], folder: space.path)
        try holder.send(Array("\n".utf8))
        #expect(try holder.finish().status == 0)
        #expect(try waiting.finish().status == 0)
        #expect(try history(space, "show", "h.sqlite").outputText.hasPrefix("2 jobs"))
    }

    @Test(
        "Hostile text is text in all that is printed and written",
        .needs(.python, .program("sqlite3"), .pythonModule("duckdb"), .pythonModule("datasette")))
    func hostile() throws {
        let space = try Workspace()
        let samples = Repository.path("Samples")
        #expect(try history(space, "add", "h.sqlite", samples).status == 65)
        let shown = try history(space, "show", "h.sqlite")
        #expect(shown.status == 0, "\(shown)")
        for byte in shown.output where byte != 0x0A { #expect(byte >= 0x20 && byte != 0x7F) }
        let report = try history(space, "report", "h.sqlite", "-o", "out")
        #expect(report.status == 0, "\(report)")
        let page = try importAudit("validate", "out/trends.xhtml", folder: space.path)
        #expect(page.status == 0, "\(page)")
        let cells = try space.text("out/trends.csv").split { $0 == "," || $0 == "\r\n" }
        #expect(!cells.contains { "=+@-\t".contains($0.first ?? " ") })
        let inert = try Python.run("Tests/Checkers/markdown_tables.py", [space["out/trends.md"]])
        #expect(inert.status == 0, "\(inert)")
        // The tables contain the dump's text byte for byte.
        let code = try space.shell(
            "sqlite3 h.sqlite \"SELECT count(*) FROM job_codes WHERE code = '=1+1' OR code LIKE '%<svg%'\"")
        #expect((Int(code.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) >= 1)
        let queries = try Python.run(
            "Tests/Checkers/history_queries.py", [Repository.path("Docs/history.md"), space["h.sqlite"]])
        #expect(queries.status == 0, "\(queries)")
    }

    @Test("report writes the same bytes again, replaces its own files, and leaves others alone")
    func trends() throws {
        let space = try Workspace()
        for day in 10..<30 {
            try space.write(dump("\(day)", day: "2026-03-\(day)", failed: day % 7), as: "in/\(day).json")
        }
        #expect(try history(space, "add", "h.sqlite", "in").status == 0)
        #expect(try history(space, "report", "h.sqlite").status == 0)
        let first = try space.files(in: "trends")
        #expect(first.keys.sorted() == ["manifest.jsonl", "trends.csv", "trends.md", "trends.xhtml"])
        #expect(try history(space, "report", "h.sqlite").status == 0)
        #expect(try space.files(in: "trends") == first)
        // The files are recognized: an audit of the folder does not read them as dumps.
        let audit = try importAudit("summary", ".", folder: space.path)
        #expect(audit.status == 0, "\(audit)")
        try space.write("mine", as: "other/trends.md")
        let refused = try history(space, "report", "h.sqlite", "-o", "other")
        #expect(refused.status == 73, "\(refused)")
        #expect(try space.files(in: "other") == ["trends.md": Array("mine".utf8)])
    }

    @Test("report --history adds the jobs, and shows the trend on the overview and on the page of the only job")
    func reportAdds() throws {
        let space = try Workspace()
        for day in 10..<30 {
            try space.write(dump("\(day)", day: "2026-03-\(day)", failed: day % 7), as: "in/\(day).json")
        }
        let many = try importAudit("report", "in", "-o", "many", "--history", "h.sqlite", folder: space.path)
        #expect(many.status == 0, "\(many)")
        let first = try space.tree("many")
        for name in ["index.xhtml", "index.md"] {
            let page = try space.text("many/\(name)")
            #expect(
                page.contains("Runs in the history") && page.contains("20 jobs from 10 March 2026 to 29 March 2026"),
                "\(name)")
        }
        #expect(try !space.text("many/jobs/10/report.md").contains("Runs in the history"))
        let again = try importAudit("report", "in", "-o", "many", "--history", "h.sqlite", folder: space.path)
        #expect(again.errorText.contains("Nothing has changed"), "\(again)")
        #expect(differences(first, try space.tree("many")) == [])
        try space.write(dump("30", day: "2026-03-30", failed: 9), as: "tonight.json")
        let one = try importAudit("report", "tonight.json", "-o", "one", "--history", "h.sqlite", folder: space.path)
        #expect(one.status == 0, "\(one)")
        for name in ["report.xhtml", "report.md"] {
            #expect(try space.text("one/\(name)").contains("21 jobs from 10 March 2026 to 30 March 2026"), "\(name)")
        }
        // The job itself is one of the runs, and so are later ones: they are not called earlier.
        let alone = try importAudit("report", "tonight.json", "-o", "a", "--history", "new.sqlite", folder: space.path)
        #expect(alone.status == 0, "\(alone)")
        for name in ["report.xhtml", "report.md"] {
            let page = try space.text("a/\(name)")
            #expect(page.contains("Runs in the history") && page.contains("1 job on 30 March 2026"), "\(name)")
            #expect(!page.contains("Earlier runs"), "\(name)")
        }
        // The overview changes because there are more runs now.
        #expect(try importAudit("report", "in", "-o", "many", "--history", "h.sqlite", folder: space.path).status == 0)
        #expect(try space.text("many/index.md").contains("21 jobs"))
        // Nothing is added by a dry run, or without being requested.
        try space.write(dump("31", day: "2026-03-31"), as: "later.json")
        #expect(
            try importAudit(
                "report", "later.json", "-o", "two", "--history", "h.sqlite", "--dry-run", folder: space.path
            ).status == 0)
        #expect(try history(space, "show", "h.sqlite").outputText.hasPrefix("21 jobs"))
        let piped = try importAudit(
            "report", "-", "-o", "two", "--history", "h.sqlite", input: .bytes(Array(dump("9").utf8)),
            folder: space.path)
        #expect(piped.status == 64 && piped.errorText.contains("can be read only once"), "\(piped)")
    }

    @Test("A job of an overview that is unlike the runs before it is at the level of those unlike the others")
    func unusualLevel() throws {
        let space = try Workspace()
        for day in 10..<30 {
            try space.write(
                dump("\(day)", day: "2026-03-\(day)", failed: 1 + day % 2, rows: 100), as: "past/\(day).json")
        }
        #expect(try history(space, "add", "h.sqlite", "past").status == 0)
        // Four jobs that are unlike the others, of which only the first is unlike the runs before it, and a clean job,
        // larger than any before it.
        for number in 1...4 {
            try space.write(
                dump("bad \(number)", day: "2026-04-0\(number)", failed: 20, rows: 100), as: "in/bad\(number).json")
        }
        try space.write(dump("large", day: "2026-03-30", rows: 2000), as: "in/large.json")
        try space.write(dump("good", day: "2026-03-31", failed: 2, rows: 100), as: "in/good.json")
        let without = try importAudit("report", "in", "-o", "without", folder: space.path)
        #expect(without.status == 0, "\(without)")
        let page = try space.text("without/index.md")
        #expect(page.contains("4 are unlike the others") && !page.contains("Unlike the earlier runs"), "\(page)")
        let run = try importAudit("report", "in", "-o", "o", "--history", "h.sqlite", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let check = try importAudit("check", "in", "--history", "h.sqlite", "--unusual", folder: space.path)
        #expect(check.outputText.contains("2 of 6 jobs unlike the earlier runs"), "\(check)")
        let withHistory = try space.text("o/index.md")
        #expect(withHistory.contains("5 are unlike the others"), "\(withHistory)")
        #expect(withHistory.components(separatedBy: "Unlike the earlier runs").count == 3, "\(withHistory)")
        let again = try importAudit("report", "in", "-o", "o", "--history", "h.sqlite", folder: space.path)
        #expect(again.errorText.contains("Nothing has changed"), "\(again)")
        // A single job has no others.
        try space.shell("mkdir one && cp in/bad1.json one")
        let one = try importAudit(
            "report", "one", "-o", "p", "--history", "h.sqlite", "--formats", "md,eml", folder: space.path)
        #expect(one.status == 0, "\(one)")
        let (alone, mail) = (try space.text("p/index.md"), try space.text("p/index.eml"))
        #expect(alone.contains("The one job is unlike the earlier runs."), "\(alone)")
        #expect(!alone.contains("unlike the others"), "\(alone)")
        #expect(mail.contains("unlike the earlier runs") && !mail.contains("unlike the others"), "\(mail)")
    }

    @Test("check compares with earlier runs in all its forms, by options, rules files and the project file")
    func check() throws {
        let space = try Workspace()
        for day in 10..<30 {
            try space.write(dump("\(day)", day: "2026-03-\(day)", failed: 1 + day % 2, rows: 100), as: "in/\(day).json")
        }
        #expect(try history(space, "add", "h.sqlite", "in").status == 0)
        try space.write(dump("bad", day: "2026-04-01", failed: 40, rows: 100), as: "bad.json")
        try space.write(dump("good", day: "2026-04-01", failed: 2, rows: 100), as: "good.json")
        func run(_ arguments: String...) throws -> CommandResult {
            try RunningCommand(["check"] + arguments, folder: space.path).finish()
        }
        let good = try run("good.json", "--history", "h.sqlite", "--unusual", "--max-failed-vs-median", "2x")
        #expect(good.status == 0 && good.outputText.contains("1 job like the earlier runs"), "\(good)")
        let bad = try run("bad.json", "--history", "h.sqlite", "--unusual")
        #expect(bad.status == 1, "\(bad)")
        let sentence =
            "“bad.json”: Rows that failed: 40 of 100 rows (40%); in 20 earlier runs it was 1.5%, and at most 2%."
        #expect(bad.outputText.contains(sentence), "\(bad)")
        let json = try parsed(try run("bad.json", "--history", "h.sqlite", "--unusual", "--format", "json").output)
        let rule = try #require(((json["gate"] as? [String: Any])?["rules"] as? [[String: Any]])?.first)
        let verdicts = try #require(rule["verdicts"] as? [String])
        let ofCode: String = sentence.replacing("that failed:", with: "that failed with “c”:")
        #expect(verdicts == [sentence, ofCode])
        #expect(
            try run("bad.json", "--history", "h.sqlite", "--unusual", "--format", "junit").outputText.contains(
                "40 of 100 rows"))
        #expect(try run("bad.json", "--history", "h.sqlite", "--max-failed-vs-median", "19.999x").status == 1)
        #expect(try run("bad.json", "--history", "h.sqlite", "--max-failed-vs-median", "20x").status == 0)
        try space.write("unusual: true\nmax-failed-vs-median: 2x\nmax-failed-per-job: 5%\n", as: "rules.yml")
        let rules = try run("bad.json", "--history", "h.sqlite", "--rules", "rules.yml")
        #expect(rules.status == 1 && rules.outputText.components(separatedBy: "FAIL ").count == 4, "\(rules)")
        #expect(try run("bad.json", "--rules", "rules.yml").status == 64)
        #expect(try run("bad.json", "--unusual").status == 64)
        try space.write("max-failed-per-job: 5%\nunusual: true\n", as: "import-audit.yml")
        let project = try run("bad.json")
        let broken = "FAIL max-failed-per-job 5%: the one job;"
        #expect(project.status == 1 && project.outputText.hasPrefix(broken), "\(project)")
        #expect(try run("bad.json", "--history", "h.sqlite").outputText.contains("FAIL unusual"))
    }

    @Test("A history has the pseudonyms of one key, or none")
    func pseudonyms() throws {
        let space = try Workspace()
        try space.write(dump("1", code: "anna@example.com"), as: "1.json")
        try space.write(String(repeating: "a", count: 64), as: "a.key")
        try space.write(String(repeating: "b", count: 64), as: "b.key")
        func add(_ arguments: String...) throws -> CommandResult {
            try RunningCommand(["history", "add"] + arguments, folder: space.path).finish()
        }
        #expect(try add("h.sqlite", "1.json", "--redact").status == 64)
        #expect(try add("h.sqlite", "1.json", "--redact", "--redact-key-file", "a.key").status == 0)
        let again = try add("h.sqlite", "1.json", "--redact", "--redact-key-file", "a.key")
        #expect(again.outputText.contains("Already there  1"), "\(again)")
        for other in [
            try add("h.sqlite", "1.json"), try add("h.sqlite", "1.json", "--redact", "--redact-key-file", "b.key"),
        ] {
            #expect(other.status == 64 && other.errorText.contains("would look different in them"), "\(other)")
        }
        #expect(try !space.shell("sqlite3 h.sqlite .dump").contains("anna@example.com"))
        #expect(try history(space, "show", "h.sqlite").outputText.contains("pseudonyms"))
    }

    @Test(
        "Wrong usage of history is 64",
        arguments: [
            ["add"], ["add", "h.sqlite"], ["add", "h.sqlite", "x", "--wait", "-1"], ["show"],
            ["show", "h.sqlite", "--by", "year"], ["show", "h.sqlite", "--since", "2026-02-30"],
            ["show", "h.sqlite", "--since", "2026-03-02", "--until", "2026-03-01"],
            ["show", "h.sqlite", "--format", "xml"], ["report", "h.sqlite", "-o", ""],
        ])
    func usage(arguments: [String]) throws {
        let run = try RunningCommand(["history"] + arguments).finish()
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
    }

    @Test("Without a job to add, no history is made; one that is there stays as it is")
    func nothingToAdd() throws {
        let space = try Workspace()
        try space.write(dump("1"), as: "in.json")
        try space.write("no dump", as: "other.txt")
        try space.write(try Repository.bytes("Samples/sync.json"), as: "sync.json")
        for (input, status) in [("nope.json", 66), ("other.txt", 65), ("sync.json", 0)] as [(String, Int32)] {
            let run = try history(space, "add", "h.sqlite", input)
            #expect(run.status == status, "\(run)")
            #expect(run.outputText.hasSuffix("No history was made: there is no job to add.\n"), "\(run)")
            #expect(space.names(in: ".")?.contains("h.sqlite") == false)
        }
        #expect(try history(space, "add", "h.sqlite", "in.json").status == 0)
        let before = try space.bytes("h.sqlite")
        let again = try history(space, "add", "h.sqlite", "nope.json")
        #expect(again.status == 66 && again.outputText.hasSuffix("The history has 1 job.\n"), "\(again)")
        #expect(try space.bytes("h.sqlite") == before)
        // A report has a page of trends, even without jobs.
        let report = try importAudit("report", "sync.json", "-o", "o", "--history", "new.sqlite", folder: space.path)
        #expect(report.status == 0, "\(report)")
    }

    @Test("A period without jobs, and a code that no row has, are named")
    func emptySelections() throws {
        let space = try Workspace()
        try space.write(dump("1", failed: 2, code: "rate_limited"), as: "in/1.json")
        try space.write(dump("2", failed: 1).replacing(#""code":"c","#, with: ""), as: "in/2.json")
        #expect(try history(space, "add", "h.sqlite", "in").status == 0)
        for (options, sentence) in [
            (["--since", "2030-01-01"], "No job was created on or after 2030-01-01."),
            (["--until", "2020-02-01"], "No job was created on or before 2020-02-01."),
            (["--since", "2020-01-01", "--until", "2020-02-01"], "No job was created from 2020-01-01 to 2020-02-01."),
        ] {
            let run = try RunningCommand(["history", "show", "h.sqlite"] + options, folder: space.path).finish()
            #expect(run.status == 0 && run.outputText.contains(sentence), "\(run)")
        }
        let unknown = try history(space, "show", "h.sqlite", "--code", "rate_limit")
        let words = "The history has no rows that failed with “rate_limit”. Did you mean “rate_limited”?"
        #expect(unknown.status == 0 && unknown.errorText.contains(words), "\(unknown)")
        let known = try history(space, "show", "h.sqlite", "--code", "rate_limited")
        #expect(known.errors.isEmpty, "\(known)")
        // As in other commands, an empty code stands for rows without one.
        let none = try history(space, "show", "h.sqlite", "--code", "")
        #expect(none.errors.isEmpty && none.outputText.contains("1 of 20 rows failed"), "\(none)")
        #expect(none.output == (try history(space, "show", "h.sqlite", "--code", "(no code)")).output)
    }
}
