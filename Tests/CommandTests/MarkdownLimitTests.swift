import Foundation
import TestSupport
import Testing

/// `--markdown-limit`: Markdown pages that stay below a size limit.
struct MarkdownLimitTests {
    static let limits = [1000, 1300, 2000, 4000, 10_000, 30_000, 65_536]

    /// Writes dumps, each of which is large in one way.
    private static func writeDumps(to space: Workspace) throws -> [String] {
        try space.write(WorstCase.job(of: "$", id: "<@x|*_`#1", fieldLength: 20_000), as: "in/worst.json")
        try space.write(
            #"{"job_id":"x","status":"failed","error":{"code":"c","message":"a|b\nc"},"total":9223372036854775807}"#,
            as: "in/failed.json")
        let dumps = [space["in/worst.json"], space["in/failed.json"]]
        return dumps + ["many-failures", "hostile", "non-latin", "truncated", "repeated-ids"].map(Repository.sample)
    }

    @Test("Reports: small enough, with their verdict and complete tables, and a note about anything left out")
    func reports() throws {
        let space = try Workspace()
        var pages: [String] = []
        for (number, dump) in try Self.writeDumps(to: space).enumerated() {
            let whole = try report(dump, to: "o\(number)", in: space, [])
            let sentence = try #require(whole.split(separator: "\n").first { $0.hasPrefix("**") })
            #expect(!whole.contains("Shortened to"))
            for limit in Self.limits {
                let folder = "o\(number)-\(limit)"
                let page = try report(dump, to: folder, in: space, ["--markdown-limit", "\(limit)"])
                #expect(page.utf8.count <= limit, "\(dump) at \(limit): \(page.utf8.count)")
                #expect(page.split(separator: "\n").contains(sentence), "\(dump) at \(limit)")
                let mark = "_Shortened to at most "
                let isShortened = page.contains(mark)
                #expect(isShortened == (page != whole), "\(dump) at \(limit)")
                #expect(isShortened == (whole.utf8.count > limit), "\(dump) at \(limit)")
                if isShortened { #expect(page.contains("The rest is in summary.json"), "\(page)") }
                pages.append(space["\(folder)/report.md"])
            }
        }
        try expectWholeTables(pages)
    }

    @Test("Overviews, with a codes file and many rules")
    func overviews() throws {
        let space = try Workspace()
        _ = try Self.writeDumps(to: space)
        for name in Repository.samples {
            try space.write(Repository.bytes("Samples/\(name).json"), as: "in/\(name).json")
        }
        for number in 0..<150 {
            try space.write(
                #"{"job_id":"\#(number) <&@$|`*","status":"complete","total":3,"results":[{"error":{"code":"$\#(number)"}}"#,
                as: "in/more-\(number).json")
            try space.write("[\(number)]", as: "in/none-\(number).json")
        }
        try space.write(WorstCase.codesFile, as: "codes.yml")
        try space.write(WorstCase.rulesFile, as: "rules.yml")
        let known = ["--codes", space["codes.yml"], "--as-of", "2026-06-30", "--rules", space["rules.yml"]]
        var pages: [String] = []
        var sizes: [Int] = []
        for limit in [1000, 2000, 10_000, 65_536] {
            let run = try RunningCommand(
                ["report", space["in"], "-o", space["o"], "--formats", "md,json", "--markdown-limit", "\(limit)"]
                    + known
            ).finish()
            #expect(run.status == 65, "\(run)")
            let page = try space.text("o/index.md")
            #expect(page.utf8.count <= limit)
            #expect(page.contains("**Jobs do not add up.** Of 167 jobs, "), "\(page)")
            #expect(page.contains("_Shortened to at most ") && page.contains("The rest is in summary.json."), "\(page)")
            sizes.append(page.utf8.count)
            try space.write(page, as: "index-\(limit).md")
            pages.append(space["index-\(limit).md"])
        }
        #expect(sizes == sizes.sorted())
        try expectWholeTables(pages)
    }

    @Test("Another limit makes other pages: nothing counts as unchanged")
    func changes() throws {
        let space = try Workspace()
        for name in ["sync", "many-failures"] {
            try space.write(Repository.bytes("Samples/\(name).json"), as: "in/\(name)")
        }
        func run(_ more: String...) throws -> [String: [UInt8]] {
            let run = try RunningCommand(["report", space["in"], "-o", space["o"]] + more).finish()
            #expect(run.status == 0, "\(run)")
            return try space.files(in: "o/jobs/9e299f7a-ab2b-4cd0-90a0-4f90900c78a9")
        }
        let whole = try run()
        let short = try run("--markdown-limit", "2000")
        #expect(short["report.md"]?.count ?? .max <= 2000)
        #expect(short.filter { $0.key != "report.md" } == whole.filter { $0.key != "report.md" })
        #expect(try run() == whole)
    }

    @Test("The overview of a merge")
    func merge() throws {
        let space = try Workspace()
        let dumps = try Self.writeDumps(to: space)
        _ = try report(dumps[0], to: "a", in: space, [])
        for limit in [1000, 3000, 1_000_000] {
            let folder = space["m\(limit)"]
            let run = try RunningCommand(
                ["merge", space["a/summary.json"], "-o", folder, "--markdown-limit", "\(limit)"]
            ).finish()
            let page = try String(contentsOfFile: "\(folder)/index.md", encoding: .utf8)
            #expect(run.status == 0 && page.utf8.count <= limit, "\(run)")
            #expect(page.contains("_Shortened to at most ") == (limit < 1_000_000))
        }
        #expect(try RunningCommand(["merge", "x", "-o", "y", "--markdown-limit", "999"]).finish().status == 64)
    }

    @Test("An invalid or too small size is a usage error", arguments: ["999", "0", "-1", "1e6", "", "+2000", "64k"])
    func usage(limit: String) throws {
        let space = try Workspace()
        let run = try importAudit(
            "report", Repository.sample("sync"), "-o", space["o"], "--markdown-limit=\(limit)")
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("--markdown-limit"), "\(run)")
        #expect(space.names(in: "o") == nil)
    }

