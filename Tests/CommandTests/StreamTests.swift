import Foundation
import Glibc
import TestSupport
import Testing

/// Inputs that are not regular files, and standard streams that are closed.
struct StreamTests {
    @Test("A FIFO is read like a file, in whatever pieces it comes", arguments: ["report", "summary"])
    func fifo(command: String) throws {
        let space = try Workspace()
        let path = space["dump.fifo"]
        #expect(mkfifo(path, 0o600) == 0)
        let arguments = command == "report" ? ["report", path, "-o", space["o"]] : ["summary", path]
        let run = try RunningCommand(arguments)
        let end = open(path, O_WRONLY | O_CLOEXEC)
        for start in stride(from: 0, to: 3529, by: 100) {
            try writeAll(Array(try Repository.bytes("Samples/clean-async.json").dropFirst(start).prefix(100)), to: end)
        }
        close(end)
        let result = try run.finish()
        #expect(result.status == 0, "\(result)")
        #expect((result.outputText + result.errorText).contains("All 42 rows succeeded"), "\(result)")
    }

    @Test("A slow pipe is waited for")
    func slowPipe() throws {
        let run = try RunningCommand(["summary", "-"], input: .pipe)
        for part in try Repository.bytes("Samples/sync.json").chunks(of: 200) {
            try run.send(part)
            usleep(5000)
        }
        run.endInput()
        let result = try run.finish()
        #expect(result.status == 0, "\(result)")
        #expect(result.outputText.contains("Of 12 rows"), "\(result)")
    }

    @Test("Without a standard input, - cannot be read, and the error says so", arguments: ["report", "summary"])
    func closedInput(command: String) throws {
        let space = try Workspace()
        let result = try RunningCommand([command, "-"], input: .closed, folder: space.path).finish()
        #expect(result.status == 65, "\(result)")
        #expect((result.outputText + result.errorText).contains("Bad file descriptor"), "\(result)")
        #expect(space.names(in: "audit") == nil)
    }

    @Test(
        "A report is the same when streams are not there: none of its files takes their place",
        arguments: [[0], [1], [2], [0, 1, 2]])
    func closedStreams(closing: [Int32]) throws {
        let space = try Workspace()
        _ = try importAudit("report", Repository.sample("many-failures"), "-o", space["expected"])
        let run = try RunningCommand(
            ["report", Repository.sample("many-failures"), "-o", space["o"]], input: .closed, closing: closing
        ).finish()
        #expect(run.status == 0, "\(run)")
        #expect(try space.files(in: "o") == space.files(in: "expected"))
        let failed = try RunningCommand(
            ["report", "--strict", Repository.sample("truncated"), "-o", space["o"]], input: .closed, closing: closing
        ).finish()
        #expect(failed.status == 65, "\(failed)")
        #expect(try space.files(in: "o") == space.files(in: "expected"))
    }

    @Test("A reader that goes away ends the program quietly or with 73, never with a crash")
    func goneReader() throws {
        let run = try RunningCommand(["summary", "--format", "json", "-"], input: .pipe, closing: [1])
        try run.send(try Repository.bytes("Samples/many-failures.json"))
        run.endInput()
        let result = try run.finish()
        #expect(result.status == 73, "\(result)")
        #expect(result.errorText.contains("standard output cannot be written"), "\(result)")
    }

    @Test("A report is finished even if nobody reads its messages")
    func goneReaderOfMessages() throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        let options = "in gone1 gone2 --threads 1 --verbose -o"
        _ = try space.shell("'\(RunningCommand.binary)' report \(options) expected || [ $? = 66 ]")
        // The reader has ended before the first message.
        let script =
            "{ sleep 0.2; s=0; '\(RunningCommand.binary)' report \(options) o 2>&1 || s=$?; echo $s >status; } | :"
        _ = try space.shell(script)
        #expect(try space.text("status") == "66\n")
        #expect(differences(try space.tree("o"), try space.tree("expected")).isEmpty)
    }

    @Test(
        "A reader of standard output that ends early, such as head, ends the command without a word and without files",
        arguments: [
            "rows in", "summary in --format json", "report in --dry-run", "report in/0/job-003.json --stdout md",
            "rejects in/0/job-003.json --source s.csv --trust-order --dry-run",
        ])
    func goneReaderOfOutput(command: String) throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        try space.write("name\na\nb\nc\nd\ne\nf\n", as: "s.csv")
        try space.shell("mkdir tmp")
        let run = "TMPDIR=tmp '\(RunningCommand.binary)' \(command)"
        _ = try space.shell("{ sleep 0.2; s=0; \(run) 2>said || s=$?; echo $s >status; } | :")
        // Standard error has what else there is to say, such as the list of a dry run, but no complaint.
        let status = try space.text("status")
        #expect(["141\n", "0\n"].contains(status))
        #expect(try !space.text("said").contains("import-audit: "))
        #expect(command.contains("dry-run") || status == "141\n", "\(status)")
        #expect(space.names(in: "tmp") == [])
    }

    @Test(
        "Whatever the command, status 65 comes with the name of the dump that was not read completely, and the place",
        arguments: [
            ["summary", "IN"], ["summary", "IN", "--format", "json"], ["check", "IN", "--max-failed", "99%"],
            ["rows", "IN"], ["codes", "IN"], ["compare", "IN", "whole.json"], ["compare", "whole.json", "IN"],
            ["report", "IN", "-o", "o"], ["history", "add", "h.sqlite", "IN"],
            ["rejects", "IN", "--source", "s.csv", "-o", "r", "--trust-order"],
        ])
    func incompleteDumpsAreNamed(arguments: [String]) throws {
        let space = try Workspace()
        let whole = try Repository.bytes("Samples/sync.json")
        try space.write(String(decoding: whole, as: UTF8.self), as: "whole.json")
        try space.write("name\n" + String(repeating: "x\n", count: 12), as: "s.csv")
        var broken = whole
        broken[whole.count / 2] = 0x01
        for (name, bytes) in [("cut.json", Array(whole.dropLast(whole.count / 3))), ("broken.json", broken)] {
            try space.write(String(decoding: bytes, as: UTF8.self), as: name)
            let run = try RunningCommand(
                arguments.map { $0 == "IN" ? name : $0 } + ["--no-project-file"], folder: space.path
            ).finish()
            #expect(run.status == 65, "\(run)")
            let written = try space.names(in: "o")?.contains("report.md") == true ? space.text("o/report.md") : ""
            let told = (run.outputText + run.errorText + written).replacing(",", with: "")
            #expect(told.contains(name), "\(run)")
            #expect(told.contains("byte \(name == "cut.json" ? bytes.count : whole.count / 2)"), "\(run)")
        }
    }
}

extension [UInt8] {
    func chunks(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
