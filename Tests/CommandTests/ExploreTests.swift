import Foundation
import TestSupport
import Testing

/// `explore.html`, used as people use it.
struct ExploreTests {
    /// Texts that a page, JSON or a spreadsheet might act on.
    private static let hostile = [
        "</script><script>window.ran = 1</script>", "<!--<script>", "]]>", "a\u{2028}b\u{2029}c",
        "\"quoted\", and\r\nlines",
        "=1+1", "@x", "-1", "\t=2", "<img src=x onerror=\"window.ran = 1\">", "&lt;b&gt;", "\\u003c", "\u{0}", "'", "",
        "\u{202E}gnp.exe", String(repeating: "𝒳é", count: 300), "{{about}}", "plain text of a row",
    ]

    @Test(
        "Search, filters, sorting and the CSV of what is selected, by keyboard too; no request leaves the page",
        .needs(.python, .program("chromium"), .pythonModule("axe_playwright_python")))
    func used() throws {
        let space = try Workspace()
        let rows = Self.hostile.enumerated().map { index, text in
            [
                "error": [
                    "code": Self.hostile[(index + 3) % Self.hostile.count], "message": text, "details": [text: text],
                ]
            ]
        }
        let dump: [String: Any] = [
            "job_id": "</script><b>", "status": "complete", "total": rows.count,
            "created_at": "2026-03-04T23:30:00-02:00",
            "results": rows,
        ]
        try space.write(Array(try JSONSerialization.data(withJSONObject: dump)), as: "in/<b>&.json")
        let runs: [(String, [String])] = [
            ("hostile", ["in/<b>&.json"]), ("raw", ["in/<b>&.json", "--csv-raw", "--csv-bom"]),
            ("many", [Repository.sample("many-failures")]),
            (
                "owners",
                [
                    Repository.path("Samples/round-trip/first-try.json"), "--codes",
                    Repository.path("Samples/round-trip/codes.yml"), "--source",
                    Repository.path("Samples/round-trip/contacts.csv"),
                ]
            ),
            ("all", [Repository.path("Samples")]), ("none", [Repository.path("Samples"), "--job-reports", "none"]),
        ]
        try use(runs, in: space)
    }

    /// Makes reports and uses their pages in a browser.
    private func use(_ runs: [(String, [String])], in space: Workspace) throws {
        for (name, arguments) in runs {
            let run = try importAudit(
                arguments: ["report"] + arguments + ["--formats", "xhtml,csv,json,explore", "-o", name],
                folder: space.path)
            #expect([0, 65].contains(run.status), "\(run)")
        }
        let result = try Python.run("Tests/Checkers/explore.py", runs.map { space[$0.0] })
        #expect(result.status == 0 && result.outputText.isEmpty, "\(result)")
    }

