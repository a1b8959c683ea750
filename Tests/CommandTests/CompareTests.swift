import Foundation
import TestSupport
import Testing

/// Compares what `compare` finds after a second try with the counts of the script that planted the changes.
struct CompareTests {
    @Test(
        "Planted changes are found, all of them and no others", .seeded, .needs(.python),
        arguments: [(1, 1000), (2, 1), (3, 4099), (4, 37), (5, 60_000), (Seeds.new, 2000)])
    func planted(seed: UInt64, rows: Int) throws {
        let space = try Workspace()
        let expected = try SecondTry.planted(space, seed: seed, rows: rows)
        let run = try importAudit("compare", space["before.json"], space["after.json"], "--format", "json")
        #expect(run.status == 0, "\(run)")
        let found = try parsed(run.output)
        for name in ["before", "after", "codes", "row_by_row"] {
            #expect(
                try SecondTry.sorted(try #require(found[name])) == SecondTry.sorted(try #require(expected[name])),
                "\(name)")
        }
        try SecondTry.expectSums(found)
        // The order of the rows does not affect codes and messages.
        let permuted = try importAudit(
            "compare", space["before-permuted.json"], space["after-permuted.json"], "--format", "json")
        #expect(
            try SecondTry.sorted(try #require(parsed(permuted.output)["codes"]))
                == SecondTry.sorted(found["codes"] ?? 0))
    }

