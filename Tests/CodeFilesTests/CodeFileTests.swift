import CodeFiles
import ImportAnalysis
import ImportFoundation
import ImportRedaction
import TestSupport
import Testing

func codeBook(_ yaml: String, asOf day: String? = nil) throws -> CodeBook {
    try CodeFile.codeBook(from: Array(yaml.utf8), asOf: day.flatMap { CalendarDay($0) })
}

/// Returns the error in a codes file as its user sees it.
func fault(_ yaml: String, asOf day: String? = nil) -> String {
    do {
        _ = try codeBook(yaml, asOf: day)
        return "no fault"
    } catch let fault as FileFault {
        return "\(fault.place(in: "codes.yml")): \(fault.explanation)"
    } catch {
        return "another error"
    }
}

struct CodeFileTests {
    @Test("Every member that an entry may have is read")
    func whole() throws {
        let book = try codeBook(
            """
            codes:
              - code: invalid_email
                title: "No & e-mail: address"
                explanation: >
                  Typos
                  mostly.
                owner: data team
                action: report-to-vendor
              - {pattern: "rate_*", accepted: {reason: nightly, until: 2026-12-31}}
              - code: null
                owner: ~
              - code: "null"
            """, asOf: "2026-01-01")
        #expect(book.entries.count == 4)
        let first = try #require(book.standing(of: "invalid_email").entry)
        #expect(first.title == "No & e-mail: address")
        #expect(first.explanation?.hasPrefix("Typos mostly.") == true)
        #expect(first.owner == "data team" && first.action == .reportToVendor && first.acceptance == nil)
        #expect(book.standing(of: "rate_limited").state == .accepted)
        #expect(book.standing(of: "rate_limited").label == "Accepted until 2026-12-31")
        #expect(book.index(of: nil) == 2)
        #expect(book.index(of: "null") == 3)
    }

    static let faults: [(yaml: String, says: String)] = [
        ("", "codes.yml: codes is missing."),
        ("# nothing", "codes.yml: codes is missing."),
        ("[]", "codes.yml:1:1: The file must be an object with keys of codes."),
        ("codes: x", "codes.yml:1:8: codes must be a list."),
        ("code: []", "codes.yml:1:1: There is no key “code”. Did you mean codes?"),
        ("codes:\n  - x\n", "codes.yml:2:5: An entry must be an object"),
        ("codes:\n  - title: x\n", "codes.yml:2:5: code (or pattern) is missing."),
        ("codes:\n  - code: a\n    titel: x\n", "codes.yml:3:5: There is no key “titel”. Did you mean title?"),
        (
            "codes:\n  - code: a\n    zzz: x\n",
            "codes.yml:3:5: There is no key “zzz”. Choose from code, pattern, title"
        ),
        ("codes:\n  - code: a\n    pattern: b\n", "codes.yml:3:14: An entry must be of a code or of a pattern"),
        ("codes:\n  - code: a\n    code: b\n", "The key “code” occurs twice."),
        (
            "codes:\n  - code: a\n  - code: b\n  - code: a\n",
            "codes.yml:4:5: There is already an entry for “a”, in line 2."
        ),
        ("codes:\n  - code: ''\n  - code: ~\n", "There is already an entry for “(no code)”, in line 2."),
        ("codes:\n  - pattern: ''\n", "codes.yml:2:14: pattern must be"),
        ("codes:\n  - code: [a]\n", "codes.yml:2:11: code must be a text."),
        ("codes:\n  - code: a\n    action: ignored\n", "codes.yml:3:13: There is no “ignored”. Did you mean ignore?"),
        ("codes:\n  - code: a\n    accepted: yes\n", "codes.yml:3:15: accepted must be an object"),
        ("codes:\n  - code: a\n    accepted: {until: 2026-01-01}\n", "codes.yml:3:15: reason is missing."),
        ("codes:\n  - code: a\n    accepted: {reason: r, until: 2026-02-29}\n", "codes.yml:3:34: until must be a day"),
        (
            "codes:\n  - code: a\n    accepted: {reason: r, until: 2026-12-31}\n",
            "codes.yml:3:34: An acceptance with a last day"
        ),
        ("codes:\n  - code: \"a\n", "codes.yml:2:11: This is not valid YAML: "),
        ("codes:\n\t- code: a\n", "codes.yml:2:1: This is not valid YAML: "),
        ("codes:\n  - code: a\n  bad\n", "codes.yml:3:3: This is not valid YAML: "),
        ("codes: []\n---\ncodes: []\n", "codes.yml:2:1: This is not valid YAML: "),
        ("codes:\n  - code: \u{1}\n", "This is not valid YAML: "),
    ]

