import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import Testing
import XHTMLValidation

/// The table of records that several rows name, with ids that try to break out of it.
struct SharedRecordsTests {
    private static let ids = [
        "</td><script>alert(1)</script>", "a|b `c` [d](javascript:e) @f", "<\u{338}img src=x>", "\u{202E}gnp",
        "\u{0}\u{1B}[31m",
    ]

    static func summary(records: Int) throws -> JobSummary {
        let rows = (0..<records * 2).map { number -> String in
            let text = ids[number / 2 % ids.count] + "\(number / 2)"
            let id = text.unicodeScalars.map { scalar in
                scalar.value < 0x20 || "\"\\".unicodeScalars.contains(scalar)
                    ? "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
                        + String(scalar.value, radix: 16) : String(scalar)
            }.joined()
            return #"{"id":"\#(id)","\#(number % 4 < 2 ? "created" : "existing")":true}"#
        }
        let dump =
            #"{"job_id":"j","status":"complete","total":\#(rows.count),"results":[\#(rows.joined(separator: ","))]}"#
        var identity = IdentityAudit(usesThread: false) { throw NoSpill() }
        _ = try DumpReader(windowBytes: 4096).read(from: ArraySource(Array(dump.utf8)), into: &identity)
        var summary = try audit(dump)
        summary.add(try identity.finish())
        return summary
    }

    private struct NoSpill: Error {}

    @Test("Pages show hostile ids as text, and how many they leave out", arguments: [1, 5, 60])
    func pages(records: Int) throws {
        let summary = try Self.summary(records: records)
        let model = ReportModel(summary, toolVersion: "1", files: [.rows])
        let templates = try TemplateSet()
        let page = templates.render(model, as: .xhtml)
        let validator = XHTMLValidator(grammar: try XHTMLGrammar(BuiltInTemplates.grammar))
        #expect(validator.problems(in: page) == [])
        let (xhtml, text) = (page.text, templates.render(model, as: .markdown).text)
        #expect(!xhtml.contains("<script") && !xhtml.contains("<img"))
        #expect(!text.contains("<script") && !text.replacing("\\[", with: "").contains("[d"))
        #expect(xhtml.contains("table class=\"records\""))
        let rows = text.split(separator: "\n").filter { $0.contains("| created |") || $0.contains("| existing |") }
        #expect(rows.count == min(records, 20))
        #expect(text.contains("20 of 60 records") == (records == 60))
        #expect(xhtml.contains("20 of 60 records") == (records == 60))
    }

    @Test("Results are read back from a summary as they were written", arguments: [0, 1, 60])
    func readBack(records: Int) throws {
        var written = Summary()
        written.append(try Self.summary(records: records))
        let bytes = SummaryJSON.render(written)
        let read = try SummaryReaderTests.read(bytes)
        #expect(read.jobs.map { $0.identity } == written.jobs.map { $0.identity })
        #expect(read.jobs.first?.identity != nil)
        #expect(SummaryJSON.render(read) == bytes)
    }

    @Test("A summary from before ids were looked for is read as one in which they were not")
    func older() throws {
        var written = Summary()
        written.append(try audit(#"{"job_id":"j","status":"complete","total":0,"results":[]}"#))
        let text = String(decoding: SummaryJSON.render(written), as: UTF8.self)
        #expect(text.contains("\"identity\": null"))
        let older = text.split(separator: "\n").filter { !$0.contains("\"identity\"") }.joined(separator: "\n")
            .replacing("\"superseded\": null,", with: "\"superseded\": null")
        #expect(try SummaryReaderTests.read(Array(older.utf8)).jobs.map { $0.identity } == [nil])
    }
}
