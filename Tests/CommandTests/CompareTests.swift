import Foundation
import Testing

/// `compare`: what a second try changed, held against counts that a script made when it planted the changes.
struct CompareTests {
    @Test(
        "Planted changes are found, all of them and no others",
        arguments: [(1, 1000), (2, 1), (3, 4099), (4, 37), (5, 60_000)])
    func planted(seed: Int, rows: Int) throws {
        let space = try Workspace()
        guard let expected = try SecondTry.planted(space, seed: seed, rows: rows) else { return }
        let run = try importAudit("compare", space["before.json"], space["after.json"], "--format", "json")
        #expect(run.status == 0, "\(run)")
        let found = try parsed(run.output)
        for name in ["before", "after", "codes", "row_by_row"] {
            #expect(
                try SecondTry.sorted(try #require(found[name])) == SecondTry.sorted(try #require(expected[name])),
                "\(name)")
        }
        try SecondTry.expectSums(found)
        // The order of the rows says nothing of their codes and messages.
        let permuted = try importAudit(
            "compare", space["before-permuted.json"], space["after-permuted.json"], "--format", "json")
        #expect(
            try SecondTry.sorted(try #require(parsed(permuted.output)["codes"]))
                == SecondTry.sorted(found["codes"] ?? 0))
    }

    @Test("Summaries, folders and archives are compared by code only, with the same result")
    func bySummary() throws {
        let space = try Workspace()
        guard let expected = try SecondTry.planted(space, seed: 7, rows: 500) else { return }
        for name in ["before", "after"] {
            let summary = try importAudit("summary", space["\(name).json"], "--format", "json")
            try space.write(summary.output, as: "\(name)-summary.json")
            try space.write(try space.bytes("\(name).json"), as: "\(name)/dump.json")
            try space.write(try space.bytes("\(name).json") + [0x0A], as: "\(name).jsonl")
        }
        // What a program made of a summary is one still.
        let document = try JSONSerialization.jsonObject(with: Data(try space.bytes("after-summary.json")))
        let reordered = try JSONSerialization.data(withJSONObject: document, options: [.sortedKeys])
        try space.write(Array(reordered), as: "reordered.json")
        let codes = try SecondTry.sorted(try #require(expected["codes"]))
        for (before, after) in [
            ("before-summary.json", "after-summary.json"), ("before.json", "reordered.json"),
            ("before-summary.json", "after.json"),
        ] {
            let run = try importAudit("compare", space[before], space[after], "--format", "json")
            #expect(run.status == 0, "\(run)")
            let found = try parsed(run.output)
            #expect(try SecondTry.sorted(try #require(found["codes"])) == codes)
            #expect(found["row_by_row"] is NSNull)
        }
        let folders = try parsed(try importAudit("compare", space["before"], space["after"], "--format", "json").output)
        #expect(try SecondTry.sorted(try #require(folders["codes"])) == codes)
    }

    @Test("Hostile codes are shown, in text and in Markdown")
    func hostile() throws {
        let space = try Workspace()
        guard try SecondTry.planted(space, seed: 1, rows: 1000) != nil else { return }
        let text = try importAudit("compare", space["before.json"], space["after.json"])
        #expect(text.outputText.contains("</td>|*_`\\u{202E}"), "\(text)")
        #expect(text.outputText.contains("  fixed") && text.outputText.contains("  new"), "\(text)")
        let markdown = try importAudit("compare", space["before.json"], space["after.json"], "--format", "markdown")
        #expect(markdown.outputText.contains(#"&lt;/td&gt;\|\*\_\`"#), "\(markdown)")
        #expect(markdown.outputText.contains("| @\u{200B}x |"), "\(markdown)")
        #expect(!markdown.outputText.unicodeScalars.contains("\u{202E}"))
        for run in [text, markdown] { #expect(run.outputText.contains("taken to be the same rows"), "\(run)") }
    }

    @Test("Dumps of other totals, and what is no dump")
    func others() throws {
        let space = try Workspace()
        let many = Repository.sample("many-failures")
        let other = try importAudit("compare", many, Repository.sample("clean-async"))
        #expect(other.status == 0, "\(other)")
        #expect(other.outputText.contains("Not compared row by row"), "\(other)")
        let same = try importAudit(
            "compare", many, "-", input: .bytes(try Repository.bytes("Samples/many-failures.json")))
        #expect(same.status == 0, "\(same)")
        #expect(same.outputText.contains("Failed before and after: 143 rows"), "\(same)")
        let cut = try space.write(
            Array(try Repository.bytes("Samples/many-failures.json").dropLast(3000)), as: "cut.json")
        let partly = try importAudit("compare", many, cut)
        #expect(partly.status == 65, "\(partly)")
        #expect(partly.outputText.contains("only before"), "\(partly)")
        #expect(try importAudit("compare", many, Repository.sample("error-body")).status == 65)
        #expect(try importAudit("compare", many, space["none"]).status == 66)
        #expect(try importAudit("compare", "-", "-").status == 64)
        let broken = try space.write("{\"format\":\"import-audit.summary\"", as: "broken.json")
        #expect(try importAudit("compare", many, broken).status == 65)
    }
}
