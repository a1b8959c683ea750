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
        (#"[Aa]ll (the )?(0|1)\b(?! %|[,.]\d)"#, "all of none"),
        (#"Of 1 job\b"#, "one of one"),
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
            rows.append(#"{"error":{"code":\#(code),"message":"value \#(row) is wrong"\#(details)}}"#)
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
