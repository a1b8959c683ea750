import Foundation
import TestSupport
import Testing

/// Arguments that the command line accepts, suggests and explains.
struct CommandLineTests {
    static let commands = [
        "report", "summary", "check", "rejects", "account", "rows", "compare", "codes", "merge", "history", "verify",
        "validate",
    ]

    @Test("A mistyped command gets a suggestion and status 64")
    func mistyped() throws {
        let run = try importAudit("reprot", "x.json")
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText == "import-audit: Unknown command 'reprot'. Did you mean 'report'?\n", "\(run)")
        let other = try importAudit("xyzzy")
        #expect(other.status == 64 && !other.errorText.contains("Did you mean"), "\(other)")
        for command in Self.commands { #expect(other.errorText.contains(command), "\(other)") }
    }

    @Test("An input without a command is called that, and nothing is written")
    func inputAlone() throws {
        let space = try Workspace()
        try space.write(jobDump("a"), as: "job.json")
        let run = try importAudit("job.json", folder: space.path)
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains("job.json: this is an input, and the command is missing"), "\(run)")
        #expect(run.errorText.contains("import-audit report job.json"), "\(run)")
        let missing = try importAudit("dumps/none.json", folder: space.path)
        #expect(missing.status == 64, "\(missing)")
        #expect(missing.errorText.contains("dumps/none.json: No such file or directory. The command comes first"))
        let standardInput = try importAudit("-", folder: space.path)
        #expect(standardInput.errorText.contains("import-audit summary -"), "\(standardInput)")
        let hostile = try importAudit("\u{1B}]0;x\u{7}", folder: space.path)
        #expect(hostile.status == 64 && !hostile.errorText.contains("\u{1B}"), "\(hostile)")
        #expect(space.names(in: "") == ["job.json"])
    }

    @Test(
        "A mistyped option or format gets a suggestion",
        arguments: [
            (["summary", "x", "--formatt", "json"], "'--format'"), (["report", "x", "--format", "htm"], "'html'"),
            (["summary", "x", "--format", "jsn"], "'json'"), (["check", "x", "--format", "jnit"], "'junit'"),
            (["rows", "x", "--formats", "jsnl"], "'jsonl'"), (["report", "x", "--job-reports", "fialed"], "'failed'"),
            (["report", "x", "--max-faild", "2"], "'--max-failed'"),
        ])
    func suggestions(arguments: [String], expected: String) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("Did you mean \(expected)?"), "\(run)")
    }

    @Test("html is xhtml, markdown is md, and --format is --formats; the files keep their names")
    func aliases() throws {
        let space = try Workspace()
        try space.write(jobDump("a", failed: 1), as: "a.json")
        let expected = try importAudit("report", "a.json", "-o", "x", "--formats", "md,xhtml", folder: space.path)
        #expect(expected.status == 0, "\(expected)")
        #expect(space.names(in: "x") == ["manifest.jsonl", "report.md", "report.xhtml"])
        for (folder, options) in [("y", ["--format", "markdown,html"]), ("z", ["--formats", "html,md"])] {
            let run = try importAudit(arguments: ["report", "a.json", "-o", folder] + options, folder: space.path)
            #expect(run.status == 0, "\(run)")
            #expect(try space.files(in: folder) == space.files(in: "x"))
        }
        for command in ["summary", "check", "rows", "compare", "merge"] {
            let format = command == "rows" ? "jsonl" : "json"
            let arguments =
                [command, command == "merge" ? "s.json" : "a.json"] + (command == "compare" ? ["a.json"] : [])
                + (command == "check" ? ["--min-rows", "1"] : [])
            try space.shell("'\(RunningCommand.binary)' summary a.json --format json > s.json")
            let one = try importAudit(arguments: arguments + ["--format", format], folder: space.path)
            let other = try importAudit(arguments: arguments + ["--formats", format], folder: space.path)
            #expect(one.status == 0 && one.output == other.output && !one.output.isEmpty, "\(one)\n\(other)")
        }
        let markdown = try importAudit("compare", "a.json", "a.json", "--format", "markdown", folder: space.path)
        let md = try importAudit("compare", "a.json", "a.json", "--format", "md", folder: space.path)
        #expect(markdown.status == 0 && markdown.output == md.output, "\(md)")
    }

    @Test(
        "Help lists options in groups",
        arguments: [
            ("report", ["INPUT:", "OUTPUT:", "RULES:", "REDACTION:"]),
            ("check", ["INPUT:", "OUTPUT:", "RULES:", "REDACTION:"]),
            ("summary", ["INPUT:", "OUTPUT:", "REDACTION:"]), ("rejects", ["INPUT:", "OUTPUT:"]),
            ("rows", ["INPUT:", "OUTPUT:", "REDACTION:"]),
            ("compare", ["INPUT:", "OUTPUT:", "REDACTION:"]), ("codes", ["INPUT:", "OUTPUT:", "REDACTION:"]),
            ("account", ["INPUT:", "OUTPUT:"]), ("merge", ["OUTPUT:"]), ("verify", ["INPUT:", "OUTPUT:"]),
        ])
    func groups(command: String, titles: [String]) throws {
        let lines = try importAudit(command, "--help").outputText.split(separator: "\n").map { String($0) }
        for title in titles { #expect(lines.contains(title), "\(command): \(title)") }
        // Only options that every command has are outside the groups.
        let rest = lines.drop { $0 != "OPTIONS:" }.dropFirst().filter { $0.hasPrefix("  -") }
        #expect(rest.allSatisfy { $0.contains("--version") || $0.contains("--help") }, "\(rest)")
    }

    @Test(
        "Every example of --help runs", .needs(.pythonModule("openpyxl")),
        arguments: commands + ["history add", "history show", "history report"])
    func examples(command: String) throws {
        let examples = try Self.examples(of: command)
        #expect((2...5).contains(examples.count), "\(examples)")
        for example in examples {
            let space = try Workspace()
            try Self.prepare(space)
            // `codes` does not replace an existing file.
            if command == "codes" { try space.shell("rm codes.yml") }
            #expect(example.contains("import-audit \(command) "), "\(example)")
            let script = example.replacing("curl …", with: "cat job.json")
                .replacing("import-audit ", with: "'\(RunningCommand.binary)' ")
            let run = try RunningCommand(program: "/bin/sh", ["-c", script], folder: space.path).finish()
            #expect(run.status == 0, "\(example): \(run)")
            #expect(!run.output.isEmpty || !run.errors.isEmpty || example.contains(">"), "\(example): \(run)")
        }
    }

    @Test("The examples of the program run, and name commands")
    func rootExamples() throws {
        let examples = try Self.examples(of: nil)
        #expect(examples.count >= 3)
        for example in examples {
            let space = try Workspace()
            try Self.prepare(space)
            let run = try RunningCommand(
                program: "/bin/sh", ["-c", example.replacing("import-audit ", with: "'\(RunningCommand.binary)' ")],
                folder: space.path
            ).finish()
            #expect(run.status == 0, "\(example): \(run)")
        }
    }

    @Test("No help text is wrapped in the middle of an indented line", arguments: ["import-audit"] + commands)
    func layout(command: String) throws {
        let words = command == "import-audit" ? [] : command.split(separator: " ").map { String($0) }
        let run = try RunningCommand(words + ["--help"], environment: ["COLUMNS": "80"]).finish()
        #expect(run.status == 0, "\(run)")
        let lines = run.outputText.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ") {
            #expect(next.isEmpty || next.hasPrefix("  "), "\(line)\n\(next)")
        }
        // An explanation in two parts would have its second part there, to the left of the first one.
        #expect(!lines.contains { $0.contains(/^ {8}[^ ]/) }, "\(run)")
    }

    @Test(
        "A missing input is reported once",
        arguments: [
            "summary none.json", "check none.json --min-rows 1", "codes none.json", "rows none.json",
            "rows a.json none.json", "compare none.json a.json", "compare a.json none.json", "report none.json -o o",
            "report a.json none.json -o o", "report a.json none.json -o o --history r.sqlite", "merge none.json",
            "history add h.sqlite none.json", "history add h.sqlite a.json none.json",
            "history add --summaries h.sqlite none.json", "rejects none.json --source a.json",
            "account none.json a.json --map a.csv", "verify none.zip", "validate none.xhtml",
        ])
    func missingInput(command: String) throws {
        let space = try Workspace()
        try space.write(#"{"job_id":"a","status":"complete","total":1,"results":[{"created":true}]}"#, as: "a.json")
        let run = try importAudit(
            arguments: command.split(separator: " ").map { String($0) }, folder: space.path)
        #expect(run.status != 0, "\(run)")
        #expect(run.errorText.components(separatedBy: "No such file").count <= 2, "\(run)")
        let lines = run.errorText.split(separator: "\n")
        #expect(Set(lines).count == lines.count, "\(run)")
        if !["account", "report"].contains(where: { command.hasPrefix($0) }) {
            #expect(run.errorText.contains("No such file"), "\(run)")
        }
    }

    /// Returns the lines below `EXAMPLES`, as help prints them in a wide terminal.
    private static func examples(of command: String?) throws -> [String] {
        let help = try RunningCommand(
            (command?.split(separator: " ").map { String($0) } ?? []) + ["--help"], environment: ["COLUMNS": "200"]
        ).finish()
        #expect(help.status == 0, "\(help)")
        let lines = help.outputText.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == "EXAMPLES" })
        let examples = lines[(start + 1)...].prefix { $0.hasPrefix("  ") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        // If help wraps a line, it cannot be copied.
        #expect(examples.allSatisfy { $0.count <= 78 }, "\(examples)")
        return examples
    }

    /// Creates all files that the examples name.
    private static func prepare(_ space: Workspace) throws {
        let samples = Repository.path("Samples")
        try space.shell(
            """
            mkdir dumps before after summaries a b rejects
            cp '\(samples)/round-trip/first-try.json' job.json
            cp '\(samples)/round-trip/contacts.csv' '\(samples)/round-trip/codes.yml' .
            cp job.json first.json; cp job.json before/
            cp '\(samples)/round-trip/second-try.json' second.json; cp second.json after/
            cp '\(samples)/clean-async.json' dumps/
            cp '\(samples)/clean-async.json' dumps/again.json
            """)
        try space.write("max-failed: 90%\n", as: "rules.yml")
        let binary = RunningCommand.binary
        try space.shell(
            """
            '\(binary)' report dumps/ -o audit --pack audit.zip --quiet
            '\(binary)' report job.json -o page --quiet; cp page/report.xhtml page.xhtml
            for f in a b; do '\(binary)' summary dumps/ --sha256 --format json > $f/summary.json; done
            cp a/summary.json summaries/; cp job.json tonight.json
            '\(binary)' history add imports.sqlite dumps/ --quiet
            '\(binary)' rejects job.json --source contacts.csv -o rejects --quiet
            cp rejects/reasons.csv .
            """)
        let script = """
            import csv, json, openpyxl
            rows = list(csv.reader(open("contacts.csv", encoding="utf-8", newline="")))
            objects = [dict(zip(rows[0], row)) for row in rows[1:]]
            json.dump({"objects": objects, "options": {}}, open("body.json", "w"))
            book = openpyxl.Workbook()
            sheet = book.create_sheet("Sheet 2")
            for row in rows: sheet.append(row)
            book.save("contacts.xlsx")
            """
        try space.write(script, as: "make.py")
        try space.shell("python3 make.py")
    }
}
