import Foundation
import TestSupport
import Testing

/// Values that messages quote must be in the records of their rows, or nothing is handed back.
@Suite struct PairingEvidenceTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
    }

    private func rejects(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["rejects"] + arguments, folder: folder.path)
    }

    // MARK: - Several jobs

    @Test("Each job is compared with its source: others that are right hide nothing")
    func swapped() throws {
        for (number, letter) in zip(1..., "abc") { try folder.writeFailedJob(number, letter) }
        let large = sentAddresses("l", 60)
        try folder.write("email,n\n" + large.map { "\($0),1\n" }.joined(), as: "l.csv")
        try folder.write(failedDump(large.map { "'\($0)' is wrong" }, id: "large", total: 60), as: "large.json")
        for command in ["rejects", "report"] {
            let run = try importAudit(
                arguments: [
                    command, "large.json", "j1.json", "j2.json", "j3.json", "-o", "o", "--source", "l.csv", "a.csv",
                    "c.csv", "b.csv",
                ], folder: folder.path)
            #expect(run.status == 1, "\(run)")
            #expect(run.errorText.contains("c.csv: job j2: Neither of the 2 rows"), "\(run)")
            #expect(run.errorText.contains("another job where they should be (job j3)"), "\(run)")
            #expect(run.errorText.contains("Sources and jobs must be given in the same order."), "\(run)")
            #expect(folder.names(in: "o") == nil)
        }
        try folder.shell("{ cat l.csv; for f in c a b; do tail -n +2 $f.csv; done; } > all.csv")
        let shared = try rejects("large.json", "j1.json", "j2.json", "j3.json", "--source", "all.csv")
        #expect(shared.status == 1, "\(shared)")
        #expect(shared.errorText.contains("all.csv: job j1: "), "\(shared)")
        #expect(shared.errorText.contains("Are the dumps given in the order"), "\(shared)")
        let right = try rejects(
            "large.json", "j1.json", "j2.json", "j3.json", "--source", "l.csv", "a.csv", "b.csv", "c.csv")
        #expect(right.status == 0, "\(right)")
        let trusted = try rejects(
            "large.json", "j1.json", "j2.json", "j3.json", "--source", "all.csv", "--trust-order")
        #expect(trusted.status == 0, "\(trusted)")
        #expect(try folder.text("rejects/plan.json").contains(#""evidence": "shifted""#))
    }

    @Test("Words of the messages are known from all jobs")
    func words() throws {
        for number in 1...4 {
            let rows = sentAddresses("a", 3)
            try folder.write("email\n" + rows.map { "\($0)\n" }.joined(), as: "\(number).csv")
            try folder.write(
                failedDump(["must be 'gold' or 'silver'", "'a1@x.example' is wrong", nil], id: "j\(number)", total: 3),
                as: "j\(number).json")
        }
        let run = try rejects(
            "j1.json", "j2.json", "j3.json", "j4.json", "--source", "1.csv", "2.csv", "3.csv", "4.csv")
        #expect(run.status == 0, "\(run)")
    }

    @Test(
        "An address in quotes is one: of several jobs, a single row that quotes it shows a wrong source",
        arguments: ["\\\"", "'", ""])
    func quotedAddress(quote: String) throws {
        for number in 1...5 {
            try folder.write("email\na\(number)@x.example\nb\(number)@x.example\n", as: "\(number).csv")
            try folder.write(
                failedDump(
                    ["the value \(quote)a\(number)@x.example\(quote), is wrong", nil], id: "j\(number)", total: 2),
                as: "j\(number).json")
        }
        let dumps = ["j1.json", "j2.json", "j3.json", "j4.json", "j5.json", "--source"]
        func run(_ sources: Int...) throws -> CommandResult {
            try importAudit(arguments: ["rejects"] + dumps + sources.map { "\($0).csv" }, folder: folder.path)
        }
        let swapped = try run(1, 4, 3, 2, 5)
        #expect(swapped.status == 1, "\(swapped)")
        #expect(swapped.errorText.contains("2.csv: ") || swapped.errorText.contains("4.csv: "), "\(swapped)")
        #expect(try run(1, 2, 3, 4, 5).status == 0)
    }

    // MARK: - Other rows

    @Test("If the values are in other rows, the suggestion is one that can work")
    func shiftHint() throws {
        let rows = (0..<12).map { #"{"error":{"code":"c","message":"'v\#($0)@x.example' is wrong"}}"# }
        try folder.write(
            #"{"job_id":"s","status":"complete","total":12,"results":[\#(rows.joined(separator: ","))]}"#, as: "s.json")
        let values = (0..<12).map { "v\($0)@x.example" }
        func run(_ lines: [String], _ options: String...) throws -> String {
            try folder.write((["mail"] + lines).joined(separator: "\n") + "\n", as: "moved.csv")
            let run = try importAudit(
                arguments: ["rejects", "s.json", "--source", "moved.csv"] + options, folder: folder.path)
            #expect(run.status == 1, "\(run)")
            return run.errorText
        }
        // With another first row or without a header, the numbers of rows would no longer match.
        let begins = "Does the source begin with 2 rows that were not sent, and lack as many at its end?"
        #expect(try run(["x", "y"] + values.dropLast(2)).contains(begins))
        #expect(try run(["w", "x", "y"] + values.dropLast(2), "--first-row", "2").contains(begins))
        let lacks = "Does the source lack its first row?"
        #expect(try run(values + ["z"], "--first-row", "2").contains(lacks))
        let shifted = Array(values.dropFirst()) + ["z"]
        #expect(try run(shifted).contains(lacks))
        try folder.write(shifted.map { "{\"mail\":\"\($0)\"}\n" }.joined(), as: "moved.jsonl")
        let lines = try importAudit("rejects", "s.json", "--source", "moved.jsonl", folder: folder.path)
        #expect(lines.status == 1 && lines.errorText.contains("Does the source lack its first row?"), "\(lines)")
        let late = Array(values.dropFirst(3)) + ["x", "y", "z"]
        #expect(try run(late).contains("Does the source lack its first 3 rows?"))
    }

    @Test("Values found one row above: the source is refused; --trust-order pairs it anyway, and the plan says so")
    func trust() throws {
        try folder.write(
            #"{"job_id":"a","status":"complete","total":3,"results":[{"created":true},{"error":{"message":"bo@x.example exists"}},{"created":true}]}"#,
            as: "job.json")
        try folder.write("Name,Email\nx,bo@x.example\ny,2\nz,3\n", as: "moved.csv")
        let refused = try rejects("job.json", "--source", "moved.csv")
        #expect(refused.status == 1)
        #expect(refused.errorText.contains("1 row further up in the source"), "\(refused)")
        // With one more row, the numbers of rows would not match.
        #expect(refused.errorText.contains("Does the source lack its first row?"), "\(refused)")
        #expect(folder.names(in: "rejects") == nil)
        let run = try rejects("job.json", "--source", "moved.csv", "--trust-order")
        #expect(run.status == 0, "\(run)")
        #expect(try folder.text("rejects/plan.json").contains("\"trusts_order\": true"))
    }

    // MARK: - Values

    @Test("A few ids in their rows do not outweigh addresses that are in none")
    func ids() throws {
        let rows = sentAddresses("a", 8)
        let ids = (0..<8).map { "00000000-0000-4000-8000-00000000000\($0)" }
        let results =
            rows.map { #"{"error":{"message":"'\#($0)' is wrong"}}"# } + ids.map { #"{"id":"\#($0)","existing":true}"# }
        try folder.write(
            #"{"job_id":"j","status":"complete","total":16,"results":[\#(results.joined(separator: ","))]}"#,
            as: "j.json")
        func source(ids: [String]) -> String {
            "email,id\n" + sentAddresses("z", 8).map { "\($0),\n" }.joined()
                + ids.map { "b@x.example,\($0)\n" }.joined()
        }
        try folder.write(source(ids: ids.enumerated().map { $0.offset % 2 == 0 ? $0.element : "" }), as: "one.csv")
        try folder.write(source(ids: ids), as: "all.csv")
        let one = try rejects("j.json", "--source", "one.csv")
        #expect(one.status == 1, "\(one)")
        #expect(one.errorText.contains("None of the 8 rows"), "\(one)")
        #expect(try rejects("j.json", "--source", "all.csv").status == 0)
    }

    @Test("Case does not matter in any script")
    func folding() throws {
        let names = ["MÜLLER 0", "ΣΊΣΥΦΟΣ 1", "ИВАН 2", "STRAẞE 3"]
        try folder.write("name\n" + names.map { "\($0)\n" }.joined(), as: "s.csv")
        let quoted = ["Müller 0", "σίσυφος 1", "Иван 2", "Straße 3"]
        try folder.write(failedDump(quoted.map { "'\($0)' is wrong" }, total: 4), as: "j.json")
        let run = try rejects("j.json", "--source", "s.csv")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("All 4 quoted values"), "\(run)")
    }

    @Test(
        "A value is found however its characters and its white space are written",
        arguments: [
            ("Jos\u{E9} Nu\u{F1}ez", "Jose\u{301} Nun\u{303}ez"), ("Jose\u{301} Nun\u{303}ez", "Jos\u{E9} Nu\u{F1}ez"),
            ("Ada Lovelace", "Ada\u{A0}Lovelace"), ("Ada\u{A0}Lovelace", "Ada Lovelace"),
            ("line one\\nline two", "line one\r\nline two"), ("line one line two", "line one\nline two"),
            ("\u{D55C}\u{AE00} \u{B0B4}", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF} \u{1102}\u{1162}"),
        ])
    func otherWriting(quoted: String, sent: String) throws {
        func write(_ cells: [String]) throws {
            try folder.write("name,n\n" + cells.map { "\"\($0)\",1\n" }.joined(), as: "s.csv")
            let objects = cells.map { ["name": $0] }
            let lines = try objects.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) + "\n" }
            try folder.write(lines.joined(), as: "s.jsonl")
        }
        try folder.write(failedDump(["'\(quoted)' is wrong", nil], total: 2), as: "j.json")
        for source in ["s.csv", "s.jsonl"] {
            try write([sent, "someone else"])
            let run = try rejects("j.json", "--source", source)
            #expect(run.status == 0 && run.outputText.contains("The one quoted value is in its row."), "\(run)")
            // Whole words, too.
            for other in ["x\(sent)", "\(sent)x", String(sent.dropLast())] {
                try write([other, "someone else"])
                let run = try rejects("j.json", "--source", source)
                #expect(run.status == 1, "\(other): \(run)")
            }
        }
    }
}
