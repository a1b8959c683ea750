import Foundation
import TestSupport
import Testing

/// `compare` by message pattern.
struct CompareMessageTests {
    /// Writes the dump of a job, named like its file, with failed rows that have the code `a` and these messages.
    private static func write(_ messages: [String], _ name: String, in space: Workspace) throws -> String {
        let rows: [Any] = messages.map { ["error": ["code": "a", "message": $0]] }
        let job: [String: Any] = ["job_id": name, "status": "complete", "total": rows.count, "results": rows]
        return try space.write(Array(try JSONSerialization.data(withJSONObject: job)), as: name)
    }

    @Test(
        "Of many jobs too, of which each lists some of its patterns", .seeded, .needs(.python),
        arguments: [(1, 400, 3), (2, 6000, 7), (Seeds.new, 900, 4)])
    func plantedInJobs(seed: UInt64, rows: Int, jobs: Int) throws {
        let space = try Workspace()
        let expected = try SecondTry.planted(space, seed: seed, rows: rows, jobs: jobs)
        for name in ["before", "after"] {
            let summary = try importAudit("summary", space[name], "--format", "json")
            try space.write(summary.output, as: "\(name).json")
        }
        for ending in ["", ".json"] {
            let run = try importAudit(
                "compare", space["before\(ending)"], space["after\(ending)"], "--format", "json")
            #expect(run.status == 0, "\(run)")
            let found = try parsed(run.output)
            #expect(
                try SecondTry.sorted(try #require(found["codes"])) == SecondTry.sorted(try #require(expected["codes"])))
            try SecondTry.expectSums(found)
        }
    }

    @Test(
        "Hostile messages are inert where Markdown is rendered, and the tables say what the JSON says", .seeded,
        .needs(.pythonModule("cmarkgfm")))
    func rendered() throws {
        for seed in Seeds.and(new: 1...3) {
            let space = try Workspace()
            _ = try SecondTry.planted(space, seed: seed, rows: 900)
            for format in ["json", "markdown", "text"] {
                let run = try importAudit("compare", space["before.json"], space["after.json"], "--format", format)
                try space.write(run.output, as: format)
                let acting = run.outputText.unicodeScalars.filter {
                    $0 != "\n"
                        && ($0.properties.generalCategory == .control || "\u{202E}\u{2028}".unicodeScalars.contains($0))
                }
                #expect(acting.isEmpty, "\(format)")
            }
            let files = [space["json"], space["markdown"]]
            let checked = try Python.run("Tests/Checkers/comparison_markdown.py", files)
            #expect(checked.status == 0, "\(checked)")
        }
    }

    @Test("A value that occurs on one side only does not make it another pattern")
    func families() throws {
        let space = try Workspace()
        let before = try Self.write(["'stage' missing", "'tier' missing", "row 1 bad"], "before.json", in: space)
        let after = try Self.write(["'stage' missing", "'stage' missed", "row 7 bad"], "after.json", in: space)
        let text = try importAudit("compare", before, after)
        for line in [
            "    still failing       2         1    '{text}' missing\n",
            "                                         after: 'stage' missing\n",
            "    still failing       1         1    row {number} bad\n",
            "                                         before: row 1 bad\n",
            "                                         after: row 7 bad\n",
            "    new                 0         1    'stage' missed\n",
        ] {
            #expect(text.outputText.contains(line), "\(text)")
        }
        #expect(!text.outputText.contains("    fixed") && !text.outputText.contains("not listed"), "\(text)")
    }

    @Test("Nothing that may be among the unlisted is called fixed or new; lists end with the total")
    func undecided() throws {
        let space = try Workspace()
        let letters = "abcdefghijklmnopqrstuvwxyz".map { String($0) }
        // Before, there are 26 patterns, of which z is the rarest; after, there are a and z.
        let many = letters.enumerated().flatMap { Array(repeating: "\($1) failed", count: 30 - $0) }
        let before = try Self.write(many, "before.json", in: space)
        let after = try Self.write(
            ["z failed", "z failed", "z failed", "a failed", "a failed"], "after.json", in: space)
        let text = try importAudit("compare", before, after)
        for line in [
            "    undecided           ?         3    z failed\n", "    still failing      30         2    a failed\n",
            "    fixed              29         0    b failed\n",
            "    10 of 21 patterns, of which 19 are fixed, 1 still failing, 0 new and 1 undecided; the JSON has all\n",
            "                       45         0    (patterns that are not listed)\n", "“?” means",
        ] {
            #expect(text.outputText.contains(line), "\(text)")
        }
        // In the other direction, a pattern that is not listed on the second side may still exist.
        let reverse = try importAudit("compare", after, before)
        #expect(reverse.outputText.contains(" 0 are fixed, 1 still failing, 19 new and 1 undecided;"), "\(reverse)")
        // Only one of the two jobs lists z. That the other one has five more rows of it is unknown.
        try space.write(try space.bytes("before.json"), as: "both/1.json")
        try space.write(try space.bytes("after.json"), as: "both/2.json")
        let both = try importAudit("compare", space["both"], after)
        #expect(both.outputText.contains("    still failing      3+         3    z failed\n"), "\(both)")
        #expect(both.outputText.contains("    still failing      32         2    a failed\n"), "\(both)")
        let markdown = try importAudit("compare", space["both"], after, "--format", "markdown")
        #expect(markdown.outputText.contains("| z failed | still failing | 3+ | 3 |  |\n"), "\(markdown)")
        #expect(markdown.outputText.contains("\n10 of 21 patterns, of which"), "\(markdown)")
    }
}
