import Foundation
import TestSupport
import Testing

/// `report --source` as users run it: the lines of failed rows. `Tests/Oracle/rejects.py` computes independently on
/// which line each record begins.
@Suite struct SourceLineTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
        try folder.write(Self.contacts, as: "contacts.csv")
        try folder.write(Self.job("a"), as: "job.json")
    }

    /// Row 3 contains a line break, so row 4 begins on line 6.
    private static let contacts =
        "Name,Email\r\nAda,ada@x.example\r\nBo,bo@@x\r\n\"C\r\nD\",cd@x.example\r\nEve,eve@@x\r\n"

    private static func job(_ id: String, first: String = "bo@@x", second: String = "eve@@x") -> String {
        """
        {"job_id":"\(id)","status":"complete","total":4,"results":[
        {"id":"00000000-0000-4000-8000-000000000001","created":true},
        {"error":{"code":"invalid_email","message":"'\(first)' is no address"}},
        {"id":"00000000-0000-4000-8000-000000000003","existing":true},
        {"error":{"code":"invalid_email","message":"'\(second)' is no address"}}]}
        """
    }

    private func report(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["report"] + arguments, folder: folder.path)
    }

    /// Returns the last cell of each line in a file of failed rows, including the header.
    private func lastCells(_ file: String) throws -> [String] {
        try folder.text(file).split(separator: "\r\n").map { line in
            String(line.split(separator: ",", omittingEmptySubsequences: false).last ?? "")
        }
    }

    @Test("failures.csv and both pages say on which line of the file a failed row begins")
    func lines() throws {
        let run = try report("job.json", "--source", "contacts.csv", "-o", "o")
        #expect(run.status == 0, "\(run)")
        #expect(
            try folder.text("o/failures.csv")
                == "job_id,row,outcome,record_id,error_code,error_message,error_details,source_line\r\n"
                + "a,2,failed,,invalid_email,'bo@@x' is no address,,3\r\n"
                + "a,4,failed,,invalid_email,'eve@@x' is no address,,6\r\n")
        let page = try folder.text("o/report.md")
        #expect(page.contains("Lines are those of contacts.csv, the file that was sent.\n"))
        #expect(page.contains("| 2 (line 3) | 4 (line 6) |"))
        #expect(page.contains("(e.g. row 2 (line 3): "))
        let xhtml = try folder.text("o/report.xhtml")
        #expect(xhtml.contains("<p>Lines are those of <bdi>contacts.csv</bdi>, the file that was sent.</p>"))
        #expect(xhtml.contains(#"<th scope="row" class="number">2 (line 3)</th>"#))
        #expect(xhtml.contains("in rows 2 (line 3) to 4 (line 6)"))
        // Without a source, nothing changes.
        #expect(try report("job.json", "-o", "plain").status == 0)
        #expect(try !folder.text("plain/report.md").contains("line"))
        #expect(try folder.text("plain/failures.csv").hasSuffix("'eve@@x' is no address,\r\n"))
    }

    @Test("The column follows those of the codes file, in the workbook too", .needs(.pythonModule("openpyxl")))
    func columns() throws {
        try folder.write("codes:\n  - {code: invalid_email, owner: data, action: fix-data}\n", as: "codes.yml")
        for (input, file) in [("job.json", "report"), ("in", "index")] {
            try folder.write(Self.job("a"), as: "in/a.json")
            let run = try report(
                input, "--source", "contacts.csv", "--codes", "codes.yml", "--formats", "csv,xlsx", "-o", file)
            #expect(run.status == 0, "\(run)")
            let lines = try folder.text("\(file)/failures.csv").split(separator: "\r\n")
            #expect(lines.count == 3)
            for (line, ending) in zip(lines, [",owner,action,source_line", ",data,fix-data,3", ",data,fix-data,6"]) {
                #expect(line.hasSuffix(ending))
            }
            let failures = try #require(try FoundWorkbook(at: folder["\(file)/\(file).xlsx"])["Failures"])
            #expect(WorkbookTests.names(of: failures).suffix(3) == ["owner", "action", "source_line"])
            #expect(failures.rows.dropFirst().map { $0.last?.value } == [.number(3), .number(6)])
            #expect(failures.texts.map { $0[failures.texts[0].count - 3] } == ["data", "data"])
        }
    }

    @Test("JSON: the line of a value, and the line on which an object of an array begins")
    func json() throws {
        try folder.write("{\"e\":1}\n\n{\"e\":\"bo@@x\"}\n{\"e\":2}\n{\"e\":\"eve@@x\"}\n", as: "rows.jsonl")
        try folder.write("[\n {\"e\":1},\n {\n\"e\":\"bo@@x\"}, {\"e\":2},\n\n {\"e\":\"eve@@x\"}]", as: "rows.json")
        for (source, lines) in [("rows.jsonl", ["3", "5"]), ("rows.json", ["3", "6"])] {
            let run = try report("job.json", "--source", source, "-o", "o")
            #expect(run.status == 0, "\(run)")
            #expect(try lastCells("o/failures.csv") == ["source_line"] + lines)
            #expect(try folder.text("o/report.md").contains("Lines are those of \(source), the file"))
        }
    }

    @Test("A workbook: the row of the sheet", .needs(.pythonModule("openpyxl")))
    func sheet() throws {
        try folder.shell(
            """
            python3 -c "
            import openpyxl
            book = openpyxl.Workbook()
            for n, row in enumerate([['Email'], ['ada'], ['bo@@x'], [], ['cd'], ['eve@@x']]):
                for cell in row: book.active.cell(n + 1, 1, cell)
            book.save('contacts.xlsx')"
            """)
        let run = try report("job.json", "--source", "contacts.xlsx", "-o", "o")
        #expect(run.status == 0, "\(run)")
        #expect(try lastCells("o/failures.csv") == ["source_line", "3", "6"])
        let page = try folder.text("o/report.md")
        #expect(page.contains("| 2 (sheet row 3) | 4 (sheet row 6) |"))
        #expect(page.contains("Sheet rows are those of contacts.xlsx, the file that was sent.\n"))
    }

    @Test("Many jobs: one source for all of them, or one each")
    func many() throws {
        try folder.write(Self.job("a"), as: "in/a.json")
        try folder.write(Self.job("b", first: "fay@@x", second: "kim@@x"), as: "in/b.json")
        let more = "Cy,fay@@x\r\nDi,di@x.example\r\nFi,kim@@x\r\n"
        try folder.write(Self.contacts + "Al,al@x.example\r\n" + more, as: "all.csv")
        try folder.write("Name,Email\r\nAl,al@x.example\r\n" + more, as: "second.csv")
        #expect(try report("in", "--source", "all.csv", "-o", "one").status == 0)
        #expect(try lastCells("one/failures.csv") == ["source_line", "3", "6", "8", "10"])
        #expect(try lastCells("one/jobs/b/failures.csv") == ["source_line", "8", "10"])
        #expect(try folder.text("one/jobs/b/report.md").contains("| 2 (line 8) | 4 (line 10) |"))
        #expect(try report("in", "--source", "contacts.csv", "second.csv", "-o", "two").status == 0)
        #expect(try lastCells("two/failures.csv") == ["source_line", "3", "6", "3", "5"])
        #expect(try folder.text("two/jobs/b/report.md").contains("Lines are those of second.csv, the file"))
        // Lines for jobs without their own report are in the file for all jobs.
        #expect(try report("in", "--source", "all.csv", "--job-reports", "none", "-o", "none").status == 0)
        #expect(try lastCells("none/failures.csv") == ["source_line", "3", "6", "8", "10"])
    }

    @Test("Of several dumps of a job, the one that counts has the lines, on pages that are made last, too")
    func polled() throws {
        let early = Self.job("a").replacing("\"complete\"", with: "\"processing\"")
        try folder.write(early, as: "in/1.json")
        try folder.write(Self.job("a"), as: "in/2.json")
        #expect(try report("in", "--source", "contacts.csv", "-o", "o").status == 0)
        #expect(try lastCells("o/jobs/a/failures.csv") == ["source_line", "3", "6"])
        #expect(try folder.text("o/jobs/a/report.md").contains("| 2 (line 3) | 4 (line 6) |"))
    }

    @Test("A source that does not fit is refused with the sentences of rejects, and nothing is written")
    func refused() throws {
        let rows = ["Ada,ada@x.example", "Bo,bo@@x", "C,cd@x.example", "Eve,eve@@x"]
        let sources = [
            "short": [rows[0], rows[1], rows[2]], "long": rows + ["Al,al@x.example"],
            "shifted": [rows[1], rows[2], rows[3], rows[0]], "foreign": ["a,b", "c,d", "e,f", "g,h"],
            "odd": [rows[0], rows[1], "a\"b,c", rows[3]], "none": [],
        ]
        for (name, rows) in sources {
            let text = (["Name,Email"] + rows).map { $0 + "\r\n" }.joined()
            try folder.write(text, as: "\(name).csv")
            let rejects = try importAudit(
                arguments: ["rejects", "job.json", "--source", "\(name).csv", "-o", "r"], folder: folder.path)
            let run = try report("job.json", "--source", "\(name).csv", "-o", "o")
            #expect(run.status == (name == "odd" ? 65 : 1), "\(run)")
            #expect(run.status == rejects.status && run.errorText == rejects.errorText, "\(run) \(rejects)")
            #expect(run.errorText.contains("Nothing was written."), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: folder["o"]), "\(name)")
        }
        let trusted = try report("job.json", "--source", "shifted.csv", "--trust-order", "-o", "o")
        #expect(trusted.status == 0, "\(trusted)")
        #expect(try lastCells("o/failures.csv") == ["source_line", "3", "5"])
        #expect(try folder.text("o/report.md").contains("is not proven: it was requested with --trust-order."))
    }

    @Test("A refused source leaves an earlier report unchanged")
    func earlier() throws {
        #expect(try report("job.json", "--source", "contacts.csv", "-o", "o").status == 0)
        let before = try folder.tree("o")
        try folder.write("Name,Email\r\nAda,ada@x.example\r\n", as: "contacts.csv")
        #expect(try report("job.json", "--source", "contacts.csv", "-o", "o").status == 1)
        #expect(differences(before, try folder.tree("o")) == [])
    }

    @Test("The next run knows the source: nothing is done for the same one, all is made again for another")
    func again() throws {
        try folder.write(Self.job("a"), as: "in/a.json")
        func run() throws -> String { try report("in", "--source", "contacts.csv", "-o", "o").errorText }
        _ = try run()
        #expect(try run().contains("Nothing has changed"))
        let text = Self.contacts.replacing("Ada,", with: "\"A\r\nda\",")
        try folder.write(text, as: "contacts.csv")
        #expect(try !run().contains("Nothing has changed"))
        #expect(try lastCells("o/failures.csv") == ["source_line", "4", "7"])
        #expect(try lastCells("o/jobs/a/failures.csv") == ["source_line", "4", "7"])
        #expect(try folder.text("o/jobs/a/report.md").contains("| 2 (line 4) | 4 (line 7) |"))
        #expect(try run().contains("Nothing has changed"))
        // Without a source, the lines disappear.
        #expect(try report("in", "-o", "o").status == 0)
        #expect(try lastCells("o/jobs/a/failures.csv") == ["error_details", "", ""])
        #expect(try !folder.text("o/jobs/a/report.md").contains("(line "))
    }

    @Test("The manifest and a pack name the source, with its hash")
    func manifest() throws {
        try folder.write(Self.job("a"), as: "in/a.json")
        let sum = try folder.shell("sha256sum contacts.csv").prefix(64)
        for input in ["job.json", "in"] {
            let run = try report(input, "--source", "contacts.csv", "-o", "o-\(input)", "--pack", "\(input).zip")
            #expect(run.status == 0, "\(run)")
            #expect(
                try folder.text("o-\(input)/manifest.jsonl").contains(
                    "{\"sent\":\"contacts.csv\",\"bytes\":\(Self.contacts.utf8.count),\"sha256\":\"\(sum)\"}"))
            let pack = try parsed(Array(folder.shell("unzip -p \(input).zip '*/MANIFEST.json'").utf8))
            let files = try #require(pack["files"] as? [[String: Any]])
            #expect(
                files.contains { $0["path"] as? String == "contacts.csv" && $0["sha256"] as? String == String(sum) })
            #expect((pack["options"] as? [String])?.contains("--source sha256:\(sum)") == true)
            let verified = try importAudit(arguments: ["verify", "\(input).zip", input], folder: folder.path)
            #expect(verified.status == 0, "\(verified)")
            let folderVerified = try importAudit(arguments: ["verify", "o-\(input)"], folder: folder.path)
            #expect(folderVerified.status == 0, "\(folderVerified)")
        }
    }

    @Test("Names of sources and texts of dumps are hostile, and stay text")
    func hostile() throws {
        let name = "<b>&amp;|*x* =1+1 [y](z).csv"
        try folder.write(Self.contacts, as: name)
        try folder.write(
            Self.job("=1<script>").replacing("no address", with: "no <i>address</i> | *x* \u{202E}"), as: "h.json")
        let run = try report("h.json", "--source", name, "-o", "o")
        #expect(run.status == 0, "\(run)")
        #expect(try lastCells("o/failures.csv") == ["source_line", "3", "6"])
        let xhtml = try folder.text("o/report.xhtml")
        #expect(xhtml.contains("<bdi>&lt;b&gt;&amp;amp;|*x* =1+1 [y](z).csv</bdi>"))
        #expect(try !folder.text("o/report.md").contains("those of <b>"))
        let valid = try importAudit(arguments: ["validate", "o/report.xhtml"], folder: folder.path)
        #expect(valid.status == 0, "\(valid)")
    }

    @Test("Pages show what was sent of the rows that they list: nothing of it where values are pseudonyms")
    func cells() throws {
        #expect(try report("job.json", "--source", "contacts.csv", "-o", "o").status == 0)
        let page = try folder.text("o/report.xhtml")
        #expect(page.contains(#"<th scope="col">What was sent</th>"#))
        #expect(page.contains(#"<span class="cell"><bdi class="name">Email</bdi> <bdi>eve@@x</bdi></span>"#))
        #expect(page.contains(#"<span class="cell"><bdi class="name">Name</bdi> <bdi>Eve</bdi></span>"#))
        // A row that succeeded is not on the page, and failed rows have no record.
        #expect(!page.contains("Ada"))
        #expect(!page.contains(#"<th scope="col">Record</th>"#))
        #expect(try report("job.json", "--source", "contacts.csv", "--redact", "-o", "r").status == 0)
        let redacted = try folder.text("r/report.xhtml")
        #expect(redacted.contains("2 (line 3)"))
        #expect(!redacted.contains("What was sent") && !redacted.contains("Eve"))
    }

    @Test("Cells of a source are hostile, and stay text", arguments: ["csv", "jsonl"])
    func hostileCells(form: String) throws {
        let cells = ["<script>alert(1)</script>", "]]>&amp;", "\u{202E}evil", "{{name}}", "x\u{0}y"]
        let records = ["bo@@x", "eve@@x"].map { address in
            form == "csv"
                ? ([address] + cells).joined(separator: ",") + "\n"
                : "{\"e\":\"\(address)\",\"<i>\":\"\(cells[0])\",\"b\":\"\\u202eevil\",\"c\":[\"</td>\",1e5]}\n"
        }
        let other = form == "csv" ? "a,b,c,d,e,f\n" : "{\"e\":1}\n"
        let header = form == "csv" ? "e,<i>,b,c,d,f\n" : ""
        try folder.write(header + other + records[0] + other + records[1], as: "h.\(form)")
        let run = try report("job.json", "--source", "h.\(form)", "-o", "o")
        #expect(run.status == 0, "\(run)")
        let page = try folder.text("o/report.xhtml")
        #expect(page.contains("<bdi class=\"name\">&lt;i&gt;</bdi> <bdi>&lt;script&gt;"))
        #expect(!page.contains("<script") && !page.contains("\u{0}"))
        // Bidirectional control characters affect nothing outside the cell.
        #expect(page.contains("<bdi>\u{202E}evil</bdi>"))
        let valid = try importAudit(arguments: ["validate", "o/report.xhtml"], folder: folder.path)
        #expect(valid.status == 0, "\(valid)")
    }

    @Test("Dumps that can be read only once, and options without a source, are refused")
    func usage() throws {
        let piped = try importAudit(
            "report", "-", "--source", "contacts.csv", "-o", "o", input: .bytes(Array(Self.job("a").utf8)),
            folder: folder.path)
        #expect(piped.status == 64 && piped.errorText.contains("standard input can be read only once"), "\(piped)")
        for option in [["--first-row", "2"], ["--no-header"], ["--trust-order"], ["--delimiter", ";"]] {
            let run = try importAudit(arguments: ["report", "job.json"] + option, folder: folder.path)
            #expect(run.status == 64, "\(run)")
            #expect(run.errorText.contains("\(option[0]) needs --source."), "\(run)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder["o"]))
    }

    @Test("A source is never written over")
    func protected() throws {
        try folder.write(Self.contacts, as: "o/failures.csv")
        let run = try report("job.json", "--source", "o/failures.csv", "-o", "o", "--force")
        #expect(run.status == 73, "\(run)")
        #expect(try folder.text("o/failures.csv") == Self.contacts)
    }
}
