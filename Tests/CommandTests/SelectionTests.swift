import Foundation
import TestSupport
import Testing

/// `--since`, `--until`, `--status` and `--job` in all commands that have them.
struct SelectionTests {
    /// Writes a job a day from 1 March 2026. Every third job has failed rows; the last ones have no date.
    private static func space() throws -> Workspace {
        let space = try Workspace()
        for number in 1...12 {
            let dated = jobDump("job-\(number)", created: 3, failed: number % 3 == 0 ? number : 0)
                .replacing(
                    "\"total\"",
                    with: "\"created_at\":\"2026-03-\(String(100 + number).suffix(2))T02:00:00Z\",\"total\"")
            try space.write(dated, as: "in/\(String(100 + number).suffix(2)).json")
        }
        for number in 13...14 { try space.write(jobDump("job-\(number)", failed: 1), as: "in/\(number).json") }
        return space
    }

    private func run(_ space: Workspace, _ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: arguments, folder: space.path)
    }

    private func ids(_ output: [UInt8]) throws -> [String] {
        let jobs = try #require(try parsed(output)["jobs"] as? [[String: Any]])
        return jobs.compactMap { $0["job_id"] as? String }
    }

    @Test("An audit is never replaced by one about nothing", arguments: [["in", "--since", "2030-01-01"], ["empty"]])
    func nothing(arguments: [String]) throws {
        let space = try Self.space()
        try space.shell("mkdir empty")
        #expect(try run(space, "report", "in", "-o", "o").status == 0)
        let before = try space.tree("o")
        let again = try importAudit(arguments: ["report", "-o", "o"] + arguments, folder: space.path)
        #expect(again.status == 0 && again.errorText.hasSuffix("Nothing was written.\n"), "\(again)")
        #expect(again.errorText.contains(arguments.count > 1 ? "No job was selected." : "no import job"), "\(again)")
        #expect(differences(try space.tree("o"), before).isEmpty)
    }

    static let choices: [(options: [String], jobs: ClosedRange<Int>, sentence: String)] = [
        (
            ["--since", "2026-03-10"], 10...12,
            "11 of 14 dumps, 2 of them because"
        ),
        (
            ["--until", "2026-03-02"], 1...2,
            "12 of 14 dumps, 2 of them because"
        ),
        (
            ["--since", "2026-03-05", "--until", "2026-03-06"], 5...6,
            "12 of 14 dumps, 2 of them because"
        ),
        (["--job", "job-1?", "--job", "job-13"], 10...14, "9 of 14 dumps."),
        (
            ["--status", "complete", "--status", "failed"], 1...14,
            "Nothing was left out by --status complete --status failed."
        ),
    ]

    @Test("A summary has the jobs that are selected, as if there were no others", arguments: choices)
    func summary(options: [String], jobs: ClosedRange<Int>, sentence: String) throws {
        let space = try Self.space()
        let run = try importAudit(arguments: ["summary", "in", "--format", "json"] + options, folder: space.path)
        #expect(run.status == 0 && run.errorText.contains(sentence), "\(run)")
        #expect(try ids(run.output) == jobs.map { "job-\($0)" })
        let files = jobs.map { "in/\(String(100 + $0).suffix(2)).json" }
        let alone = try importAudit(arguments: ["summary", "--format", "json"] + files, folder: space.path)
        #expect(run.output == alone.output)
        // The same jobs, one after another in a log.
        let log = try (1...14).map { try space.text("in/\(String(100 + $0).suffix(2)).json") }.joined(separator: "\n")
        try space.write(log + "\n", as: "log.jsonl")
        let ofLog = try importAudit(
            arguments: ["summary", "log.jsonl", "--format", "json"] + options, folder: space.path)
        #expect(ofLog.errorText.contains(sentence), "\(ofLog)")
        #expect(try ids(ofLog.output) == jobs.map { "job-\($0)" })
    }

    @Test("A report says what was left out, has nothing of it, and another selection is another report")
    func report() throws {
        let space = try Self.space()
        let first = try run(space, "report", "in", "-o", "o", "--since", "2026-03-08")
        #expect(
            first.status == 0 && first.errorText.contains("Left out by --since 2026-03-08: 9 of 14 dumps, 2 of"),
            "\(first)")
        #expect(space.names(in: "o/jobs") == (8...12).map { "job-\($0)" }.sorted())
        for page in ["o/index.md", "o/index.xhtml"] {
            #expect(try space.text(page).contains("9 of 14 dumps, 2 of them because they do not say when"), "\(page)")
        }
        let tree = try space.tree("o")
        // A second run gives the same files and the same message.
        let again = try run(space, "report", "in", "-o", "o", "--since", "2026-03-08")
        #expect(again.errorText.contains("9 of 14 dumps"), "\(again)")
        #expect(try differences(tree, space.tree("o")).isEmpty)
        let other = try run(space, "report", "in", "-o", "o", "--since", "2026-03-10")
        #expect(other.status == 0, "\(other)")
        #expect(space.names(in: "o/jobs") == ["job-10", "job-11", "job-12"])
        let all = try run(space, "report", "in", "-o", "o")
        #expect(all.status == 0 && !all.errorText.contains("Left out"), "\(all)")
        _ = try run(space, "report", "in", "-o", "p")
        #expect(try differences(space.tree("o"), space.tree("p")).isEmpty)
        #expect(try !space.text("o/index.md").contains("dumps"))
    }

    @Test("Rows, codes, rules and merged summaries are those of the selected jobs")
    func otherCommands() throws {
        let space = try Self.space()
        let rows = try run(space, "rows", "in", "--job", "job-3", "--outcomes", "failed")
        #expect(
            rows.outputText.split(whereSeparator: \.isNewline).count == 4 && rows.errorText.contains("13 of 14 dumps"),
            "\(rows)")
        #expect(try run(space, "check", "in", "--max-failed", "0").status == 1)
        let check = try run(space, "check", "in", "--max-failed", "0", "--until", "2026-03-02")
        #expect(check.status == 0 && check.errorText.contains("12 of 14 dumps"), "\(check)")
        let codes = try run(space, "codes", "in", "--until", "2026-03-02")
        #expect(codes.status == 0 && !codes.outputText.contains("invalid_email"), "\(codes)")
        _ = try run(space, "report", "in", "-o", "o")
        let merged = try run(space, "merge", "o/summary.json", "--since", "2026-03-11")
        #expect(try ids(merged.output) == ["job-11", "job-12"])
        #expect(merged.errorText.contains("12 of 14 dumps, 2 of them"), "\(merged)")
        let quiet = try run(space, "summary", "in", "--since", "2026-03-11", "--quiet")
        #expect(quiet.errors.isEmpty, "\(quiet)")
    }

    @Test("compare chooses from both audits, and compares the rows of the one dump that is left of each")
    func compare() throws {
        let space = try Self.space()
        try space.write(
            jobDump("job-3", created: 6).replacing(
                "\"total\"", with: "\"created_at\":\"2026-03-03T02:00:00Z\",\"total\""), as: "later/03.json")
        try space.write(try space.text("in/05.json"), as: "later/05.json")
        let run = try run(space, "compare", "in", "later", "--job", "job-3", "--format", "json")
        #expect(run.status == 0, "\(run)")
        #expect(
            run.errorText.contains("in: Left out by --job job-3: 13 of 14 dumps.")
                && run.errorText.contains("later: Left out by --job job-3: 1 of 2 dumps."), "\(run)")
        #expect(try parsed(run.output)["row_by_row"] is [String: Any], "\(run)")
        let alone = try self.run(space, "compare", "in/03.json", "later/03.json", "--format", "json")
        let (one, other) = (try parsed(run.output), try parsed(alone.output))
        for name in ["row_by_row", "codes"] {
            #expect((one[name] as? NSObject) == (other[name] as? NSObject), "\(name)")
        }
        // The same for summaries.
        for (folder, report) in [("in", "o"), ("later", "p")] {
            #expect(try self.run(space, "report", folder, "-o", report).status == 0)
        }
        let summaries = try self.run(space, "compare", "o/summary.json", "p/summary.json", "--job", "job-3")
        #expect(summaries.status == 0 && summaries.errorText.contains("o/summary.json: Left out by"), "\(summaries)")
        let none = try self.run(space, "compare", "in", "later", "--since", "2027-01-01")
        #expect(none.status == 65 && none.errorText.contains("among those that are selected"), "\(none)")
        let map = try self.run(space, "compare", "in", "later", "--map", "reasons.csv", "--job", "x")
        #expect(map.status == 64 && map.errorText.contains("no jobs can be left out"), "\(map)")
    }

    @Test("Commands that find rows by their places refuse a selection, and say why")
    func refused() throws {
        let space = try Self.space()
        try space.write("email\na\n", as: "sent.csv")
        for option in ["--since=2026-03-01", "--until=2026-03-01", "--status=failed", "--job=x"] {
            for command in [
                ["rejects", "in", "--source", "sent.csv"],
                ["account", "in/01.json", "in/02.json", "--map", "sent.csv"],
            ] {
                let run = try importAudit(arguments: command + [option], folder: space.path)
                let name = option.prefix { $0 != "=" }
                #expect(
                    run.status == 64 && run.errorText.contains("\(name) is not for this command: it finds"), "\(run)")
            }
        }
        let help = try run(space, "rejects", "--help")
        #expect(!help.outputText.contains("--since"))
    }

    @Test("What is selected is what dumps say, also where pages have pseudonyms")
    func pseudonyms() throws {
        let space = try Self.space()
        let run = try run(space, "summary", "in", "--format", "json", "--redact", "--job", "job-3")
        #expect(run.errorText.contains("13 of 14 dumps"), "\(run)")
        let found = try ids(run.output)
        #expect(found.count == 1 && found != ["job-3"])
    }

    @Test("The project file gives a selection")
    func projectFile() throws {
        let space = try Self.space()
        try space.write("since: 2026-03-11\njob: [job-11, job-13]\n", as: "import-audit.yml")
        let run = try run(space, "summary", "in", "--format", "json")
        #expect(try ids(run.output) == ["job-11"])
        #expect(run.errorText.contains("Options from import-audit.yml: since, job"), "\(run)")
        try space.write("since: yesterday\n", as: "import-audit.yml")
        #expect(try self.run(space, "summary", "in").status == 64)
    }

    @Test("A selection of nothing says so and writes nothing")
    func nothing() throws {
        let space = try Self.space()
        let run = try run(space, "report", "in/01.json", "-o", "o", "--since", "2027-01-01")
        #expect(run.status == 0 && run.errorText.contains("the one dump") && space.names(in: "o") == nil, "\(run)")
        let hostile = try self.run(space, "summary", "in", "--job", "\u{1B}[31m\u{202E}")
        #expect(!hostile.errorText.contains("\u{1B}") && !hostile.errorText.contains("\u{202E}"), "\(hostile)")
    }
}
