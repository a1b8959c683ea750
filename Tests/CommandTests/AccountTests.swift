import Foundation
import TestSupport
import Testing

/// What `account`, `compare` and `rejects` make of maps. `Tests/Oracle/tries.py` compares accounts row by row with an
/// importer whose rows have known fates.
@Suite struct AccountTests {
    private let folder: Workspace

    init() throws { folder = try Workspace() }

    // MARK: - Tries

    /// Writes a source with rows `PREFIX1`, `PREFIX2` and so on.
    private func source(_ name: String, _ prefix: String, rows: Int) throws {
        try folder.write("email,n\n" + (1...rows).map { "\(prefix)\($0)@x.example,1\n" }.joined(), as: name)
    }

    /// Writes the dump of a job in which these rows failed.
    private func dump(
        _ name: String, _ emails: [String], failed: Set<String> = [], id: String, code: String = "c",
        total: String? = nil
    ) throws {
        let results = emails.enumerated().map { index, email in
            failed.contains(email)
                ? #"{"error":{"code":"\#(code)","message":"'\#(email)@x.example' failed"}}"#
                : #"{"id":"00000000-0000-4000-8000-\#(String(100_000_000_000 + index))","created":true}"#
        }
        try folder.write(
            #"{"job_id":"\#(id)","status":"complete","total":\#(total ?? "\(emails.count)"),"results":[\#(results.joined(separator: ","))]}"#,
            as: name)
    }

    private func run(_ command: String) throws -> CommandResult {
        try importAudit(arguments: command.split(separator: " ").map { String($0) }, folder: folder.path)
    }

    private func done(_ command: String) throws {
        let run = try run(command)
        #expect(run.status == 0, "\(run)")
    }

    /// The lines of an account without those of rows that succeeded in the first try and were not sent again.
    private func account(_ arguments: String) throws -> [String] {
        let run = try run("account \(arguments) --format csv")
        #expect(run.status == 0, "\(run)")
        return run.outputText.split(separator: "\r\n").dropFirst().map { String($0) }.filter {
            !$0.hasSuffix(",succeeded,1,1,,false")
        }
    }

    private func refuses(_ command: String, _ sentence: String, status: Int32 = 1) throws {
        let run = try run(command)
        #expect(run.status == status, "\(run)")
        #expect(run.errorText.contains(sentence), "\(run)")
        #expect(run.output.isEmpty, "\(run)")
    }

    // MARK: - Which file was sent