    @Test("Errors are reported with line and column", arguments: faults)
    func faulty(yaml: String, says: String) {
        let day = says.contains("until must") ? "2026-01-01" : nil
        #expect(fault(yaml, asOf: day).contains(says), "\(fault(yaml, asOf: day))")
    }

    @Test("Files that expand to more than they contain, or nest deeper than a stack, are refused")
    func hostile() {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...60 { bomb += "a\(level): &a\(level) {? [*a\(level - 1), *a\(level - 1)] : x}\n" }
        #expect(fault(bomb).hasPrefix("codes.yml:1:5: Anchors and aliases are not supported."))
        // After something that looks like an unterminated text.
        for start in ["a: x\n  'y\n", "a: \"b\nc: 'd\n  # \"e\"\n", "[?", "{a:", "a: \u{2028}", "a: \u{85}"] {
            #expect(fault(start + "&b [x]").contains("Anchors and aliases"), "\(start.debugDescription)")
        }
        #expect(fault("codes: [*a]").contains("undefined alias"))
        for deep in ["[", "{a: ", "- ", "? "] {
            #expect(fault(String(repeating: deep, count: 100_000)).contains("This is not valid YAML"))
        }
        #expect(fault(String(repeating: " ", count: 1024 * 1024) + "x") == "codes.yml: The file is larger than 1 MiB.")
        do {
            _ = try CodeFile.codeBook(from: [0x63, 0xFF], asOf: nil)
            Issue.record("no fault")
        } catch {
            #expect(error == FileFault(.notUTF8))
        }
        let many = "codes: [" + (0...10_000).map { "{code: c\($0)}" }.joined(separator: ", ") + "]"
        #expect(fault(many).contains("more than 10,000 entries"))
    }

    @Test("Texts that contain & are read unless they are anchors")
    func ampersands() throws {
        for text in ["AT&T", "a & b", "x?a=1&b=2", "\"&quoted\"", "a&"] {
            #expect(fault("codes:\n  - code: a\n    title: \(text)\n") == "no fault", "\(text)")
        }
        #expect(fault("codes: []") == "no fault")
    }

    @Test("Codes are compared byte by byte")
    func canonicalEquivalence() throws {
        let book = try codeBook(
            "codes:\n  - code: \"\u{E9}\"\n    title: one\n  - code: \"e\u{301}\"\n    title: two\n")
        #expect(book.standing(of: "\u{E9}").entry?.title == "one")
        #expect(book.standing(of: "e\u{301}").entry?.title == "two")
    }

    @Test("Any bytes end in a book or in a fault", .seeded, arguments: Seeds.and(new: 1))
    func mutations(seed: UInt64) throws {
        let file = Array(
            "codes:\n  - code: a\n    accepted: {reason: \"r\", until: 2026-12-31}\n  - pattern: 'x*'\n".utf8)
        var random = SplitMix64(seed: seed)
        func next(_ limit: Int) -> Int { .random(in: 0..<limit, using: &random) }
        let pieces = Array("&*!|>%@`\"'#{}[],:?- \n\t\u{0}".utf8)
        for _ in 0..<3000 {
            var bytes = file
            for _ in 0...next(4) {
                let at = next(bytes.count)
                if next(2) == 0 {
                    bytes[at] = pieces[next(pieces.count)]
                } else {
                    bytes.insert(pieces[next(pieces.count)], at: at)
                }
            }
            _ = try? CodeFile.codeBook(from: bytes, asOf: nil)
            _ = try? RulesFile.rules(from: bytes)
        }
    }
}

