import Foundation
import TestSupport
import Testing

/// Reports as mails, cards and annotations, as their receivers read them.
struct MessageTests {
    private static let formats = "eml,slack,teams,github"

    /// The messages in a folder, as their receivers read them.
    private struct Read: Decodable {
        struct Mail: Decodable {
            let subject: String
            let date: String?
            let text: String
            let html: String
            let page: String
        }
        struct Card: Decodable { let all: String }
        struct GitHub: Decodable { let annotations: [[String]] }
        let mail: Mail
        let slack: Card
        let teams: Card
        let github: GitHub
    }

    private func read(_ space: Workspace, _ folders: [String]) throws -> [Read] {
        let result = try Python.run("Tests/Checkers/messages.py", folders.map { space[$0] })
        #expect(result.status == 0, "\(result)")
        var read: [Read] = []
        for line in result.outputText.split(separator: "\n") {
            if line.hasPrefix("{") {
                read.append(try JSONDecoder().decode(Read.self, from: Data(line.utf8)))
            } else {
                Issue.record("\(line.prefix(400))")
            }
        }
        try #require(read.count == folders.count)
        return read
    }

    @Test("All samples, alone and together: within the limits, and the same numbers everywhere", .needs(.python))
    func samples() throws {
        let space = try Workspace()
        for sample in Repository.sampleJobs {
            let run = try importAudit(
                "report", Repository.sample(sample), "--formats", Self.formats, "-o", "o/\(sample)", folder: space.path)
            #expect([0, 65].contains(run.status), "\(run)")
        }
        let run = try importAudit(
            "report", Repository.path("Samples"), "--formats", Self.formats, "-o", "o/all", folder: space.path)
        #expect(run.status == 65)
        let folders = Repository.sampleJobs.map { "o/\($0)" } + ["o/all"]
        let read = try read(space, folders)
        let many = try #require(folders.firstIndex(of: "o/many-failures"))
        let message = read[many]
        #expect(message.mail.subject == "Import audit: many-failures.json: 143 of 240 rows failed")
        #expect(message.mail.date == "Mon, 19 May 2025 16:43:34 +0000")
        #expect(message.mail.page == "report.xhtml")
        for text in [message.mail.text, message.mail.html, message.slack.all, message.teams.all] {
            for needed in ["143 of 240 rows failed", "Send again unchanged", "38 rows", "validation_error", "13.3%"] {
                #expect(text.contains(needed), "\(needed)")
            }
        }
        let first = try #require(message.github.annotations.first)
        #expect(
            first[0] == "warning" && first[1] == "many-failures.json" && first[2].hasPrefix("143 of 240 rows failed."))
        #expect(read[folders.count - 1].mail.page == "index.xhtml")
    }

    /// Texts that one of the messages might act on.
    private static let hostile = [
        "\r\nBcc: a@b.example\r\n\r\nbody", "=?utf-8?Q?=0D=0A?=", "::error title=x::y\n::error::z", "%0A::error::z",
        "<!channel> <@U123> <https://evil.example|x>", "@here *b* _i_ `c` ~s~ :smile:", "</p><script>alert(1)</script>",
        "[x](https://evil.example) **b** <at>all</at>", "\u{202E}gnp.exe", "\u{1B}]0;x\u{07}", "a\u{2028}b", "\u{0}",
        String(repeating: "𝒳é", count: 400), ".\n.", "From x", "=_--", "\"quoted\"; boundary=x", ",:;%25", "",
        // Scalars that make one character with the next one, or with the one before.
        "\u{0D4E}<!channel>", "\u{0600}<!here>\u{0301}", "x\u{0D4E},file=a.swift", "\u{0D4E}::error::z", "%\u{0301}0A",
    ]

    @Test("Text of dumps is text in all of them, whatever it is", .needs(.python), .seeded)
    func hostileTexts() throws {
        let space = try Workspace()
        var random = SplitMix64(seed: Seeds.new)
        let folders = try (0..<8).map { number in
            func text() -> String {
                (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.hostile.randomElement(using: &random) ?? ""
                }
                .joined(separator: ["", "\u{0D4E}", "\u{0301}"].randomElement(using: &random) ?? "")
            }
            let rows = (0..<40).map { _ in
                ["error": ["code": text(), "message": text()]]
            }
            let dump: [String: Any] = [
                "job_id": text(), "status": "complete", "total": 41, "results": rows,
                "created_at": "2026-03-0\(number + 1)T23:59:60-12:30", "error": text(),
            ]
            let bytes = Array(try JSONSerialization.data(withJSONObject: dump))
            try space.write(bytes, as: "in/\(number).json")
            let title = String(text().filter { $0 != "\0" })
            let run = try importAudit(
                arguments: ["report", "in/\(number).json", "--formats", Self.formats, "-o", "o/\(number)"]
                    + (title.isEmpty ? [] : ["--title", title]), folder: space.path)
            #expect(run.status == 0, "\(run)")
            return "o/\(number)"
        }
        let all = try importAudit("report", "in", "--formats", Self.formats, "-o", "o/all", folder: space.path)
        #expect(all.status == 0, "\(all)")
        let read = try read(space, folders + ["o/all"])
        for message in read {
            #expect(message.mail.subject.hasPrefix("Import audit: "))
            #expect(!message.mail.subject.contains("\n"))
            #expect(message.mail.text.contains("The whole report is attached"))
        }
        #expect(read[0].mail.date?.hasSuffix("23:59:59 -1230") == true)
    }

    @Test("--date is the date of the mail; the same inputs give the same bytes with any number of threads")
    func date() throws {
        let space = try Workspace()
        try space.write(Repository.bytes("Samples/many-failures.json"), as: "a.json")
        func mail(_ arguments: String...) throws -> String {
            let run = try importAudit(
                arguments: ["report", "a.json", "--stdout", "eml"] + arguments, folder: space.path)
            #expect(run.status == 0, "\(run)")
            return run.outputText
        }
        let one = try mail("--threads", "1")
        #expect(try mail("--threads", "3") == one)
        let dated = try mail("--date", "2026-02-28T01:02:03+05:30")
        #expect(dated.contains("\r\nDate: Sat, 28 Feb 2026 01:02:03 +0530\r\n"))
        let wrong = try importAudit("report", "a.json", "--date", "yesterday", "--stdout", "eml", folder: space.path)
        #expect(wrong.status == 64 && wrong.errorText.contains("“yesterday” is not a date and time"), "\(wrong)")
        let useless = try importAudit(
            "report", "a.json", "--date", "2026-02-28T01:02:03Z", "-o", "o", folder: space.path)
        #expect(useless.status == 64)
    }

    @Test("A critical job is never announced as a success, and its reason is named in an overview")
    func criticalJobs() throws {
        let space = try Workspace()
        let row = #"{"id":"624408d2-25d0-4d37-9514-ed2cd3572a05","created":true}"#
        try space.write(
            #"{"job_id":"a","status":"complete","total":2,"results":[\#(row),\#(row)]}"#, as: "in/same.json")
        try space.write(jobDump("b").replacing("\"total\":2", with: "\"total\":1"), as: "in/more.json")
        try space.write(
            jobDump("c", created: 3, failed: 1).replacing("\"results\"", with: "\"failed\":2,\"results\""),
            as: "in/totals.json")
        for (file, words) in [
            ("same", "Several rows say that they created the same record"),
            ("more", "There are more rows than the job’s total"), ("totals", "1 of 4 rows failed"),
        ] {
            let github = try importAudit("report", "in/\(file).json", "--stdout", "github", folder: space.path)
            #expect(github.outputText.contains("::error") && github.outputText.contains(words), "\(github)")
            #expect(!github.outputText.contains("rows were imported"), "\(github)")
        }
        // An unmet rule is no good news either.
        try space.write(
            #"{"job_id":"r","status":"complete","total":1,"results":[{"id":"1","created":true}]}"#, as: "good.json")
        for format in ["github", "slack", "teams", "eml"] {
            let run = try importAudit(
                "report", "good.json", "--min-rows", "5", "--stdout", format, folder: space.path)
            #expect(run.status == 1 && run.outputText.contains("min-rows 5"), "\(run)")
            #expect(run.outputText.contains("A rule is not met"), "\(run)")
            if format == "github" { #expect(!run.outputText.contains("::notice"), "\(run)") }
        }
        let all = try importAudit("report", "in", "--stdout", "github", folder: space.path)
        for words in ["same record", "more rows than", "failed; the job’s totals do not match"] {
            #expect(all.outputText.contains(words), "\(words): \(all)")
        }
    }

    @Test("Nobody is told to send rows again that a running job has not imported yet")
    func runningJob() throws {
        let space = try Workspace()
        for format in ["github", "eml", "slack", "teams"] {
            let run = try importAudit(
                "report", Repository.sample("still-processing"), "--stdout", format, folder: space.path)
            #expect(run.outputText.contains("Save the dump again"), "\(run)")
            #expect(!run.outputText.contains("before you send"), "\(run)")
        }
    }

    @Test("--stdout prints what the folder would contain, and leaves no files")
    func printed() throws {
        let space = try Workspace()
        try space.write(Repository.bytes("Samples/many-failures.json"), as: "in/a.json")
        try space.write(Repository.bytes("Samples/truncated.json"), as: "in/b.json")
        let temporary = "\(space.path)/tmp"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        for (input, status, names) in [
            ("in/a.json", 0, ["report.md", "failures.csv", "summary.json", "report.eml", "report.github.txt"]),
            ("in", 65, ["index.md", "failures.csv", "summary.json", "index.eml", "index.github.txt"]),
        ] {
            for (format, name) in zip(["md", "csv", "json", "eml", "github"], names) {
                let written = try importAudit(
                    "report", input, "--formats", format, "--job-reports", "none", "-o", "o-\(format)-\(status)",
                    folder: space.path)
                #expect(written.status == status, "\(written)")
                let run = try importAudit(
                    "report", input, "--stdout", format, folder: space.path, environment: ["TMPDIR": temporary])
                #expect(run.status == status, "\(run)")
                #expect(run.outputText == (try space.text("o-\(format)-\(status)/\(name)")), "\(format)")
                #expect(!run.errorText.contains("Written to"))
            }
        }
        // If the reader closes the pipe, the program ends. Even then, no files are left.
        try space.shell(
            "TMPDIR=tmp '\(RunningCommand.binary)' report in/a.json --stdout xhtml 2>/dev/null | head -c 10")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
        #expect(space.names(in: "audit") == nil)
        let both = try importAudit("report", "in/a.json", "--stdout", "md", "-o", "o", folder: space.path)
        #expect(both.status == 64 && both.errorText.contains("leave -o out"), "\(both)")
        let binary = try importAudit("report", "in/a.json", "--stdout", "xlsx", folder: space.path)
        #expect(binary.status == 64 && binary.errorText.contains("cannot be printed"), "\(binary)")
    }

    @Test("In a folder that is audited again, messages are not read as dumps")
    func swept() throws {
        let space = try Workspace()
        try space.write(Repository.bytes("Samples/many-failures.json"), as: "in/a.json")
        let report = try importAudit("report", "in/a.json", "--formats", Self.formats, "-o", "in/o", folder: space.path)
        #expect(report.status == 0)
        let run = try importAudit("summary", "in", "--format", "json", folder: space.path)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("\"jobs\": 1"), "\(run)")
    }

    @Test("A pack contains and verifies the messages; a run without them removes them")
    func packed() throws {
        let space = try Workspace()
        try space.write(Repository.bytes("Samples/many-failures.json"), as: "a.json")
        func report(_ formats: String, _ more: String...) throws {
            let run = try importAudit(
                arguments: ["report", "a.json", "--formats", formats, "-o", "o"] + more, folder: space.path)
            #expect(run.status == 0, "\(run)")
        }
        try report("md," + Self.formats, "--pack", "p.zip")
        #expect(try importAudit("verify", "p.zip", "a.json", folder: space.path).status == 0)
        #expect(
            space.names(in: "o") == [
                "manifest.jsonl", "report.eml", "report.github.md", "report.github.txt", "report.md",
                "report.slack.json",
                "report.teams.json",
            ])
        try report("md")
        #expect(space.names(in: "o") == ["manifest.jsonl", "report.md"])
    }
}