    @Test("Summaries, folders and archives are compared by code only, with the same result", .needs(.python))
    func bySummary() throws {
        let space = try Workspace()
        let expected = try SecondTry.planted(space, seed: 7, rows: 500)
        for name in ["before", "after"] {
            let summary = try importAudit("summary", space["\(name).json"], "--format", "json")
            try space.write(summary.output, as: "\(name)-summary.json")
            try space.write(try space.bytes("\(name).json"), as: "\(name)/dump.json")
            try space.write(try space.bytes("\(name).json") + [0x0A], as: "\(name).jsonl")
        }
        // A summary that a program has reformatted is still a summary.
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

    /// Possible second tries of a dump with six rows, of which the second and the fifth failed.
    static let unseen: [(name: String, status: String, shown: Int, isCut: Bool)] = [
        ("processing", "processing", 0, false), ("processing", "processing", 6, false), ("failed", "failed", 0, false),
        ("failed", "failed", 3, false), ("complete", "complete", -1, false), ("complete", "complete", 3, false),
        ("complete", "complete", 4, true), ("complete", "complete", 0, true),
    ]

    @Test("Anything that was not seen is neither fixed nor new", arguments: unseen.indices)
    func unseenRows(_ index: Int) throws {
        let (name, status, shown, isCut) = Self.unseen[index]
        let space = try Workspace()
        func dump(_ status: String, _ shown: Int, _ code: String, isCut: Bool = false) -> String {
            let rows = (0..<max(shown, 0)).map {
                $0 % 3 == 1 ? #"{"error":{"code":"\#(code)","message":"m \#($0)"}}"# : #"{"created":true}"#
            }
            let results = shown < 0 ? "" : #","results":["# + rows.joined(separator: ",") + (isCut ? ",{" : "]")
            return #"{"job_id":"j","status":"\#(status)","total":6\#(results)\#(isCut ? "" : "}")"#
        }
        let whole = try space.write(dump("complete", 6, "a"), as: "whole.json")
        let part = try space.write(dump(status, shown, "b", isCut: isCut), as: "part.json")
        let hasFailed = shown > 1
        for (before, after) in [(whole, part), (part, whole)] {
            let json = try parsed(try importAudit("compare", before, after, "--format", "json").output)
            let codes = try #require(json["codes"] as? [[String: Any]])
            let changes = Dictionary(
                uniqueKeysWithValues: codes.map { ($0["code"] as? String ?? "-", $0["change"] as? String ?? "-") })
            #expect(changes["a"] == "undecided")
            // The complete dump has all of its rows, and b is not among them.
            #expect(changes["b"] == (hasFailed ? (before == whole ? "new" : "fixed") : nil))
            for code in codes where code["code"] as? String == "a" {
                let messages = try #require(code["messages"] as? [[String: Any]])
                #expect(messages.allSatisfy { $0["change"] as? String == "undecided" })
            }
            let side = try #require(json[before == whole ? "after" : "before"] as? [String: Any])
            #expect(side["all_rows_seen"] as? Bool == false)
            #expect(side["jobs_in_part"] as? Int == 1)
            #expect(side["jobs_cut_off"] as? Int == (isCut ? 1 : 0))
            #expect((side["jobs_by_status"] as? [String: Int]) == [name: 1])
            for format in ["text", "markdown"] {
                let run = try importAudit("compare", before, after, "--format", format)
                #expect(run.outputText.contains("1 job: \(name)\(isCut ? ", cut off or broken" : "")"), "\(run)")
                #expect(run.outputText.contains("1 job: complete"), "\(run)")
                #expect(run.outputText.contains("Not all rows were seen"), "\(run)")
            }
        }
    }

    @Test("Hostile codes are shown, in text and in Markdown", .needs(.python))
    func hostile() throws {
        let space = try Workspace()
        _ = try SecondTry.planted(space, seed: 1, rows: 1000)
        let text = try importAudit("compare", space["before.json"], space["after.json"])
        #expect(text.outputText.contains("</td>|*_`\\u{202E}"), "\(text)")
        #expect(text.outputText.contains("  fixed") && text.outputText.contains("  new"), "\(text)")
        let markdown = try importAudit("compare", space["before.json"], space["after.json"], "--format", "markdown")
        #expect(markdown.outputText.contains(#"&lt;/td&gt;\|\*\_\`"#), "\(markdown)")
        #expect(markdown.outputText.contains("| @\u{200B}x |"), "\(markdown)")
        #expect(!markdown.outputText.unicodeScalars.contains("\u{202E}"))
        for run in [text, markdown] { #expect(run.outputText.contains("assumed to be the same rows"), "\(run)") }
    }

    @Test("Every row that failed before or after is in a list whose heading is true of it")
    func unclassified() throws {
        let space = try Workspace()
        let rows = ["c": #"{"created":true}"#, "f": #"{"error":{"code":"x","message":"m"}}"#, "u": "{}"]
        func dump(_ outcomes: String) -> String {
            let results = outcomes.map { rows[String($0)] ?? "" }.joined(separator: ",")
            return #"{"job_id":"j","status":"complete","total":\#(outcomes.count),"results":[\#(results)]}"#
        }
        let before = try space.write(dump("ufccfu"), as: "before.json")
        let after = try space.write(dump("fufcfc"), as: "after.json")
        let json = try parsed(try importAudit("compare", before, after, "--format", "json").output)
        let lists = try #require(json["row_by_row"] as? [String: Any])
        for (name, ranges) in [
            ("fixed", []), ("still_failing", [[5, 5]]), ("undecided", [[2, 2]]), ("newly_failing", [[1, 1], [3, 3]]),
        ] {
            #expect((lists[name] as? [String: Any])?["ranges"] as? [[Int]] == ranges, "\(name)")
        }
        let text = try importAudit("compare", before, after).outputText
        #expect(text.contains("  Failed before, unclassified after: 1 row\n    2\n"), "\(text)")
        #expect(text.contains("  Failed only after: 2 rows\n    1, 3\n"), "\(text)")
        let markdown = try importAudit("compare", before, after, "--format", "markdown").outputText
        #expect(markdown.contains("- **Failed only after: 2 rows.** 1, 3"), "\(markdown)")
        // Only if there are such rows.
        #expect(try !importAudit("compare", before, before).outputText.contains("unclassified after"))
    }

    @Test("Dumps of other totals, and inputs without a dump")
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

/// Two audits of the same rows with planted changes, and the expected comparison.
enum SecondTry {
    /// Returns a JSON value as comparable text.
    static func sorted(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]), as: UTF8.self)
    }

    /// Makes the audits and returns the expected result.
    static func planted(
        _ space: Workspace, seed: UInt64, rows: Int, jobs: Int = 1
    ) throws -> [String: Any] {
        let arguments = ["--seed", "\(seed)", "--rows", "\(rows)", "--jobs", "\(jobs)", space.path]
        let made = try Python.run("Tests/Oracle/second_try.py", arguments)
        #expect(made.status == 0, "\(made)")
        return try parsed(try space.bytes("expected.json"))
    }

    /// Expects that the rows of patterns add up to those of their code, on both sides.
    static func expectSums(_ found: [String: Any]) throws {
        for code in try #require(found["codes"] as? [[String: Any]]) {
            let other = try #require(code["other_messages"] as? [String: Int])
            for side in ["before", "after"] {
                let rows = try #require(code["messages"] as? [[String: Any]]).map { $0[side] as? Int ?? -1 }
                #expect(rows.reduce(other[side] ?? -1, +) == code[side] as? Int, "\(code)")
            }
        }
    }
}