    @Test(
        "A user's own template that is too large whatever is left out is 73 with file, size and limit", .needs(.python))
    func ownTemplate() throws {
        let space = try Workspace()
        _ = try report(Repository.sample("sync"), to: "o", in: space, [])
        let before = try space.files(in: "o")
        let padding = WorstCase.times("x", 3000)
        for (text, says) in [
            ("\(padding) {{#shortening}}{{sentence}}{{/shortening}}", "even with everything optional left out"),
            (
                "{{#failures.listing.codes}}{{#messages}}\(WorstCase.times("x", 500))\n{{/messages}}{{/failures.listing.codes}}",
                "{{#shortening}}"
            ),
        ] {
            try space.write(text, as: "own/report.md.mustache")
            let run = try importAudit(
                "report", Repository.sample("many-failures"), "-o", space["o"], "--templates", space["own"],
                "--markdown-limit", "2000")
            #expect(run.status == 73, "\(run)")
            for part in ["own/report.md.mustache: its output is ", "2,000 bytes (--markdown-limit)", says] {
                #expect(run.errorText.contains(part), "\(part): \(run)")
            }
            #expect(try space.files(in: "o") == before)
        }
        // A template whose page can be made small enough is accepted.
        try space.write(
            "{{#shortening}}{{sentence}}{{/shortening}}{{#parts.messages}}\(padding){{/parts.messages}}",
            as: "own/report.md.mustache")
        let page = try report(
            Repository.sample("many-failures"), to: "o", in: space,
            ["--templates", space["own"], "--markdown-limit", "2000"])
        #expect(page.hasPrefix("Shortened to at most 2,000 bytes. Left out: "), "\(page)")
    }

    /// Makes a report and returns it.
    private func report(
        _ dump: String, to folder: String, in space: Workspace, _ more: [String]
    ) throws -> String {
        let run = try RunningCommand(
            ["report", dump, "-o", space[folder], "--formats", "md,json"] + more
        ).finish()
        #expect([0, 65].contains(run.status), "\(run)")
        return try space.text("\(folder)/report.md")
    }

    private func expectWholeTables(_ pages: [String]) throws {
        let result = try Python.run("Tests/Checkers/markdown_tables.py", pages)
        #expect(result.status == 0 && result.output.isEmpty, "\(result)")
    }
}
