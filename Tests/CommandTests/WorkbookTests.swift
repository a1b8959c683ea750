import Foundation
import TestSupport
import Testing

/// `report --formats xlsx`, read back by an independent program.
struct WorkbookTests {
    private func report(_ space: Workspace, _ options: String...) throws {
        let run = try RunningCommand(["report"] + options, folder: space.path).finish()
        #expect(run.status == 0, "\(run)")
    }

    @Test(
        "The sheets say what the CSV files say, with numbers, percentages and dates as such",
        .needs(.pythonModule("openpyxl")))
    func contents() throws {
        let space = try Workspace()
        try report(space, Repository.sample("many-failures"), "-o", "o", "--formats", "xlsx,csv", "--csv-raw")
        #expect(space.names(in: "o") == ["codes.csv", "failures.csv", "manifest.jsonl", "report.xlsx", "rows.csv"])
        try space.expectSoundParts("o/report.xlsx")
        let book = try FoundWorkbook(at: space["o/report.xlsx"])
        #expect(book.sheets.map { $0.name } == ["Summary", "Codes", "Patterns", "Failures"])
        #expect(book.created == "1980-01-01T00:00:00" && book.modified == book.created)
        for sheet in book.sheets {
            #expect(sheet.frozen == "A2" && sheet.width > 8)
            #expect(sheet.filter == (sheet.name == "Summary" ? nil : sheet.size))
            #expect(sheet.rows.first?.allSatisfy { $0.bold } == true)
            #expect(sheet.rows.joined().allSatisfy { !$0.link && $0.type != "f" })
        }
        func lines(_ name: String) throws -> [[String]] {
            try space.text("o/\(name)").split(separator: "\r\n").dropFirst().map { line in
                line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().map { String($0) }
            }
        }
        let failures = try #require(book["Failures"])
        #expect(failures.texts.count == 143)
        let withCommas = try lines("failures.csv")
        #expect(withCommas.count == 143)
        for (row, line) in zip(failures.texts, withCommas) {
            #expect(Array(row.prefix(4)) == Array(line.prefix(4)))
        }
        #expect(
            failures.rows.dropFirst().allSatisfy { $0[0].type == "n" && $0[2].type != "n" || $0[2].value == .nothing })

        let codes = try #require(book["Codes"])
        for (row, line) in zip(codes.rows.dropFirst(), try lines("codes.csv")) {
            let (rows, share) = (try #require(Double(line[1])), try #require(Double(line[2])))
            #expect(row[0].value == (line[0].isEmpty ? .nothing : .text(line[0])) && row[1].value == .number(rows))
            #expect(row[2].value == .number(share) && row[2].format == "0.0000%")
        }
        let patterns = try #require(book["Patterns"])
        let patternRows = patterns.rows.dropFirst().reduce(0.0) { sum, row in
            if case .number(let rows) = row[2].value { sum + rows } else { sum }
        }
        #expect(patternRows == 143)

        let summary = try #require(book["Summary"])
        #expect(summary.item("rows failed")?.first?.value == .number(143))
        #expect(summary.item("declared failed")?.last?.value == .text("agrees"))
        let created = try #require(summary.item("created_at (UTC)")?.first)
        #expect(created.type == "d" && created.format == "yyyy-mm-dd hh:mm:ss")
        #expect(created.value == .text("2025-05-19T16:40:02"))
    }

