import Foundation
import Glibc
import Testing

/// As many arguments as a shell hands over for `*`, and folders as deep as the system has them.
struct ManyArgumentsTests {
    @Test("70,000 folders as arguments, and a dump behind them", arguments: ["summary", "report"])
    func folders(command: String) throws {
        let space = try Workspace()
        try space.write(jobDump("last"), as: "d.json")
        try space.shell("mkdir e")
        let output = command == "report" ? ["-o", "o"] : []
        let run = try importAudit(
            arguments: [command] + output + [String](repeating: "e", count: 70_000) + ["d.json"], folder: space.path)
        #expect(run.status == 0, "\(run.status) \(run.errorText.prefix(500))")
        let said = command == "report" ? try space.text("o/index.md") : run.outputText
        #expect(said.contains("last"), "\(said.prefix(500))")
    }

    @Test("Folders in folders, two thousand deep")
    func deep() throws {
        let space = try Workspace()
        let path = "in/" + String(repeating: "d/", count: 1900)
        try space.write(jobDump("deep"), as: "\(path)job.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run.status) \(run.errorText.prefix(500))")
        #expect(space.names(in: "o/jobs") == ["deep"])
    }

    @Test("A zip in a folder that is not there, behind more slashes than there is room for")
    func packBehindSlashes() throws {
        let space = try Workspace()
        try space.write(jobDump("one"), as: "d.json")
        let place = String(repeating: "none/", count: 25_000) + "a.zip"
        let run = try importAudit("report", "d.json", "-o", "o", "--pack", place, folder: space.path)
        #expect(run.status == 73, "\(run.status) \(run.errorText.suffix(200))")
    }
}
