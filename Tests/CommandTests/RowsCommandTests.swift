import Foundation
import TestSupport
import Testing

/// `rows`: one stream of all rows, compared with the files of `report`.
@Suite struct RowsCommandTests {
    @Test("An empty TMPDIR is like none")
    func emptyTemporaryFolder() throws {
        let dump = try Repository.bytes("Samples/api-example.json")
        var commands = [["rows", "-"], ["summary", "-", "--identity"]]
        commands.append(["report", Repository.sample("api-example"), "--stdout", "md"])
        for command in commands {
            let run = try RunningCommand(command, input: .bytes(dump), environment: ["TMPDIR": ""]).finish()
            #expect(run.status == 0 && !run.output.isEmpty, "\(run)")
        }
    }

    @Test("The rows of each sample are those of its report", arguments: Repository.samples)
    func samples(name: String) throws {
        let folder = try Workspace()
        let sample = Repository.sample(name)
        let rows = try importAudit("rows", sample, "--quiet")
        let report = try importAudit("report", sample, "-o", folder["audit"], "--quiet")
        #expect(rows.status == report.status, "\(rows)")
        guard let file = try? folder.bytes("audit/rows.csv") else {
            #expect(rows.outputText == "source,job_id,row,outcome,record_id,error_code,error_message\r\n")
            return
        }
        let stream = try csvRecords(rows.output)
        let expected = try csvRecords(file)
        #expect(stream.count == expected.count)
        for (line, row) in zip(stream, expected) { #expect(Array(line.dropFirst()) == Array(row.prefix(6))) }
        let piped = try importAudit(
            "rows", "-", "--quiet", input: .bytes(try Array(Data(contentsOf: URL(filePath: sample)))))
        #expect(try csvRecords(piped.output).map { $0.dropFirst() } == stream.map { $0.dropFirst() })
    }

    @Test("A dump that is cut off is named even if another input is missing")
    func cutOffAndMissing() throws {
        let run = try importAudit("rows", Repository.sample("truncated"), "none.json")
        #expect(run.status == 66 && run.errorText.contains("none.json: No such file"), "\(run)")
        #expect(run.errorText.contains("truncated.json: The dump is cut off"), "\(run)")
    }

    @Test("Each job is listed once, with its latest dump; with --every-dump, all dumps are listed")
    func polled() throws {
        let folder = try Workspace()
        let first =
            #"{"job_id":"a","status":"processing","total":2,"updated_at":"2026-01-01T00:00:00Z","results":[{"created":true}]}"#
        let second =
            #"{"job_id":"a","status":"complete","total":2,"updated_at":"2026-01-02T00:00:00Z","results":[{"created":true},{"existing":true}]}"#
        let log = try folder.write("\(second)\n\(first)\n", as: "log.jsonl")
        #expect(try importAudit("rows", log).outputText.split(separator: "\r\n").count == 3)
        #expect(try importAudit("rows", log, "--every-dump").outputText.split(separator: "\r\n").count == 4)
        let piped = try importAudit("rows", "-", input: .bytes(Array("\(first)\n\(second)\n".utf8)))
        #expect(piped.outputText.split(separator: "\r\n").count == 3, "\(piped)")
    }

    @Test("An input that can be read only once is refused, and not taken for an empty one")
    func pipe() throws {
        let folder = try Workspace()
        try folder.write(jobDump("a"), as: "a.json")
        for input in ["<(cat a.json)", "pipe"] {
            let status = try folder.shell(
                """
                mkfifo pipe; (timeout 20 sh -c 'cat a.json > pipe' &)
                timeout 60 bash -c "'\(RunningCommand.binary)' rows a.json \(input)" > out.csv 2> errors.txt && echo 0 || echo $?
                rm pipe
                """)
            #expect(status == "64\n")
            #expect(try folder.text("errors.txt").contains("can be read only once: save it in a file first"))
            #expect(try folder.text("out.csv") == "")
        }
    }

    @Test("An input that changes between its two readings ends the run")
    func changed() throws {
        let folder = try Workspace()
        let rows = repeatElement(#"{"created":true}"#, count: 200_000).joined(separator: ",")
        try folder.write(#"{"job_id":"a","status":"complete","results":[\#(rows)]}"#, as: "a.json")
        // The first row is printed while the input is read for the second time, and the rows do not fit in the pipe.
        let status = try folder.shell(
            """
            mkfifo pipe
            '\(RunningCommand.binary)' rows a.json > pipe 2> errors.txt &
            exec 3< pipe
            head -c 1 <&3 > out.csv
            printf ' ' >> a.json
            cat <&3 >> out.csv
            wait $! && echo 0 || echo $?
            """)
        #expect(status == "65\n")
        #expect(try folder.text("errors.txt").contains("a.json: it was changed while it was read."))
    }

    @Test(
        "A file that is added or removed between the two readings ends the run",
        arguments: [
            ("rm in/1.json", "in/1.json"), ("rm in/2.json", "in/2.json"), ("cp in/1.json in/0.json", "in/0.json"),
            ("mv in/2.json in/11.json", "in/2.json"),
        ])
    func addedOrRemoved(change: String, named: String) throws {
        let folder = try Workspace()
        func job(_ id: Int) -> String { #"{"job_id":"\#(id)","status":"complete","results":[{"created":true}]}"# }
        for id in 1...2 { try folder.write(job(id), as: "in/\(id).json") }
        // With `--verbose`, the lines about the jobs do not fit in the pipe: the first reading waits here.
        try folder.write((1...9000).map { job($0) + "\n" }.joined(), as: "log.jsonl")
        let status = try folder.shell(
            """
            mkfifo pipe
            '\(RunningCommand.binary)' rows in log.jsonl --every-dump --verbose --threads 1 > out.csv 2> pipe &
            exec 3< pipe
            grep -m 1 log.jsonl <&3 > /dev/null
            \(change)
            cat <&3 > errors.txt
            wait $! && echo 0 || echo $?
            """)
        #expect(status == "65\n")
        #expect(try folder.text("errors.txt").contains("\(named): it was changed while it was read."))
    }

    @Test("Rows that were counted, but cannot be read again, end the run")
    func lastInputIsGone() throws {
        let folder = try Workspace()
        let rows = repeatElement(#"{"created":true}"#, count: 200_000).joined(separator: ",")
        try folder.write(#"{"job_id":"a","status":"complete","results":[\#(rows)]}"#, as: "a.json")
        try folder.write(#"{"job_id":"b","status":"complete","results":[{"created":true}]}"#, as: "in/b.json")
        let status = try folder.shell(
            """
            mkfifo pipe
            '\(RunningCommand.binary)' rows a.json in > pipe 2> errors.txt &
            exec 3< pipe
            head -c 1 <&3 > out.csv
            rm in/b.json
            cat <&3 >> out.csv
            wait $! && echo 0 || echo $?
            """)
        #expect(["65\n", "66\n"].contains(status))
        #expect(try folder.text("errors.txt").contains("in/b.json: "))
    }

    @Test("A job with two results has the later ones, and an id at the end is known")
    func repeatedResults() throws {
        let dump =
            #"{"results":[{"created":true},{"created":true}],"status":"complete","total":1,"results":[{"existing":true}],"job_id":"late"}"#
        let run = try importAudit("rows", "-", input: .bytes(Array(dump.utf8)))
        #expect(run.outputText.hasSuffix("error_message\r\n'-,late,1,existing,,,\r\n"), "\(run)")
    }

    @Test("Inputs come in their order, whatever their sizes and however many threads there are")
    func order() throws {
        let folder = try Workspace()
        for index in 0..<20 {
            let rows = repeatElement(#"{"created":true}"#, count: index % 3 == 0 ? 400 : 1).joined(separator: ",")
            try folder.write(
                "{\"job_id\":\"\(index)\",\"status\":\"complete\",\"results\":[\(rows)]}",
                as: "dumps/\(index < 10 ? "0" : "")\(index).json")
        }
        let one = try importAudit("rows", folder["dumps"], "--threads", "1")
        #expect(try importAudit("rows", folder["dumps"], "--threads", "8").output == one.output)
        var ids: [String] = []
        for line in try csvRecords(one.output).dropFirst() where ids.last != line[1] { ids.append(line[1]) }
        #expect(ids == (0..<20).map { String($0) })
    }

    @Test("Rows are chosen by outcome and by code")
    func chosen() throws {
        let sample = Repository.sample("many-failures")
        let all = try csvRecords(importAudit("rows", sample).output).dropFirst()
        let failed = try csvRecords(importAudit("rows", sample, "--outcomes", "failed, existing").output).dropFirst()
        #expect(Array(failed) == all.filter { ["failed", "existing"].contains($0[3]) })
        let code = try #require(all.first { !$0[5].isEmpty }?[5])
        let coded = try csvRecords(importAudit("rows", sample, "--code", code).output).dropFirst()
        #expect(Array(coded) == all.filter { $0[5] == code } && !coded.isEmpty)
        #expect(try importAudit("rows", sample, "--outcomes", "fialed").status == 64)
    }

    @Test("JSON Lines have the same values, and null where there is none", arguments: Repository.samples)
    func json(name: String) throws {
        let sample = Repository.sample(name)
        let table = try csvRecords(importAudit("rows", sample, "--csv-raw").output).dropFirst()
        let lines = try importAudit("rows", sample, "--format", "jsonl").output.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == table.count)
        let names = ["source", "job_id", "row", "outcome", "record_id", "error_code", "error_message"]
        for (line, row) in zip(lines, table) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            #expect(Set(object.keys) == Set(names))
            let values = names.map { object[$0] is NSNull ? "" : "\(object[$0] ?? "")" }
            // NUL cannot be in a CSV file.
            #expect(values.map { $0.replacingOccurrences(of: "\0", with: "\u{FFFD}") } == row)
            #expect(!line.contains { $0 < 0x20 })
        }
    }
}

/// Returns the records of a CSV file according to RFC 4180.
private func csvRecords(_ bytes: [UInt8]) throws -> [[String]] {
    var lines: [[String]] = []
    var line: [String] = []
    var cell: [UInt8] = []
    var isInside = false
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\"") {
            if isInside, index + 1 < bytes.count, bytes[index + 1] == byte {
                cell.append(byte)
                index += 1
            } else {
                isInside.toggle()
            }
        } else if !isInside, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\n"), cell.last == UInt8(ascii: "\r") { cell.removeLast() }
            line.append(String(decoding: cell, as: UTF8.self))
            cell = []
            if byte == UInt8(ascii: "\n") {
                lines.append(line)
                line = []
            }
        } else {
            cell.append(byte)
        }
        index += 1
    }
    return lines
}
