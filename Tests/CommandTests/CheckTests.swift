import Foundation
import TestSupport
import Testing

/// `check`: rules, and the exit status that scripts rely on.
struct CheckTests {
    /// 20 rows: 15 created, 3 failed with a, 1 failed with b=1, 1 failed without a code.
    static let dump: String = {
        let rows =
            Array(repeating: #"{"created":true}"#, count: 15) + Array(repeating: #"{"error":{"code":"a"}}"#, count: 3)
            + [#"{"error":{"code":"b=1"}}"#, #"{"error":{}}"#]
        return #"{"job_id":"j","status":"complete","total":20,"results":["# + rows.joined(separator: ",") + "]}"
    }()

    static let rules: [(options: [String], isMet: Bool)] = [
        (["--max-failed", "5"], true), (["--max-failed", "4"], false), (["--max-failed", "25%"], true),
        (["--max-failed", "24.999999%"], false), (["--max-failed-code", "a=3"], true),
        (["--max-failed-code", "a=2"], false), (["--max-failed-code", "a=15%"], true),
        (["--max-failed-code", "a=14.9%"], false), (["--max-failed-code", "b=1=1"], true),
        (["--max-failed-code", "b=1=0"], false), (["--max-failed-code", "=1"], true),
        (["--max-failed-code", "=0"], false), (["--max-failed-code", "none=0"], true),
        (["--fail-on", "critical"], true), (["--fail-on", "warning"], false),
        (["--fail-on", "failed-without-code"], false), (["--fail-on", "rows-missing"], true),
        (["--require-complete"], true), (["--min-rows", "20"], true), (["--min-rows", "21"], false),
        (["--max-failed", "5", "--min-rows", "21"], false),
    ]

    @Test("Each rule is met up to its boundary", arguments: rules)
    func boundaries(options: [String], isMet: Bool) throws {
        let space = try Workspace()
        let file = try space.write(Self.dump, as: "dump.json")
        let run = try RunningCommand(["check", file] + options).finish()
        #expect(run.status == (isMet ? 0 : 1), "\(run)")
        #expect(run.outputText.contains("FAIL") == !isMet, "\(run)")
        let json = try parsed(try RunningCommand(["check", file, "--format", "json"] + options).finish().output)
        let gate = try #require(json["gate"] as? [String: Any])
        #expect(gate["met"] as? Bool == isMet)
    }

    @Test(
        "What checks nothing does not pass, whatever the rule",
        arguments: ["empty", "links", "no-results", "null-results", "no-rows", "failed"],
        [
            ["--fail-on", "critical"], ["--fail-on", "rows-excess"], ["--max-failed", "0"], ["--max-failed", "100%"],
            ["--max-failed-code", "a=5"], ["--min-rows", "0"], ["--require-complete"],
        ])
    func nothingChecked(inputs: String, options: [String]) throws {
        let space = try Workspace()
        let folder = space.path + "/dumps"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        switch inputs {
        case "empty": break
        case "links":
            let file = try space.write(Self.dump, as: "elsewhere.json")
            try FileManager.default.createSymbolicLink(atPath: folder + "/a.json", withDestinationPath: file)
        case "no-results":
            _ = try space.write(#"{"job_id":"j","status":"complete","total":3}"#, as: "dumps/a.json")
        case "null-results":
            _ = try space.write(#"{"job_id":"j","status":"complete","total":3,"results":null}"#, as: "dumps/a.json")
        case "no-rows":
            _ = try space.write(#"{"job_id":"j","status":"processing","total":3,"results":[]}"#, as: "dumps/a.json")
        default:
            _ = try space.write(#"{"job_id":"j","status":"failed","total":3,"results":[]}"#, as: "dumps/a.json")
        }
        let run = try RunningCommand(["check", folder] + options).finish()
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains("FAIL"), "\(run)")
        #expect(run.outputText.contains("Nothing was checked: "), "\(run)")
        let report = try RunningCommand(["report", folder, "-o", space.path + "/out"] + options).finish()
        #expect(report.status == 1, "\(report)")
    }

    @Test("A complete import without rows is checked, but has no percentages")
    func noRowsAtAll() throws {
        let space = try Workspace()
        let file = try space.write(#"{"job_id":"j","status":"complete","total":0,"results":[]}"#, as: "dump.json")
        #expect(try importAudit("check", file, "--max-failed", "0", "--fail-on", "critical").status == 0)
        for options in [["--max-failed", "2%"], ["--max-failed-code", "a=100%"]] {
            let run = try RunningCommand(["check", file] + options).finish()
            #expect(run.status == 1, "\(run)")
            #expect(run.outputText.contains("there are no rows to take a percentage of"), "\(run)")
        }
    }

    @Test("A file of rules is the same as options, and options replace its rules")
    func rulesFile() throws {
        let space = try Workspace()
        let file = try space.write(Self.dump, as: "dump.json")
        let rules = try space.write("max-failed: 4\nfail-on: [critical]\nmin-rows: 20\n", as: "rules.yml")
        let run = try importAudit("check", file, "--rules", rules)
        #expect(run.status == 1, "\(run)")
        #expect(
            run.output
                == (try importAudit("check", file, "--max-failed", "4", "--fail-on", "critical", "--min-rows", "20"))
                .output)
        #expect(try importAudit("check", file, "--rules", rules, "--max-failed", "5").status == 0)
    }

    @Test("An incompletely read input takes precedence over rules")
    func precedence() throws {
        let space = try Workspace()
        let file = try space.write(Self.dump, as: "dump.json")
        let cut = try space.write(String(Self.dump.dropLast(5)).replacing("\"j\"", with: "\"k\""), as: "cut.json")
        for (inputs, status) in [([file, cut], 65), ([file, space["none"]], 66), ([file, cut, space["none"]], 66)] {
            for limit in ["0", "100"] {
                let run = try RunningCommand(["check"] + inputs + ["--max-failed", limit]).finish()
                #expect(run.status == status, "\(run)")
                #expect(run.outputText.contains("Not everything was checked against the rules"), "\(run)")
            }
        }
        // A dump that does not count because a complete dump of the same job supersedes it.
        let superseded = try space.write(String(Self.dump.dropLast(5)), as: "superseded.json")
        let run = try importAudit("check", file, superseded, "--require-complete")
        #expect(run.status == 65 && run.outputText.contains("another one supersedes it"), "\(run)")
        let half = try importAudit("check", file, cut, "--require-complete")
        #expect(half.outputText.contains("1 of 2 inputs is not complete"), "\(half)")
    }

    @Test("Only codes that are new, or no longer accepted, count if requested")
    func onlyNew() throws {
        let space = try Workspace()
        let file = try space.write(Self.dump, as: "dump.json")
        let codes = try space.write(
            "codes:\n  - code: a\n    accepted: {reason: r, until: 2026-06-30}\n  - {pattern: b*}\n  - code: gone\n",
            as: "codes.yml")
        let options = ["check", file, "--codes", codes, "--only-new-codes", "--max-failed"]
        let before = try RunningCommand(options + ["1", "--as-of", "2026-06-30"]).finish()
        #expect(before.status == 0, "\(before)")
        #expect(before.outputText.contains("Entries of the codes file that matched no code\n  gone"), "\(before)")
        #expect(before.outputText.contains("Codes without an entry in the codes file\n  1 row  (no code)"), "\(before)")
        #expect(try RunningCommand(options + ["0", "--as-of", "2026-06-30"]).finish().status == 1)
        let after = try RunningCommand(options + ["3", "--as-of", "2026-07-01"]).finish()
        #expect(after.status == 1, "\(after)")
        #expect(after.outputText.contains("Codes whose acceptance has ended\n  3 rows  a\n"), "\(after)")
        #expect(!before.outputText.contains("acceptance has ended"), "\(before)")
        #expect(try RunningCommand(options + ["4", "--as-of", "2026-07-01"]).finish().status == 0)
        let noDay = try RunningCommand(options + ["4"]).finish()
        #expect(noDay.status == 64, "\(noDay)")
        #expect(noDay.errorText.contains("codes.yml:3:34: An acceptance with a last day needs"), "\(noDay)")
    }

    @Test(
        "Wrong usage is 64",
        arguments: [
            [], ["--max-failed", "x"], ["--max-failed", "101%"], ["--max-failed-code", "a"], ["--fail-on", "critcal"],
            ["--min-rows", "-1"], ["--only-new-codes", "--max-failed", "1"], ["--as-of", "2026-01-01"],
            ["--codes", "CODES", "--only-new-codes"], ["--rules", "CODES"], ["--codes", "CODES", "--as-of", "today"],
        ])
    func usage(options: [String]) throws {
        let space = try Workspace()
        let file = try space.write(Self.dump, as: "dump.json")
        let codes = try space.write("codes: []\n", as: "codes.yml")
        let run = try RunningCommand(["check", file] + options.map { $0 == "CODES" ? codes : $0 }).finish()
        #expect(run.status == 64, "\(run)")
        #expect(run.output.isEmpty, "\(run)")
        #expect(!run.errorText.isEmpty)
    }

    @Test("JUnit output is valid for CI systems, whatever codes are called", .needs(.python))
    func junit() throws {
        let hostile = "]]>\"'<&>\u{1}\u{1B}[31m\u{202E}\u{FFFE}\nx@"
        let encoded = String(decoding: try JSONSerialization.data(withJSONObject: [hostile]), as: UTF8.self).dropFirst()
            .dropLast()
        let space = try Workspace()
        let dump = #"{"job_id":"j","status":"complete","total":1,"results":[{"error":{"code":\#(encoded)}}]}"#
        let file = try space.write(dump, as: "dump.json")
        let run = try importAudit(
            "check", file, space["none"], "--max-failed", "0", "--max-failed-code", "\(hostile)=0", "--min-rows", "1",
            "--format", "junit")
        #expect(run.status == 66, "\(run)")
        for byte in [UInt8(0x01), 0x1B] { #expect(!run.output.contains(byte)) }
        let xml = try space.write(run.output, as: "junit.xml")
        let read = try Python.run("Tests/Checkers/junit.py", [xml])
        #expect(read.status == 0, "\(read)")
        let lines = read.outputText.split(separator: "\n")
        #expect(lines.count == 4, "\(read)")
        #expect(lines.count { $0.contains("\"failure\"") } == 2, "\(read)")
        #expect(lines.last?.contains("\"error\"") == true, "\(read)")
        #expect(read.outputText.contains("]]>"), "\(read)")
    }
}
