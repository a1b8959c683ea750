import Foundation
import TestSupport
import Testing

/// The files that `report` writes, and the files that it leaves alone.
struct ReportFilesTests {
    @Test("Two runs give the same bytes, from whatever folder", arguments: ["hostile", "many-failures", "truncated"])
    func sameBytes(name: String) throws {
        let space = try Workspace()
        try space.write(try Repository.bytes("Samples/\(name).json"), as: "in/dump.json")
        let first = try importAudit("report", "in/dump.json", "-o", "a", folder: space.path)
        let second = try importAudit(
            "report", "in/dump.json", "-o", "b/c/d", folder: space.path,
            environment: ["TZ": "Asia/Kathmandu", "LC_ALL": "C"])
        #expect(first.status == second.status, "\(first)\n\(second)")
        #expect(try space.files(in: "a") == space.files(in: "b/c/d"))
        // From another working directory, only the name of the input changes.
        let third = try importAudit("report", "../in/dump.json", "-o", "../e", folder: space["a"])
        #expect(third.status == first.status, "\(third)")
        for name in ["rows.csv", "failures.csv", "codes.csv"] {
            #expect(try space.bytes("a/\(name)") == space.bytes("e/\(name)"))
        }
        #expect(
            try space.text("e/report.md").replacing("../in/dump.json", with: "in/dump.json")
                == space.text("a/report.md"))
    }

    @Test("The default folder is audit, and a second run replaces its files")
    func defaultFolder() throws {
        let space = try Workspace()
        let first = try importAudit("report", Repository.sample("sync"), folder: space.path)
        #expect(first.status == 0, "\(first)")
        #expect(space.names(in: "audit") == reportFolder)
        try space.write("mine", as: "audit/notes.txt")
        let second = try importAudit("report", Repository.sample("clean-async"), folder: space.path)
        #expect(second.status == 0, "\(second)")
        #expect(space.names(in: "audit") == (reportFolder + ["notes.txt"]).sorted())
        #expect(try space.text("audit/notes.txt") == "mine")
        #expect(try space.text("audit/report.md").contains("7291a562-6bd7-42c5-8c27-f197d45d8c4d"))
    }

    static let formatLists: [(list: String, files: [String])] = [
        ("md", ["report.md"]), ("csv", ["codes.csv", "failures.csv", "rows.csv"]), ("xhtml", ["report.xhtml"]),
        ("json", ["summary.json"]), ("json,md", ["report.md", "summary.json"]),
        ("xhtml,csv", ["codes.csv", "failures.csv", "report.xhtml", "rows.csv"]),
        ("md,xhtml", ["report.md", "report.xhtml"]),
        ("json,csv,xhtml,md", reportFiles), ("md,md", ["report.md"]),
        ("xlsx", ["report.xlsx"]), ("xlsx,md", ["report.md", "report.xlsx"]),
    ]

    @Test("--formats writes exactly those files, and the pages name no others", arguments: formatLists)
    func formats(list: String, files: [String]) throws {
        let space = try Workspace()
        let run = try importAudit("report", Repository.sample("many-failures"), "-o", space["o"], "--formats", list)
        #expect(run.status == 0, "\(run)")
        #expect(space.names(in: "o") == (files + ["manifest.jsonl"]).sorted())
        for page in ["report.md", "report.xhtml"] where files.contains(page) {
            let text = try space.text("o/\(page)")
            for name in reportFiles + ["report.xlsx"] where name != page {
                #expect(text.contains(name) == files.contains(name), "\(name) in \(page)")
            }
        }
    }

    @Test("Standard input is an input like any other")
    func standardInput() throws {
        let space = try Workspace()
        let bytes = try Repository.bytes("Samples/many-failures.json")
        let run = try importAudit("report", "-", "-o", space["o"], input: .bytes(bytes))
        #expect(run.status == 0, "\(run)")
        _ = try importAudit("report", Repository.sample("many-failures"), "-o", space["file"])
        for name in ["rows.csv", "failures.csv", "codes.csv"] {
            #expect(try space.bytes("o/\(name)") == space.bytes("file/\(name)"))
        }
        #expect(try space.text("o/report.md").contains("| Source | standard input |"))
        let summary = try importAudit("summary", "-", input: .bytes(bytes))
        #expect(summary.outputText.hasPrefix("standard input\n"), "\(summary)")
    }

    @Test("Cells are guarded, and --csv-raw turns that off")
    func csvRaw() throws {
        let space = try Workspace()
        for options in [[], ["--csv-raw"]] {
            let run = try RunningCommand(
                ["report", Repository.sample("hostile"), "-o", space["o"], "--formats", "csv"] + options
            ).finish()
            #expect(run.status == 0, "\(run)")
            #expect(try space.text("o/rows.csv").contains(",'@SUM(1),") == options.isEmpty)
            #expect(try space.text("o/rows.csv").contains(",@SUM(1),") == !options.isEmpty)
        }
    }

    @Test("--strict refuses a dump that is cut off or broken, and leaves the old files")
    func strict() throws {
        let space = try Workspace()
        _ = try importAudit("report", Repository.sample("sync"), "-o", space["o"])
        let before = try space.files(in: "o")
        let run = try importAudit("report", "--strict", Repository.sample("truncated"), "-o", space["o"])
        #expect(run.status == 65, "\(run)")
        #expect(run.errorText.contains("refused because of --strict"), "\(run)")
        #expect(try space.files(in: "o") == before)
        let fresh = try importAudit("report", "--strict", Repository.sample("truncated"), "-o", space["new"])
        #expect(fresh.status == 65, "\(fresh)")
        #expect(space.names(in: "new") == nil)
        let whole = try importAudit("report", "--strict", Repository.sample("sync"), "-o", space["o"])
        #expect(whole.status == 0, "\(whole)")
        let summary = try importAudit("summary", "--strict", "--format", "json", Repository.sample("truncated"))
        #expect(summary.status == 65, "\(summary)")
        #expect((try parsed(summary.output)["jobs"] as? [Any])?.isEmpty == true)
    }

    @Test("Several inputs make one summary, in their order; one that cannot be read does not stop the others")
    func severalInputs() throws {
        let space = try Workspace()
        let inputs = ["sync", "error-body", "truncated", "clean-async"].map { Repository.sample($0) }
        let run = try RunningCommand(["summary", "--format", "json"] + inputs + [space["none.json"]]).finish()
        #expect(run.status == 66, "\(run)")
        #expect(run.errorText == "import-audit: \(space["none.json"]): No such file or directory\n")
        let document = try parsed(run.output)
        let jobs = try #require(document["jobs"] as? [[String: Any]])
        #expect(jobs.map { $0["source"] as? String } == [inputs[0], inputs[2], inputs[3]])
        let unreadable = try #require(document["unreadable"] as? [[String: Any]])
        #expect(unreadable.map { $0["source"] as? String } == [inputs[1], space["none.json"]])
        let totals = try #require(document["totals"] as? [String: Any])
        #expect(totals["jobs"] as? Int == 3)
        #expect((totals["rows"] as? [String: Any])?["seen"] as? Int == 12 + 39 + 42)
        let text = try RunningCommand(["summary"] + inputs).finish()
        #expect(text.status == 65, "\(text)")
        #expect(text.outputText.contains("All 4 inputs\n  jobs      3 jobs: 3 complete\n  not read  1\n"), "\(text)")
    }

    @Test("Totals that overflow do no harm")
    func hugeTotals() throws {
        let space = try Workspace()
        let dump = try space.write(
            #"{"job_id":"j","status":"complete","total":9223372036854775807,"results":[]}"#, as: "huge.json")
        let run = try importAudit("summary", dump, dump)
        #expect(run.status == 0, "\(run)")
        let zero = try space.write(#"{"job_id":"j","status":"complete","total":0,"results":[]}"#, as: "zero.json")
        let report = try importAudit("report", zero, "-o", space["o"])
        #expect(report.status == 0, "\(report)")
    }
}

/// `--csv-bom`: a byte order mark at the very beginning of every CSV file, and nowhere else.
struct ByteOrderMarkTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func csvFiles(_ tree: [String: [UInt8]]) -> [String: [UInt8]] {
        tree.filter { $0.key.hasSuffix(".csv") }
    }

    @Test("Every CSV file of reports and overviews differs by the mark alone", arguments: [[], ["--csv-raw"]])
    func everyFile(options: [String]) throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        // The id comes after the rows, so the file is rewritten.
        try space.write(#"{"results":[{"error":{"code":"=é","message":"m"}}],"job_id":"late"}"#, as: "in/late.json")
        for (folder, more) in [("plain", []), ("marked", ["--csv-bom"])] {
            let run = try RunningCommand(["report", "in", "-o", folder] + options + more, folder: space.path).finish()
            #expect(run.status == 0, "\(run)")
        }
        let plain = csvFiles(try space.tree("plain"))
        let marked = csvFiles(try space.tree("marked"))
        #expect(plain.count > 30 && marked.count == plain.count)
        for (name, bytes) in plain { #expect(marked[name] == Self.mark + bytes, "\(name)") }
        try space.shell(
            "python3 -c 'import csv; [next(csv.DictReader(open(\"marked/\" + n, encoding=\"utf-8-sig\", newline=\"\")))"
                + "[\"job_id\"] for n in (\"jobs.csv\", \"codes.csv\", \"failures.csv\")]'")
    }

    @Test("merge has the mark too, and a choice of it makes report do everything again")
    func mergeAndManifest() throws {
        let space = try Workspace()
        try space.makeJobs(5, in: "in")
        _ = try importAudit("report", "in", "-o", "o", folder: space.path)
        let again = try importAudit("report", "in", "-o", "o", "--csv-bom", folder: space.path)
        #expect(again.status == 0 && again.errorText.contains("with other options"), "\(again)")
        let merged = try importAudit("merge", "o/summary.json", "-o", "m", "--csv-bom", folder: space.path)
        #expect(merged.status == 0, "\(merged)")
        for name in ["jobs.csv", "codes.csv"] {
            let bytes = try space.bytes("m/\(name)")
            #expect(bytes.starts(with: Self.mark) && !bytes.dropFirst(3).starts(with: Self.mark), "\(name)")
        }
    }
}

/// Files so large that a separate thread writes them.
struct LargeFileTests {
    private static let rowCount = 120_000

    /// - Parameter outcomes: returns the outcome of a row by its number.
    private static func results(_ outcomes: (Int) -> String) -> String {
        (1...rowCount).map {
            #"{"id":"abe72624-edce-4501-ae6b-\#(100_000_000_000 + $0)","\#(outcomes($0))":true}"#
        }
        .joined(separator: ",")
    }

    @Test("Every row is in rows.csv, in order, with the id that the job turns out to have")
    func jobIDBehindTheRows() throws {
        let space = try Workspace()
        let rows = Self.results { $0 % 3 == 0 ? "existing" : "created" }
        let dump = #"{"status":"complete","total":120000,"results":[\#(rows)],"job_id":"the job"}"#
        let run = try importAudit(
            "report", try space.write(dump, as: "dump.json"), "-o", space["o"], "--formats", "csv")
        #expect(run.status == 0, "\(run)")
        try expectRows(in: space, job: "the job") { $0 % 3 == 0 ? "existing" : "created" }
    }

    @Test("If results occur twice, the first are discarded, however many there were")
    func resultsTwice() throws {
        let space = try Workspace()
        let (first, second) = (Self.results { _ in "existing" }, Self.results { _ in "created" })
        let dump = #"{"job_id":"j","status":"complete","total":120000,"results":[\#(first)],"results":[\#(second)]}"#
        let run = try importAudit(
            "report", try space.write(dump, as: "dump.json"), "-o", space["o"], "--formats", "csv")
        #expect(run.status == 0, "\(run)")
        try expectRows(in: space, job: "j") { _ in "created" }
    }

    private func expectRows(in space: Workspace, job: String, outcome: (Int) -> String) throws {
        let lines = try space.text("o/rows.csv").split(separator: "\r\n")
        #expect(lines.count == Self.rowCount + 1)
        let wrong = lines.dropFirst().enumerated().first { index, line in
            let row = index + 1
            return line != "\(job),\(row),\(outcome(row)),abe72624-edce-4501-ae6b-\(100_000_000_000 + row),,,"
        }
        #expect(wrong == nil, "\(String(describing: wrong))")
    }
}
