import Foundation
import TestSupport
import Testing

/// Phrases that `CONTRIBUTING.md` bans must not reappear.
struct WordListTests {
    /// Patterns that prose must not match, each with its name in the word list.
    static let banned: [(pattern: String, name: String)] = [
        (#"\b[Ww]hat (is|are) no (?!longer|more)\w"#, "what is no dump"),
        (
            #"(?<![Tt]here )(?<!where )\b(is|are|was|were) no (import jobs?|jobs?|dumps?|JSON|UTF-8|UUIDs?|date-times?|files?|workbooks?|records?|inputs?|XML|encoding|rows)\b"#,
            "is no dump"
        ),
        (#"one behind the other"#, "one behind the other"), (#"\bbe it\b"#, "be it"),
        (#"leave the house"#, "leave the house"), (#"\b(nobody|no one) knows"#, "nobody knows"),
        (#"\b(speaks?|spoken|speaking) of\b"#, "speak of"), (#"\bheld against\b"#, "held against"),
        (#"\bfor the sake of\b"#, "for the sake of"), (#"\bcomes? to the same\b(?! bytes)"#, "come to the same"),
        (#"\b(lies|lie) (in|beside)\b"#, "lies in"), (#"\bat hand\b"#, "at hand"), (#"\banew\b"#, "anew"),
        (#"\bif need be\b"#, "if need be"), (#"\bpass(ed|es) over\b"#, "passed over"),
        (#"\bleft aside\b"#, "left aside"), (#"\bin place of\b"#, "in place of"),
        (#"\berror answers?\b"#, "error answer"), (#"\b(numbers|totals) (do not )?hold\b"#, "do not hold"),
        (#"\bone's own\b"#, "one's own"), (#"\bat (most|least) so many\b"#, "at most so many"),
        (#"\b(comes?|came) out even\b"#, "come out even"), (#"\b[Ss]peaks? (for|against) it\b"#, "speaks for it"),
        (#"\bwhich was said\b"#, "which was said"), (#"\b(takes?|took|taken) (its|their) places?\b"#, "take its place"),
        (#"\bworked out\b"#, "worked out"), (#"\bmended\b"#, "mended"), (#"\bfor ever\b"#, "for ever"),
        (#"\bin one go\b"#, "in one go"), (#"(?<!\.)\ball else\b"#, "all else"),
        (#"\b[Tt]he same of (an?|the|rows|files|inputs|another|other|what)\b"#, "the same of"),
        (#"\bput up with\b"#, "put up with"), (#"\bin good order\b"#, "in good order"),
        (#"\bchance explains\b"#, "chance explains"), (#"\b(is|are) about no\b"#, "is about no"),
        (#"(?<!that )(?<!which )\btells? of (a|an|the|times|incidents|one)\b"#, "tells of"),
        (#"\bwherever (it lies|they lie)\b"#, "wherever it lies"),
        (#"\b\d+\.0%"#, "12.0%"), (#"\b\d+ %(?= |[.,;:)]|$)(?! \d)"#, "12 %"),
    ]

    @Test("No source, no document and no template has a phrase that the word list bans")
    func files() throws {
        var checked = 0
        for folder in ["Sources", "Docs", "Templates", "Samples"] {
            let paths = FileManager.default.enumerator(atPath: Repository.path(folder))
            while let path = paths?.nextObject() as? String {
                let isSwift = [".swift", ".h", ".c", ".inc"].contains { path.hasSuffix($0) }
                guard isSwift || path.hasSuffix(".md") || path.hasSuffix(".mustache") else { continue }
                let text = String(decoding: try Repository.bytes("\(folder)/\(path)"), as: UTF8.self)
                check(isSwift ? Self.prose(of: text) : text, in: "\(folder)/\(path)")
                checked += 1
            }
        }
        #expect(checked > 300)
        check(String(decoding: try Repository.bytes("README.md"), as: UTF8.self), in: "README.md")
        // The lists in this part contain the banned phrases.
        let guide = String(decoding: try Repository.bytes("CONTRIBUTING.md"), as: UTF8.self)
        check(guide.components(separatedBy: "## Words").first ?? "", in: "CONTRIBUTING.md")
        #expect(Self.expressions.count == Self.banned.count)
        for (_, name) in Self.banned { #expect(guide.contains(name), "the word list has “\(name)”") }
    }

    @Test("No help text has one", arguments: ["import-audit"] + CommandLineTests.commands)
    func help(command: String) throws {
        let arguments = command == "import-audit" ? ["--help"] : [command, "--help"]
        let run = try RunningCommand(arguments, environment: ["COLUMNS": "400"]).finish()
        #expect(run.status == 0 && run.outputText.count > 500, "\(run)")
        check(run.outputText, in: "\(command) --help")
    }

    @Test("A phrase is found where it is")
    func finds() {
        for text in [
            "What is no limit is listed", "it is no file", "the folder that it lies in", "made if need be",
            "12.0% of rows", "12 % of rows", "everything is done an" + "ew", "errors, be it of the API",
            "at least so many rows", "a file takes its place", "the same of the files", "the hash is worked out",
            "it waits for ever", "rows and counts come out even", "entries that are about no code",
        ] {
            #expect(Self.faults(in: text).count == 1, "\(text): \(Self.faults(in: text))")
        }
        for text in ["There is no file.", "there are no rows in it", "is no longer there", "100% of rows", "a % b"] {
            #expect(Self.faults(in: text).isEmpty, "\(text)")
        }
    }

    private func check(_ text: String, in place: String) {
        for fault in Self.faults(in: text) { Issue.record("\(place):\(fault)") }
    }

    private static let expressions = banned.compactMap { banned in
        // Also matches phrases that continue on the next line.
        let pattern = banned.pattern.replacingOccurrences(
            of: "(?<=[a-z]) (?=[a-z(])", with: #"\\s+"#, options: .regularExpression)
        return (try? NSRegularExpression(pattern: pattern)).map { (expression: $0, name: banned.name) }
    }

    private static func faults(in text: String) -> [String] {
        var faults: [String] = []
        let all = NSRange(text.startIndex..., in: text)
        for (expression, name) in expressions {
            for match in expression.matches(in: text, range: all) {
                let before = (text as NSString).substring(to: match.range.location)
                let line = before.utf8.count { $0 == UInt8(ascii: "\n") } + 1
                faults.append("\(line): “\((text as NSString).substring(with: match.range))” (\(name))")
            }
        }
        return faults
    }

    /// Returns comments and quoted text, with all other lines empty.
    private static func prose(of source: String) -> String {
        source.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains("//") || line.contains("\"") || line.contains("/*") || line.hasPrefix(" *") ? line : ""
        }.joined(separator: "\n")
    }
}