    @Test("Batches that were sent as two jobs are followed through a third try")
    func batches() throws {
        let names = (1...8).map { "a\($0)" }
        let objects = names.map { #"{"default":{"email":"\#($0)@x.example"}}"# }.joined(separator: ",")
        try folder.write(#"{"objects":[\#(objects)],"options":{}}"#, as: "body.json")
        try dump("j1.json", names, failed: ["a1", "a3", "a4", "a7"], id: "one")
        try done("rejects j1.json --source body.json --batch 2 -o r1")
        try dump("t2/1.json", ["a1", "a3"], failed: ["a3"], id: "two")
        try dump("t2/2.json", ["a4", "a7"], failed: ["a4"], id: "three")
        try done("rejects t2 --source r1/rejects-0001.json r1/rejects-0002.json -o r2")
        try dump("t3.json", ["a3", "a4"], failed: ["a4"], id: "four")
        let wanted = [
            "body.json,1,succeeded,2,2,,false", "body.json,3,succeeded,3,3,,false", "body.json,4,failed,3,3,c,false",
            "body.json,7,succeeded,2,2,,false",
        ]
        #expect(try account("j1.json t2 t3.json --map r1/reasons.csv r2/reasons.csv") == wanted)
        try done("rejects t3.json --source r2/rejects.json --map r1/reasons.csv --map r2/reasons.csv -o r3")
        #expect(try folder.text("r3/reasons.csv").contains("\nrejects.json,1,body.json,4,four,2,failed,"))
        // The maps of the third try lead to the first source already.
        try dump("t4.json", ["a4"], id: "five")
        #expect(
            try account("j1.json t2 t3.json t4.json --map r1/reasons.csv r2/reasons.csv r3/reasons.csv")[2]
                == "body.json,4,succeeded,4,4,,false")
        // Without plan.json, it is not known which rows of which file the jobs of the second try had.
        try folder.shell("rm r2/plan.json")
        try refuses("account j1.json t2 t3.json --map r1/reasons.csv r2/reasons.csv", "plan.json, which rejects wrote")
    }

    /// A first try whose rejects are in three files, of 3, 2 and 2 rows.
    private func byAction() throws {
        let names = (1...9).map { "a\($0)" }
        try source("c.csv", "a", rows: 9)
        let codes = [1: "own", 2: "inv", 3: "rate", 4: "rate", 5: "rate", 6: "inv", 8: "own"]
        let results = names.enumerated().map { index, email in
            codes[index + 1].map { #"{"error":{"code":"\#($0)","message":"'\#(email)@x.example' failed"}}"# }
                ?? #"{"created":true}"#
        }
        try folder.write(
            #"{"job_id":"one","status":"complete","total":9,"results":[\#(results.joined(separator: ","))]}"#,
            as: "j1.json")
        try folder.write(
            "codes:\n  - {code: rate, action: retry}\n  - {code: inv, action: fix-data}\n", as: "codes.yml")
        try done("rejects j1.json --source c.csv --codes codes.yml --by-action -o r1")
    }

    @Test("A file that was sent under another name is the one named, also behind it")
    func otherName() throws {
        try byAction()
        try folder.shell("cp r1/rejects-retry.csv again.csv")
        try dump("j2.json", ["a3", "a4", "a5"], failed: ["a4", "a5"], id: "two")
        try done("rejects j2.json --source again.csv -o r2")
        try dump("j3.json", ["a4", "a5"], failed: ["a5"], id: "three")
        for file in ["", "#rejects-retry.csv"] {
            let lines = try account("j1.json j2.json j3.json --map r1/reasons.csv\(file) r2/reasons.csv")
            #expect(lines[2] == "c.csv,3,succeeded,2,2,,false")
            #expect(lines[3] == "c.csv,4,succeeded,3,3,,false")
            #expect(lines[4] == "c.csv,5,failed,3,3,c,false")
        }
        try done(
            "rejects j3.json --source r2/rejects.csv --map r1/reasons.csv#rejects-retry.csv --map r2/reasons.csv -o r3")
        #expect(try folder.text("r3/reasons.csv").contains("\nrejects.csv,1,c.csv,5,three,2,failed,"))
        try refuses(
            "account j1.json j2.json j3.json --map r1/reasons.csv#rejects-fix-data.csv r2/reasons.csv",
            "rejects-fix-data.csv had 2 rows, but 3 rows were sent again.")
    }

    @Test(
        "Files by action that were sent as several jobs are known by their sizes, and must be named if these are alike")
    func severalJobs() throws {
        try byAction()
        try dump("t2/1.json", ["a2", "a6"], id: "two")
        try dump("t2/2.json", ["a3", "a4", "a5"], failed: ["a3"], id: "three")
        try refuses("account j1.json t2 --map r1/reasons.csv", "name the file, or one for each part in their order")
        try refuses("compare j1.json t2 --map r1/reasons.csv", "name the file, or one for each part in their order")
        let named = "--map r1/reasons.csv#rejects-fix-data.csv,rejects-retry.csv"
        let lines = try account("j1.json t2 \(named)")
        #expect(lines.filter { $0.contains(",failed,2,2,") } == ["c.csv,3,failed,2,2,c,false"])
        try done("compare j1.json t2 \(named)")
        // If all sizes differ, each job has its file, whatever the order.
        try folder.shell("mkdir m; grep -v '^rejects-no-action.csv,' r1/reasons.csv > m/reasons.csv")
        let bySize = try account("j1.json t2 --map m/reasons.csv")
        #expect(bySize == lines)
        // One job for the rows of two files: their order is not known.
        try dump("t3.json", ["a2", "a3", "a4", "a5", "a6"], id: "four")
        try refuses("account j1.json t3.json --map m/reasons.csv", "no file of the map has as many")
    }

    // MARK: - The first try

    @Test("Jobs are those of the map by their dumps, whatever their order")
    func orderOfJobs() throws {
        try source("a.csv", "a", rows: 4)
        try source("b.csv", "b", rows: 4)
        try dump("t1/a.json", ["a1", "a2", "a3", "a4"], failed: ["a1", "a2"], id: "a")
        try dump("t1/b.json", ["b1", "b2", "b3", "b4"], failed: ["b3"], id: "b")
        try done("rejects t1/b.json t1/a.json --source b.csv a.csv -o r")
        try dump("t2.json", ["b3", "a1", "a2"], failed: ["a2"], id: "c")
        #expect(
            try account("t1 t2.json --map r/reasons.csv") == [
                "b.csv,3,succeeded,2,2,,false", "a.csv,1,succeeded,2,2,,false", "a.csv,2,failed,2,2,c,false",
            ])
        try dump("t1/c.json", ["c1"], id: "d")
        try refuses("account t1 t2.json --map r/reasons.csv", "the map was made from 2 jobs, but t1 has 3 jobs.")
        try refuses(
            "account t1/a.json t2.json --map r/reasons.csv", "the map was made from another dump than t1/a.json")
    }

    @Test("Without plan.json, lines tell where the job begins in the source, or it is refused")
    func withoutPlan() throws {
        try folder.write("email,n\nsample,0\n" + (1...4).map { "a\($0)@x.example,1\n" }.joined(), as: "c.csv")
        try dump("j1.json", ["a1", "a2", "a3", "a4"], failed: ["a3"], id: "one")
        try done("rejects j1.json --source c.csv --first-row 2 -o r")
        try dump("j2.json", ["a3"], id: "two")
        let wanted = ["c.csv,1,no-result,1,1,,false", "c.csv,4,succeeded,2,2,,false"]
        #expect(try account("j1.json j2.json --map r/reasons.csv#rejects.csv") == wanted)
        try folder.shell("cp r/reasons.csv .")
        #expect(try account("j1.json j2.json --map reasons.csv#rejects.csv") == wanted)
        let compared = try run("compare j1.json j2.json --map reasons.csv#rejects.csv")
        #expect(compared.outputText.contains("Failed before, succeeded after: 1 row\n    3\n"), "\(compared)")
        try folder.write(
            try folder.text("reasons.csv").replacing("c.csv,4,", with: "c.csv,3,"), as: "edited/reasons.csv")
        try refuses(
            "account j1.json j2.json --map edited/reasons.csv#rejects.csv",
            "which rows of a source the jobs of j1.json had")
    }

    @Test("Names of sources that a spreadsheet would run are those of the map")
    func guardedNames() throws {
        for name in ["+a.csv", "=a.csv", "@a.csv", "'+a.csv"] {
            try source(name, "a", rows: 3)
            try dump("j1.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one")
            try done("rejects j1.json --source \(name) -o r --force")
            try dump("j2.json", ["a2"], id: "two")
            let cell = (name.hasPrefix("'") ? "" : "'") + name
            #expect(try account("j1.json j2.json --map r/reasons.csv") == ["\(cell),2,succeeded,2,2,,false"])
        }
        // Both would be the same cell.
        try source("'=a.csv", "b", rows: 3)
        try dump("k1.json", ["b1", "b2", "b3"], failed: ["b2"], id: "three")
        try refuses(
            "rejects j1.json k1.json --source =a.csv '=a.csv -o x", "'=a.csv: reasons.csv could not tell", status: 64)
        #expect(folder.names(in: "x") == nil)
    }

    @Test("A file cannot be the source of two jobs, whatever it is called")
    func sameFile() throws {
        try source("a.csv", "a", rows: 2)
        try folder.shell("ln a.csv b.csv; ln -s a.csv c.csv")
        try dump("j1.json", ["a1", "a2"], failed: ["a1"], id: "one")
        try dump("j2.json", ["a1", "a2"], failed: ["a2"], id: "two")
        for name in ["a.csv", "./a.csv", "b.csv", "c.csv"] {
            try refuses(
                "rejects j1.json j2.json --source a.csv \(name) -o r", "\(name): this is the source of two jobs",
                status: 64)
        }
        #expect(folder.names(in: "r") == nil)
    }

    @Test("A dump without a total has as many rows as were sent")
    func withoutTotal() throws {
        try source("c.csv", "a", rows: 6)
        try dump("j1.json", (1...6).map { "a\($0)" }, failed: ["a1", "a2", "a6"], id: "one", total: "null")
        try done("rejects j1.json --source c.csv -o r1")
        try dump("j2.json", ["a1", "a2", "a6"], failed: ["a2"], id: "two", total: "null")
        let wanted = [
            "c.csv,1,succeeded,2,2,,false", "c.csv,2,failed,2,2,c,false", "c.csv,6,succeeded,2,2,,false",
        ]
        #expect(try account("j1.json j2.json --map r1/reasons.csv") == wanted)
        try done("compare j1.json j2.json --map r1/reasons.csv")
        try done("rejects j2.json --source r1/rejects.csv --map r1/reasons.csv -o r2")
        #expect(try folder.text("r2/reasons.csv").contains("\nrejects.csv,1,c.csv,2,two,2,failed,"))
        // A result without a row, and a row without a result.
        try dump("j3.json", ["a1", "a2", "a6", "a7"], failed: ["a2"], id: "two", total: "null")
        try refuses("account j1.json j3.json --map r1/reasons.csv", "the job had 3 rows, but results of 4 rows")
        try dump("j4.json", ["a1", "a2"], failed: ["a2"], id: "two", total: "null")
        #expect(
            try account("j1.json j4.json --map r1/reasons.csv").last == "c.csv,6,no-result,2,2,,false")
        // Only the map shows that other rows were sent.
        try folder.write("email,n\na1@x.example,1\na2@x.example,1\n", as: "less.csv")
        try folder.write("email,n\na1@x.example,1\na2@x.example,1\na6@x.example,1\na7@x.example,1\n", as: "more.csv")
        for (dump, source, found) in [("j4.json", "less.csv", "2 rows"), ("j2.json", "more.csv", "a row 4")] {
            try refuses(
                "rejects \(dump) --source \(source) --map r1/reasons.csv -o r3",
                "\(source): it has \(found), but 3 rows were handed back.")
            #expect(folder.names(in: "r3")?.isEmpty != false)
        }
        // Without plan.json, nothing says how many rows the first job had.
        try folder.shell("rm r1/plan.json")
        for command in ["account", "compare"] {
            try refuses(
                "\(command) j1.json j2.json --map r1/reasons.csv",
                "does not say how many rows the job had. The plan.json")
        }
    }

