import CodeFiles
import ImportRedaction
import Testing

struct RedactionFileTests {
    private static func rules(_ yaml: String) throws -> RedactionRules {
        try RedactionFile.rules(from: Array(yaml.utf8))
    }

    @Test("All lists are read")
    func whole() throws {
        let rules = try Self.rules(
            """
            words: [Anna Schmidt, 4711]
            keys:
              - name
            patterns: ["cust-*"]
            keep: [stage]
            """)
        #expect(rules.words == ["Anna Schmidt", "4711"])
        #expect(rules.keys == ["name"])
        #expect(rules.patterns == ["cust-*"])
        #expect(rules.keep == ["stage"])
        #expect(try Self.rules("keep:\n") == RedactionRules())
    }

    @Test(
        "What is wrong is named with its line and column",
        arguments: [
            ("", "redact.yml: The file must be an object"),
            ("word: [a]", "redact.yml:1:1: There is no key “word”. Did you mean words?"),
            ("words: a", "redact.yml:1:8: words must be a list."),
            ("words: [a, \"\"]", "redact.yml:1:12: An element of words must be a text of at most 256 bytes"),
            ("keys: [[a]]", "redact.yml:1:8: An element of keys must be a text."),
            ("patterns: [a b]", "redact.yml:1:12: An element of patterns must be a word"),
            ("patterns: [\"**\"]", "redact.yml:1:12: An element of patterns must be a word"),
            ("words: [a]\nwords: [b]", "is there twice"),
            ("patterns: [\(Array(repeating: "a", count: 101).joined(separator: ", "))]", "must be at most 100 texts"),
        ])
    func faulty(yaml: String, says: String) {
        do {
            _ = try Self.rules(yaml)
            Issue.record("\(yaml) is taken")
        } catch let fault as FileFault {
            let text = "\(fault.place(in: "redact.yml")): \(fault.explanation)"
            #expect(text.contains(says), "\(text)")
        } catch {
            Issue.record(error)
        }
    }
}
