import Foundation
import TestSupport
import Testing

/// Responses to bulk updates and bulk deletes are jobs of a second kind, in every command.
struct BulkJobTests {
    private func run(
        _ arguments: [String], in space: Workspace, environment: [String: String] = [:]
    ) throws -> CommandResult {
        try RunningCommand(arguments, input: .nothing, folder: space.path, environment: environment).finish()
    }

    private static func row(_ number: Int, _ rest: String) -> String {
        #"{"id":"0e97c4d8-5b32-4a6f-bd80-\#(String(format: "%012d", number))",\#(rest)}"#
    }

    private static func dump(_ rows: [String], _ summary: String) -> String {
        #"{"results":[\#(rows.enumerated().map { row($0 + 1, $1) }.joined(separator: ","))],"summary":\#(summary)}"#
    }

    private static let ok = #""status":"ok","record":{"email":"a@example.com"}"#
    private static let failed = #""status":"error","error":{"code":"gone","message":"No record has this id"}"#
    private static let first = dump([ok, failed, ok, failed], #"{"total":4,"succeeded":2,"failed":2}"#)
    private static let second = dump([ok, ok, ok, failed], #"{"total":4,"succeeded":3,"failed":1}"#)

    private func job(_ arguments: String..., in space: Workspace) throws -> [String: Any] {
        let run = try run(["summary", "--format", "json"] + arguments, in: space)
        return try #require((try parsed(run.output)["jobs"] as? [[String: Any]])?.first, "\(run)")
    }

    @Test("The outcome of a row depends on its status and its error")
    func outcomes() throws {
        let space = try Workspace()
        let rows = [
            Self.ok, Self.failed, #""status":"error""#, #""status":"skipped""#, #""error":null"#, #""status":5"#,
            #""status":"ok","error":{"code":"late"}"#, #""status":null,"error":{"code":"gone"}"#,
            #""status":"error","status":"ok","record":1,"record":2,"extra":true"#,
        ]
        try space.write(Self.dump(rows, #"{"total":10,"succeeded":"2","failed":4,"x":1}"#), as: "d.json")
        let run = try importAudit("report", "d.json", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let outcomes = try space.text("o/rows.csv").split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",")[1]
        }
        #expect(
            outcomes == [
                "applied", "failed", "failed", "unclassified", "unclassified", "unclassified", "failed", "failed",
                "applied",
            ])
        let job = try job("d.json", in: space)
        #expect(job["kind"] as? String == "bulk" && job["job_id"] is NSNull && job["status"] is NSNull)
        let counts = try #require(job["rows"] as? [String: Any])
        #expect(
            ["seen", "created", "existing", "failed", "unclassified", "missing", "applied"].map { counts[$0] as? Int }
                == [9, 0, 0, 4, 3, 1, 2])
        let reported = try #require(job["reported"] as? [String: Any])
        #expect(reported["processed"] is NSNull && reported["succeeded"] is NSNull && reported["failed"] as? Int == 4)
        let findings = try #require(job["findings"] as? [[String: Any]])
        #expect(
            findings.map { "\($0["id"] ?? "") \($0["count"] ?? "")" } == [
                "rows-missing 1", "row-contradictory 1", "row-unclassified 3", "failed-without-code 1", "wrong-type 2",
                "unknown-field 2", "duplicate-key 2",
            ])
    }

    @Test("A dump that is cut off is salvaged, and its record is not read as more")
    func cutOff() throws {
        let space = try Workspace()
        for cut in 60..<Self.first.utf8.count - 1 where cut % 7 == 0 {
            try space.write(Array(Self.first.utf8.prefix(cut)), as: "d.json")
            let run = try importAudit("summary", "--format", "json", "d.json", folder: space.path)
            #expect(run.status == 65, "\(cut)")
            guard let job = (try parsed(run.output)["jobs"] as? [[String: Any]])?.first else { continue }
            let rows = try #require(job["rows"] as? [String: Any])
            let whole = Self.first.prefix(cut).components(separatedBy: "}},").count - 1
            #expect(rows["seen"] as? Int ?? -1 >= whole, "\(cut)")
            #expect(rows["unclassified"] as? Int == 0 && rows["created"] as? Int == 0, "\(cut)")
        }
    }

    @Test("Every output shows applied rows where there is a bulk job, and created ones where there is an import")
    func outputs() throws {
        let space = try Workspace()
        try space.write(Self.first, as: "in/bulk.json")
        try space.write(jobDump("import"), as: "more/import.json")
        for (inputs, folder, hasImport) in [(["in"], "one", false), (["in", "more"], "both", true)] {
            let run = try self.run(
                ["report"] + inputs + ["-o", folder, "--formats", "md,csv,xhtml,json,xlsx"], in: space)
            #expect(run.status == 0, "\(run)")
            let names = try #require(space.names(in: folder))
            let page = names.contains("index.md") ? "index" : "report"
            let text = try space.text("\(folder)/\(page).md")
            #expect(text.contains("| Applied | 2 |"), "\(text)")
            #expect(text.contains("| Created |") == hasImport)
            let valid = try importAudit("validate", space["\(folder)/\(page).xhtml"])
            #expect(valid.status == 0, "\(valid)")
            #expect(try space.text("\(folder)/\(page).xhtml").contains("rect class=\"applied\""))
            let summary = try self.run(["summary"] + inputs, in: space)
            #expect(summary.outputText.contains("    applied       2"), "\(summary)")
            #expect(summary.outputText.contains("kind      bulk update or delete"), "\(summary)")
            // The written summary is read back unchanged.
            let merged = try self.run(["merge", "\(folder)/summary.json", "-o", "\(folder)-merged"], in: space)
            #expect(merged.status == 0, "\(merged)")
            if page == "index" {
                #expect(try space.bytes("\(folder)-merged/summary.json") == space.bytes("\(folder)/summary.json"))
                #expect(try space.text("\(folder)/jobs.csv").contains("report.xhtml,2\r\n"))
            }
        }
        let plain = try importAudit("summary", "more", folder: space.path)
        #expect(!plain.outputText.contains("applied"), "\(plain)")
    }