    @Test("Rejects in another order than that in which they were handed back are refused")
    func sorted() throws {
        try source("c.csv", "a", rows: 6)
        try dump("j1.json", (1...6).map { "a\($0)" }, failed: ["a1", "a2", "a6"], id: "one")
        try done("rejects j1.json --source c.csv -o r")
        try folder.shell("mkdir s; (head -1 r/rejects.csv; tail -n +2 r/rejects.csv | sort -r) > s/rejects.csv")
        try dump("j2.json", ["a6", "a2", "a1"], failed: ["a6"], id: "two")
        try refuses(
            "rejects j2.json --source s/rejects.csv --map r/reasons.csv -o r2",
            "row 1 has the import_source_row 6, but was handed back with 1")
        #expect(folder.names(in: "r2") == nil)
        try done("rejects j2.json --source s/rejects.csv -o r2")
    }

    @Test("What is not a map is called that, also other files of rejects")
    func otherMaps() throws {
        try source("c.csv", "a", rows: 3)
        try dump("j1.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one")
        try done("rejects j1.json --source c.csv -o r")
        for name in ["r/plan.json", "r/rejects.csv", "j1.json", "c.csv"] {
            try refuses(
                "account j1.json j1.json --map \(name)", "\(name): this is not a map: --map needs the file reasons.csv")
        }
    }