    /// Texts in the dump, and as they must be read back.
    static let hostile: [(text: String, back: String)] =
        [
            "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(1+1)", "\t=1+1",
            "\r=1+1", "a\rb\nc\r\nd", "'=1+1", "http://evil.example/", "mailto:a@b.example", "internal:Sheet1!A1",
            "_x0041_", "_x005F_x0041_", "__x0041__", "_x0041", "_xZZZZ_", "_x0041\u{1}", "_X0041_", "_x000d_",
            "\u{1}\u{8}\u{B}\u{C}\u{E}\u{1F}\u{7F}\u{85}", "</t></is></c>&amp;&#0;<![CDATA[]]>", "\"quoted\"",
            "  spaces  ", "<\u{338}b>", "😀\u{202E}\u{2028}", "{=1}", "1e5", "0012", "TRUE", "2020-01-01", "#REF!",
        ].map { ($0, $0) } + [
            ("a\0b", "a\u{FFFD}b"), ("\u{FFFE}\u{FFFF}", "\u{FFFD}\u{FFFD}"),
        ]

    @Test(
        "Hostile texts come back as texts, in every sheet: no formula, no link, nothing lost",
        .needs(.pythonModule("openpyxl")))
    func hostileTexts() throws {
        let space = try Workspace()
        let rows = Self.hostile.map { text, _ in
            ["id": text, "error": ["code": text, "message": text, "x": text]] as [String: Any]
        }
        let dump: [String: Any] = [
            "job_id": "=1+1", "status": "@SUM(1)", "created_at": "-1+1", "updated_at": "9999-12-31T23:59:60Z",
            "total": 9_007_199_254_740_993, "error": ["code": "=2", "message": "+3"], "results": rows,
        ]
        let bytes = try JSONSerialization.data(withJSONObject: dump)
        try space.write(Array(bytes), as: "in/=1+1.json")
        try space.write("nonsense", as: "in/@nonsense.txt")
        let run = try importAudit("report", "in", "-o", "o", "--formats", "xlsx", folder: space.path)
        #expect(run.status == 65, "\(run)")
        let folder = try #require(space.names(in: "o/jobs")?.first)
        for (file, column) in [("o/jobs/\(folder)/report.xlsx", 2), ("o/index.xlsx", 4)] {
            try space.expectSoundParts(file)
            let book = try FoundWorkbook(at: space[file])
            let cells = book.sheets.flatMap { $0.rows.joined() }
            #expect(cells.allSatisfy { $0.type != "f" && !$0.link })
            let found = try #require(book["Failures"]).rows.dropFirst()
            #expect(found.count == Self.hostile.count)
            for (row, expected) in zip(found, Self.hostile) {
                for cell in row[column..<column + 3] {
                    #expect(cell.value == .text(expected.back) && cell.type != "n", "\(expected.text.debugDescription)")
                }
                guard case .text(let details) = row[column + 3].value else {
                    Issue.record("no details of \(expected.text.debugDescription)")
                    continue
                }
                let read = try JSONSerialization.jsonObject(with: Data(details.utf8)) as? [String: String]
                // There, U+0000 is an escape.
                let back = expected.text.contains("\0") ? expected.text : expected.back
                #expect(read?["x"].map { Array($0.utf8) } == Array(back.utf8))
            }
        }
        let book = try FoundWorkbook(at: space["o/jobs/\(folder)/report.xlsx"])
        let summary = try #require(book["Summary"])
        #expect(summary.item("job_id")?.first?.value == .text("=1+1"))
        #expect(summary.item("created_at (UTC)")?.first?.value == .text("-1+1"))
        // Spreadsheets keep only 15 digits of a number.
        #expect(summary.item("declared total")?.first?.value == .text("9007199254740993"))
    }