    @Test("check applies rules to it: a complete answer counts as complete, and its failed rows count")
    func check() throws {
        let space = try Workspace()
        try space.write(Self.first, as: "d.json")
        try space.write(Array(Self.first.utf8.dropLast(9)), as: "cut.json")
        let run = { (arguments: String...) in try self.run(["check"] + arguments, in: space).status }
        #expect(try run("d.json", "--require-complete", "--max-failed", "50%") == 0)
        #expect(try run("d.json", "--max-failed", "49%") == 1)
        #expect(try run("d.json", "--fail-on", "warning") == 0)
        #expect(try run("cut.json", "--require-complete") != 0)
        let codes = try importAudit("codes", "d.json", folder: space.path)
        #expect(codes.status == 0 && codes.outputText.contains("gone"), "\(codes)")
    }

    @Test("compare says which rows were applied the second time; an import is not the same rows")
    func compare() throws {
        let space = try Workspace()
        try space.write(Self.first, as: "a.json")
        try space.write(Self.second, as: "b.json")
        let import4 = #"{"job_id":"i","status":"complete","total":4,"results":[{"created":true}]}"#
        try space.write(import4, as: "import.json")
        let run = try importAudit("compare", "a.json", "b.json", "--format", "json", folder: space.path)
        let rows = try #require(try parsed(run.output)["row_by_row"] as? [String: Any], "\(run)")
        let outcomes = try #require(rows["outcomes"] as? [String: [String: Int]])
        #expect(outcomes["applied"] == ["applied": 2, "created": 0, "existing": 0, "failed": 0, "unclassified": 0])
        #expect(outcomes["failed"] == ["applied": 1, "created": 0, "existing": 0, "failed": 1, "unclassified": 0])
        #expect((rows["fixed"] as? [String: Any])?["rows"] as? Int == 1)
        let text = try importAudit("compare", "a.json", "b.json", folder: space.path)
        #expect(text.outputText.contains("applied"), "\(text)")
        let other = try importAudit("compare", "a.json", "import.json", "--format", "json", folder: space.path)
        #expect(try parsed(other.output)["row_by_row"] is NSNull, "\(other)")
    }

    @Test("Copies of one answer are one job, and rows that are read fast are the same")
    func copiesAndKernels() throws {
        let space = try Workspace()
        let many = Self.dump(
            (0..<5000).map { $0 % 9 == 0 ? Self.failed : #""status":"ok""# },
            #"{"total":5000,"succeeded":4444,"failed":556}"#)
        try space.write(many, as: "in/a.json")
        try space.write(many, as: "in/b.json")
        let fast = try importAudit("summary", "--sha256", "--format", "json", "in", folder: space.path)
        let jobs = try #require(try parsed(fast.output)["jobs"] as? [[String: Any]])
        #expect(jobs.count == 1, "\(fast)")
        #expect((jobs.first?["rows"] as? [String: Any])?["applied"] as? Int == 4444)
        #expect((jobs.first?["findings"] as? [[String: Any]])?.isEmpty == true || jobs.first?["superseded"] != nil)
        let strict = try importAudit(
            "summary", "--sha256", "--format", "json", "in", folder: space.path,
            environment: ["IMPORT_AUDIT_KERNEL": "none"])
        #expect(fast.output == strict.output)
    }

    /// Shapes learned from the rows of one response must not hide the kind of the next one.
    @Test("Consecutive answers keep their own kind, even without a summary")
    func logs() throws {
        let space = try Workspace()
        let rows = (0..<40).map { Self.row($0, #""status":"ok""#) }.joined(separator: ",")
        let bare = #"{"results":[\#(rows)]}"#
        let lines = [
            Self.first, bare, bare.replacing("1,", with: "1 ,"), jobDump("i"), bare.replacing("[", with: "[ "),
        ]
        try space.write(lines.joined(separator: "\n"), as: "d.jsonl")
        let found = try importAudit("summary", "--format", "json", "d.jsonl", folder: space.path)
        let jobs = try #require(try parsed(found.output)["jobs"] as? [[String: Any]], "\(found)")
        #expect(jobs.map { $0["kind"] as? String } == ["bulk", "bulk", "bulk", "import", "bulk"])
        #expect(jobs.map { ($0["rows"] as? [String: Any])?["applied"] as? Int } == [2, 40, 40, 0, 40])
    }

    /// In an import dump, a member that only bulk jobs have is a field that the API does not define.
    @Test("An import stays an import, whatever else its rows contain")
    func imports() throws {
        let space = try Workspace()
        let row = #"{"created":true,"status":"ok","record":{}}"#
        let members = [
            #""job_id":"j""#, #""status":"complete""#, #""total":1"#, #""results":[\#(row)]"#, #""summary":{"y":"x"}"#,
        ]
        for shift in 0..<5 {
            let order = members[shift...] + members[..<shift]
            try space.write("{\(order.joined(separator: ","))}", as: "d.json")
            let job = try job("d.json", in: space)
            #expect(job["kind"] as? String == "import")
            #expect((job["rows"] as? [String: Any])?["created"] as? Int == 1)
            let findings = try #require(job["findings"] as? [[String: Any]])
            #expect(findings.map { "\($0["id"] ?? "") \($0["count"] ?? "")" } == ["unknown-field 3"], "\(order)")
        }
    }
}
