import Foundation
import TestSupport
import Testing

/// Sentences for people are grammatical and true: the program runs on generated jobs, and all its sentences are
/// searched for patterns that must not occur in any state of a job.
@Suite struct SentenceTests {
    @Test(.seeded) func everySentenceOfGeneratedJobsIsGrammaticalAndTrue() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        var jobs: [String: GeneratedJob] = [:]
        for number in 0..<70 {
            let job = GeneratedJob(number, &random)
            jobs["job \(number)"] = job
            try space.write(job.text, as: "in/\(number).json")
        }
        let report = try importAudit(
            "report", "in", "-o", "o", "--formats", "md,xhtml,json", "--max-failed", "1", folder: space.path)
        #expect(report.status >= 0, "\(report)")
        for folder in space.names(in: "o/jobs") ?? [] {
            let markdown = try space.text("o/jobs/\(folder)/report.md")
            check(markdown, "seed \(seed), \(folder)")
            check(Self.plain(try space.text("o/jobs/\(folder)/report.xhtml")), "seed \(seed), \(folder), page")
            let title =
                markdown.split(separator: "\n").first.map { String($0.dropFirst("# Import audit: ".count)) } ?? ""
            if let job = jobs[title] { job.check(markdown, "seed \(seed), \(title)") }
        }
        check(try space.text("o/index.md"), "seed \(seed), overview")
        check(Self.plain(try space.text("o/index.xhtml")), "seed \(seed), overview page")
        for number in 0..<70 {
            let one = try importAudit("summary", "in/\(number).json", folder: space.path)
            check(one.outputText, "seed \(seed), summary of \(number)", isAligned: true)
        }
    }

    /// Sentences about several inputs, about rules, and about changes, with few of each.
    @Test(.seeded, arguments: [0, 1, 2, 3]) func sentencesAboutFewInputs(count: Int) throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        try FileManager.default.createDirectory(atPath: space["in"], withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: space["other"], withIntermediateDirectories: true)
        for number in 0..<count {
            try space.write(GeneratedJob(number, &random).text, as: "in/\(number).json")
            try space.write(GeneratedJob(number, &random).text, as: "other/\(number).json")
            try space.write("{}", as: "in/other-\(number).json")
        }
        let entries = (0..<count).map { "  - code: c\($0)\n    title: A title\n" }.joined()
        try space.write("codes:\n\(entries.isEmpty ? "  []\n" : entries)", as: "codes.yaml")
        let rules = ["--max-failed", "1", "--require-complete", "--fail-on", "warning", "--min-rows", "1"]
        for arguments in [
            ["summary", "in"], ["check", "in"] + rules.prefix(2) + ["--codes", "codes.yaml"], ["check", "in"] + rules,
            ["report", "in", "-o", "o", "--codes", "codes.yaml"] + rules, ["report", "in", "-o", "o"] + rules,
            ["merge", "o/summary.json"], ["compare", "in", "other"],
            ["compare", "in", "other", "--format", "markdown"],
        ] {
            let run = try importAudit(arguments: arguments, folder: space.path)
            #expect(run.status >= 0 && run.status != 64, "\(run)")
            check(run.outputText + run.errorText, "seed \(seed), \(arguments)", isAligned: true)
        }
        for name in ["o/index.md", "o/report.md"] {
            if let text = try? space.text(name) { check(text, "seed \(seed), \(name)") }
        }
    }

    /// Sentences of `rejects` and `account`: how many rows failed, quote a value, and succeeded in the second try.
    @Test(arguments: [
        (rows: 1, failed: 0, fixed: 0), (rows: 1, failed: 1, fixed: 0), (rows: 1, failed: 1, fixed: 1),
        (rows: 2, failed: 1, fixed: 0), (rows: 2, failed: 2, fixed: 0), (rows: 2, failed: 2, fixed: 1),
        (rows: 3, failed: 2, fixed: 0), (rows: 3, failed: 3, fixed: 1), (rows: 3, failed: 3, fixed: 3),
        (rows: 12, failed: 12, fixed: 0), (rows: 12, failed: 5, fixed: 2),
    ])
    func sentencesAboutSecondTries(rows: Int, failed: Int, fixed: Int) throws {
        let space = try Workspace()
        let (bad, good) = (Self.rows(failed), Array(repeating: #"{"created":true}"#, count: rows - failed))
        try space.write(Self.job("a", bad + good), as: "a.json")
        let again = Array(repeating: #"{"created":true}"#, count: fixed) + Self.rows(failed - fixed)
        try space.write(Self.job("b", again), as: "b.json")
        let lines = (0..<rows).map { "v\($0)@x.example,n\n" }.joined()
        try space.write("mail,name\n" + lines, as: "sent.csv")
        try space.write("mail,name\n" + lines.replacing("@", with: "-"), as: "other.csv")
        try space.write("mail,name\n" + lines.split(separator: "\n").dropFirst().joined(separator: "\n"), as: "short")
        for arguments in [
            ["rejects", "a.json", "--source", "sent.csv", "-o", "r"],
            ["rejects", "a.json", "--source", "other.csv", "-o", "other"],
            ["rejects", "a.json", "--source", "short", "-o", "s"],
            ["account", "a.json", "b.json", "--map", "r/reasons.csv"],
            ["account", "a.json", "b.json", "--map", "r/reasons.csv", "--format", "xhtml"],
            // As many rows as were not handed back.
            ["account", "a.json", "a.json", "--map", "r/reasons.csv"],
        ] {
            let run = try importAudit(arguments: arguments, folder: space.path)
            #expect(run.status >= 0 && run.status != 64, "\(run)")
            check(Self.plain(run.outputText) + "\n" + run.errorText, "\(arguments)", isAligned: true)
        }
        check(try space.text("r/plan.md"), "plan of \(rows), \(failed)", isAligned: true)
    }

    /// Sentences of `verify`: about the files of an audit and its inputs, of which some were changed.
    @Test(arguments: [1, 2, 3, 12]) func sentencesOfVerification(count: Int) throws {
        let space = try Workspace()
        let names = (0..<count).map { "\($0).json" }
        for name in names { try space.write(Self.job(name, Self.rows(1)), as: name) }
        let report = try importAudit(
            arguments: ["report"] + names + ["-o", "o", "--pack", "o.zip"], folder: space.path)
        #expect(report.status == 0, "\(report)")
        for changed in Set([0, 1, count - 1, count]).sorted() {
            for name in names.prefix(changed) { try space.write(Self.job(name, Self.rows(2)), as: name) }
            for audit in ["o", "o.zip"] {
                let run = try importAudit(arguments: ["verify", audit] + names, folder: space.path)
                #expect(run.status == (changed == 0 ? 0 : 1), "\(run)")
                check(run.outputText + run.errorText, "\(changed) of \(count) changed", isAligned: true)
            }
        }
    }

    /// Sentences about earlier runs that had few rows, all the same or not, and about the jobs that are unlike them.
    @Test(arguments: [(jobs: 1, rows: 1), (jobs: 2, rows: 1), (jobs: 2, rows: 2), (jobs: 3, rows: 40)])
    func sentencesAboutEarlierRuns(jobs: Int, rows: Int) throws {
        let space = try Workspace()
        let good = Array(repeating: #"{"created":true}"#, count: rows)
        for day in 10..<30 {
            // One run differs in its size, as in many histories.
            let more = day == 12 && rows > 2 ? good : []
            try space.write(Self.job("\(day)", good + more, day: "2026-03-\(day)"), as: "in/\(day).json")
        }
        for job in 0..<jobs {
            let bad = Self.job("n\(job)", Self.rows(rows * (job == 0 ? 9 : 1)), day: "2026-04-0\(job + 1)")
            try space.write(bad, as: "new/\(job).json")
        }
        for arguments in [
            ["history", "add", "h.sqlite", "in"],
            ["check", "new", "--history", "h.sqlite", "--unusual", "--max-failed-vs-median", "2x"],
            ["check", "new", "--max-failed-per-job", "5%"], ["check", "in", "--max-failed-per-job", "5%"],
            ["history", "add", "h.sqlite", "new"], ["history", "show", "h.sqlite"],
            ["history", "report", "h.sqlite", "-o", "t"],
        ] {
            let run = try importAudit(arguments: arguments, folder: space.path)
            #expect(run.status >= 0 && run.status != 64, "\(run)")
            check(run.outputText + run.errorText, "\(arguments)", isAligned: true)
        }
    }

    /// Messages for mail, chat and GitHub, about each job and about all of them.
    @Test(.seeded) func sentencesOfMessages() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        for number in 0..<30 { try space.write(GeneratedJob(number, &random).text, as: "in/\(number).json") }
        let formats = ["--formats", "eml,slack,teams,github"]
        let all = try importAudit(arguments: ["report", "in", "-o", "o"] + formats, folder: space.path)
        #expect(all.status >= 0 && all.status != 64, "\(all)")
        for number in 0..<30 {
            let one = try importAudit(
                arguments: ["report", "in/\(number).json", "-o", "o\(number)"] + formats, folder: space.path)
            #expect(one.status >= 0 && one.status != 64, "\(one)")
        }
        for folder in ["o"] + (0..<30).map({ "o\($0)" }) {
            for name in ["report.eml", "report.slack.json", "report.teams.json", "report.github.txt"] {
                guard let text = try? space.text("\(folder)/\(name)") else { continue }
                // Lines of mails are folded; texts of chats are parts of JSON. An attached page is Base64.
                let whole = text.replacing("=\r\n", with: "").replacing(/=[0-9A-F]{2}/, with: "·")
                    .replacing("\\n", with: "\n")
                let words = whole.components(separatedBy: "Content-Transfer-Encoding: base64").first ?? ""
                check(words, "seed \(seed), \(folder)/\(name)", isAligned: true)
            }
        }
    }

    /// Returns rows that failed, each of which quotes another value.
    private static func rows(_ count: Int) -> [String] {
        (0..<count).map { #"{"error":{"code":"c","message":"“v\#($0)@x.example” is wrong"}}"# }
    }

    private static func job(_ id: String, _ rows: [String], day: String = "2026-04-01") -> String {
        #"{"job_id":"\#(id)","status":"complete","created_at":"\#(day)T02:00:00Z","updated_at":"\#(day)T02:10:00Z","#
            + #""total":\#(rows.count),"results":[\#(rows.joined(separator: ","))]}"#
    }

    /// A dump in which texts were repaired still has all of its rows.
    @Test func aRepairedDumpDoesNotEndAnywhere() throws {
        let space = try Workspace()
        let dump = Array(#"{"job_id":"a","status":"complete","total":3,"results":[{"created":true},"#.utf8)
        let rest = Array(#"{"created":true},{"error":{"code":"c","message":"x"#.utf8)
        try space.write(dump + rest + [0xFF] + Array(#""}}]}"#.utf8), as: "a.json")
        let run = try importAudit("summary", "a.json", folder: space.path)
        #expect(!run.outputText.contains("ends after"), "\(run)")
        #expect(run.outputText.contains("Of 3 rows, 2 were created and 1 failed"), "\(run)")
    }

    /// The patterns find what they are made for, and nothing else.
    @Test func thePatternsFindFaults() {
        let faults = [
            "All 1 row are imported after 2 tries.", "0 of 1 row are imported", "1 of 3 rows are imported",
            "1 row were sent again", "All 2 jobs do not add up.", "All 2 inputs", "2 of 2 rules are not met.",
            "Of 1 row, 1 failed.", "1 of 1 job unlike the earlier runs", "FAIL require-complete: 1 of 2 is not",
            "ok   require-complete: the one input is", "12 rows of 12 are missing", "add up to 0 + 6.",
            "is a string that is not a date-time instead of an RFC 3339 date-time", "nearly all of them 100 to 100.",
            "rows 2 to 2", "1 × from row 2 to row 2", "a bar for 2 rows", "seen before (x) nor after (y)",
            "only 0 rows could be read", "None of the 2 jobs", "All 3 jobs do not add up.",
        ]
        for text in faults { #expect(Self.isFaulty(text), "\(text)") }
        let others = [
            "Both rows are imported after 2 tries.", "1 of 3 rows is imported", "Of 2 jobs, 1 does not add up",
            "20 of 20 rows (100%)", "All 12 rows failed.", "All 20 rows", "Neither job adds up.", "rows 2 to 21",
            "The dump has 1 row more than its total of 1.", "1 of 12 rows was not read", "from 2 March to 2 June",
        ]
        for text in others { #expect(!Self.isFaulty(text), "\(text)") }
    }

    private static func isFaulty(_ text: String) -> Bool {
        faults.contains { text.range(of: $0.pattern, options: .regularExpression) != nil }
    }

    /// Returns the text of a page without tags, because words are in adjacent elements.
    private static func plain(_ page: String) -> String {
        // Rows contain only text of the dump.
        page.replacing(/<style[\s\S]*?<\/style>/, with: "").replacing(
            /<table class="failed-rows">[\s\S]*?<\/table>/, with: ""
        ).replacing(
            /<\/(p|li|td|th|dd|h[1-6]|caption|tr)>/, with: "\n"
        )
        .replacing(/<[^>]*>/, with: "")
    }

    /// - Parameter isAligned: whether the text is for a terminal, with padded columns.
    private func check(_ text: String, _ comment: String, isAligned: Bool = false) {
        for line in text.split(separator: "\n") {
            for (pattern, what) in Self.faults {
                if let match = line.range(of: pattern, options: .regularExpression) {
                    Issue.record("\(comment): \(what): \(line[match])\n\(line)")
                }
            }
            if !isAligned, let match = line.firstMatch(of: /[^ .]  +[^ ]/) {
                Issue.record("\(comment): two spaces: \(match.0)\n\(line)")
            }
        }
        // Each job in a list has its own part, which begins with the name of its file.
        for part in text.split(separator: /\n(?=in\/)/) {
            let holds = part.contains("totals match its rows.") || part.contains("All four totals")
            #expect(!holds || !part.contains("do not hold"), "\(comment)\n\(text)")
            #expect(!part.contains("totals match its rows.") || !part.contains("differs by"), "\(comment)\n\(text)")
        }
    }

    /// Patterns that no sentence may match, with the reasons.
    private static let faults: [(pattern: String, what: String)] = [
        (
            #"(?<![\d,.:])1 (rows|jobs|inputs|codes|dumps|files|entries|rules|others|lines|bytes|times|values)\b"#,
            "1 of many"
        ),
        (
            #"(?<![\d,.:])1 (messages|records|findings|warnings|notes|patterns|stretches|places|texts|numbers)\b"#,
            "1 of many"
        ),
        (#"(?<![\d,.:])1 (other )?(row|job|input|code|dump|entry|rule) (were|have|are|say|claim|need|do)\b"#, "1 are"),
        (#"(?<![\d,.:])(0|[2-9]|[1-9]\d+) (row|job|input|code|dump|entry|rule|file)\b(?! by)"#, "many of one"),
        (#"\bare 1 (?!of)"#, "are 1"),
        (#"(?<![\d,.:])1 (are|were|have|do)\b"#, "1 are"),
        (#"(?<![\d,.:])(?<!of )[2-9] (is|was|has|does)\b"#, "2 is"),
        (#"Each of the 1\b"#, "each of one"),
        (#"that the job declares, (one|two|three|four) do(es)? not\."#, "a sentence without its verb"),
        // Columns say “1 of 1”.
        (#"[Aa]ll (the )?[012]\b(?! %|[,.]\d)"#, "all of none"),
        (#"[Nn]one of (the )?[012]\b(?![,.]\d)"#, "none of two"),
        (#"\b(Of|Among) (the )?1 (row|job|input|code|rule|dump)\b"#, "one of one"),
        (#"(?<!after )(?<![\d,.])\d of 1\b(?![,.\-:]?\d|  )"#, "one of one"),
        (#"(?<![\d,.:])1 of [\d,]+ \w+ (are|were|have|do)\b"#, "1 are"),
        (#"(?<![\d,.:])(\d+) of \1 (rules|inputs|jobs|entries|dumps|files|sources)\b"#, "all as a number"),
        (#"[Aa]ll [\d,]+ \w+ (are|were|have|do|can) ?not\b"#, "all are not"),
        (#"[Bb]oth \w+ (are|were|have|do|can) ?not\b"#, "both are not"),
        (#"(input|inputs|\d) (is|are)( not)?$"#, "a sentence without its end"),
        (#"\d rows? of \d"#, "rows of a number"),
        (#"add up to [\d,]+ \+"#, "no sum"),
        (#"not a date-time instead"#, "said twice"),
        (#"(?<![\d,.:\-])(\d[\d,]*) to (row )?\1(?![\d,.:%\-]\d|\d| \w+ \d{4})"#, "from one to the same"),
        (#"a bar for \d"#, "a bar for some rows"),
        (#"before \([^)]*\) nor"#, "nor without neither"),
        (#"\b[Oo]nly 0\b|after 0 rows\b|\b0 rows (before|could)\b"#, "0 rows"),
        (#"[a-z]\.\.(?!\.)"#, "two stops"),
    ]
}

/// A job with few or many rows of each kind, with right or wrong declarations.
private struct GeneratedJob {
    var text: String
    private let isDamaged: Bool
    private let created: String?
    private let rows: Int

    init(_ number: Int, _ random: inout SplitMix64) {
        func count(_ counts: [Int]) -> Int { counts.randomElement(using: &random) ?? 0 }
        func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
        let isBulk = chance(8)
        let large = chance(10) ? [1000] : []
        let (good, existing, failed) = (count([0, 1, 2] + large), count([0, 0, 1, 2]), count([0, 0, 1, 2] + large))
        let unclassified = count([0, 0, 0, 0, 1, 2])
        var rows: [String] = []
        for row in 0..<good {
            rows.append(isBulk ? #"{"id":"\#(row)","status":"ok"}"# : #"{"id":"\#(row % 7)","created":true}"#)
        }
        for _ in 0..<existing where !isBulk { rows.append(#"{"id":"e","existing":true}"#) }
        for row in 0..<failed {
            let code = ["\"c\(row % 3)\"", "\"c0\"", "null"].randomElement(using: &random) ?? "null"
            let details = chance(3) ? #","field":"f\#(row)""# : ""
            rows.append(#"{"error":{"code":\#(code),"message":"wrong value \#(row)"\#(details)}}"#)
        }
        for _ in 0..<unclassified { rows.append(chance(2) ? "{}" : #"{"created":true,"error":{"code":"x"}}"#) }
        rows.shuffle(using: &random)
        let declaredTotal = rows.count + count([0, 0, 0, 0, 1, 2, 1000])
        var members = isBulk ? [] : ["\"job_id\":\"job \(number)\""]
        if !isBulk {
            let status = ["complete", "complete", "complete", "processing", "failed", "done"].randomElement(
                using: &random)
            if !chance(10) { members.append(chance(8) ? "\"status\":5" : "\"status\":\"\(status ?? "complete")\"") }
            if !chance(6) { members.append("\"total\":\(chance(8) ? max(0, rows.count - 1) : declaredTotal)") }
            if !chance(4) { members.append("\"processed\":\(count([rows.count, rows.count, 0, 1, 2, 1000]))") }
            if !chance(4) { members.append("\"succeeded\":\(chance(5) ? count([0, 1, 2]) : good + existing)") }
            if !chance(4) { members.append("\"failed\":\(chance(5) ? count([0, 1, 2]) : failed)") }
            if chance(6) { members.append(#""error":{"code":5,"field":"total","limit":1}"#) }
            let time =
                ["\"2026-03-0\(number % 9 + 1)T10:00:00Z\"", "1764230400", "1764230400000", "{\"at\":5}", "true"]
                .randomElement(using: &random) ?? "5"
            created = time.hasPrefix("\"") ? nil : time
            members.append("\"created_at\":\(time)")
        } else {
            created = nil
            if chance(2) { members.append(#""summary":{"total":\#(declaredTotal),"failed":\#(failed)}"#) }
        }
        if !chance(10) { members.append("\"results\":[\(rows.joined(separator: ","))]") }
        var text = "{\(members.joined(separator: ","))}"
        isDamaged = chance(5)
        if isDamaged {
            switch count([0, 1, 2, 3]) {
            case 0: text = String(text.prefix(text.count * 2 / 3))
            case 1: text = text.replacing("\"created\":true", with: "\"created\":True", maxReplacements: 1)
            case 2: text = text.replacing("value 0", with: "value \u{1}", maxReplacements: 1)
            default: text = text.replacing("{\"error\":{", with: "{\"error\"{", maxReplacements: 2)
            }
        }
        self.text = text
        self.rows = rows.count
    }

    /// Checks that a value in the dump is not shown as "none".
    func check(_ markdown: String, _ comment: String) {
        guard let created, !isDamaged else { return }
        let line = markdown.split(separator: "\n").first { $0.hasPrefix("| created_at |") } ?? ""
        let shown = line.replacing("\\", with: "")
        #expect(shown.contains(created), "\(comment): \(line)")
    }
}
