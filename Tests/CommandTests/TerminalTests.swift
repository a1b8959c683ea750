import Foundation
import TestSupport
import Testing

/// A terminal does not act on anything in a dump, a file name or an argument.
struct TerminalTests {
    static let hostileNames = [
        "a\u{1B}[31m.json", "b\u{202E}nosj.json", "c\nd.json", "e\u{9B}5m\u{7F}.json", "f\rg\u{7}.json",
    ]

    /// A dump in which every text that the program may quote is hostile.
    static let hostileDump: String = {
        let evil = #"\u001b[31m\u009b5m\u202e\u2066\u0007\r\u007f\u0000\ufeff"#
        let raw = "\u{9B}\u{85}\u{202E}\u{2028}\u{200F}"
        return #"{"job_id":"\#(evil)\#(raw)","status":"\#(evil)\#(raw)","created_at":"2025-01-02T00:00:00Z","#
            + #""updated_at":"2025-01-01T00:00:00Z","error":{"code":"\#(evil)\#(raw)","message":"\#(evil)\#(raw)"},"#
            + #""\#(evil)\#(raw)":1,"results":[{"id":"\#(evil)\#(raw)","error":{"code":"\#(evil)\#(raw)","#
            + #""message":"\#(evil)\#(raw)"},"\#(evil)\#(raw)":2}],"total":"\#(evil)"}"#
    }()

    @Test("Hostile dumps under hostile names, complete and cut off, in every command")
    func hostileDumps() throws {
        let space = try Workspace()
        let dumps =
            try [
                Self.hostileDump, String(Self.hostileDump.dropLast(4)), "\u{1B}[31m\u{9B}",
                #"{"message":"\u001b[31m\u202e"}"#,
            ]
            + ["hostile", "non-latin"].map {
                String(decoding: try Repository.bytes("Samples/\($0).json"), as: UTF8.self)
            }
        for (index, name) in Self.hostileNames.enumerated() {
            for (number, dump) in dumps.enumerated() {
                let file = try space.write(dump, as: "\(number)\(name)")
                expectHarmless(try importAudit("summary", file))
                expectHarmless(try importAudit("summary", "--format", "json", file))
                guard index == number % Self.hostileNames.count else { continue }
                expectHarmless(try importAudit("report", file, "-o", space["o\(index)\(number)"]))
                expectHarmless(try importAudit("report", file, "--strict", "-o", space["out\(name)"]))
                expectHarmless(try importAudit("validate", file))
            }
        }
    }

    @Test("Hostile arguments", arguments: hostileNames)
    func hostileArguments(name: String) throws {
        let space = try Workspace()
        for arguments in [
            ["report", name], ["summary", name], ["validate", name], ["report", "x", "--formats", name],
            ["report", Repository.sample("sync"), "--templates", name], [name], ["summary", "--\(name)", "x"],
            ["summary", "--format", name, "x"], ["report", Repository.sample("sync"), "-o", "\(name)/x/\(name)"],
        ] {
            expectHarmless(try RunningCommand(arguments, folder: space.path).finish())
        }
    }

    @Test("No colours in a pipe, whatever the environment says", arguments: ["summary", "report"])
    func noColor(command: String) throws {
        let space = try Workspace()
        for environment in [
            ["NO_COLOR": "1"], ["TERM": "xterm-256color"], ["CLICOLOR_FORCE": "1", "FORCE_COLOR": "3"],
        ] {
            expectHarmless(
                try importAudit(command, Repository.sample("truncated"), folder: space.path, environment: environment))
        }
    }

    private func expectHarmless(_ run: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.status >= 0, "\(run)", sourceLocation: sourceLocation)
        for (name, bytes) in [("stdout", run.output), ("stderr", run.errors)] {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                Issue.record("\(name) is not UTF-8: \(run)", sourceLocation: sourceLocation)
                continue
            }
            let acting = text.unicodeScalars.filter { scalar in
                switch scalar.value {
                case 0x0A: false
                case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
                default: false
                }
            }
            let codes = acting.map { "U+" + String($0.value, radix: 16) }
            #expect(codes.isEmpty, "\(name): \(run)", sourceLocation: sourceLocation)
        }
    }
}
