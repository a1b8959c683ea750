import CodeFiles
import ImportAnalysis
import Testing

struct RulesFileTests {
    private static func rules(_ yaml: String) throws -> GateRules { try RulesFile.rules(from: Array(yaml.utf8)) }

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
                "at most 2.5 % of the rows seen failed", "at most 100 rows failed with the code “a=b”",
                "at most 0 % of the rows seen failed without a code", "no critical finding",
                "no finding row-contradictory", "every input is a complete job with all its rows",
                "at least 1,000 rows",
            ])
    }

    @Test(
        "What is wrong is named with its line and column",
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
            ("max-failed: 1\nmax-failed: 2", "is there twice"), ("a: &b 1", "rules.yml:1:4: Anchors"),
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
