import Foundation
import TestSupport
import Testing

/// `--redact` on the command line. `Tests/Oracle/redaction.py` checks the values.
struct RedactionTests {
    private static let key = "0123456789abcdef"

    @Test("A key file without a valid key is a usage error, and so is a file without the option")
    func keys() throws {
        let workspace = try Workspace()
        let sample = Repository.sample("sync")
        for (content, says) in [
            ("0123456789abcde\n", "there are 15 bytes; a key has 16 to 4096 bytes"), ("", "there are 0 bytes"),
            (String(repeating: "x", count: 4098), "the file is too large"),
        ] {
            try workspace.write(content, as: "key")
            let run = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["key"])
            #expect(run.status == 64 && run.errorText.contains(says) && run.output.isEmpty, "\(run)")
        }
        let absent = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["absent"])
        #expect(absent.status == 64 && absent.errorText.contains("No such file"), "\(absent)")
        let alone = try importAudit("summary", sample, "--redact-key-file", workspace["key"])
        #expect(alone.status == 64 && alone.errorText.contains("--redact"), "\(alone)")
        try workspace.write("word: [x]", as: "rules.yml")
        let rules = try importAudit("summary", sample, "--redact", "--redact-rules", workspace["rules.yml"])
        #expect(rules.status == 64 && rules.errorText.contains("rules.yml:1:1: There is no key “word”"), "\(rules)")
    }

    @Test("One line feed at the end of the key file is not part of the key; a random key is announced")
    func lineFeed() throws {
        let workspace = try Workspace()
        let sample = Repository.sample("many-failures")
        var outputs: [[UInt8]] = []
        for content in [Self.key, Self.key + "\n", Self.key + "\n\n"] {
            try workspace.write(content, as: "key")
            let run = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["key"])
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            #expect(run.outputText.contains("are pseudonyms (key "), "\(run)")
            outputs.append(run.output)
        }
        #expect(outputs[0] == outputs[1] && outputs[1] != outputs[2])
        let random = try importAudit("summary", sample, "--redact")
        #expect(random.errorText.contains("the pseudonyms use a random key"), "\(random)")
    }

    @Test("Pages, Markdown and the summary say that values are pseudonyms")
    func said() throws {
        let workspace = try Workspace()
        try workspace.write(Self.key, as: "key")
        try workspace.makeJobs(4, in: "in")
        let run = try importAudit(
            "report", workspace["in"], "-o", workspace["out"], "--redact", "--redact-key-file", workspace["key"])
        #expect(run.status == 0, "\(run)")
        let files = try workspace.tree("out").filter { !$0.value.isEmpty }
        for ending in ["index.xhtml", "index.md", "report.xhtml", "report.md"] {
            let pages = files.filter { $0.key.hasSuffix(ending) }
            #expect(!pages.isEmpty)
            for (name, bytes) in pages {
                #expect(String(decoding: bytes, as: UTF8.self).contains("are pseudonyms (key "), "\(name)")
            }
        }
        let summaries = try files.filter { $0.key.hasSuffix("summary.json") }.map { try parsed($0.value) }
        #expect(summaries.count == 5)
        for summary in summaries {
            let redacted = summary["redacted"] as? [String: Any]
            #expect(redacted?["keyed"] as? Bool == true && (redacted?["key_id"] as? String)?.count == 8)
        }
        let valid = try importAudit("validate", workspace["out/index.xhtml"])
        #expect(valid.status == 0, "\(valid)")
    }
}
