import Foundation
import TestSupport
import Testing

/// What the command line says about options and names that it cannot use: the option, its range, and what to do.
struct ParserMessageTests {
    @Test(
        "A number outside its range names the range",
        arguments: [
            (["summary", "x", "--threads"], "--threads takes a number from 1 to 256."),
            (["rejects", "x", "--source", "s", "--batch"], "--batch takes a number of 1 or more."),
            (["rejects", "x", "--source", "s", "--first-row"], "--first-row takes a number of 1 or more."),
            (["history", "show", "x", "--wait"], "--wait takes a number from 0 to 86400."),
            (["check", "x", "--max-failed"], "--max-failed takes"), (["check", "x", "--min-rows"], "--min-rows takes"),
            (["check", "x", "--max-failed-per-job"], "--max-failed-per-job takes"),
            (["check", "x", "--max-failed-code"], "--max-failed-code takes"),
            (["report", "x", "--markdown-limit"], "--markdown-limit takes a number of bytes, at least 1000."),
        ])
    func numbers(arguments: [String], expected: String) throws {
        for value in ["-1", "x", "", "--quiet", "99999999999999999999"] {
            // The first row and the size of a batch may be as large as a number can be.
            let run = try importAudit(arguments: arguments + [value])
            #expect(run.status == 64 && run.output.isEmpty, "\(run)")
            #expect(run.errorText.contains(expected), "\(run)")
        }
    }

    @Test(
        "Help gives the range",
        arguments: [
            ("summary", "from 1 to 256"), ("rejects", "1 or more"), ("history show", "from 0 to 86400"),
            ("rejects", "ASCII character"),
        ])
    func ranges(command: String, words: String) throws {
        let run = try RunningCommand(
            ["help"] + command.split(separator: " ").map { String($0) }, environment: ["COLUMNS": "300"]
        ).finish()
        #expect(run.status == 0 && run.outputText.contains(words), "\(run)")
    }

    @Test("A default is said once")
    func defaults() throws {
        for command in CommandLineTests.commands + ["history show", "history add", "history report"] {
            let run = try RunningCommand(
                command.split(separator: " ").map { String($0) } + ["--help"], environment: ["COLUMNS": "400"]
            ).finish()
            for line in run.outputText.split(separator: "\n") where line.contains("(default: ") {
                #expect(!line.lowercased().contains("by default"), "\(command): \(line)")
            }
        }
    }

