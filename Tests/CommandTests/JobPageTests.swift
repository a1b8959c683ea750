import Foundation
import TestSupport
import Testing

/// The page of a job as a person reads it: the headline, what to do next, and the failed rows.
struct JobPageTests {
    private func page(_ space: Workspace, _ arguments: String...) throws -> String {
        let run = try importAudit(arguments: ["report"] + arguments + ["-o", "o"], folder: space.path)
        #expect([0, 65].contains(run.status), "\(run)")
        return try space.text("o/report.xhtml")
    }

    /// Returns the numbers of the rows that a page lists, in the order of their codes.
    private func listedRows(_ page: String) -> [[Int]] {
        page.split(separator: "<div id=\"code-").dropFirst().map { part in
            let part = part.split(separator: "</details>", maxSplits: 1).first ?? ""
            return part.matches(of: /<th scope="row" class="number">([0-9,]+)<\/th>/).compactMap {
                Int($0.1.filter { $0 != "," })
            }
        }
    }

    @Test(
        "Rows that fail without a code and a message are listed with their own ids",
        arguments: ["{}", #"{"code":"","message":""}"#])
    func idsOfSilentRows(error: String) throws {
        let space = try Workspace()
        let ids = (10..<40).map { "00000000-0000-4000-8000-0000000000\($0)" }
        let rows = ids.map { #"{"id":"\#($0)","error":\#(error)}"# }.joined(separator: ",")
        try space.write(#"{"job_id":"j","status":"complete","total":30,"results":[\#(rows)]}"#, as: "a.json")
        let page = try page(space, "a.json")
        for id in ids.prefix(10) { #expect(page.components(separatedBy: id).count == 2, "\(id)") }
    }

    /// Returns a dump in which each row fails with the given code, or succeeds for nil.
    private func dump(_ codes: [String?]) -> String {
        let rows = codes.enumerated().map { index, code in
            code.map { #"{"error":{"code":"\#($0)","message":"row \#(index + 1) is wrong"}}"# } ?? #"{"created":true}"#
        }
        return
            #"{"job_id":"j","status":"complete","total":\#(codes.count),"results":[\#(rows.joined(separator: ","))]}"#
    }

    @Test("Every failed row is listed under its code, up to 500", .seeded)
    func allRows() throws {
        let space = try Workspace()
        var random = SplitMix64(seed: Seeds.new)
        let codes = (0..<1500).map { _ in
            Int.random(in: 0..<4, using: &random) == 0 ? "c\(Int.random(in: 0..<6, using: &random))" : nil
        }
        try space.write(dump(codes), as: "a.json")
        let listed = listedRows(try page(space, "a.json"))
        let rows = Dictionary(grouping: codes.indices.filter { codes[$0] != nil }) { codes[$0] ?? "" }
            .mapValues { $0.map { $0 + 1 } }
        let total = rows.values.reduce(0) { $0 + $1.count }
        if total <= 500 {
            #expect(listed.map { $0.sorted() }.sorted { $0[0] < $1[0] } == rows.values.sorted { $0[0] < $1[0] })
        } else {
            #expect(listed.reduce(0) { $0 + $1.count } == 500)
        }
    }

    @Test("Of more than 500, codes with few rows keep all of theirs, and the page says how many it shows of the others")
    func manyRows() throws {
        let space = try Workspace()
        let codes = (0..<12_000).map { $0 == 7_000 || $0 == 9_000 ? "rare" : "often" }
        try space.write(dump(codes), as: "a.json")
        let page = try page(space, "a.json")
        #expect(listedRows(page) == [Array(1...498), [7_001, 9_001]])
        #expect(page.contains("498 of 11,998 rows; all are in <a href=\"failures.csv\">failures.csv</a>"))
        // There are never more than 500 rows, whatever the number of codes.
        try space.write(dump((0..<12_000).map { "c\($0 % 3_000)" }), as: "b.json")
        let rows = listedRows(try self.page(space, "b.json"))
        #expect(rows.count == 20 && rows.reduce(0) { $0 + $1.count } <= 500 && rows.allSatisfy { !$0.isEmpty })
    }

    @Test("Text of the dump is text on the page")
    func hostile() throws {
        let space = try Workspace()
        let message = #"</td></tr></table><script>alert(1)</script>{{title}} ]]> \u202E\u0000 &amp;"#
        try space.write(
            #"{"job_id":"j","results":[{"id":"<i>","error":{"code":"</bdi>","message":"\#(message)"}},{"error":{"code":"b"}}]}"#,
            as: "a.json")
        let page = try page(space, "a.json", "--title", "</h1><script>")
        #expect(!page.contains("<script") && page.contains("<h1><bdi>&lt;/h1&gt;&lt;script&gt;</bdi></h1>"))
        #expect(try importAudit("validate", "o/report.xhtml", folder: space.path).status == 0)
    }

    @Test("The title is the file's name or the user's title; the time of the job is below it")
    func title() throws {
        let space = try Workspace()
        try space.write(
            #"{"job_id":"9e299f7a-ab2b-4cd0-90a0-4f90900c78a9","status":"complete","total":1,"created_at":"2026-03-04T09:15:00Z","updated_at":"2026-03-04T09:17:31Z","expires_at":"2026-03-11T09:15:00Z","results":[{"created":true}]}"#,
            as: "contacts.json")
        let plain = try page(space, "contacts.json")
        #expect(plain.contains("<h1><bdi>contacts.json</bdi></h1>"))
        for fact in ["4 March 2026, 09:15 UTC", "took 2 min 31 s", "kept until 11 March 2026", "job 9e299f7a"] {
            #expect(plain.contains(fact), "\(fact)")
        }
        #expect(
            try page(space, "contacts.json", "--title", "March contacts").contains("<bdi>March contacts</bdi></h1>"))
        try space.shell("mkdir in && cp contacts.json in && rm -rf o")
        _ = try importAudit("report", "in", "-o", "o", "--title", "The year", folder: space.path)
        #expect(try space.text("o/index.xhtml").contains("The year"))
        #expect(try importAudit("report", "in", "-o", "o", "--title", "", folder: space.path).status == 64)
    }

    @Test("What to do next: from the codes file, from the names of codes, and what to check first")
    func next() throws {
        let space = try Workspace()
        try space.write(
            #"{"job_id":"j","status":"complete","total":6,"results":[{"error":{"code":"rate_limited"}},{"error":{"code":"bad"}},{"error":{"code":"bad"}},{"error":{"code":"odd"}}]}"#,
            as: "a.json")
        let guessed = try page(space, "a.json")
        #expect(guessed.contains("<strong>Send again unchanged</strong> <span class=\"rows\">1 row</span>"))
        #expect(guessed.contains("A guess: the name of this code"))
        #expect(guessed.contains("<strong>Decide</strong> <span class=\"rows\">3 rows</span>"))
        #expect(guessed.contains("<strong>Check before you send again</strong> <span class=\"rows\">2 rows</span>"))
        try space.write("codes:\n  - {code: bad, action: fix-data, owner: data team}\n", as: "codes.yml")
        let known = try page(space, "a.json", "--codes", "codes.yml")
        #expect(known.contains("<strong>Correct</strong> <span class=\"rows\">2 rows</span>"))
        #expect(known.contains("class=\"f-a-fix-data\"") && known.contains("class=\"f-o-1\""))
        // A job without problems has nothing to do.
        #expect(!(try page(space, Repository.sample("clean-async"))).contains("id=\"next\""))
    }

    @Test("What to do next is the same in Markdown and in annotations, with what is a guess")
    func nextElsewhere() throws {
        let space = try Workspace()
        try space.write(
            #"{"job_id":"j","status":"complete","total":6,"results":[{"error":{"code":"rate_limited"}},{"error":{"message":"m"}},{"error":{"code":" "}},{},{"created":true}]}"#,
            as: "a.json")
        let run = try importAudit("report", "a.json", "-o", "o", "--formats", "md,github", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let markdown = try space.text("o/report.md").replacing("\\", with: "")
        let section = markdown.components(separatedBy: "## What to do next\n").last?
            .components(separatedBy: "\n## ").first
        #expect(
            section == """

                - **Send again unchanged:** 1 row: rate_limited 1
                  - A guess: the name of this code suggests a temporary failure.
                - **Decide:** 3 rows: (no code) 1, (a blank code) 1, (unclassified) 1
                - **Check before you send again:** 1 row
                  - The dump says nothing about 1 row: it may have been imported or not. Check before you send it again.

                A codes file can name an owner and an action for each code.

                """)
        let annotations = try space.text("o/report.github.txt")
        #expect(
            annotations.contains(
                "::notice title=Send again unchanged%3A 1 row::rate_limited 1. A guess: the name of this code suggests a "
                    + "temporary failure.\n"), "\(annotations)")
        // A page without room for it says so.
        let short = try importAudit(
            "report", "a.json", "-o", "s", "--formats", "md", "--markdown-limit", "1500", folder: space.path)
        #expect(short.status == 0, "\(short)")
        let tight = try space.text("s/report.md")
        #expect(!tight.contains("## What to do next") && tight.contains("what to do next"), "\(tight)")
        let clean = try importAudit("report", Repository.sample("clean-async"), "-o", "c", folder: space.path)
        let nothing = try space.text("c/report.md")
        #expect(clean.status == 0 && !nothing.contains("What to do next"), "\(clean)")
    }

    @Test("Totals that do not add up come before what to do next; otherwise the checks are one line")
    func order() throws {
        let space = try Workspace()
        func places(_ page: String) throws -> (checks: String.Index, failures: String.Index) {
            (
                try #require(page.range(of: "id=\"checks\"")?.lowerBound),
                try #require(page.range(of: "id=\"failures\"")?.lowerBound)
            )
        }
        let good = try places(try page(space, Repository.sample("many-failures")))
        #expect(good.checks > good.failures)
        let bad = try places(try page(space, Repository.sample("missing-rows")))
        #expect(bad.checks < bad.failures)
    }
}