struct RulesFileTests {
    private static func rules(_ yaml: String) throws -> RuleSettings { try RulesFile.rules(from: Array(yaml.utf8)) }

    @Test("All rules are read")
    func whole() throws {
        let rules = try Self.rules(
            """
            max-failed: 2.5%
            max-failed-code:
              - {code: "a=b", max: 100}
              - code: null
                max: 0%
            fail-on: [critical, row-contradictory]
            require-complete: true
            min-rows: 1000
            only-new-codes: false
            """)
        #expect(
            rules.gate?.rules.map { $0.demand } == [
                "at most 2.5% of the rows seen failed", "at most 100 rows failed with the code “a=b”",
                "at most 0% of the rows seen failed without a code", "no critical finding",
                "no finding row-contradictory", "every input is a complete job with all its rows",
                "at least 1,000 rows",
            ])
    }

    @Test(
        "Errors are reported with line and column",
        arguments: [
            ("", "rules.yml: The file must be"),
            ("max_failed: 3", "rules.yml:1:1: There is no key “max_failed”. Did you mean max-failed?"),
            ("max-failed: 101%", "rules.yml:1:13: max-failed must be a number of rows"),
            ("max-failed: -1", "rules.yml:1:13"), ("max-failed: 1e3", "rules.yml:1:13"),
            ("max-failed: 5 %", "rules.yml:1:13"),
            ("min-rows: many", "rules.yml:1:11"),
            ("require-complete: yes", "rules.yml:1:19: require-complete must be true or false."),
            (
                "fail-on: [critical, rows-mising]",
                "rules.yml:1:21: There is no “rows-mising”. Did you mean rows-missing?"
            ),
            ("max-failed-code:\n  - code: a\n", "rules.yml:2:5: max is missing."),
            ("max-failed-code:\n  - {max: 1}\n", "rules.yml:2:5: code is missing."),
            (
                "max-failed-code:\n  - {code: a, max: 1}\n  - {code: b, max: 1}\n  - {code: a, max: 2}\n",
                "rules.yml:4:5: There is already an entry for “a”, in line 2."
            ),
            ("fail-on: [critical,\n  critical]", "rules.yml:2:3: There is already an entry for “critical”, in line 1."),
            ("max-failed: 1\nmax-failed: 2", "occurs twice"), ("a: &b 1", "rules.yml:1:4: Anchors"),
        ])
    func faulty(yaml: String, says: String) {
        do {
            _ = try Self.rules(yaml)
            Issue.record("no fault: \(yaml)")
        } catch let fault as FileFault {
            let text = "\(fault.place(in: "rules.yml")): \(fault.explanation)"
            #expect(text.contains(says), "\(text)")
        } catch {
            Issue.record("\(error)")
        }
    }
}

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
        "Errors are reported with line and column",
        arguments: [
            ("", "redact.yml: The file must be an object"),
            ("word: [a]", "redact.yml:1:1: There is no key “word”. Did you mean words?"),
            ("words: a", "redact.yml:1:8: words must be a list."),
            ("words: [a, \"\"]", "redact.yml:1:12: An element of words must be a text of at most 256 bytes"),
            ("keys: [[a]]", "redact.yml:1:8: An element of keys must be a text."),
            ("patterns: [a b]", "redact.yml:1:12: An element of patterns must be a word"),
            ("patterns: [\"**\"]", "redact.yml:1:12: An element of patterns must be a word"),
            ("words: [a]\nwords: [b]", "occurs twice"),
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
