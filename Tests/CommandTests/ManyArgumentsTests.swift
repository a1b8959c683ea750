import Foundation
import TestSupport
import Testing

@testable import import_audit

/// Thousands of inputs on one command line, as a shell expands `*`.
struct ManyArgumentsTests {
    private static let names = (0..<600).map { "in/\($0).json" }

    private func makeInputs() throws -> Workspace {
        let space = try Workspace()
        for (number, name) in Self.names.enumerated() { try space.write(jobDump("job-\(number)"), as: name) }
        return space
    }

    @Test("Inputs between options of all kinds keep their places, and options their values")
    func order() throws {
        let space = try makeInputs()
        let (first, second) = (Array(Self.names[..<300]), Array(Self.names[300...]))
        let expected = try importAudit("summary", "in", "--format", "json", "--every-dump", folder: space.path)
        #expect(expected.status == 0, "\(expected)")
        // Not in the alphabetical order of names in a folder.
        let names = try sources(expected).sorted { number($0) < number($1) }
        for arguments in [
            first + second + ["--format", "json", "--every-dump"],
            ["--format", "json", "--every-dump"] + first + second,
            ["--format=json"] + first + ["--every-dump"] + second,
            first + ["--format", "json"] + second + ["--every-dump"],
            first + ["--every-dump", "--format", "json", "--"] + second,
            ["--every-dump", "--threads", "2"] + first + ["--format", "json"] + second + ["--quiet"],
        ] {
            let run = try RunningCommand(["summary"] + arguments, folder: space.path).finish()
            #expect(run.status == 0, "\(run)")
            #expect(try sources(run) == names)
        }
        let withInput = try RunningCommand(
            ["summary"] + first + ["-"] + second + ["--format", "json"], input: .bytes(Array(jobDump("stdin").utf8)),
            folder: space.path
        ).finish()
        #expect(try sources(withInput) == names[..<300] + ["-"] + names[300...], "\(withInput)")
    }

    @Test("Mistakes in other arguments are reported as with few inputs: 64")
    func wrong() throws {
        let space = try makeInputs()
        for wrong in [["--unknown"], ["--threads", "many"], ["--threads"], ["--format=xml"], ["-o"]] {
            let many = try RunningCommand(["summary"] + Self.names + wrong, folder: space.path).finish()
            let few = try RunningCommand(["summary"] + Self.names[..<2] + wrong, folder: space.path).finish()
            #expect(many.status == 64 && many.errorText == few.errorText, "\(many)\n\(few)")
        }
        let missing = try RunningCommand(["summary"] + Self.names + ["none.json"], folder: space.path).finish()
        #expect(missing.status == 66 && missing.errorText.contains("none.json: No such file"), "\(missing)")
    }

    @Test("Few arguments are left to be parsed, and all inputs are restored in order")
    func takenOut() {
        let inputs = (0..<70_000).map { "\($0)" }
        for (before, after) in [
            (["report"], []), (["report", "-o", "out"], ["--quiet"]), (["check", "--strict", "--"], ["x"]),
            (["merge"], ["-o", "out"]), (["validate"], []), (["verify", "a.zip"], []),
            (["verify", "--format", "json", "a.zip"], ["--threads", "1"]), (["verify", "--quiet", "--", "a.zip"], []),
            (["rows"], ["--format", "jsonl"]),
        ] {
            let arguments = before + inputs + after
            let kept = ManyArguments.takeOut(arguments)
            #expect(kept.count <= before.count + after.count + 3, "\(kept.prefix(20))")
            #expect(ManyArguments.putBack(kept) == arguments)
        }
        // The arguments of these commands are counted.
        for command in ["compare", "account", "rejects", "nonsense"] {
            #expect(ManyArguments.takeOut([command] + inputs) == [command] + inputs)
        }
    }

    @Test("Merge, validate and verify read all their arguments, in order")
    func otherCommands() throws {
        let space = try makeInputs()
        try space.write("no dump", as: "u")
        let summary = try importAudit("summary", "u", "--format", "json", folder: space.path).outputText
        let names = (0..<600).map { "s/\($0).json" }
        for (number, name) in names.enumerated() {
            try space.write(summary.replacing(#""source": "u""#, with: #""source": "u\#(number)""#), as: name)
        }
        let merged = try RunningCommand(["merge"] + names + ["--format", "json"], folder: space.path).finish()
        let unreadable = try parsed(merged.output)["unreadable"] as? [[String: Any]] ?? []
        #expect(unreadable.compactMap { $0["source"] as? String } == (0..<600).map { "u\($0)" }, "\(merged)")

        let pages = (0..<600).map { "p\($0).xhtml" }
        let validated = try RunningCommand(["validate"] + pages, folder: space.path).finish()
        #expect(validated.status == 66)
        #expect(
            validated.errorText == pages.map { "import-audit: \($0): No such file or directory\n" }.joined())

        let report = try importAudit("report", "in", "-o", "out", "--pack", "a.zip", "--quiet", folder: space.path)
        #expect(report.status == 0, "\(report)")
        // All but the last one: a single missing input shows that all others were read.
        let verified = try RunningCommand(
            ["verify", "--format", "json", "a.zip"] + Self.names.dropLast(), folder: space.path
        ).finish()
        #expect(verified.status == 1, "\(verified)")
        let inputs = try parsed(verified.output)["inputs"] as? [String: Any] ?? [:]
        #expect(inputs["listed"] as? Int == 600 && inputs["matching"] as? Int == 599, "\(verified)")
    }

    private func sources(_ run: CommandResult) throws -> [String] {
        let jobs = try parsed(run.output)["jobs"] as? [[String: Any]] ?? []
        return jobs.compactMap { $0["source"] as? String }
    }

    private func number(_ source: String) -> Int {
        Int(source.split(separator: "/").last?.dropLast(5) ?? "") ?? -1
    }
}
