import Foundation
import TestSupport
import Testing

/// Exit statuses for scripts, and help for people.
struct UsageTests {
    @Test(
        "Wrong usage is 64",
        arguments: [
            [], ["report"], ["summary"], ["merge"], ["validate"], ["report", "--formats"],
            ["report", "x", "--unknown"],
            ["report", "x", "--formats", "pdf"], ["report", "x", "--formats", ""],
            ["report", "x", "--formats", "md,,csv"],
            ["report", "x", "--formats", "MD"], ["summary", "x", "--format", "xml"],
            ["summary", "x", "--encoding", "nonsense"], ["check", "x", "--encoding", ""],
            ["verify", "x", "--encoding", "utf-8//x"],
            ["summary", "x", "--threads", "0"], ["report", "x", "--threads", "many"],
        ])
    func wrongUsage(arguments: [String]) throws {
        let run = try RunningCommand(arguments).finish()
        if arguments.isEmpty {
            // Without arguments, the program prints its help.
            #expect(run.outputText.contains("SUBCOMMANDS"), "\(run)")
        } else {
            #expect(run.status == 64, "\(run)")
            #expect(run.output.isEmpty, "\(run)")
            #expect(run.errorText.contains("Error:") && run.errorText.contains("Usage:"), "\(run)")
        }
    }

    @Test(
        "A file name that begins with a hyphen is never taken for options, such as -h, whose status would be 0",
        arguments: [
            ["check", "a.json", "-the.json", "--max-failed", "0"], ["check", "-hash.json", "--max-failed", "0"],
            ["rows", "-h.json"], ["history", "add", "x.sqlite", "-oh.json"], ["summary", "a.json", "-x9h"],
        ])
    func hyphens(arguments: [String]) throws {
        let space = try Workspace()
        let name = try #require(arguments.first { $0.hasPrefix("-") })
        for file in ["a.json", name] { try space.write(jobDump("a", failed: 1), as: file) }
        let run = try importAudit(arguments: arguments, folder: space.path)
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains("./\(name)"), "\(run)")
        let separated = try importAudit("check", "--max-failed", "0", "--", "a.json", name, folder: space.path)
        #expect(separated.status == 1, "\(separated)")
    }

    @Test("A name that is not UTF-8 is refused, because another file may have the name that replaces it")
    func namesThatAreNotUTF8() throws {
        let space = try Workspace()
        try space.write(jobDump("other"), as: "\u{FFFD}.json")
        for command in [
            #"summary "$(printf '\377').json""#, #"report "$(printf '\357\277\275').json" -o "$(printf 'o\377')""#,
        ] {
            let text = try space.shell("'\(RunningCommand.binary)' \(command) 2>&1 || echo status $?")
            #expect(text.hasSuffix("status 64\n"), "\(text)")
            #expect(text.contains("\\xFF") && text.contains("not UTF-8"), "\(text)")
        }
        #expect(space.names(in: ".") == ["\u{FFFD}.json"])
    }

    @Test("--help names all commands and exit statuses")
    func help() throws {
        let run = try importAudit("--help")
        #expect(run.status == 0, "\(run)")
        for word in [
            "report", "summary", "check", "compare", "codes", "merge", "validate", "EXIT STATUS", "EXAMPLES",
            "--version",
        ] {
            #expect(run.outputText.contains(word), "\(word)")
        }
        for status in [0, 1, 64, 65, 66, 70, 73, 130, 141] {
            let line = run.outputText.split(separator: "\n").first { $0.hasPrefix("  \(status) ") }
            #expect(line != nil, "\(status)")
        }
        for (command, options) in [
            (
                "report",
                [
                    "--output", "--formats", "--templates", "--markdown-limit", "--job-reports", "--csv-raw",
                    "--csv-bom", "--strict",
                    "--threads",
                    "--fresh", "--quiet",
                ]
            ),
            ("summary", ["--format", "--sha256", "--encoding", "--strict", "--every-dump", "--threads", "--verbose"]),
            (
                "check",
                [
                    "--max-failed", "--max-failed-code", "--fail-on", "--require-complete", "--min-rows",
                    "--only-new-codes", "--rules", "--codes", "--as-of", "--format",
                ]
            ),
            ("compare", ["before", "after", "--format"]), ("codes", ["--output"]),
            ("merge", ["--format", "--output", "--markdown-limit", "--csv-raw", "--csv-bom"]),
            ("validate", ["file.xhtml"]),
        ] {
            let run = try importAudit(command, "--help")
            #expect(run.status == 0, "\(run)")
            for option in options { #expect(run.outputText.contains(option), "\(option)") }
        }
    }

    @Test("--version is a version")
    func version() throws {
        let run = try importAudit("--version")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(run)")
    }

    @Test("An input that is not there is 66", arguments: ["report", "summary", "merge", "validate"])
    func noInput(command: String) throws {
        let space = try Workspace()
        let missing = try importAudit(command, space["none"], folder: space.path)
        #expect(missing.status == 66, "\(missing)")
        #expect(missing.errorText.contains("\(space["none"]): No such file or directory"), "\(missing)")
        #expect(space.names(in: "") == [])
    }

    @Test("A folder cannot be validated: 66")
    func folderForFile() throws {
        let space = try Workspace()
        let folder = try importAudit("validate", space.path, folder: space.path)
        #expect(folder.status == 66, "\(folder)")
        #expect(folder.errorText.contains("this is a folder"), "\(folder)")
    }

    @Test("A page that is not valid is 1, with the line of each problem")
    func notValid() throws {
        let space = try Workspace()
        let page = try space.write(
            "<html xmlns='http://www.w3.org/1999/xhtml'>\n<body><script/></body></html>", as: "page.xhtml")
        let run = try importAudit("validate", page)
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.hasPrefix("\(page):"), "\(run)")
        #expect(!run.outputText.contains(": valid"), "\(run)")
    }
}
