import Foundation
import TestSupport
import Testing

/// Errors name their subject. Whatever the name is, the rest of the sentence is the same.
struct ErrorSubjectTests {
    /// Names with parts of the sentences around them. The first one resembles no sentence.
    private static let names = [
        "0NAME0", "a: No such file or directory", ": ", "import-audit: x: x", "“x”: 2:1: 'q' \"q\" `q`",
        "line\nbreak: It", "e\u{301}: \u{301}x", "\u{301}: \u{20DD}", "👩‍👩‍👧: 🇩🇪🇩", "cafe\u{301} café",
        "The dump is cut off. It is refused", "x is there already", "back\\slash: \\n", "x:12:3#data[3]!y",
    ]

    /// The commands, and the content of the file, or nil if there is no file. The name replaces `NAME`.
    private static let cases: [(content: String?, arguments: [String])] = [
        (nil, ["summary", "NAME"]), (nil, ["summary", "NAME", "good.json", "--format", "json"]),
        (nil, ["report", "NAME", "-o", "out"]), (nil, ["check", "NAME", "--max-failed", "1"]),
        (nil, ["codes", "NAME"]), (nil, ["compare", "NAME", "good.json"]), (nil, ["compare", "good.json", "NAME"]),
        (nil, ["merge", "NAME"]), (nil, ["merge", "good-summary.json", "NAME", "--format", "json"]),
        (nil, ["validate", "NAME"]), (nil, ["verify", "NAME"]), (nil, ["verify", "good.zip", "NAME"]),
        (nil, ["summary", "good.json", "--codes", "NAME"]), (nil, ["check", "good.json", "--rules", "NAME"]),
        (nil, ["summary", "good.json", "--redact", "--redact-rules", "NAME"]),
        (nil, ["summary", "good.json", "--redact", "--redact-key-file", "NAME"]),
        (nil, ["report", "good.json", "-o", "out", "--templates", "NAME"]),
        (nil, ["report", "good.json", "-o", "out", "--pack", "NAME"]),
        ("no dump", ["summary", "NAME", "--format", "json"]), ("no dump", ["summary", "NAME"]),
        ("no dump", ["merge", "NAME", "--format", "json"]), ("no dump", ["validate", "NAME"]),
        ("no dump", ["verify", "NAME"]), ("no dump", ["compare", "NAME", "good.json"]),
        ("no dump", ["check", "NAME", "--require-complete", "--format", "json"]),
        ("no dump", ["codes", "good.json", "-o", "NAME"]), ("no dump", ["report", "good.json", "-o", "NAME"]),
        ("codes: [", ["summary", "good.json", "--codes", "NAME"]),
        ("x: 1", ["check", "good.json", "--rules", "NAME"]),
        ("x: 1", ["summary", "good.json", "--redact", "--redact-rules", "NAME"]),
        (#"{"job_id":"a","results":[{"created":true},"#, ["summary", "NAME", "--format", "json"]),
        (#"{"job_id":"a","results":[{"created":true},"#, ["summary", "NAME", "--strict", "--format", "json"]),
        (#"{"job_id":"a","results":[{"created":true},"#, ["check", "NAME", "--strict", "--min-rows", "1"]),
        ("\u{1F}\u{8B}", ["summary", "NAME", "--format", "json"]),
        (#"{"format":"import-audit.summary","version":1}"#, ["merge", "NAME", "--format", "json"]),
        (#"{"format":"import-audit.summary","version":9}"#, ["merge", "NAME", "--format", "json"]),
        (#"{"format":"import-audit.summary","version":1}"#, ["summary", "NAME", "--format", "json"]),
    ]

    @Test("An error has the same wording for every name", arguments: cases.indices)
    func sentences(number: Int) throws {
        let (content, arguments) = Self.cases[number]
        let expected = try run(arguments, Self.names[0], content)
        #expect(expected.status != 0 || arguments.contains("check"), "\(expected)")
        let said = expected.outputText + expected.errorText
        #expect(said.contains(Self.names[0]) || arguments.contains("check"), "\(expected)")
        for name in Self.names.dropFirst() {
            let found = try run(arguments, name, content)
            let isJSON = arguments.contains("json") || arguments[0] == "merge"
            let (output, errors) = (
                replaced(expected.outputText, isJSON ? Self.inJSON(name) : Self.shown(name)),
                replaced(expected.errorText, Self.shown(name))
            )
            #expect(found.status == expected.status, "\(found)")
            // Compare bytes: `String` does not distinguish equivalent names.
            let isSame = (found.output == Array(output.utf8), found.errors == Array(errors.utf8))
            #expect(isSame == (true, true), "\(name.debugDescription): \(output)\(errors)\n\(found)")
        }
    }

    /// Valid files, by name.
    private static let good: Result<[String: [UInt8]], any Error> = Result {
        let space = try Workspace()
        try space.write(jobDump("good", failed: 1), as: "good.json")
        let summary = try importAudit("summary", "good.json", "--format", "json", folder: space.path)
        try space.write(summary.outputText, as: "good-summary.json")
        _ = try importAudit("report", "good.json", "-o", "o", "--pack", "good.zip", folder: space.path)
        var files: [String: [UInt8]] = [:]
        for name in ["good.json", "good-summary.json", "good.zip"] { files[name] = try space.bytes(name) }
        return files
    }

    private func run(_ arguments: [String], _ name: String, _ content: String?) throws -> CommandResult {
        let space = try Workspace()
        for (name, bytes) in try Self.good.get() where arguments.contains(name) { try space.write(bytes, as: name) }
        if let content {
            let bytes = content == "\u{1F}\u{8B}" ? [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF] : Array(content.utf8)
            // Not with Foundation, which may normalize names.
            let file = try #require(fopen("\(space.path)/\(name)", "w"))
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        return try RunningCommand(arguments.map { $0 == "NAME" ? name : $0 }, folder: space.path).finish()
    }

    private func replaced(_ text: String, _ name: String) -> String {
        // Replace bytes for the same reason.
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        let token = Array(Self.names[0].utf8)
        while !rest.isEmpty {
            if rest.starts(with: token) {
                bytes += Array(name.utf8)
                rest = rest.dropFirst(token.count)
            } else {
                bytes.append(rest.removeFirst())
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the form that is shown on a terminal.
    private static func shown(_ name: String) -> String { name.replacing("\n", with: "\\u{A}") }

    /// Returns the form in a JSON string.
    private static func inJSON(_ name: String) -> String {
        name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
