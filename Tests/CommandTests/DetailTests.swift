import Foundation
import TestSupport
import Testing

/// The members of an error other than its code and message.
@Suite struct DetailTests {
    private static let rows = #"""
        {"error":{"code":"a","message":"no"}},{"error":{"code":"a","message":"no","field":"email","details":{"max":3}}},
        {"error":{"code":"a","message":"no","field":"later"}},{"error":{"code":"b","message":"no"}},
        {"error":{"message":"no","why":[1,2]}}
        """#

    private static func dump(_ rows: String, error: String = "null") -> String {
        #"{"job_id":"j","status":"complete","total":5,"error":\#(error),"results":[\#(rows)]}"#
    }

    @Test func eachCodeShowsTheDetailsOfItsFirstRowThatHasSome() throws {
        let space = try Workspace()
        try space.write(Self.dump(Self.rows, error: #"{"code":"e","retry":true,"after":[5]}"#), as: "a.json")
        let run = try importAudit("report", "a.json", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try plain(space.text("o/report.xhtml"))
        #expect(page.contains(#">2</span>: <bdi class="message">{"field":"email","details":{"max":3}}</bdi>"#))
        #expect(page.contains(#">5</span>: <bdi class="message">{"why":[1,2]}</bdi>"#))
        #expect(!page.contains("later"))
        #expect(page.components(separatedBy: #"{"retry":true,"after":[5]}"#).count == 3)
        let markdown = try plain(space.text("o/report.md"))
        #expect(markdown.contains(#"- Details of row 2: {"field":"email","details":{"max":3}}"#), "\(markdown)")
        #expect(markdown.components(separatedBy: #"{"retry":true,"after":[5]}"#).count == 3, "\(markdown)")
        let job = try #require((try parsed(space.bytes("o/summary.json"))["jobs"] as? [[String: Any]])?.first)
        #expect((job["error"] as? [String: Any])?["details"] as? String == #"{"retry":true,"after":[5]}"#)
        let codes = try #require(job["failed_by_code"] as? [[String: Any]])
        let details = codes.map { ($0["code"] as? String ?? "-") + " \($0["example_details"] as? String ?? "-")" }
        #expect(details == [#"a {"field":"email","details":{"max":3}}"#, #"- {"why":[1,2]}"#, "b -"])
        #expect(codes.map { $0["example_details_row"] as? Int } == [2, 5, nil])
    }

    @Test func aSummaryThatIsReadBackSaysTheSame() throws {
        let space = try Workspace()
        try space.write(Self.dump(Self.rows, error: #"{"code":"e","retry":true}"#), as: "a.json")
        for (input, output) in [("a.json", "o"), ("o/summary.json", "merged")] {
            let command = input == "a.json" ? ["report"] : ["merge"]
            let run = try importAudit(arguments: command + [input, "-o", output], folder: space.path)
            #expect(run.status == 0, "\(run)")
        }
        let jobs = try ["o", "merged"].map { try parsed(space.bytes("\($0)/summary.json"))["jobs"] as? [[String: Any]] }
        #expect(jobs[0] as NSArray? == jobs[1] as NSArray?)
    }

    /// The thread that audits the failures of a large dump also keeps the details.
    @Test func detailsOfLargeDumps() throws {
        let space = try Workspace()
        let rows = (0..<9000).map { row in
            row == 8000
                ? #"{"error":{"code":"a","message":"no","field":"f"}}"# : #"{"error":{"code":"a","message":"no"}}"#
        }
        try space.write(Self.dump(rows.joined(separator: ",")), as: "a.json")
        let run = try importAudit("summary", "a.json", "--format", "json", folder: space.path)
        #expect(run.outputText.contains(#""example_details": "{\"field\":\"f\"}""#), "\(run)")
        #expect(run.outputText.contains(#""example_details_row": 8001"#), "\(run)")
    }

    @Test func hostileDetailsAreText() throws {
        let space = try Workspace()
        let long = String(repeating: "<é>", count: 300_000)
        let hostile = #"{"<b>&\"]]>":"</bdi><script>alert(1)</script>\u001b[31m\u202e\u0000\u2066","long":"\#(long)"}"#
        let error = #"{"code":"a","message":"no","x":\#(hostile)}"#
        try space.write(Self.dump(#"{"error":\#(error)}"#, error: error), as: "a.json")
        let run = try importAudit("report", "a.json", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let validation = try importAudit("validate", "o/report.xhtml", folder: space.path)
        #expect(validation.status == 0, "\(validation)")
        let page = try space.text("o/report.xhtml")
        #expect(page.utf8.count < 200_000)
        #expect(!page.contains("<script") && page.contains("&lt;script>") || page.contains("&lt;script&gt;"))
        #expect(page.contains("… (cut after 500 characters)"))
        let markdown = try space.text("o/report.md")
        #expect(markdown.utf8.count < 50_000 && !markdown.contains("<script"))
        // On a page, a separate element isolates text that changes the direction.
        #expect(!page.unicodeScalars.contains("\u{1B}"))
        #expect(!markdown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\u{2066}" })
        let job = try #require((try parsed(space.bytes("o/summary.json"))["jobs"] as? [[String: Any]])?.first)
        let kept = try #require((job["failed_by_code"] as? [[String: Any]])?.first?["example_details"] as? String)
        #expect(kept.utf8.count <= 1024 + 3 && kept.hasSuffix("…"))
    }

    /// Numbers in details are redacted like those in messages, whether quoted or not.
    @Test(arguments: [
        "4915112345678", "\"+4915112345678\"", "\"4915112345678\"", "[4915112345678,1]", "{\"n\":4915112345678}",
    ])
    func numbersInDetailsArePseudonyms(value: String) throws {
        let space = try Workspace()
        let error = #"{"code":"a","message":"no","phone":\#(value)}"#
        try space.write(Self.dump(#"{"error":\#(error)}"#, error: error), as: "a.json")
        let run = try importAudit("report", "a.json", "-o", "o", "--redact", folder: space.path)
        #expect(run.status == 0, "\(run)")
        for name in ["report.xhtml", "report.md", "summary.json", "rows.csv", "failures.csv"] {
            #expect(!(try space.text("o/\(name)")).contains("4915112345678"), "\(name)")
        }
    }

    /// Returns the text as a reader sees it, without the escapes that prevent markup.
    private func plain(_ text: String) -> String {
        text.replacing("&quot;", with: "\"").replacing("\\", with: "").replacing("\u{200B}", with: "")
    }

    /// A field's value is shown whatever it contains, and remains a finding.
    @Test(arguments: ["1764230400", "1764230400000", "-1.50e3", "true", "[1,\"x\"]", "{\"$date\":5}"])
    func jobFieldsOfAnotherTypeAreShownAsTheyStand(value: String) throws {
        let space = try Workspace()
        let members = ["created_at", "updated_at", "expires_at", "status"].map { "\"\($0)\":\(value)" }
        try space.write(
            "{\"job_id\":\"j\",\"total\":1,\(members.joined(separator: ",")),\"results\":[{\"created\":true}]}",
            as: "a.json")
        try space.write(#"{"job_id":"k","status":"complete","total":0,"results":[]}"#, as: "b.json")
        let run = try importAudit(
            "report", "a.json", "b.json", "-o", "o", "--formats", "md,xhtml,csv,json", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let markdown = try plain(space.text("o/jobs/j/report.md"))
        for name in ["created_at", "updated_at", "expires_at", "status"] {
            #expect(markdown.contains("| \(name) | \(value) |"), "\(markdown)")
        }
        #expect(markdown.contains("wrong-type"))
        let page = try plain(space.text("o/jobs/j/report.xhtml"))
        #expect(page.components(separatedBy: "<bdi>\(value)</bdi>").count == 5)
        let cell = value.contains("\"") || value.contains(",") ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
        #expect(try space.text("o/jobs.csv").components(separatedBy: cell).count >= 5)
        #expect(try plain(space.text("o/index.md")).contains("| \(value) |"))
        let text = try importAudit("summary", "a.json", folder: space.path)
        #expect(text.outputText.contains("status    \(value)\n"), "\(text)")
    }
}