    @Test("A text too long for a cell is cut between characters, and says so", .needs(.pythonModule("openpyxl")))
    func longText() throws {
        let space = try Workspace()
        let texts = [String(repeating: "x", count: 32_767), String(repeating: "😀", count: 20_000)]
        let rows = texts.map { #"{"error":{"code":"c","message":"\#($0)"}}"# }
        try space.write(
            #"{"job_id":"j","status":"complete","results":[\#(rows.joined(separator: ","))]}"#, as: "d.json")
        try report(space, "d.json", "-o", "o", "--formats", "xlsx")
        let book = try FoundWorkbook(at: space["o/report.xlsx"])
        let messages = try #require(book["Failures"]).texts.map { $0[4] }
        #expect(messages.first == texts[0])
        let cut = try #require(messages.last)
        #expect(cut.hasPrefix("😀😀") && cut.hasSuffix(" … (cut here: the text is longer)"))
        #expect((32_600...32_767).contains(cut.utf16.count))
    }

    @Test(
        "Of results that come again the last ones count, however often, and no file stays open for the others",
        .needs(.pythonModule("openpyxl")))
    func repeatedResults() throws {
        let space = try Workspace()
        let early = #""results":[{"error":{"code":"early","message":"m"}}],"#
        try space.write(
            #"{"job_id":"j","status":"complete",\#(String(repeating: early, count: 100))"results":["#
                + #"{"error":{"code":"late","message":"m"}}]}"#, as: "d.json")
        try space.shell("ulimit -n 64 && '\(RunningCommand.binary)' report d.json -o o --formats xlsx")
        let book = try FoundWorkbook(at: space["o/report.xlsx"])
        #expect(try #require(book["Failures"]).texts.map { $0[3] } == ["late"])
    }

    @Test(
        "What is known of codes and how rules were met is said, for one job and for many",
        .needs(.pythonModule("openpyxl")))
    func userRules() throws {
        let space = try Workspace()
        try space.write(jobDump("a", created: 3, failed: 1), as: "in/a.json")
        try space.write(jobDump("b", created: 3, failed: 1, code: "=x"), as: "in/b.json")
        try space.write(
            "codes:\n  - {code: invalid_email, title: =typos, owner: '@team', action: fix-data}\n", as: "codes.yml")
        for (input, file) in [("in/a.json", "report.xlsx"), ("in", "index.xlsx")] {
            let run = try importAudit(
                "report", input, "-o", "o", "--formats", "xlsx", "--codes", "codes.yml", "--max-failed", "0",
                folder: space.path)
            #expect(run.status == 1, "\(run)")
            let book = try FoundWorkbook(at: space["o/\(file)"])
            let codes = try #require(book["Codes"]).texts
            let known = try #require(codes.first { $0[0] == "invalid_email" }).suffix(3)
            #expect(known == ["Known: =typos; fix-data; @team", "@team", "fix-data"])
            let failures = try #require(book["Failures"])
            #expect(Self.names(of: failures).suffix(3) == ["error_details", "owner", "action"])
            #expect(failures.texts.first { $0.contains("invalid_email") }?.suffix(2) == ["@team", "fix-data"])
            if let other = failures.texts.first(where: { $0.contains("=x") }) { #expect(other.last != "fix-data") }
            if input == "in" {
                let byJob = try #require(book["Codes by job"])
                #expect(Self.names(of: byJob).suffix(2) == ["owner", "action"])
                #expect(byJob.texts.first { $0.contains("invalid_email") }?.suffix(2) == ["@team", "fix-data"])
                #expect(byJob.texts.first { $0.contains("=x") }?.contains("fix-data") == false)
            }
            #expect(book["Summary"]?.rows.contains { $0.last?.value == .text("not met") } == true)
            #expect(book.sheets.allSatisfy { $0.rows.joined().allSatisfy { $0.type != "f" } })
        }
    }

    /// Returns the column names of a sheet.
    static func names(of sheet: FoundWorkbook.Sheet) -> [String] {
        (sheet.rows.first ?? []).map { if case .text(let name) = $0.value { name } else { "" } }
    }

    @Test("A job without rows also has a workbook", .needs(.pythonModule("openpyxl")))
    func noRows() throws {
        let space = try Workspace()
        try report(space, Repository.sample("failed-job"), "-o", "o", "--formats", "xlsx")
        try space.expectSoundParts("o/report.xlsx")
        let book = try FoundWorkbook(at: space["o/report.xlsx"])
        #expect(book["Failures"]?.rows.count == 1)
    }
}
