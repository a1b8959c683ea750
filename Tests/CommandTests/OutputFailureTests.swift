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
}
