import Foundation
import TestSupport
import Testing

/// Sources of `rejects` and `report --source` that are several, packed, pipes, in UTF-16, or not the ones that were sent.
/// `Tests/Oracle/rejects.py` generates such runs.
@Suite struct RejectSourcesTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
    }

    private func rejects(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["rejects"] + arguments, folder: folder.path)
    }

    private func report(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["report"] + arguments, folder: folder.path)
    }

    // MARK: - Counts

    @Test("Without a total, a source with fewer rows than results is refused", arguments: [true, false])
    func noTotal(quotes: Bool) throws {
        let rows = sentAddresses("a", 10)
        let messages = rows.enumerated().map { [1, 8, 9].contains($0.offset) ? (quotes ? $0.element : "bad") : nil }
        try folder.write(failedDump(messages), as: "j.json")
        try folder.write("email\n" + rows.prefix(5).map { "\($0)\n" }.joined(), as: "short.csv")
        try folder.write("email\n" + rows.map { "\($0)\n" }.joined() + "last\n", as: "long.csv")
        for command in ["rejects", "report"] {
            let run = try importAudit(command, "j.json", "--source", "short.csv", "-o", "o", folder: folder.path)
            #expect(run.status == 1, "\(run)")
            #expect(run.errorText.contains("short.csv has 5 rows, but job j has results of 10 rows."), "\(run)")
            #expect(folder.names(in: "o") == nil)
        }
        let long = try rejects("j.json", "--source", "long.csv")
        #expect(long.status == 0, "\(long)")
        #expect(long.outputText.contains("11 rows sent = 7 succeeded + 3 rejects + 1 without a result."), "\(long)")
    }

    @Test("Totals of any size are compared without a crash", arguments: [Int.max, Int.max - 1, 1 << 62])
    func largeTotals(total: Int) throws {
        try folder.write(failedDump(["bad"], total: total), as: "j.json")
        try folder.write(failedDump(["bad"], id: "k", total: total), as: "k.json")
        try folder.write("a,b\n1,2\n", as: "s.csv")
        try folder.write(
            "file,position,source,source_row,job_id,row,outcome,record_id,error_code,error_message,action\r\n"
                + "rejects.csv,1,s.csv,1,j,1,failed,,c,m,\r\n", as: "reasons.csv")
        for arguments in [
            ["rejects", "j.json"], ["rejects", "j.json", "k.json"],
            ["report", "j.json"], ["report", "j.json", "k.json"],
            ["rejects", "j.json", "k.json", "--map", "reasons.csv"],
            ["rejects", "j.json", "--first-row", "\(Int.max)"],
        ] {
            let run = try importAudit(arguments: arguments + ["--source", "s.csv", "-o", "o"], folder: folder.path)
            #expect(run.status == 1, "\(run)")
            #expect(folder.names(in: "o") == nil)
        }
    }

    // MARK: - Several jobs

    @Test(
        "The only line of a source needs no line end, wherever the source is",
        arguments: ["\n", "\r\n", "\r"], [[0, 1, 2], [1, 0, 2], [1, 2, 0]])
    func lineEnds(end: String, order: [Int]) throws {
        let sources = [
            ["a0@x.example,1"], ["b0@x.example,2", "b1@x.example,3"], ["c0@x.example,4", "c1@x.example,5"],
        ]
        var arguments = ["rejects"]
        for (number, index) in order.enumerated() {
            let lines = sources[index]
            try folder.write(lines.joined(separator: end) + (lines.count > 1 ? end : ""), as: "\(number).csv")
            let messages = lines.map { "'\($0.prefix { $0 != "," })' is wrong" }
            try folder.write(failedDump(messages, id: "j\(number)", total: lines.count), as: "j\(number).json")
            arguments.append("j\(number).json")
        }
        let run = try importAudit(
            arguments: arguments + ["--source", "0.csv", "1.csv", "2.csv", "--no-header", "--plain"],
            folder: folder.path)
        #expect(run.status == 0, "\(run)")
        let lines = order.flatMap { sources[$0] }
        let text = try folder.text("rejects/rejects.csv")
        #expect(text == lines.joined(separator: end) + (order.last == 0 ? "" : end))
    }

    @Test("Rows of request bodies with other members do not go into one file", arguments: [[], ["--batch", "2"]])
    func bodies(batch: [String]) throws {
        for (number, letter) in zip(1..., "ab") { try folder.writeFailedJob(number, letter) }
        func body(_ letter: Character, _ options: String) -> String {
            #"{"objects":[\#(sentAddresses(letter).map { #"{"e":"\#($0)"}"# }.joined(separator: ","))],"options":\#(options)}"#
        }
        try folder.write(body("a", #"{"dedupe_by":"email"}"#), as: "1.json")
        try folder.write(body("b", #"{"dedupe_by":"phone"}"#), as: "2.json")
        let other = try importAudit(
            arguments: ["rejects", "j1.json", "j2.json", "--source", "1.json", "2.json"] + batch, folder: folder.path)
        #expect(other.status == 1, "\(other)")
        #expect(other.errorText.contains("2.json: the members of this request body"), "\(other)")
        #expect(folder.names(in: "rejects") == nil)
        // White space makes no difference.
        try folder.write(body("b", "{ \"dedupe_by\" : \"email\" }") + "\n", as: "2.json")
        let same = try importAudit(
            arguments: ["rejects", "j1.json", "j2.json", "--source", "1.json", "2.json"] + batch, folder: folder.path)
        #expect(same.status == 0, "\(same)")
        let files = try #require(folder.names(in: "rejects")).filter { $0.hasPrefix("rejects") }
        let text = try files.map { try folder.text("rejects/\($0)") }.joined()
        for address in ["a0", "a2", "b0", "b2"] { #expect(text.contains("\(address)@x.example")) }
    }

    @Test("Two equal answers are not two jobs, and the message names the one that was taken for a copy")
    func copies() throws {
        for name in ["1", "2"] {
            try folder.write(failedDump(["limit", "limit"], id: nil, total: 2), as: "\(name).json")
        }
        for (name, rows) in [("a", "a\nb\n"), ("b", "c\nd\n"), ("ab", "a\nb\nc\nd\n")] {
            try folder.write("email\n\(rows)", as: "\(name).csv")
        }
        let two = try rejects("1.json", "2.json", "--source", "a.csv", "b.csv")
        #expect(two.status == 64, "\(two)")
        #expect(two.errorText.contains(".json was taken for a copy"), "\(two)")
        let one = try rejects("1.json", "2.json", "--source", "ab.csv")
        #expect(one.status == 1, "\(one)")
        #expect(one.errorText.contains(".json was taken for a copy"), "\(one)")
        #expect(!one.errorText.contains("--first-row"), "\(one)")
    }

    @Test("Advice can be followed: another first row only for one source whose rows are not all counted")
    func advice() throws {
        let rows = sentAddresses("a", 12)
        try folder.write("email\n" + rows.map { "\($0)\n" }.joined(), as: "s.csv")
        try folder.write(failedDump(rows[4..<8].map { "'\($0)' is wrong" }), as: "j.json")
        let third = try rejects("j.json", "--source", "s.csv", "--first-row", "3")
        #expect(third.errorText.contains("--first-row 5 would fit."), "\(third)")
        #expect(try rejects("j.json", "--source", "s.csv", "--first-row", "5").status == 0)
        let sixth = try rejects("j.json", "--source", "s.csv", "--first-row", "6")
        #expect(sixth.errorText.contains("--first-row 5 would fit."), "\(sixth)")

        try folder.write(failedDump(rows.prefix(4).map { "'\($0)' is wrong" }), as: "head.json")
        try folder.write(rows.map { "\($0)\n" }.joined(), as: "plain.csv")
        let head = try rejects("head.json", "--source", "plain.csv")
        #expect(head.errorText.contains("Then --no-header would fit."), "\(head)")
        #expect(try rejects("head.json", "--source", "plain.csv", "--no-header").status == 0)

        for (number, letter) in zip(1..., "ab") {
            try folder.writeFailedJob(number, letter)
            try folder.shell("{ head -1 \(letter).csv; echo x,1; tail -n +2 \(letter).csv; } > long-\(letter).csv")
            try folder.shell("head -5 long-\(letter).csv > moved-\(letter).csv")
        }
        let long = try rejects("j1.json", "j2.json", "--source", "long-a.csv", "long-b.csv")
        #expect(long.status == 1 && !long.errorText.contains("--first-row"), "\(long)")
        let moved = try rejects("j1.json", "j2.json", "--source", "moved-a.csv", "moved-b.csv")
        #expect(moved.status == 1 && !moved.errorText.contains("--first-row"), "\(moved)")
        let one = try rejects("j1.json", "--source", "moved-a.csv")
        #expect(one.errorText.contains("Does the source begin with 1 row that was not sent"), "\(one)")
    }

    // MARK: - Pipes and archives

    @Test("A pipe is a source like any other", arguments: ["rejects", "rejects --batch 2", "report"])
    func pipes(command: String) throws {
        let count = 40_000
        try folder.write("name\n" + (0..<count).map { "name \($0)\n" }.joined(), as: "s.csv")
        try folder.write(
            failedDump((0..<100).map { $0 % 7 == 0 ? "'name \($0)' is wrong" : nil }, total: count), as: "j.json")
        try folder.shell("gzip -k s.csv; tar cf s.tar s.csv; tar czf s.tgz s.csv")
        let run = "'\(RunningCommand.binary)' \(command) j.json"
        try folder.shell("\(run) --source s.csv -o file")
        // The others name the source.
        func records(_ name: String) throws -> [String: [UInt8]] {
            try folder.files(in: name).filter { $0.key.hasPrefix("rejects") || $0.key.hasPrefix("no-result") }
        }
        let expected = try records("file")
        for name in ["s.csv", "s.csv.gz", "s.tar", "s.tgz"] {
            try folder.shell("mkfifo p; cat \(name) > p & \(run) --source p -o piped; rm p")
            let differing = try differences(records("piped"), expected)
            #expect(differing.isEmpty, "\(name): \(differing)")
            if command == "report" {
                #expect(try folder.text("piped/failures.csv") == folder.text("file/failures.csv"))
            }
            try folder.shell("rm -r piped")
        }
        let device = try rejects("j.json", "--source", "/dev/null")
        #expect(device.status == 66, "\(device)")
    }

    @Test(
        "Files in an archive are counted however it is packed",
        arguments: ["tar cf s.x", "tar czf s.x", "tar cjf s.x", "tar cJf s.x", "zip -q s.x", "zip.gz"])
    func archives(pack: String) throws {
        for (number, letter) in zip(1..., "ab") { try folder.writeFailedJob(number, letter) }
        if pack == "zip.gz" {
            try folder.shell(
                "zip -q t.zip a.csv b.csv; gzip -c t.zip > s.x; zip -q t1.zip a.csv; gzip -c t1.zip > one.x")
        } else {
            try folder.shell("\(pack) a.csv b.csv; mv s.x both.x; \(pack) a.csv; mv s.x one.x; mv both.x s.x")
        }
        for command in ["rejects", "report"] {
            let both = try importAudit(
                command, "j1.json", "j2.json", "--source", "s.x", "-o", "both-\(command)", folder: folder.path)
            #expect(both.status == 0, "\(both)")
            let one = try importAudit(
                command, "j1.json", "--source", "one.x", "-o", "one-\(command)", folder: folder.path)
            #expect(one.status == 0, "\(one)")
            let more = try importAudit(
                command, "j1.json", "--source", "s.x", "-o", "more", folder: folder.path)
            #expect(more.status == 64, "\(more)")
            #expect(more.errorText.contains("there are 2 sources and 1 job"), "\(more)")
        }
        let rejects = try folder.text("both-rejects/rejects.csv")
        for address in ["a0", "a2", "b0", "b2"] { #expect(rejects.contains("\(address)@x.example")) }
    }

    // MARK: - Encodings

    @Test(
        "JSON in UTF-16 is handed back in UTF-16", arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian],
        ["array", "lines", "body"])
    func utf16(encoding: String.Encoding, form: String) throws {
        try folder.writeFailedJob(1, "a")
        let rows = sentAddresses("a").map { #"{"e":"\#($0)","t":"é🙂"}"# }
        func text(_ rows: [String]) -> String {
            switch form {
            case "array": "[\r\n" + rows.joined(separator: ",\n") + "\r\n]\r\n"
            case "lines": rows.joined(separator: "\n") + "\n"
            default: #"{"objects":["# + rows.joined(separator: ",\n") + #"],"options":{"dedupe_by":"e"}}"#
            }
        }
        // The bracket of an array is kept with what is before it, but white space after it belongs to the first row.
        func expected(_ rows: [String]) -> String {
            form == "array" ? "[" + rows.joined(separator: ",\n") + "]\r\n" : text(rows)
        }
        func bytes(_ text: String) throws -> [UInt8] {
            try [UInt8](#require(("\u{FEFF}" + text).data(using: encoding)))
        }
        try folder.write(bytes(text(rows)), as: "s.json")
        let run = try rejects("j1.json", "--source", "s.json")
        #expect(run.status == 0, "\(run)")
        #expect(try folder.bytes("rejects/rejects.json") == bytes(expected([rows[0], rows[2]])))
        let batches = try rejects("j1.json", "--source", "s.json", "--batch", "1", "-o", "b")
        #expect(batches.status == 0, "\(batches)")
        #expect(try folder.bytes("b/rejects-0001.json") == bytes(expected([rows[0]])))
        #expect(try folder.bytes("b/rejects-0002.json") == bytes(expected([rows[2]])))
        // They can be sent again.
        try folder.write(failedDump(["'a0@x.example' is wrong", nil], id: "k", total: 2), as: "k.json")
        let again = try rejects("k.json", "--source", "rejects/rejects.json", "--map", "rejects/reasons.csv", "-o", "2")
        #expect(again.status == 0, "\(again)")
    }

    static let wide: [(String.Encoding, String, String)] = [
        (.utf16LittleEndian, "", "This is UTF-16 without a byte order mark."),
        (.utf16BigEndian, "", "This is UTF-16 without a byte order mark."),
        (.utf32LittleEndian, "", "This is UTF-32"), (.utf32BigEndian, "", "This is UTF-32"),
        (.utf32LittleEndian, "\u{FEFF}", "This is UTF-32"), (.utf32BigEndian, "\u{FEFF}", "This is UTF-32"),
    ]

    @Test("Text of two or four bytes for each character without its mark is called that", arguments: wide)
    func wideText(encoding: String.Encoding, mark: String, says: String) throws {
        try folder.writeFailedJob(1, "a")
        for text in ["email,n\n", "[{\"e\":1},", "名,n\n", "氏名,都市\n", "▶,n\n", "∢∢∢∢,n\n"] {
            let bytes = try #require((mark + text + "a,1\nb,2\nc,3\nd,4\n").data(using: encoding))
            try folder.write([UInt8](bytes), as: "s.csv")
            let run = try rejects("j1.json", "--source", "s.csv")
            #expect(run.status == 65, "\(run)")
            #expect(run.errorText.contains(says), "\(run)")
        }
    }

    @Test("An encoding in which delimiters are other bytes is refused", arguments: ["cp037", "ibm500"])
    func movedASCII(name: String) throws {
        try folder.writeFailedJob(1, "a")
        let run = try rejects("j1.json", "--source", "a.csv", "--encoding", name)
        #expect([64, 65].contains(run.status), "\(run)")
        #expect(!run.errorText.contains("has 4 rows"), "\(run)")
        #expect(folder.names(in: "rejects") == nil)
    }

    // MARK: - Delimiters

    @Test("New columns are quoted for any delimiter", .needs(.python), arguments: ["_", "-", " ", "."])
    func delimiters(delimiter: String) throws {
        try folder.writeFailedJob(1, "a")
        try folder.write(
            "email\(delimiter)n\n" + sentAddresses("a").map { "\"\($0)\"\(delimiter)x\n" }.joined(), as: "s.csv")
        let run = try rejects("j1.json", "--source", "s.csv", "--delimiter", delimiter)
        #expect(run.status == 0, "\(run)")
        let counts = try folder.shell(
            "python3 -c 'import csv,sys; print([len(r) for r in csv.reader(open(\"rejects/rejects.csv\"), delimiter=\"\(delimiter)\")])'"
        )
        #expect(counts.contains("[8, 8, 8]"), "\(counts)")
        for wrong in ["1", "x", "X"] {
            #expect(try rejects("j1.json", "--source", "s.csv", "--delimiter", wrong).status == 64)
        }
    }

    // MARK: - Folders

    @Test("A source in an input folder is not a dump, and neither are rejects in any form")
    func inFolder() throws {
        try folder.writeFailedJob(1, "a")
        try folder.shell("mkdir in; mv j1.json a.csv in; echo '{\"e\":1}' > in/other.txt; rm in/other.txt")
        for command in ["rejects", "report"] {
            let run = try importAudit(command, "in", "--source", "in/a.csv", "-o", "o-\(command)", folder: folder.path)
            #expect(run.status == 0, "\(run)")
        }
        try folder.write(sentAddresses("a").map { "{\"e\":\"\($0)\"}\n" }.joined(), as: "s.json")
        #expect(try rejects("in/j1.json", "--source", "s.json", "-o", "in/json").status == 0)
        #expect(try rejects("in/j1.json", "--source", "in/a.csv", "--plain", "-o", "in/plain").status == 0)
        let audit = try report("in", "--source", "in/a.csv", "-o", "audit")
        #expect(audit.status == 0, "\(audit)")
        #expect(audit.errorText.contains("was skipped"), "\(audit)")
        // A file that was corrected may be anything.
        try folder.shell("echo x,y >> in/plain/rejects.csv")
        #expect(try report("in", "--source", "in/a.csv", "-o", "audit").status == 65)
    }

    @Test(
        "What import-audit wrote is not a source, and the message says so",
        arguments: ["audit/rows.csv", "audit/failures.csv", "audit/report.xhtml", "audit/summary.json", "audit"])
    func ownOutput(name: String) throws {
        try folder.writeFailedJob(1, "a")
        #expect(try report("j1.json", "-o", "audit").status == 0)
        let run = try rejects("j1.json", "--source", name)
        #expect(run.status == (name == "audit" ? 66 : 65), "\(run)")
        let says = name == "audit" ? "name the file" : "--source takes the file that was sent"
        #expect(run.errorText.contains(says), "\(run)")
        #expect(!run.errorText.contains("not a dump"), "\(run)")
    }
}
