import Foundation
import Glibc
import TestSupport
import Testing

/// Output that cannot be written: status 73, a reason, and no partial file.
struct OutputFailureTests {
    @Test("A file in the way of the folder", arguments: ["file", "file/below", "file/below/deeper"])
    func fileInTheWay(folder: String) throws {
        let space = try Workspace()
        try space.write("mine", as: "file")
        let run = try importAudit("report", Repository.sample("sync"), "-o", space[folder])
        #expect(run.status == 73, "\(run)")
        #expect(run.errorText.contains("\(space["file"])") && run.errorText.contains("Not a directory"), "\(run)")
        #expect(try space.text("file") == "mine")
    }

    @Test("A folder where a file should go: the other files are complete, and no partial file is left")
    func folderInTheWay() throws {
        let space = try Workspace()
        try space.write("mine", as: "o/report.md/notes.txt")
        let run = try importAudit("report", Repository.sample("sync"), "-o", space["o"])
        #expect(run.status == 73, "\(run)")
        #expect(run.errorText.contains("\(space["o"])/report.md"), "\(run)")
        #expect(try space.text("o/report.md/notes.txt") == "mine")
        #expect(space.names(in: "o")?.contains { $0.hasSuffix(".partial") } == false)
    }

    @Test("A link at the path of a file that is being written is not followed")
    func linkInTheWay() throws {
        let space = try Workspace()
        try space.write("mine", as: "elsewhere")
        try space.write("", as: "o/x")
        for name in reportFiles {
            #expect(symlink(space["elsewhere"], space["o/.\(name).partial"]) == 0)
            #expect(symlink(space["elsewhere"], space["o/\(name)"]) == 0)
        }
        let refused = try importAudit("report", Repository.sample("sync"), "-o", space["o"])
        #expect(refused.status == 73 && refused.errorText.contains("not written by import-audit"), "\(refused)")
        for name in reportFiles {
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: space["o/\(name)"]) == space["elsewhere"])
        }
        let run = try importAudit("report", Repository.sample("sync"), "-o", space["o"], "--force")
        #expect(run.status == 0, "\(run)")
        #expect(try space.text("elsewhere") == "mine")
        #expect(space.names(in: "o") == (reportFolder + ["x"]).sorted())
    }

    @Test(
        "A full disk under standard output", .needs(.device("/dev/full")),
        arguments: [["summary"], ["summary", "--format", "json"]])
    func fullOutput(arguments: [String]) throws {
        let run = try RunningCommand(arguments + [Repository.sample("sync")], output: "/dev/full").finish()
        #expect(run.status == 73, "\(run)")
        #expect(run.errorText == "import-audit: standard output cannot be written: No space left on device\n")
    }

    @Test(
        "A full disk under the folder: the old files stay, nothing half is left", .needs(.compiler),
        arguments: [(128 << 10, 5000), (6 << 20, 200_000)])
    func fullDisk(room: Int, rows: Int) throws {
        let space = try Workspace()
        try FileManager.default.createDirectory(atPath: space["disk"], withIntermediateDirectories: true)
        let first = try importAudit("report", Repository.sample("sync"), "-o", space["disk/o"])
        #expect(first.status == 0, "\(first)")
        let before = try space.files(in: "disk/o")
        let row = #"{"id":"abe72624-edce-4501-ae6b-4bb368266101","created":true},"#
        let dump = #"{"job_id":"j","status":"complete","results":["# + String(repeating: row, count: rows) + "{}]}"
        let second = try importAudit(
            "report", "-", "-o", space["disk/o"], input: .bytes(Array(dump.utf8)),
            environment: FullDisk.environment(bytes: room, below: space["disk"]))
        #expect(second.status == 73, "\(second)")
        #expect(second.errorText.contains("No space left on device"), "\(second)")
        #expect(try space.files(in: "disk/o") == before)
    }

    @Test(
        "Beyond the limit on the size of a file, every command fails as if the disk were full", .limitsFileSize,
        arguments: [
            ["report", "api-example.json", "-o", "o"], ["report", ".", "-o", "o", "--job-reports", "critical"],
            ["rejects", "round-trip/first-try.json", "--source", "round-trip/contacts.csv", "-o", "o"],
            ["merge", "-o", "o"], ["codes", ".", "-o", "codes.yml"], ["history", "add", "o.sqlite", "."],
            ["summary", "--format", "json", "."], ["rows", "many-failures.json"],
            ["report", "api-example.json", "-o", "o", "--pack", "o.zip"],
        ])
    func fileSizeLimit(arguments: [String]) throws {
        let samples = Repository.path("Samples")
        let summary = try importAudit("summary", "--format", "json", Repository.sample("sync"))
        let named = arguments.map { argument in
            if argument == "." { return samples }
            let isSample = argument.hasSuffix(".json") || argument.hasSuffix(".csv")
            return isSample ? "\(samples)/\(argument)" : argument
        }
        let command = ([RunningCommand.binary] + named + (arguments[0] == "merge" ? ["summary.json"] : []))
            .map { "'\($0)'" }.joined(separator: " ")
        var failures = 0
        // In blocks of 512 bytes.
        for limit in [0, 1, 8, 50, 2000] {
            let space = try Workspace()
            try space.write(summary.outputText, as: "summary.json")
            let run = try RunningCommand(
                program: "/bin/sh", ["-c", "ulimit -f \(limit); exec \(command) > output"], folder: space.path,
                environment: ["TMPDIR": space.path]
            ).finish()
            #expect([0, 65, 73].contains(run.status), "\(limit): \(run)")
            if run.status == 73 {
                failures += 1
                // SQLite does not tell what is wrong with its journal.
                let reasons = arguments[0] == "history" && limit == 0 ? ["disk I/O error"] : ["File too large"]
                #expect(reasons.contains { run.errorText.contains($0) }, "\(limit): \(run)")
                #expect(run.outputText.isEmpty)
            }
            let files = try space.tree(".").keys.sorted()
            let remains = files.filter { $0.contains(".partial") || $0.contains("tmp.") || $0.contains("journal") }
            #expect(remains.isEmpty)
            if run.status == 73 { #expect(!files.contains("o.zip") && !files.contains("codes.yml"), "\(files)") }
        }
        #expect(failures > 0)
    }
}
