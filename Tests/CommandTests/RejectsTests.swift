import Foundation
import TestSupport
import Testing

/// `rejects` as users run it. `Tests/Oracle/rejects.py` compares what it hands back record by record.
@Suite struct RejectsTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
        try folder.write(Self.contacts, as: "contacts.csv")
        try folder.write(Self.job(), as: "job.json")
    }

    static let contacts =
        "Name,Email\r\nAda,ada@x.example\r\n\"Bo, \"\"B\"\"\",bo@@x\r\n\"C\r\nD\",cd@x.example\r\nEve,eve@@x\r\n"

    static func job(total: Int = 4, id: String = "6f0c3a52-0000-4000-8000-000000000001") -> String {
        """
        {"job_id":"\(id)","status":"complete","total":\(total),"results":[
        {"id":"00000000-0000-4000-8000-000000000001","created":true},
        {"error":{"code":"invalid_email","message":"'bo@@x' is no address"}},
        {"id":"00000000-0000-4000-8000-000000000003","existing":true},
        {"error":{"code":"rate_limited","message":"too many requests"}}]}
        """
    }

    private func rejects(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["rejects"] + arguments, folder: folder.path)
    }

    @Test("Failed rows come back as they were sent, preceded by their results")
    func handsBack() throws {
        let run = try rejects("job.json", "--source", "contacts.csv")
        #expect(run.status == 0, "\(run)")
        let head = "import_source_row,import_job_id,import_row,import_outcome,import_error_code,import_error_message,"
        let id = "6f0c3a52-0000-4000-8000-000000000001"
        #expect(
            try folder.text("rejects/rejects.csv")
                == "\(head)Name,Email\r\n2,\(id),2,failed,invalid_email,'bo@@x' is no address,\"Bo, \"\"B\"\"\",bo@@x\r\n"
                + "4,\(id),4,failed,rate_limited,too many requests,Eve,eve@@x\r\n")
        #expect(try folder.text("rejects/no-result.csv") == "\(head)Name,Email\r\n")
        #expect(run.outputText.hasPrefix("4 rows sent = 2 succeeded + 2 rejects + 0 without a result.\n"), "\(run)")
        #expect(run.outputText.contains("The one quoted value is in its row."), "\(run)")
    }

    @Test("No other command removes rejects, or the map that the next try needs")
    func otherCommands() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv", "-o", "o").status == 0)
        let before = try folder.files(in: "o")
        try folder.shell("cp -r o copy")
        #expect(try importAudit("report", "job.json", "-o", "first", folder: folder.path).status == 0)
        #expect(try importAudit("history", "add", "h.sqlite", "job.json", folder: folder.path).status == 0)
        for arguments in [
            ["report", "job.json"], ["report", "job.json", "first"], ["merge", "first/summary.json"],
            ["history", "report", "h.sqlite"], ["report", "job.json", "--dry-run"],
        ] {
            let run = try importAudit(arguments: arguments + ["-o", "o"], folder: folder.path)
            #expect(run.status == 73 && run.errorText.contains("o has files of rejects"), "\(run)")
            #expect(try folder.files(in: "o") == before)
        }
        let forced = try importAudit("report", "job.json", "-o", "o", "--force", folder: folder.path)
        #expect(forced.status == 0, "\(forced)")
        #expect(folder.names(in: "o")?.contains("report.md") == true)
    }

    @Test("Rejects do not replace a report, whose dump may be gone")
    func report() throws {
        #expect(try importAudit("report", "job.json", "-o", "o", folder: folder.path).status == 0)
        let before = try folder.files(in: "o")
        for options in [[], ["--dry-run"]] {
            let arguments = ["rejects", "job.json", "--source", "contacts.csv", "-o", "o"] + options
            let run = try importAudit(arguments: arguments, folder: folder.path)
            #expect(run.status == 73 && run.errorText.contains("o has a report"), "\(run)")
            #expect(try folder.files(in: "o") == before)
        }
        #expect(try rejects("job.json", "--source", "contacts.csv", "-o", "o", "--force").status == 0)
        #expect(folder.names(in: "o")?.contains("report.md") == false)
    }

    @Test("Plain rejects look as the source does")
    func plain() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv", "--plain").status == 0)
        #expect(
            try folder.text("rejects/rejects.csv")
                == "Name,Email\r\n\"Bo, \"\"B\"\"\",bo@@x\r\nEve,eve@@x\r\n")
    }

    @Test("Each action of the codes file gets a file")
    func byAction() throws {
        try folder.write(
            """
            codes:
              - {code: rate_limited, action: retry, after: 15m, batch: 50, max_tries: 3, owner: ops}
              - {code: other, action: fix-data}
            """, as: "codes.yml")
        let run = try rejects("job.json", "--source", "contacts.csv", "--codes", "codes.yml", "--by-action")
        #expect(run.status == 0, "\(run)")
        #expect(
            folder.names(in: "rejects") == [
                "manifest.jsonl", "no-result.csv", "plan.json", "plan.md", "reasons.csv", "rejects-no-action.csv",
                "rejects-retry.csv",
            ])
        #expect(try folder.text("rejects/rejects-retry.csv").hasSuffix("too many requests,retry,Eve,eve@@x\r\n"))
        #expect(try folder.text("rejects/plan.md").contains("wait 15m, 50 rows at a time, try at most 3 times"))
        #expect(run.outputText.contains("Send 1 row again unchanged, decide about 1 row."), "\(run)")
    }

    @Test("An empty code is no code: the entry for null is about it")
    func emptyCode() throws {
        try folder.write(Self.job().replacing("\"rate_limited\"", with: "\"\""), as: "job.json")
        try folder.write("codes:\n  - {code: null, action: retry}\n", as: "codes.yml")
        let run = try rejects("job.json", "--source", "contacts.csv", "--codes", "codes.yml", "--by-action")
        #expect(run.status == 0, "\(run)")
        #expect(try folder.text("rejects/rejects-retry.csv").hasSuffix("Eve,eve@@x\r\n"))
        let plan = try folder.text("rejects/plan.json")
        #expect(plan.contains("\"code\": null") && !plan.contains("\"code\": \"\""))
    }

    @Test("Each owner of the codes file gets a file, under a name that every file system has")
    func byOwner() throws {
        try folder.write(
            """
            codes:
              - {code: rate_limited, action: retry, owner: ../Ops}
              - {code: other, action: fix-data, owner: .._ops}
              - {code: invalid_email, action: fix-data, owner: no-owner}
            """, as: "codes.yml")
        let run = try rejects("job.json", "--source", "contacts.csv", "--codes", "codes.yml", "--by-owner")
        #expect(run.status == 0, "\(run)")
        let files = ["rejects-_._Ops.csv", "rejects-no-owner-2.csv"]
        #expect(folder.names(in: "rejects")?.filter { $0.hasPrefix("rejects-") } == files)
        #expect(try folder.text("rejects/\(files[0])").hasSuffix("too many requests,retry,Eve,eve@@x\r\n"))
        #expect(try folder.text("rejects/\(files[1])").contains(",fix-data,\"Bo, \"\"B\"\"\",bo@@x\r\n"))
        let plan = try folder.text("rejects/plan.json")
        #expect(files.allSatisfy { plan.contains("\"\($0)\"") })

        try folder.write("codes:\n  - {code: rate_limited, action: retry, owner: Ops}\n", as: "codes.yml")
        let again = try rejects(
            "job.json", "--source", "contacts.csv", "--codes", "codes.yml", "--by-owner", "--batch", "1")
        #expect(again.status == 0, "\(again)")
        #expect(
            folder.names(in: "rejects")?.filter { $0.hasPrefix("rejects-") }
                == ["rejects-Ops-0001.csv", "rejects-no-owner-0001.csv"])

        let both = try rejects(
            "job.json", "--source", "contacts.csv", "--codes", "codes.yml", "--by-owner", "--by-action")
        #expect(both.status == 64)
        #expect(both.errorText.contains("Give --by-action or --by-owner, not both."), "\(both)")
        let none = try rejects("job.json", "--source", "contacts.csv", "--by-owner")
        #expect(none.status == 64 && none.errorText.contains("--by-owner needs --codes"), "\(none)")
    }

    @Test("For a code without an entry, its name may suggest a retry, and that is called a guess")
    func guess() throws {
        let run = try rejects("job.json", "--source", "contacts.csv")
        #expect(run.outputText.contains("Send 1 row again unchanged (a guess by the name of the code)"), "\(run)")
        let plan = try JSONSerialization.jsonObject(with: Data(folder.bytes("rejects/plan.json"))) as? [String: Any]
        let actions = try #require(plan?["actions"] as? [[String: Any]])
        #expect(actions.first?["action"] as? String == "retry")
        #expect(actions.first?["is_guess"] as? Bool == true)
        #expect(try folder.text("rejects/reasons.csv").contains("rate_limited,too many requests,\r\n"))
    }

    @Test("A request body keeps its options in every batch")
    func body() throws {
        try folder.write(
            #"{"options":{"dedupe_by":"email"},"objects":[{"e":"a"},{"e" : "bo@@x"},{"e":"c"},{"e":"d"}],"x":[1]}"#,
            as: "body.json")
        let run = try rejects("job.json", "--source", "body.json", "--batch", "1")
        #expect(run.status == 0, "\(run)")
        #expect(
            try folder.text("rejects/rejects-0001.json")
                == #"{"options":{"dedupe_by":"email"},"objects":[{"e" : "bo@@x"}],"x":[1]}"#)
        #expect(
            try folder.text("rejects/rejects-0002.json")
                == #"{"options":{"dedupe_by":"email"},"objects":[{"e":"d"}],"x":[1]}"#)
    }

    @Test("The API's official client accepts each body that is handed back, and sends it unchanged", .needs(.python))
    func client() throws {
        let objects = (1...7).map { #"{"default":{"name":"Name \#($0)","emails":["e\#($0)@x.example"]},"list":null}"# }
        try folder.write(
            #"{"objects":[\#(objects.joined(separator: ", "))],"options":{"dedupe_by":"emails","caseInsensitive":true}}"#,
            as: "body.json")
        let results = repeatElement(#"{"error":{"code":"x","message":"y"}}"#, count: 7).joined(separator: ",")
        try folder.write(#"{"job_id":"a","status":"complete","total":7,"results":[\#(results)]}"#, as: "all.json")
        #expect(try rejects("all.json", "--source", "body.json", "--batch", "3").status == 0)
        try Python.expectNoFaults("client_bodies.py", (1...3).map { folder["rejects/rejects-000\($0).json"] })
    }

    @Test("More batches than a process may have files open")
    func manyBatches() throws {
        let count = 3000
        let objects = (1...count).map { "{\"n\":\($0)}" }.joined(separator: ",")
        try folder.write("[\(objects)]", as: "rows.json")
        let results = repeatElement(#"{"error":{"code":"x"}}"#, count: count).joined(separator: ",")
        try folder.write(
            "{\"job_id\":\"a\",\"status\":\"complete\",\"total\":\(count),\"results\":[\(results)]}", as: "many.json")
        try folder.shell(
            "ulimit -n 256; '\(RunningCommand.binary)' rejects many.json --source rows.json --batch 1 --quiet")
        #expect(folder.names(in: "rejects")?.count { $0.hasPrefix("rejects-") } == count)
    }

    @Test("Rows that the dump says nothing about are never among the rejects")
    func noResult() throws {
        try folder.write(Self.contacts + "Fay,fay@x.example\r\nGus,gus@x.example\r\n", as: "longer.csv")
        try folder.write(Self.job(total: 6), as: "cut.json")
        let run = try rejects("cut.json", "--source", "longer.csv", "--plain")
        #expect(run.status == 0, "\(run)")
        #expect(try folder.text("rejects/no-result.csv") == "Name,Email\r\nFay,fay@x.example\r\nGus,gus@x.example\r\n")
        #expect(run.outputText.contains("find out what became of 2 rows"), "\(run)")
    }

    @Test("Rows before --first-row belong to no job, and have no result")
    func firstRow() throws {
        let rest = Self.contacts.dropFirst("Name,Email\r\n".count)
        try folder.write("Name,Email\r\nZoe,zoe@x.example\r\n" + rest, as: "longer.csv")
        #expect(try rejects("job.json", "--source", "longer.csv").status == 1)
        let run = try rejects("job.json", "--source", "longer.csv", "--first-row", "2")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.hasPrefix("5 rows sent = 2 succeeded + 2 rejects + 1 without a result.\n"), "\(run)")
        #expect(
            try folder.text("rejects/no-result.csv").hasSuffix("Name,Email\r\n1,,,no-result,,,Zoe,zoe@x.example\r\n"))
        #expect(try folder.text("rejects/rejects.csv").contains("\r\n3,6f0c3a52-0000-4000-8000-000000000001,2,failed,"))
    }

    @Test("Annotated rows say which row became which record")
    func annotated() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv", "--annotated", "--created").status == 0)
        let id = "6f0c3a52-0000-4000-8000-000000000001"
        let first = "1,\(id),1,created,,,00000000-0000-4000-8000-000000000001,Ada,ada@x.example\r\n"
        let third = "3,\(id),3,existing,,,00000000-0000-4000-8000-000000000003,\"C\r\nD\",cd@x.example\r\n"
        let annotated = try folder.text("rejects/annotated.csv")
        #expect(annotated.contains(first) && annotated.contains(third))
        #expect(try folder.text("rejects/created.csv").hasSuffix("Name,Email\r\n" + first + third))
    }

    @Test("Rows that succeeded without an id are among those that succeeded")
    func createdWithoutID() throws {
        try folder.write(
            #"{"job_id":"a","status":"complete","total":4,"results":[{"created":true},{"error":{"code":"x"}},{"existing":true},{"created":true}]}"#,
            as: "mute.json")
        #expect(try rejects("mute.json", "--source", "contacts.csv", "--created").status == 0)
        let created = try folder.text("rejects/created.csv")
        #expect(created.hasSuffix("\r\n3,a,3,existing,,,,\"C\r\nD\",cd@x.example\r\n4,a,4,created,,,,Eve,eve@@x\r\n"))
        #expect(created.contains("\r\n1,a,1,created,,,,Ada,ada@x.example\r\n"))
    }

    @Test("A second try says which rows of the first source failed again, and its columns occur once")
    func secondTry() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv", "-o", "one").status == 0)
        try folder.write(
            #"{"job_id":"b","status":"complete","total":2,"results":[{"id":"x","created":true},{"error":{"code":"c","message":"m"}}]}"#,
            as: "second.json")
        let run = try rejects("second.json", "--source", "one/rejects.csv", "--map", "one/reasons.csv", "-o", "two")
        #expect(run.status == 0, "\(run)")
        #expect(
            try folder.text("two/rejects.csv")
                == "import_source_row,import_job_id,import_row,import_outcome,import_error_code,import_error_message,Name,Email\r\n"
                + "4,b,2,failed,c,m,Eve,eve@@x\r\n")
        #expect(try folder.text("two/reasons.csv").contains("rejects.csv,1,contacts.csv,4,b,2,failed,,c,m,\r\n"))
        let account = try importAudit(
            "account", "job.json", "second.json", "--map", "one/reasons.csv", folder: folder.path)
        #expect(account.status == 0, "\(account)")
        #expect(
            account.outputText.hasPrefix("3 of 4 rows are imported after 2 tries, 1 still fails.\n"), "\(account)")
    }

    // MARK: - Nothing is overwritten

    @Test("A source or a dump is never replaced, whatever its name")
    func protects() throws {
        try folder.shell(
            "mkdir out; cp contacts.csv out/rejects.csv; ln contacts.csv out/reasons.csv; cp job.json out/plan.json")
        let before = try folder.files(in: "out")
        for arguments in [
            ["job.json", "--source", "out/rejects.csv"], ["job.json", "--source", "contacts.csv"],
            ["out/plan.json", "--source", "contacts.csv"], ["job.json", "--source", "out/rejects.csv", "--force"],
        ] {
            let run = try importAudit(arguments: ["rejects"] + arguments + ["-o", "out"], folder: folder.path)
            #expect(run.status == 73, "\(run)")
            #expect(try folder.files(in: "out") == before)
        }
    }

    @Test("Rejects that someone has corrected stay")
    func corrected() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv").status == 0)
        #expect(try rejects("job.json", "--source", "contacts.csv").status == 0)
        try folder.shell("sed -i s/bo@@x/bo@x.example/ rejects/rejects.csv")
        let corrected = try folder.bytes("rejects/rejects.csv")
        let run = try rejects("job.json", "--source", "contacts.csv")
        #expect(run.status == 73)
        #expect(run.errorText.contains("rejects/rejects.csv was changed since import-audit wrote it"), "\(run)")
        #expect(try folder.bytes("rejects/rejects.csv") == corrected)
    }

    @Test(
        "Rejects that no manifest lists stay: someone may have corrected them", .needs(.python),
        arguments: [
            ("rejects.csv", "", "rejects job.json --source contacts.csv -o out"),
            ("rejects.xlsx", "", "rejects job.json --source sent.xlsx -o out"),
            ("rejects.csv", "failures.csv", "report job.json -o out"),
            ("rejects.csv", "codes.csv", "merge summary.json -o out"),
            ("rejects.csv", "trends.csv", "history report h.sqlite -o out"),
        ])
    func copied(written: String, name: String, command: String) throws {
        try folder.shell(
            """
            '\(RunningCommand.binary)' summary job.json --format json --quiet > summary.json
            '\(RunningCommand.binary)' history add h.sqlite job.json --quiet > added.txt
            """)
        let source = written.hasSuffix(".xlsx") ? "sent.xlsx" : "contacts.csv"
        if source == "sent.xlsx" {
            try folder.write(
                """
                import csv, openpyxl
                book = openpyxl.Workbook()
                for row in csv.reader(open("contacts.csv", newline="")): book.active.append(row)
                book.save("sent.xlsx")
                """, as: "make.py")
            try folder.shell("python3 make.py")
        }
        #expect(try rejects("job.json", "--source", source, "-o", "first").status == 0)
        let place = "out/\(name.isEmpty ? written : name)"
        try folder.shell("mkdir out; cp first/\(written) \(place)")
        let before = try folder.bytes(place)
        let arguments = command.split(separator: " ").map { String($0) }
        let run = try importAudit(arguments: arguments, folder: folder.path)
        #expect(
            run.status == 73 && run.errorText.contains("someone may have corrected it; nothing was replaced"), "\(run)")
        #expect(try folder.bytes(place) == before)
        #expect(folder.names(in: "out")?.count == 1)
        let forced = try importAudit(arguments: arguments + ["--force"], folder: folder.path)
        #expect(forced.status == 0, "\(forced)")
    }

    @Test("Partial files of a killed run with other options are removed, and nothing else")
    func partialFiles() throws {
        let left = [
            ".rejects.csv.partial", ".rejects-0001.csv.partial", ".rejects-data_team-2.csv.partial",
            ".plan.json.partial",
            ".no-result-0002.csv.partial", ".annotated.csv.partial",
        ]
        let kept = [
            ".rejects-0003.json.partial", ".partial", ".mine.partial", "rejects-0001.csv.partial",
            ".rejectscsv.partial",
        ]
        for name in left { try folder.write("import_source_row,import_job_id\n1,", as: "out/\(name)") }
        for name in kept { try folder.write(Self.job(), as: "out/\(name)") }
        #expect(try rejects("job.json", "--source", "contacts.csv", "-o", "out").status == 0)
        let names = folder.names(in: "out") ?? []
        #expect(names.filter { $0.contains("partial") } == kept.sorted())
    }

    @Test("Rejects among dumps are skipped")
    func ownOutputs() throws {
        #expect(try rejects("job.json", "--source", "contacts.csv").status == 0)
        let run = try importAudit("summary", "job.json", "rejects", folder: folder.path)
        #expect(run.status == 0, "\(run)")
        // All three named files are skipped.
        #expect(run.errorText.contains("3 more files that import-audit wrote were skipped"), "\(run)")
        #expect(!run.outputText.contains("not read"), "\(run)")
    }

    // MARK: - Hostile sources

    @Test("Formulas, markup and terminal codes do no harm")
    func hostile() throws {
        try folder.write(
            Array("=1+1,<script>\n=HYPERLINK(1),\u{1B}[31m\nb,bo@@x\nc,d\n=cmd|' /C calc'!A0,e\n".utf8), as: "evil.csv")
        try folder.write(
            ##"{"job_id":"=1+1","status":"complete","total":4,"results":[{"created":true},{"error":{"code":"=a|b","message":"\u001b[31m<b>`x`|\r\n"}},{"created":true},{"error":{"code":"+c","message":"-d"}}]}"##,
            as: "evil.json")
        let run = try rejects("evil.json", "--source", "evil.csv")
        #expect(run.status == 0, "\(run)")
        #expect(!run.output.contains(0x1B) && !run.errors.contains(0x1B))
        let rejects = try folder.text("rejects/rejects.csv")
        // New cells are guarded; cells of the source are unchanged.
        #expect(rejects.contains("4,'=1+1,4,failed,'+c,'-d,=cmd|' /C calc'!A0,e\n"), "\(rejects)")
        #expect(try !folder.bytes("rejects/plan.md").contains(0x1B))
        #expect(try !folder.bytes("rejects/plan.json").contains(0x1B))
    }

    @Test("Cells of megabytes and very many columns are read")
    func large() throws {
        let cell = String(repeating: "x", count: 10_000_000)
        let columns = String(repeating: ",", count: 1_000_000)
        try folder.write(
            "a\(columns)\n1\(columns)\nbo@@x\(columns)\n\"\(cell)\n\"\(columns)\n4\(columns)\n", as: "large.csv")
        let run = try rejects("job.json", "--source", "large.csv", "--plain")
        #expect(run.status == 0, "\(run)")
        #expect(try folder.bytes("rejects/rejects.csv").count == 3 * 1_000_000 + "a\nbo@@x\n4\n".utf8.count)
    }
}