    @Test(
        "An unknown option is named although inputs are missing, too",
        arguments: [
            (["summary", "--no-such"], "Unknown option '--no-such'"),
            (["check", "-v"], "Unknown option '-v'"),
            (["compare", "--formatt", "json"], "Did you mean '--format'?"),
            (["history", "add", "--no-such"], "Unknown option '--no-such'"),
            (["merge", "--no-such"], "Unknown option '--no-such'"),
        ])
    func unknownOptions(arguments: [String], expected: String) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 64 && run.errorText.contains(expected), "\(run)")
        #expect(!run.errorText.contains("Missing expected argument"), "\(run)")
    }

    @Test(
        "If an option has taken the inputs, the message says how to order them",
        arguments: [
            (["rejects", "--source", "s.csv", "first.json"], "--source"),
            (["report", "--source", "s.csv", "a"], "--source"),
            (["account", "--map", "m.csv", "a", "b"], "--map"), (["verify", "--source", "s.csv", "a.zip"], "--source"),
            (["rejects", "--source=s.csv", "first.json"], "--source"),
        ])
    func greedyOptions(arguments: [String], option: String) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 64, "\(run)")
        #expect(
            run.errorText.contains(
                "\(option) takes all names up to the next option: put the inputs first, or after --."), "\(run)")
        let without = try importAudit(arguments[0])
        #expect(!without.errorText.contains("takes all names"), "\(without)")
    }

    @Test("A value that looks like an option: the message says how to write it")
    func hyphens() throws {
        let run = try importAudit("report", "x", "--title", "-x")
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("If -x is the value, write --title=-x\n"), "\(run)")
        let atEnd = try importAudit("report", "x", "--title")
        #expect(atEnd.status == 64 && !atEnd.errorText.contains("If "), "\(atEnd)")
    }

    @Test(
        "An empty name is refused, whatever it names",
        arguments: [
            "report x --codes", "report x --rules", "report x --source", "report x --templates", "report x --pack",
            "report x --history", "check x --max-failed 1 --history", "summary x --redact --redact-key-file",
            "summary x --redact --redact-rules", "rejects x --source", "rejects x --source s --map",
            "compare x y --map", "account x y --map", "verify x --source", "report x -o", "codes x -o", "merge x -o",
            "report", "summary", "check --max-failed 1", "rows", "codes", "rejects --source s x", "merge", "validate",
            "compare x", "account x --map m --", "verify x", "history add h.sqlite", "history show",
        ])
    func emptyNames(command: String) throws {
        let space = try Workspace()
        let arguments = command.split(separator: " ").map { String($0) }
        let name = arguments.last { $0.hasPrefix("-") }
        let run = try importAudit(
            arguments: arguments + (name == "--source" && !command.hasSuffix("source") ? ["--", ""] : [""]),
            folder: space.path)
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains(" is empty."), "\(run)")
        if command.hasSuffix("--codes") {
            #expect(run.errorText.hasPrefix("Error: --codes takes the name of a file; the given name is empty.\n"))
        }
        #expect(space.names(in: "") == [])
    }

    @Test(
        "Standard input can be given once",
        arguments: [
            ["summary"], ["report"], ["check", "--max-failed", "1"], ["codes"], ["rows"], ["merge"], ["validate"],
            ["history", "add", "h.sqlite"], ["compare"], ["account"], ["rejects"],
        ])
    func standardInputTwice(arguments: [String]) throws {
        let space = try Workspace()
        // An option that takes all names comes last.
        let last = ["account": ["--map", "m.csv"], "rejects": ["--source", "s"]][arguments[0]] ?? []
        let run = try importAudit(arguments: arguments + ["-", "-"] + last, folder: space.path)
        #expect(run.status == 64 && run.output.isEmpty && run.errorText.contains("Standard input (-)"), "\(run)")
        #expect(space.names(in: "") == [])
    }

    @Test(
        "Choices are those of the option",
        arguments: [
            (["history", "show", "h", "--by", "year"], "'year' is not a period. Choose from day, week, month."),
            (
                ["report", "x", "--stdout", "nope"],
                "Choose from md, csv, xhtml, json, eml, slack, teams, github, explore."
            ),
            (["report", "x", "--stdout", "xlsx"], "cannot be printed"),
            (["rejects", "x", "--source", "s", "--delimiter", "é"], "--delimiter takes one ASCII character"),
        ])
    func choices(arguments: [String], expected: String) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 64 && run.errorText.contains(expected), "\(run)")
    }

    @Test(
        "A file that says how to work and cannot be read is 64, and nothing is done",
        arguments: [
            ["--codes"], ["--rules"], ["--redact", "--redact-rules"], ["--redact", "--redact-key-file"],
            ["--templates"],
        ])
    func optionFiles(options: [String]) throws {
        let space = try Workspace()
        try space.write("mine", as: "file")
        let missing = try importAudit(
            arguments: ["report", Repository.sample("sync"), "-o", "o"] + options + ["none"], folder: space.path)
        #expect(missing.status == 64, "\(missing)")
        #expect(missing.errorText == "import-audit: none: No such file or directory\n", "\(missing)")
        let other = try importAudit(
            arguments: ["report", Repository.sample("sync"), "-o", "o"] + options
                + [options == ["--templates"] ? "file" : "."], folder: space.path)
        #expect(other.status == 64, "\(other)")
        #expect(
            other.errorText.contains(
                options == ["--templates"] ? "file: Not a directory" : ".: this is a folder; name a file"),
            "\(other)")
        #expect(space.names(in: "") == ["file"])
    }

    @Test(
        "merge refuses options for files if it writes none",
        arguments: ["--force", "--csv-bom", "--csv-raw", "--markdown-limit=2000", "--dry-run"])
    func mergeWithoutOutput(option: String) throws {
        let space = try Workspace()
        let run = try importAudit("merge", "x", option, folder: space.path)
        #expect(run.status == 64 && run.errorText.contains("needs --output"), "\(run)")
        // Keys of the project file that only make sense with a folder are not used without one.
        try space.write("csv-bom: true\ncsv-raw: true\nmarkdown-limit: 2000\n", as: "import-audit.yml")
        try space.shell("'\(RunningCommand.binary)' summary '\(Repository.sample("sync"))' --format json > s.json")
        let merged = try importAudit("merge", "s.json", folder: space.path)
        #expect(merged.status == 0 && merged.errors.isEmpty, "\(merged)")
    }

    @Test("merge says what is not a summary")
    func notSummaries() throws {
        let space = try Workspace()
        _ = try importAudit("report", Repository.sample("many-failures"), "-o", "o", folder: space.path)
        let run = try importAudit("merge", "o", folder: space.path)
        #expect(run.status == 0 && run.errorText.contains("codes.csv was skipped: "), "\(run)")
        #expect(run.errorText.contains("not a summary") && !run.errorText.contains("not a dump"), "\(run)")
    }

    @Test("A folder for temporary files that is missing is called that")
    func temporaryFolder() throws {
        let run = try importAudit(
            "report", Repository.sample("sync"), "--stdout", "md", environment: ["TMPDIR": "/nonexistent"])
        #expect(run.status == 73, "\(run)")
        #expect(
            run.errorText
                == "import-audit: cannot create a temporary folder in /nonexistent (TMPDIR): No such file or directory\n"
        )
    }

    @Test(
        "Commands after help and after history are checked",
        arguments: [
            (["help", "nosuch"], "Unknown command 'nosuch'. Choose from report, "),
            (["help", "reprot"], "Unknown command 'reprot'. Did you mean 'report'?"),
            (["help", "history", "nosuch"], "Unknown command 'history nosuch'. Choose from add, show, report."),
            (["help", "report", "job.json"], "The command 'report' has no others."),
            (["history", "frobnicate"], "Unknown command 'history frobnicate'. Choose from add, show, report."),
            (["history", "shwo", "h.sqlite"], "Did you mean 'history show'?"),
            (["history", "imports.sqlite"], "Unknown command 'history imports.sqlite'."),
        ])
    func nestedCommands(arguments: [String], expected: String) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 64 && run.output.isEmpty && run.errorText.contains(expected), "\(run)")
    }

    @Test(
        "help of commands that are there",
        arguments: [["help"], ["help", "history", "add"], ["history"], ["help", "help"]])
    func help(arguments: [String]) throws {
        let run = try importAudit(arguments: arguments)
        #expect(run.status == 0 && run.outputText.contains("USAGE: "), "\(run)")
    }

    @Test(
        "Help, version and completions that cannot be written are 73", .needs(.device("/dev/full")),
        arguments: [
            ["--help"], ["--version"], ["help"], ["help", "report"], ["report", "--help"], ["history"], [],
            ["--generate-completion-script", "bash"], ["--generate-completion-script", "fish"],
        ])
    func fullOutput(arguments: [String]) throws {
        let full = try RunningCommand(arguments, output: "/dev/full").finish()
        #expect(full.status == 73, "\(full)")
        #expect(
            full.errorText == "import-audit: standard output cannot be written: No space left on device\n", "\(full)")
        let closed = try RunningCommand(arguments, closing: [1]).finish()
        #expect(closed.status == 73 && closed.errorText.contains("standard output cannot be written"), "\(closed)")
    }
}