    // MARK: - Claims

    @Test(
        "A total that nothing bears out takes no memory and is refused",
        arguments: ["9223372036854775807", "9007199254740993", "1000000000000000000", "100000000"])
    func totals(total: String) throws {
        try source("c.csv", "a", rows: 3)
        try dump("ok.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one")
        try done("rejects ok.json --source c.csv -o r")
        try dump("again.json", ["a2"], id: "two")
        try folder.shell("cp r/reasons.csv .")
        try dump("j1.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one", total: total)
        try dump("j2.json", ["a2"], id: "two", total: total)
        for command in ["account", "compare"] {
            try refuses("\(command) j1.json again.json --map reasons.csv", "but the map has only 1 row")
            try refuses("\(command) ok.json j2.json --map reasons.csv", "no file of the map has as many")
        }
        try dump("t1/1.json", ["a1"], id: "three", total: total)
        try dump("t1/2.json", ["a2"], id: "four", total: total)
        let two = try run("account t1 again.json --map reasons.csv")
        #expect(two.status == 1, "\(two)")
        try refuses("rejects j2.json --source r/rejects.csv --map r/reasons.csv -o x", "rejects.csv had 1 row, but ")
    }

    @Test(
        "An edited plan.json is refused with the member that is wrong",
        arguments: [
            ("\"first_source_row\": 1,", "\"first_source_row\": 1000,", "jobs[0].first_source_row is 1,000"),
            ("\"first_source_row\": 1,", "\"first_source_row\": 0,", "jobs[0].first_source_row is 0"),
            (
                "\"first_source_row\": 1,", "\"first_source_row\": -5,",
                "jobs[0].first_source_row is not a number of rows"
            ),
            (
                "\"first_source_row\": 1,", "\"first_source_row\": 9223372036854775807,",
                "jobs[0].first_source_row is 9,223,372,036,854,775,807"
            ),
            ("\"rows\": 3}],", "\"rows\": 1000000000000}],", "sources[0].rows is 1,000,000,000,000"),
            ("\"rows\": 3}],", "\"rows\": 9223372036854775807}],", "sources[0].rows is 9,223,372,036,854,775,807"),
            ("\"rows\": 3}],", "\"rows\": \"3\"}],", "sources[0].rows is not a number of rows"),
            ("\"source\": \"c.csv\"", "\"source\": \"d.csv\"", "jobs[0].source is “d.csv”, which is not in sources."),
        ])
    func editedPlan(text: String, edited: String, sentence: String) throws {
        try source("c.csv", "a", rows: 3)
        try dump("j1.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one")
        try done("rejects j1.json --source c.csv -o r")
        try dump("j2.json", ["a2"], id: "two")
        let plan = try folder.text("r/plan.json")
        let compact = plan.replacing("\n", with: "").replacing(/\s+\}/, with: "}").replacing(/\}\s+\]/, with: "}]")
        let changed = compact.replacing(text, with: edited, maxReplacements: 1)
        #expect(changed != compact, "\(compact)")
        try folder.write(changed, as: "r/plan.json")
        for command in ["account", "compare"] {
            try refuses("\(command) j1.json j2.json --map r/reasons.csv", "r/plan.json: \(sentence)")
        }
    }

    @Test("plan.json without sources or jobs is refused")
    func emptyPlan() throws {
        try source("c.csv", "a", rows: 3)
        try dump("j1.json", ["a1", "a2", "a3"], failed: ["a2"], id: "one")
        try done("rejects j1.json --source c.csv -o r")
        try folder.write(#"{"sources": [], "jobs": []}"#, as: "r/plan.json")
        try refuses("account j1.json j1.json --map r/reasons.csv", "r/plan.json: sources is empty.")
        try folder.write(#"{"sources": [{"name": "c.csv", "rows": 3}], "jobs": []}"#, as: "r/plan.json")
        try refuses("account j1.json j1.json --map r/reasons.csv", "r/plan.json: jobs is empty.")
    }

    @Test("A map that was made with --map leads to no row of the try given as the first one")
    func laterTries() throws {
        try source("c.csv", "a", rows: 4)
        try dump("j1.json", ["a1", "a2", "a3", "a4"], failed: ["a2", "a3"], id: "one")
        try done("rejects j1.json --source c.csv -o r1")
        try dump("j2.json", ["a2", "a3"], failed: ["a3"], id: "two")
        try done("rejects j2.json --source r1/rejects.csv --map r1/reasons.csv -o r2")
        try dump("j3.json", ["a3"], id: "three")
        try refuses("account j2.json j3.json --map r2/reasons.csv", "leads to rows of an earlier try")
        try done("account j1.json j2.json j3.json --map r1/reasons.csv r2/reasons.csv")
    }
}
