import Foundation
import TestSupport
import Testing

/// Dumps with more codes than the limit: frequent codes are found, and everything else is marked as incomplete.
struct ManyCodesTests {
    /// Writes dumps with codes that occur once, and 20 codes that occur 60 times in all jobs together, in random order.
    private static func dumps(in space: Workspace, _ generator: inout SplitMix64) throws -> (
        files: [String], rows: [String: Int]
    ) {
        var rows: [String: Int] = [:]
        let files = try (0..<3).map { job in
            var codes = (0..<5_000).map { "once \(job) \($0)" }
            for code in 0..<20 { codes += [String](repeating: "often \(code)", count: 20) }
            codes.shuffle(using: &generator)
            for code in codes { rows[code, default: 0] += 1 }
            let failed = codes.map { #"{"error":{"code":"\#($0)","message":"m"}}"# }.joined(separator: ",")
            return try space.write(
                #"{"job_id":"j\#(job)","status":"complete","total":\#(codes.count),"results":[\#(failed)]}"#,
                as: "j\(job).json")
        }
        return (files, rows)
    }

    @Test("Rows of codes that are not told apart are not called rows without a code", .seeded)
    func nextSteps() throws {
        var generator = SplitMix64(seed: Seeds.new)
        let space = try Workspace()
        let (files, _) = try Self.dumps(in: space, &generator)
        for format in ["md", "slack", "eml"] {
            let run = try RunningCommand(["report", files[0], "--stdout", format]).finish()
            #expect(run.status == 0 && !run.outputText.contains("no code"), "\(format)")
        }
    }

    @Test("The number of rows of a code that was listed late is a minimum on pages and in messages")
    func minimums() throws {
        let space = try Workspace()
        let codes = (0..<5_000).map { "once_\($0)" } + [String](repeating: "rate_limited", count: 40)
        let failed = codes.map { #"{"error":{"code":"\#($0)","message":"m"}}"# }.joined(separator: ",")
        let file = try space.write(
            #"{"job_id":"j","status":"complete","total":\#(codes.count),"results":[\#(failed)]}"#, as: "j.json")
        for format in ["md", "xhtml", "slack", "teams", "eml", "github"] {
            let run = try RunningCommand(["report", file, "--stdout", format]).finish()
            let text = run.outputText.replacing("=\r\n", with: "").replacing(" rows", with: "")
            #expect(text.contains("at least 40"), "\(format)")
            // In the table of codes, and among the next steps.
            #expect(!["md", "xhtml"].contains(format) || text.split(separator: "at least 40").count > 2, "\(format)")
        }
        try space.write("codes:\n  - code: rate_limited\n    action: retry\n", as: "codes.yml")
        let page = try RunningCommand(["report", file, "--codes", space["codes.yml"], "--stdout", "md"]).finish()
        #expect(page.outputText.contains("Send at least 40 rows again unchanged"), "\(page.outputText.prefix(500))")
    }

    @Test("Frequent codes are kept over all jobs; threads, parts and their merging make no difference", .seeded)
    func overAllJobs() throws {
        let seed = Seeds.new
        var generator = SplitMix64(seed: seed)
        let space = try Workspace()
        let (files, rows) = try Self.dumps(in: space, &generator)
        let whole = try RunningCommand(["summary", "--format", "json", "--threads", "1"] + files).finish().output
        for threads in ["2", "4"] {
            let run = try RunningCommand(["summary", "--format", "json", "--threads", threads] + files).finish()
            #expect(run.output == whole, "seed \(seed), \(threads) threads")
        }
        let parts = try files.enumerated().map { index, file in
            try space.write(
                try RunningCommand(["summary", "--format", "json", file]).finish().output, as: "part\(index).json")
        }
        let first = try space.write(
            try RunningCommand(["merge", parts[0], parts[1]]).finish().output, as: "first.json")
        for inputs in [parts, [first, parts[2]]] {
            #expect(try RunningCommand(["merge"] + inputs).finish().output == whole, "seed \(seed), \(inputs)")
        }

        let document = try parsed(whole)
        let lists =
            try #require(document["jobs"] as? [[String: Any]]).map { $0["failed_by_code"] }
            + [try #require(document["totals"] as? [String: Any])["failed_by_code"]]
        for list in lists {
            let codes = try #require(list as? [[String: Any]])
            let isTotal = lists.count == 4 && codes.first?["first_row"] == nil
            #expect(codes.count == 4097 && codes.last?["other"] as? Bool == true, "seed \(seed)")
            let sum = codes.reduce(0) { $0 + ($1["rows"] as? Int ?? 0) }
            #expect(sum == rows.values.reduce(0, +) / (isTotal ? 1 : 3), "seed \(seed)")
            for code in codes.dropLast() {
                let name = try #require(code["code"] as? String)
                let (found, isAtLeast) = (code["rows"] as? Int ?? 0, code["rows_at_least"] as? Bool ?? false)
                let exact = (rows[name] ?? 0) / (isTotal || name.hasPrefix("once") ? 1 : 3)
                #expect(found == exact || isAtLeast && found < exact, "seed \(seed), \(name)")
            }
            let often = codes.count { ($0["code"] as? String)?.hasPrefix("often") == true }
            #expect(often == 20, "seed \(seed)")
        }
    }

    @Test("No output claims that its list of codes is complete", .seeded, arguments: Seeds.and(new: 1))
    func words(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let space = try Workspace()
        let (files, _) = try Self.dumps(in: space, &generator)
        let many = "more than 4,096 different codes"
        let text = try RunningCommand(["summary", files[0]]).finish().outputText
        #expect(text.contains("10 of \(many)") && text.contains("there are \(many)"), "\(text)")
        _ = try RunningCommand(["report", files[0], "-o", space["one"], "--formats", "md,xhtml,csv"]).finish()
        _ = try RunningCommand(["report"] + files + ["-o", space["all"], "--formats", "md,xhtml,csv"]).finish()
        for name in ["one/report.md", "one/report.xhtml", "all/index.md", "all/index.xhtml"] {
            let page = try space.text(name)
            #expect(page.contains("with \(many)."), "\(name)")
            #expect(page.contains("20 of more than 4,096 codes; more are in"), "\(name)")
            #expect(page.contains("more than 4,076 other codes"), "\(name)")
            #expect(!page.contains("4,097 codes") && !page.contains("4,077 other codes"), "\(name)")
        }
        let lines = try space.text("one/codes.csv").split(separator: "\r\n")
        #expect(lines.first?.hasSuffix(",rows_at_least") == true && lines.count == 4098)
        #expect(lines.contains { $0.hasPrefix("j0,once") && $0.hasSuffix(",m,true") })

        let compared = try RunningCommand(["compare", files[0], files[1]]).finish().outputText
        #expect(compared.contains("There are \(many)") && compared.contains("50 of \(many)"), "\(compared)")
        let json = try parsed(
            try RunningCommand(["compare", files[0], files[1], "--format", "json"]).finish().output)
        let codes = try #require(json["codes"] as? [[String: Any]]).filter { $0["other"] == nil }
        #expect(codes.allSatisfy { ["undecided", "still-failing"].contains($0["change"] as? String) })
        for code in codes where code["change"] as? String == "undecided" {
            let side = code["before"] as? Int == 0 ? "before_exact" : "after_exact"
            #expect(code[side] as? Bool == false, "\(code)")
        }
        let drafted = try RunningCommand(["codes"] + files).finish().outputText
        #expect(drafted.contains("there are \(many)") && drafted.contains("# at least "), "\(drafted.suffix(300))")
    }
}
