import Foundation
import TestSupport
import Testing

/// `codes`, and the option `--codes` of the other commands.
struct CodesTests {
    static let hostile = [
        "null", "~", "*", "*a", "&a", "a &b c", "!!python/object", "- x", "a: b", "# c", "\"", "'", "\\", "\\x", "{a",
        "[b",
        "\u{0}\u{1}\t\n\r", "\u{85}\u{2028}\u{FEFF}\u{FFFE}\u{FFFF}", "\u{202E}é", "e\u{301}", "é", "%TAG", "---",
        "...",
        "@", "`", "|", ">", " lead", "trail ", "<<", "=", "yes", "2026-12-31", "😀", String(repeating: "k", count: 1000),
    ]

    private static func dump(_ codes: [String], message: String = "m") throws -> String {
        let rows = codes.map { ["error": ["code": $0, "message": message]] as [String: Any] }
        let job: [String: Any] = [
            "job_id": "j", "status": "complete", "total": rows.count + 1,
            "results": rows as [Any] + [["error": [:]] as [String: Any]],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: job), as: UTF8.self)
    }

    @Test("A draft of thousands of codes with long messages can be read", arguments: [20, 1000])
    func largeDraft(length: Int) throws {
        let space = try Workspace()
        let codes = (0..<4000).map { "\($0) " + String(repeating: "k", count: length) }
        let file = try space.write(try Self.dump(codes, message: String(repeating: "Ж", count: 300)), as: "dump.json")
        let draft = try importAudit("codes", file, "-o", "codes.yml", folder: space.path)
        #expect(draft.status == 0, "\(draft)")
        let summary = try importAudit("summary", file, "--codes", "codes.yml", folder: space.path)
        #expect(summary.status == 0, "\(summary)")
        let text = try space.text("codes.yml")
        let entries = text.components(separatedBy: "\n  - code: ").count - 1
        #expect(length == 20 ? entries == 4001 : entries > 100 && text.contains("for which this file has no room"))
    }

    @Test("The file that codes writes can be read, and has an entry for each code, whatever its name")
    func roundTrip() throws {
        let space = try Workspace()
        for message in ["m", "a &b \"c\n# d: *e\u{1B}[31m\u{0}", String(repeating: "& ", count: 500)] {
            let file = try space.write(try Self.dump(Self.hostile, message: message), as: "dump.json")
            let draft = try importAudit("codes", file)
            #expect(draft.status == 0, "\(draft)")
            #expect(draft.output.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
            let codes = try space.write(draft.output, as: "codes.yml")
            let check = try importAudit(
                "check", file, "--codes", codes, "--only-new-codes", "--max-failed", "0", "--format", "json")
            #expect(check.status == 0, "\(check)")
            let json = try parsed(check.output)
            #expect((json["unused_entries"] as? [Any])?.count == 0, "\(check)")
            let totals = try #require((json["totals"] as? [String: Any])?["failed_by_code"] as? [[String: Any]])
            #expect(totals.count == Self.hostile.count + 1)
            for code in totals {
                let known = try #require(code["known"] as? [String: Any])
                #expect(known["state"] as? String == "known")
            }
        }
    }

    @Test("Codes are sorted by rows, with counts; existing files are not overwritten")
    func draft() throws {
        let space = try Workspace()
        let file = try space.write(try Self.dump(["a", "b", "b"]), as: "dump.json")
        let run = try importAudit("codes", file, "-o", "codes.yml", folder: space.path)
        #expect(run.status == 0 && run.output.isEmpty, "\(run)")
        let text = try space.text("codes.yml")
        let order = [
            "# 2 rows, such as \"m\"\n  - code: \"b\"", "# 1 row\n  - code: null",
            "# 1 row, such as \"m\"\n  - code: \"a\"",
        ]
        let places = order.map { text.range(of: $0)?.lowerBound }
        #expect(places.allSatisfy { $0 != nil }, "\(text)")
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(text)")
        let again = try importAudit("codes", file, "-o", "codes.yml", folder: space.path)
        #expect(again.status == 73 && again.errorText.contains("was not replaced"), "\(again)")
        #expect(try space.text("codes.yml") == text)
        let none = try importAudit("codes", Repository.sample("clean-async"))
        let empty = try space.write(none.output, as: "empty.yml")
        #expect(try importAudit("summary", file, "--codes", empty).status == 0, "\(none)")
    }

    @Test("The message at a code is of the pattern that is the most frequent over all jobs")
    func exampleOverAllJobs() throws {
        let space = try Workspace()
        for (job, message, count) in [("1", "often in one", 3), ("2", "row 1 is bad", 2), ("3", "row 2 is bad", 2)] {
            let text = try Self.dump(Array(repeating: "a", count: count), message: message)
            try space.write(text.replacing("\"j\"", with: "\"\(job)\""), as: "dumps/\(job).json")
        }
        for threads in ["1", "2"] {
            let run = try importAudit("codes", space["dumps"], "--threads", threads)
            #expect(run.outputText.contains("# 7 rows in 3 jobs, such as \"row 1 is bad\"\n  - code: \"a\""), "\(run)")
        }
    }

    static let book = """
        codes:
          - code: a
            title: "T<i>*x*"
            explanation: "E </bdi>|"
            owner: "@team"
            action: fix-data
          - pattern: "b*"
            accepted: {reason: "R\\u001b[31m", until: 2026-06-30}
          - code: "unused </li> `x`"
        """

    @Test("Reports show what is known about each code, and which entries match none")
    func report() throws {
        let space = try Workspace()
        let file = try space.write(try Self.dump(["a", "bb", "c"]), as: "dump.json")
        let codes = try space.write(Self.book, as: "codes.yml")
        let run = try importAudit(
            "report", file, "-o", "out", "--codes", codes, "--as-of", "2026-07-01", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.text("out/report.xhtml")
        for text in [
            "Known.</strong> <bdi>T&lt;i&gt;*x*</bdi>", "Acceptance expired on 2026-06-30", "New.",
            "Owner: <bdi>@team</bdi>",
            "Action: fix-data", "1 of the 3 entries of the codes file matched no code.", "unused &lt;/li&gt; `x`",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.unicodeScalars.contains("\u{1B}"))
        let markdown = try space.text("out/report.md")
        #expect(markdown.contains(#"**Known.** T&lt;i&gt;\*x\*."#))
        #expect(markdown.contains("Owner: @\u{200B}team."))
        let summary = try parsed(try space.bytes("out/summary.json"))
        let jobs = try #require(summary["jobs"] as? [[String: Any]])
        let byCode = try #require(jobs[0]["failed_by_code"] as? [[String: Any]])
        let known = byCode.map { ($0["known"] as? [String: Any])?["state"] as? String ?? "null" }
        #expect(known.sorted() == ["expired", "known", "null", "null"])
        // A summary with entries for known codes can still be read back.
        #expect(try importAudit("merge", space["out/summary.json"]).status == 0)
        let text = try importAudit("summary", file, "--codes", codes, "--as-of", "2026-06-30")
        #expect(text.outputText.contains("bb  [Accepted until 2026-06-30]"), "\(text)")
        #expect(text.outputText.contains("a  [Known: T<i>*x*; fix-data; @team]"), "\(text)")
        // Without a codes file, nothing mentions it.
        let plain = try importAudit("report", file, "-o", "plain", folder: space.path)
        #expect(plain.status == 0)
        #expect(!(try space.text("plain/summary.json")).contains("\"known\""))
        #expect(!(try space.text("plain/report.md")).contains("Known: "))
    }

    @Test("Rules on report: on the page, in the summary, in the exit status, after everything is written")
    func gate() throws {
        let space = try Workspace()
        let file = try space.write(try Self.dump(["a", "bb", "c"]), as: "dumps/1.json")
        try space.write(try Self.dump(["a"]).replacing("\"j\"", with: "\"k\""), as: "dumps/2.json")
        let codes = try space.write(Self.book, as: "codes.yml")
        for (input, page, rows) in [(file, "report", 4), (space["dumps"], "index", 6)] {
            for (limit, isMet) in [(rows, true), (rows - 1, false)] {
                // The second run continues from what the first one left.
                for time in 1...2 {
                    let run = try importAudit(
                        "report", input, "-o", "out-\(page)", "--max-failed", "\(limit)", "--codes", codes, "--as-of",
                        "2026-01-01", folder: space.path)
                    #expect(run.status == (isMet ? 0 : 1), "\(time) \(run)")
                    #expect(run.errorText.contains("FAIL max-failed") == !isMet, "\(run)")
                    let xhtml = try space.text("out-\(page)/\(page).xhtml")
                    #expect(xhtml.contains("Rules: \(isMet ? "met" : "not met")"))
                    #expect(xhtml.contains("The codes file"))
                    let markdown = try space.text("out-\(page)/\(page).md")
                    #expect(markdown.contains("## Rules: \(isMet ? "met" : "not met")"))
                    let summary = try parsed(try space.bytes("out-\(page)/summary.json"))
                    #expect((summary["gate"] as? [String: Any])?["met"] as? Bool == isMet)
                }
            }
        }
        #expect(!(try space.text("out-index/jobs/j/report.md")).contains("## Rules"))
        #expect((try space.text("out-index/jobs/j/report.md")).contains("**Known.**"))
        #expect((try space.text("out-index/index.md")).contains("(Known; T&lt;i&gt;"))
    }

    @Test("Without a job, no draft is written: it would block the next run")
    func noJobs() throws {
        let space = try Workspace()
        let file = try space.write(try Self.dump(["a"]), as: "dump.json")
        for options in [["--status", "nope"], ["--since", "2099-01-01"]] {
            let run = try RunningCommand(["codes", file, "-o", "codes.yml"] + options, folder: space.path).finish()
            #expect(
                run.status == 0 && run.errorText.contains("codes.yml was not written: No job was selected."), "\(run)")
            #expect(space.names(in: ".")?.contains("codes.yml") == false)
        }
        #expect(try importAudit("codes", file, "-o", "codes.yml", folder: space.path).status == 0)
    }
}
