import Foundation
import Glibc
import TestSupport
import Testing

/// A run that is interrupted, and two runs at once.
struct InterruptionTests {
    static let rows = 300_000

    /// A dump in three parts: its beginning, a piece with a thousand rows, and its end.
    static let head = Array(#"{"job_id":"big","status":"complete","total":300000,"results":["#.utf8)
    static let tail = Array(#"{"error":{"code":"c","message":"last"}}]}"#.utf8)
    static let thousand: [UInt8] = (0..<1000).flatMap { row in
        Array(
            (row % 10 == 0
                ? #"{"error":{"code":"c\#(row % 7)","message":"message \#(row % 30)"}},"#
                : #"{"id":"abe72624-edce-4501-ae6b-4bb368266101","created":true,"existing":false},"#).utf8)
    }

    /// Starts a report and sends it so much of a dump that it has certainly written rows.
    private func started(_ folder: String, _ options: String...) throws -> RunningCommand {
        let run = try RunningCommand(["report", "-", "-o", folder] + options, input: .pipe)
        try run.send(Self.head)
        for _ in 0..<Self.rows / 1000 / 2 { try run.send(Self.thousand) }
        return run
    }

    private func complete(_ run: RunningCommand) throws -> CommandResult {
        for _ in 0..<Self.rows / 1000 - Self.rows / 1000 / 2 { try run.send(Self.thousand) }
        try run.send(Array(Self.tail))
        run.endInput()
        return try run.finish()
    }

    @Test("Killed halfway: no file under its final name, and the next run succeeds and cleans up")
    func killed() throws {
        let space = try Workspace()
        let run = try started(space["o"])
        let names = try #require(space.names(in: "o"))
        #expect(names.contains(".rows.csv.partial"))
        run.kill(SIGKILL)
        #expect(try run.finish(endsInput: false).status == -SIGKILL)
        #expect(space.names(in: "o")?.allSatisfy { $0.hasSuffix(".partial") } == true)

        let again = try complete(try started(space["o"]))
        #expect(again.status == 0, "\(again)")
        #expect(space.names(in: "o") == reportFolder)
        #expect(try space.bytes("o/rows.csv").count { $0 == UInt8(ascii: "\n") } == Self.rows + 2)
    }

    @Test(
        "The next run removes what a killed one left, whichever commands they are",
        arguments: ["report one.json", "report logs", "merge s.json", "history report h.sqlite"])
    func killedOther(command: String) throws {
        let space = try Workspace()
        for name in ["one.json", "logs/1.json"] { try space.write(jobDump("j"), as: name) }
        try space.write(try importAudit("summary", space["one.json"], "--format", "json").output, as: "s.json")
        #expect(try importAudit("history", "add", space["h.sqlite"], space["one.json"]).status == 0)
        let left = [
            "rows.csv", "failures.csv.rewritten", "index.xhtml", "codes.csv", "trends.md", "rejects-0001.csv",
            "no-result.csv", "manifest.jsonl", "report.css", "report.xlsx",
        ]
        let kept = [".notes.csv.partial", ".partial", ".trends.md.partial", ".rejects-2.json.partial"]
        for name in left { try space.write("position,outcome\n1,", as: "out/.\(name).partial") }
        // These may be the only copies of dumps.
        for name in kept { try space.write(jobDump("other"), as: "out/\(name)") }
        let force = command.hasPrefix("history") ? ["--force"] : []
        let run = try importAudit(
            arguments: command.split(separator: " ").map { String($0) } + ["-o", "out"] + force, folder: space.path)
        #expect(run.status == 0, "\(run)")
        let names = space.names(in: "out") ?? []
        let others = command.hasPrefix("history") ? kept.filter { !$0.contains("trends") } : kept
        #expect(names.filter { $0.hasSuffix(".partial") } == others.sorted())
    }

    @Test(
        "A fault of the program or of a library ends with a sentence and its status, as a kill does with files",
        .handlesFaults, arguments: [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV])
    func fault(signal: Int32) throws {
        let space = try Workspace()
        let run = try started(space["o"])
        run.kill(signal)
        let result = try run.finish(endsInput: false)
        #expect(result.status == 70 && result.outputText.isEmpty, "\(result)")
        #expect(result.errorText.hasPrefix("import-audit: internal fault, or not enough memory."), "\(result)")
        #expect(space.names(in: "o")?.allSatisfy { $0.hasPrefix(".") && $0.hasSuffix(".partial") } == true)
    }

    @Test("Killed half way over an older report: the older one is untouched")
    func killedOverOlder() throws {
        let space = try Workspace()
        _ = try importAudit("report", Repository.sample("many-failures"), "-o", space["o"])
        let before = try space.files(in: "o")
        for signal in [SIGKILL, SIGTERM] {
            let run = try started(space["o"])
            run.kill(signal)
            #expect(try run.finish(endsInput: false).status == -signal)
            #expect(try space.files(in: "o").filter { !$0.key.hasSuffix(".partial") } == before)
        }
        // Ctrl-C ends the run cleanly, even while the run waits for another program.
        let run = try started(space["o"])
        run.kill(SIGINT)
        let result = try run.finish(endsInput: false)
        #expect(result.status == 130 && result.errorText.contains("Interrupted"), "\(result)")
        #expect(try space.files(in: "o") == before)
        let again = try importAudit("report", Repository.sample("many-failures"), "-o", space["o"])
        #expect(again.status == 0, "\(again)")
        #expect(try space.files(in: "o") == before)
    }

    @Test("Signals that whoever started the run has ignored stay ignored", arguments: ["INT", "TERM", "HUP"])
    func ignoredSignals(name: String) throws {
        let space = try Workspace()
        let run = try RunningCommand(
            program: "/bin/sh",
            ["-c", "trap '' \(name); exec \"$@\"", "sh", RunningCommand.binary, "report", "-", "-o", space["o"]],
            input: .pipe)
        try run.send(Self.head)
        for _ in 0..<Self.rows / 1000 / 2 { try run.send(Self.thousand) }
        run.kill(["INT": SIGINT, "TERM": SIGTERM, "HUP": SIGHUP][name] ?? 0)
        let result = try complete(run)
        #expect(result.status == 0, "\(result)")
        #expect(space.names(in: "o") == reportFolder)
    }

    @Test("Ctrl-C while a pipe among the inputs is silent: 130, and no incomplete file is left")
    func silentPipe() throws {
        let space = try Workspace()
        try space.write(jobDump("small"), as: "small.json")
        try #require(mkfifo(space["pipe"], 0o600) == 0)
        // Open at both ends, so that the run waits for data, not for a writer.
        let pipe = open(space["pipe"], O_RDWR | O_CLOEXEC)
        try #require(pipe >= 0)
        defer { close(pipe) }
        let run = try RunningCommand(
            ["report", "pipe", "small.json", "-o", "o", "--threads", "2"], folder: space.path)
        try writeAll(Self.head, to: pipe)
        for _ in 0..<Self.rows / 1000 / 2 { try writeAll(Self.thousand, to: pipe) }
        let begun = try space.tree("o").keys.sorted()
        #expect(begun.contains { $0.contains(".partial/") }, "\(begun)")
        let deadline = ContinuousClock.now + .seconds(60)
        while space.names(in: "o/jobs/small") != reportFiles, .now < deadline { usleep(1000) }
        run.kill(SIGINT)
        let result = try run.finish(endsInput: false)
        #expect(result.status == 130 && result.errorText.contains("Interrupted"), "\(result)")
        let left = try space.tree("o").keys.sorted()
        #expect(!left.contains { $0.contains(".partial") }, "\(left)")
        #expect(space.names(in: "o/jobs/small") == reportFiles, "\(left)")
    }

    @Test("With --threads 1 there is one thread that works, also for a large dump, and the one that waits for it")
    func oneThread() throws {
        let space = try Workspace()
        func threadCount(_ number: String) throws -> Int {
            let run = try started(space["o\(number)"], "--threads", number)
            let count = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(run.pid)/task").count
            let result = try complete(run)
            #expect(result.status == 0, "\(result)")
            return count
        }
        #expect(try threadCount("1") == 2 + Sanitizer.threads)
        // Two workers, and for a large dump at least one thread that writes their results.
        #expect(try threadCount("2") > 3 + Sanitizer.threads)
        #expect(differences(try space.tree("o1"), try space.tree("o2")) == [])
    }

    @Test("Ctrl-C ends a command after the file that it is reading", arguments: ["validate", "merge"])
    func betweenFiles(command: String) throws {
        let space = try Workspace()
        #expect(try importAudit("report", Repository.sample("sync"), "-o", space["o"]).status == 0)
        let name = command == "validate" ? "report.xhtml" : "summary.json"
        try #require(mkfifo(space["pipe"], 0o600) == 0)
        let run = try RunningCommand([command, space["pipe"], space["o/\(name)"]], folder: space.path)
        // Returns once the command has opened the pipe.
        let pipe = open(space["pipe"], O_WRONLY | O_CLOEXEC)
        try #require(pipe >= 0)
        run.kill(SIGINT)
        // The command must have the signal before the end of the file.
        Thread.sleep(forTimeInterval: 0.3)
        try FileHandle(fileDescriptor: pipe, closeOnDealloc: false).write(contentsOf: Data(space.bytes("o/\(name)")))
        close(pipe)
        let result = try run.finish()
        #expect(result.status == 130 && result.errorText.contains("Interrupted."), "\(result)")
        #expect(!result.outputText.contains("o/\(name)"), "\(result)")
    }

    @Test("Two runs into one folder: the second one gets an error, the first one is not disturbed")
    func twoRuns() throws {
        let space = try Workspace()
        let first = try started(space["o"])
        let second = try importAudit("report", Repository.sample("sync"), "-o", space["o"])
        #expect(second.status == 73, "\(second)")
        #expect(second.errorText.contains("another import-audit is writing into this folder"), "\(second)")
        let result = try complete(first)
        #expect(result.status == 0, "\(result)")
        #expect(space.names(in: "o") == reportFolder)
        #expect(try space.text("o/summary.json").contains("\"job_id\": \"big\""))
        let third = try importAudit("report", Repository.sample("sync"), "-o", space["o"])
        #expect(third.status == 0, "\(third)")
    }

    @Test(
        "Signals that end a process leave no temporary folder, which has rows of the dump",
        arguments: [SIGTERM, SIGHUP],
        ["report", "rejects"])
    func temporaryFolder(signal: Int32, command: String) throws {
        let space = try Workspace()
        try space.write("a\n" + String(repeating: "x\n", count: Self.rows), as: "sent.csv")
        try space.shell("mkdir tmp")
        // Open at both ends, so that the run waits for more.
        try #require(mkfifo(space["pipe"], 0o600) == 0)
        let pipe = open(space["pipe"], O_RDWR | O_CLOEXEC)
        try #require(pipe >= 0)
        defer { close(pipe) }
        let options =
            command == "report"
            ? ["report", "pipe", "--stdout", "md"]
            : ["rejects", "pipe", "--source", "sent.csv", "--dry-run", "-o", "o"]
        let run = try RunningCommand(options, folder: space.path, environment: ["TMPDIR": space["tmp"]])
        try writeAll(Self.head, to: pipe)
        let deadline = ContinuousClock.now + .seconds(60)
        while space.names(in: "tmp") == [], .now < deadline { usleep(1000) }
        #expect(space.names(in: "tmp")?.count == 1)
        run.kill(signal)
        let result = try run.finish(endsInput: false)
        #expect(result.status == -signal, "\(result)")
        #expect(space.names(in: "tmp") == [], "\(result)")
    }
}
