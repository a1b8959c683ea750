import Foundation
import TestSupport
import Testing

/// Sources that `rejects` refuses, and what it says about them. Nothing is written then.
@Suite struct RefusedSourceTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
        try folder.write(RejectsTests.contacts, as: "contacts.csv")
        try folder.write(RejectsTests.job(), as: "job.json")
    }

    private func rejects(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: ["rejects"] + arguments, folder: folder.path)
    }

    @Test(
        "That the first line may be a row is suggested only where this can be",
        arguments: [
            ("sent.csv", "h,i\n1,2\n3,4\n5,6\n", [], true),
            ("sent.csv", "1,2\n3,4\n5,6\n", ["--no-header"], false),
            ("sent.csv", "h,i\n1,2\n3,4\n5,6\n7,8\n9,0\n", ["--first-row", "3"], false),
            ("sent.jsonl", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", [], false),
            ("sent.json", #"[{"a":1},{"a":2},{"a":3}]"#, [], false),
        ])
    func headerHint(name: String, source: String, options: [String], isSuggested: Bool) throws {
        try folder.write(source, as: name)
        let run = try importAudit(arguments: ["rejects", "job.json", "--source", name] + options, folder: folder.path)
        #expect(run.status == 1, "\(run)")
        #expect(run.errorText.contains("--no-header fits") == isSuggested, "\(run)")
        #expect(run.errorText.contains("Is it the file that was sent?") != isSuggested, "\(run)")
    }

    static let bad: [(name: String, source: String, arguments: [String], says: String)] = [
        (
            "too short", "Name,Email\nAda,a\n", [],
            "has 1 row, but job 6f0c3a52-0000-4000-8000-000000000001 has a total of 4."
        ),
        ("too long", "h\n1\n2\n3\n4\n5\n", [], "--first-row 2 fits"),
        ("a header counted as a row", "Name,Email\nx,bo@@x\nc,c\nd,d\n", [], "Then --no-header fits."),
        (
            "other columns", "a,b\n1,2\n3,bo@@x\n5,6,7\n8,9\n", [],
            "line 4, column 1: This record has 3 columns, the first one has 2."
        ),
        ("a stray quote", "a,b\n1,2\n3,bo\"@@x\n5,6\n7,8\n", [], "line 3, column 5: There is a quote inside a field"),
        (
            "text behind a quote", "a,b\n\"1\"x,2\n3,4\n5,6\n7,8\n", [],
            "line 2, column 4: Something follows a closing quote."
        ),
        ("an open quote", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", [], "line 3, column 3: This quote is never closed."),
        (
            "another delimiter", "a,b\n1,2\n3,4\n5,6\n7,8\n", ["--delimiter", ";"],
            "The header has no semicolon, but comma once."
        ),
        ("nothing", "", [], "The file is empty."),
        ("a header alone", "a,b\n", [], "There is a header and no row."),
        (
            "a lone return", "a,b\n1,2\r3,4\n5,6\n7,8\n9,0\n", [],
            "line 2, column 4: This line ends with a carriage return alone"
        ),
        (
            "broken JSON", #"[{"a":1},{"a":2},{"a":3,},{"a":4}]"#, [],
            "line 1, column 25: “}” is not allowed here in JSON."
        ),
        ("JSON that ends early", "[{\"a\":1},\n{\"a\":2},{\"a\":3},{\"a\":4}", [], "The JSON text ends too early."),
        (
            "a dump", #"{"job_id":"a","status":"complete","total":1,"results":[{"created":true}]}"#, [],
            "not what was sent to it"
        ),
        ("a table of an audit", "job_id,row,outcome,record_id,error_code,error_message\n", [], "import-audit wrote"),
    ]

    @Test("A source that does not fit is refused in one sentence, and nothing is written", arguments: bad)
    func refused(name: String, source: String, arguments: [String], says: String) throws {
        try folder.write(source, as: "bad.csv")
        let run = try importAudit(
            arguments: ["rejects", "job.json", "--source", "bad.csv"] + arguments, folder: folder.path)
        // A wrong number of rows is a different error than a file that cannot be read.
        let isUneven = ["too", "a header", "nothing"].contains { name.hasPrefix($0) }
        #expect(run.status == (isUneven ? 1 : 65), "\(run)")
        #expect(run.errorText.contains(says), "\(run)")
        #expect(run.errorText.hasPrefix("import-audit: bad.csv"), "\(run)")
        #expect(folder.names(in: "rejects") == nil)
    }

    @Test("Text that is not UTF-8 is refused with its place, and read with its encoding")
    func encoding() throws {
        try folder.write(
            Array("Name,Email\nA,a\nB\u{E9},".unicodeScalars.map { UInt8($0.value) }) + Array("bo@@x\nC,c\nD,d\n".utf8),
            as: "latin.csv")
        let run = try rejects("job.json", "--source", "latin.csv")
        #expect(run.status == 65)
        #expect(run.errorText.contains("latin.csv: line 3, column 2: The byte 0xE9 is not UTF-8."), "\(run)")
        #expect(try rejects("job.json", "--source", "latin.csv", "--encoding", "windows-1252", "--plain").status == 0)
        #expect(try folder.bytes("rejects/rejects.csv").starts(with: Array("Name,Email\nB".utf8) + [0xE9]))
    }

    @Test("As many sources as jobs, or one: anything else is a usage error")
    func sources() throws {
        try folder.write(RejectsTests.job(id: "b"), as: "second.json")
        try folder.write(RejectsTests.contacts, as: "copy.csv")
        #expect(try rejects("job.json", "second.json", "--source", "contacts.csv", "copy.csv").status == 0)
        let run = try rejects("job.json", "--source", "contacts.csv", "copy.csv", "-o", "x")
        #expect(run.status == 64)
        #expect(run.errorText.contains("there are 2 sources and 1 job"), "\(run)")
        try folder.write("Other\na\nbo@@x\nc\nd\n", as: "other.csv")
        let mixed = try rejects("job.json", "second.json", "--source", "contacts.csv", "other.csv", "-o", "x")
        #expect(mixed.status == 1)
        #expect(mixed.errorText.contains("other.csv: the source has another header"), "\(mixed)")
        #expect(folder.names(in: "x") == nil)
    }

    @Test("A job with more results than its total, or without one before another, cannot be paired")
    func totals() throws {
        try folder.write(RejectsTests.job(total: 3), as: "small.json")
        let small = try rejects("small.json", "--source", "contacts.csv")
        #expect(small.status == 1)
        #expect(small.errorText.contains("a total of 3 rows, but results of 4 rows"), "\(small)")
        try folder.write(#"{"job_id":"n","status":"complete","results":[{"created":true}]}"#, as: "none.json")
        let none = try rejects("none.json", "job.json", "--source", "contacts.csv")
        #expect(none.status == 1)
        #expect(none.errorText.contains("it is not known where the next job begins in the source"), "\(none)")
    }
}
