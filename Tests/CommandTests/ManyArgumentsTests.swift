import Foundation
import TestSupport
import Testing

@testable import import_audit

/// Thousands of inputs on one command line, as a shell makes them of `*`.
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
        // Not in the order of a folder's names.
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

    @Test("What is wrong with other arguments is said as with few inputs: 64")
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

    @Test("Few arguments are left to be parsed, and all inputs come back in order")
    func takenOut() {
        let inputs = (0..<70_000).map { "\($0)" }
        for (before, after) in [
            (["report"], []), (["report", "-o", "out"], ["--quiet"]), (["check", "--strict", "--"], ["x"]),
        ] {
            let arguments = before + inputs + after
            let kept = ManyArguments.takeOut(arguments)
            #expect(kept.count <= before.count + after.count + 3, "\(kept.prefix(20))")
            #expect(ManyArguments.putBack(kept) == arguments)
        }
        // Their arguments are counted.
        for command in ["compare", "verify", "merge", "nonsense"] {
            #expect(ManyArguments.takeOut([command] + inputs) == [command] + inputs)
        }
    }

    private func sources(_ run: CommandResult) throws -> [String] {
        let jobs = try parsed(run.output)["jobs"] as? [[String: Any]] ?? []
        return jobs.compactMap { $0["source"] as? String }
    }

    private func number(_ source: String) -> Int {
        Int(source.split(separator: "/").last?.dropLast(5) ?? "") ?? -1
    }
}
