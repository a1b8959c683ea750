import Foundation
import ImportDumps
import ImportReports
import TestSupport
import Testing

/// Texts of a dump in the cells of a CSV file.
struct CSVCellTests {
    @Test(
        "A text is written as a cell",
        arguments: zip(
            [
                "", "plain", "a,b", "say \"hi\"", "\"", "two\r\nlines", "a\nb", "a\rb", "nul\u{0}l", "\u{0}", "=1+1",
                "+1", "-1",
                "@SUM(A1)", "\tx", "\rx", "=1,2", "=\"x\"", "\"=1\"", "'x", " =1", "a=1", "é", "e\u{301}", "\"\u{301}",
                ",\u{338}",
                "=\u{338}", "-", "\n=1",
            ],
            [
                "", "plain", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"\"\"\"", "\"two\r\nlines\"", "\"a\nb\"", "\"a\rb\"",
                "nul\u{FFFD}l", "\u{FFFD}", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "\"'\rx\"", "\"'=1,2\"",
                "\"'=\"\"x\"\"\"",
                "\"\"\"=1\"\"\"", "'x", " =1", "a=1", "é", "e\u{301}", "\"\"\"\u{301}\"", "\",\u{338}\"", "'=\u{338}",
                "'-",
                "\"\n=1\"",
            ]))
    func cell(text: String, expected: String) throws {
        let file = try rowsCSV([.failed("c", text)])
        let line = Array("job,1,failed,,c,\(expected),\r\n".utf8)
        #expect(Array(file.dropFirst(header.utf8.count)) == line, "\(file.text.debugDescription)")
    }

    @Test("Every text cell is guarded: the job's id, the row's id, the code")
    func guardsEveryColumn() throws {
        let file = try rowsCSV([.failed("@c", "+m", id: "-i", details: "@d")], jobID: "=j")
        #expect(file.text == header + "'=j,1,failed,'-i,'@c,'+m,'@d\r\n")
    }

    @Test("--csv-raw leaves formulas as they are, and nothing else")
    func raw() throws {
        let file = try rowsCSV([.failed("=1", "\r\"\u{0}", details: "=\"")], jobID: "+j", isRaw: true)
        #expect(file == Array((header + "+j,1,failed,,=1,\"\r\"\"\u{FFFD}\",\"=\"\"\"\r\n").utf8))
    }

    @Test("A missing value is an empty cell")
    func emptyCells() throws {
        let file = try rowsCSV(
            [.failed(nil, nil), .failed("", ""), .created(nil), TestRow(facts: .existing), TestRow(facts: [])],
            jobID: nil)
        #expect(
            file.text == header
                + ",1,failed,,,,\r\n,2,failed,,,,\r\n,3,created,,,,\r\n,4,existing,,,,\r\n,5,unclassified,,,,\r\n")
    }

    @Test("Two other readers give back exactly the texts", .needs(.python), .seeded, arguments: Seeds.and(new: 1...3))
    func readBack(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        let pieces = [
            "a", ",", "\"", "\r", "\n", "\r\n", "=", "-", "é", "\u{301}", "\u{1F600}", " ", "'", "x\ty", "\u{FEFF}",
        ]
        func text() -> String {
            (0..<Int.random(in: 0...6, using: &numbers)).map { _ in pieces.randomElement(using: &numbers) ?? "" }
                .joined()
        }
        let rows = (0..<300).map { _ in TestRow.failed(text(), text(), id: text(), details: text()) }
        let jobID = text()
        let file = try rowsCSV(rows, jobID: jobID, isRaw: true)

        let expected = rows.enumerated().map { index, row in
            [jobID, "\(index + 1)", "failed", row.id ?? "", row.code ?? "", row.message ?? "", row.details ?? ""]
        }
        let records = try StrictCSV.records(file)
        expectSameBytes(Array(records.dropFirst()), expected)

        let folder = try Workspace()
        let result = try Python.run("Tests/Checkers/csv_cells.py", [folder.write(file, as: "rows.csv")])
        let read = result.outputText.split(separator: "\n").map { line in
            line.split(separator: ".", omittingEmptySubsequences: false).map { String(hexadecimal: $0) ?? "no text" }
        }
        expectSameBytes(Array(read.dropFirst()), expected)
    }

    @Test("The codes of a job, with quotes, formulas and no code")
    func codes() throws {
        let summary = try audit(
            #"{"job_id":"=j","status":"complete","total":3,"results":[{"error":{"code":"a,b","message":"m"}},"#
                + #"{"error":{"code":"a,b","message":"-n\n"}},{"error":{}}]}"#)
        let records = try StrictCSV.records(CodesCSV.render(summary, options: CSVOptions()))
        #expect(
            records == [
                CodesCSV.header.dropLast().split(separator: ",").map { String($0) },
                ["'=j", "a,b", "2", "0.666667", "1", "2", "2", "'-n\n", ""],
                ["'=j", "", "1", "0.333333", "3", "3", "1", "", ""],
            ])
    }

    private var header: String { "job_id,row,outcome,record_id,error_code,error_message,error_details\r\n" }

    /// Compares bytes, because Swift treats canonically equivalent texts as equal.
    private func expectSameBytes(
        _ left: [[String]], _ right: [[String]], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(left.count == right.count, sourceLocation: sourceLocation)
        for (left, right) in zip(left, right) where left.map({ Array($0.utf8) }) != right.map({ Array($0.utf8) }) {
            Issue.record("\(left) is not \(right)", sourceLocation: sourceLocation)
        }
    }
}