    @Test(
        "Unclassified rows are counted apart, every value of a filter has a name, and no name is too long",
        .needs(.python, .program("chromium"), .pythonModule("axe_playwright_python")))
    func unusualValues() throws {
        let space = try Workspace()
        try space.write(try Self.unusual(), as: "unusual/rows.json")
        try space.write(
            #"{"job_id":"d","status":"complete","total":1,"results":[{}]}"#, as: "unusual/unclassified.json")
        try space.write(
            #"{"job_id":"e","status":"complete","total":1,"results":[{"created":true}]}"#, as: "unusual/clean.json")
        let longID = String(repeating: "i<", count: 15_000)
        try space.write(
            #"{"job_id":"\#(longID)","status":"complete","total":2,"results":[{},{"error":{"code":"c"}}]}"#,
            as: "unusual/long-id.json")
        try use(
            [
                ("rows", ["unusual/rows.json"]), ("unclassified", ["unusual/unclassified.json"]),
                ("long-id", ["unusual/long-id.json"]), ("all", ["unusual"]), ("clean", ["unusual/clean.json"]),
            ], in: space)
    }

    /// Rows without a code, unclassified rows, codes that look like those, that are blank, or that are long.
    private static func unusual() throws -> [UInt8] {
        let long = String(repeating: "long ", count: 600)
        let codes = [
            nil, "no code", "unclassified", "a blank code (U+0020)", " ", "\u{200B}\u{A0}", long + "1", long + "2", "–",
            "",
        ]
        let rows: [[String: Any]] = (0..<1300).map { row in
            if row % 13 == 12 { return [:] }
            let code = codes[row % 13 % codes.count]
            return ["error": code.map { ["code": $0, "message": "m"] } ?? ["message": "m"]]
        }
        let dump: [String: Any] = [
            "job_id": "unusual", "status": "complete", "total": rows.count, "results": rows,
        ]
        return Array(try JSONSerialization.data(withJSONObject: dump))
    }

    @Test("An id that is too long for the page is cut, and the page knows that")
    func longID() throws {
        let space = try Workspace()
        for (letter, isCut) in [("i", false), ("<", true)] {
            let id = String(repeating: letter, count: 60_000)
            try space.write(#"{"job_id":"\#(id)","status":"complete","total":1,"results":[{}]}"#, as: "j.json")
            let run = try importAudit("report", "j.json", "-o", "o", "--formats", "explore", folder: space.path)
            #expect(run.status == 0, "\(run)")
            let page = try space.text("o/explore.html")
            #expect(page.contains(#"","cut":true,"source""#) == isCut, "\(letter)")
            #expect(page.contains(id) != isCut, "\(letter)")
        }
    }

    @Test("The same bytes with any number of threads, alone among formats or not, and after a second run")
    func sameBytes() throws {
        let space = try Workspace()
        func report(_ folder: String, _ arguments: String...) throws -> [UInt8] {
            let run = try importAudit(
                arguments: ["report", Repository.path("Samples"), "-o", folder, "--formats", "explore"] + arguments,
                folder: space.path)
            #expect(run.status == 65, "\(run)")
            return try space.bytes("\(folder)/explore.html")
        }
        let first = try report("1", "--threads", "1")
        #expect(try report("2", "--threads", "2") == first)
        #expect(try report("1") == first)
        #expect(try report("3", "--job-reports", "none") != [])
        // It is removed by a run that does not request it.
        let run = try importAudit("report", Repository.path("Samples"), "-o", "1", folder: space.path)
        #expect(run.status == 65)
        #expect(!(space.names(in: "1") ?? []).contains("explore.html"))
    }

    @Test("Values that are pseudonyms elsewhere are pseudonyms in it")
    func redacted() throws {
        let space = try Workspace()
        try space.write("the key of a test, 32 bytes long.", as: "key")
        let run = try importAudit(
            "report", Repository.path("Samples/round-trip/first-try.json"), "-o", "o", "--formats", "explore,csv",
            "--redact", "--redact-key-file", "key", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.text("o/explore.html")
        #expect(!page.contains("northwind") && page.contains("is not a valid email address"))
        // The pseudonym of an address in the table is also used here.
        let table = try space.text("o/failures.csv")
        let pseudonym = try #require(table.firstMatch(of: /"(v-[0-9a-f]+)"/)).1
        #expect(page.contains(String(pseudonym)), "\(pseudonym)")
    }

    @Test("A dry run names it, a pack contains it, verify detects changes in it")
    func around() throws {
        let space = try Workspace()
        let sample = Repository.sample("many-failures")
        let dry = try importAudit(
            "report", sample, "-o", "o", "--formats", "explore", "--dry-run", folder: space.path)
        #expect(dry.status == 0 && dry.outputText.contains("explore.html"), "\(dry)")
        #expect(space.names(in: "o") == nil)
        let run = try importAudit(
            "report", sample, "-o", "o", "--formats", "explore", "--pack", "p.zip", folder: space.path)
        #expect(run.status == 0, "\(run)")
        #expect(try importAudit("verify", "o", folder: space.path).status == 0)
        let packed = try importAudit("verify", "p.zip", folder: space.path)
        #expect(packed.status == 0, "\(packed)")
        let page = try space.bytes("o/explore.html")
        try space.write(page.dropLast(9) + Array("<!-- -->\n".utf8), as: "o/explore.html")
        let changed = try importAudit("verify", "o", folder: space.path)
        #expect(changed.status == 1 && "\(changed)".contains("explore.html"), "\(changed)")
    }

    @Test("Never over 20 MB: the first rows are there, and how many are not")
    func large() throws {
        let space = try Workspace()
        let message = String(repeating: "m", count: 1000)
        let row = #"{"error":{"code":"c","message":"\#(message)"}}"#
        let rows = Array(repeating: row, count: 25_000).joined(separator: ",")
        try space.write(
            Array(#"{"job_id":"j","status":"complete","total":25000,"results":[\#(rows)]}"#.utf8), as: "l.json")
        let run = try importAudit("report", "l.json", "-o", "o", "--formats", "explore", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.bytes("o/explore.html")
        #expect(page.count <= 20_000_000 && page.count > 19_000_000)
        let lines = page.split(separator: UInt8(ascii: "\n"))
        let shown = lines.filter { $0.starts(with: "[".utf8) && $0.suffix(3).elementsEqual("\"\"]".utf8) }
        let end = String(decoding: page.suffix(200), as: UTF8.self)
        #expect(end.contains(#"{"shown":\#(shown.count),"failed":25000,"unclassified":0,"#), "\(end)")
    }
}
