import Foundation
import Glibc
import TestSupport
import Testing

/// Workbooks in the output folder: the same bytes every time, and complete or absent.
struct WorkbookRunTests {
    private func makeInputs(_ space: Workspace) throws {
        try space.makeJobs(20, in: "in")
        // Several dumps of one job: the superseded ones are reported after all have been read.
        for second in 0..<6 {
            try space.write(
                jobDump("many", created: second, failed: second, updated: second), as: "in/m/\(second).json")
        }
    }

    @Test("The same bytes with any number of threads, in any zone and at any time")
    func sameBytes() throws {
        let space = try Workspace()
        try makeInputs(space)
        var trees: [[String: [UInt8]]] = []
        for (threads, zone) in [("1", "UTC"), ("2", "Asia/Kathmandu"), ("8", "America/New_York")] {
            let run = try importAudit(
                "report", "in", "-o", "o\(threads)", "--threads", threads, "--formats", "xlsx", folder: space.path,
                environment: ["TZ": zone, "LC_ALL": "C"])
            #expect(run.status == 0, "\(run)")
            trees.append(try space.tree("o\(threads)"))
        }
        #expect(trees[0].keys.filter { $0.hasSuffix(".xlsx") }.count == 22)
        #expect(differences(trees[0], trees[1]) == [])
        #expect(differences(trees[0], trees[2]) == [])
    }

    @Test(
        "The overview has the failed rows of all jobs, whether or not there are CSV files to take them from",
        .needs(.pythonModule("openpyxl")))
    func overview() throws {
        let space = try Workspace()
        try makeInputs(space)
        for formats in ["xlsx", "xlsx,csv"] {
            let run = try importAudit("report", "in", "-o", "o", "--formats", formats, folder: space.path)
            #expect(run.status == 0, "\(run)")
            try space.expectSoundParts("o/index.xlsx")
            let book = try FoundWorkbook(at: space["o/index.xlsx"])
            let failures = try #require(book["Failures"])
            #expect(failures.texts.count { $0[0] == "many" && $0[1] == "jobs/many/" } == 5)
            let failed = (1...20).reduce(5) { $0 + ($1 % 3 == 0 ? $1 % 11 : 0) }
            #expect(failures.texts.count == failed)
            #expect(book["Summary"]?.item("rows failed")?.first?.value == .number(Double(failed)))
            #expect(book["Jobs"]?.texts.count == 21)
        }
    }

    @Test(
        "After a change, the end is the same as of a run from nothing",
        arguments: [
            "rm in/m/5.json", "rm in/m/[0-4].json", "rm o/jobs/job-003/report.xlsx", "rm o/index.xlsx",
            "sed s/job-005/job-099/ in/0/job-005.json > in/new.json",
        ])
    func again(_ script: String) throws {
        let space = try Workspace()
        try makeInputs(space)
        func run(_ folder: String) throws -> CommandResult {
            try importAudit("report", "in", "-o", folder, "--formats", "xlsx", folder: space.path)
        }
        #expect(try run("o").status == 0)
        try space.shell(script)
        let second = try run("o")
        #expect(second.status == 0, "\(second)")
        _ = try run("fresh")
        #expect(differences(try space.tree("o"), try space.tree("fresh")) == [])
        #expect(try run("o").errorText.contains("Nothing has changed"))
    }

    @Test(
        "A disk that is full at any moment: 73, the file's name, the old files, nothing else", .needs(.compiler),
        .needs(.pythonModule("openpyxl")), arguments: 1...12)
    func fullDisk(step: Int) throws {
        let space = try Workspace()
        try FileManager.default.createDirectory(atPath: space["disk"], withIntermediateDirectories: true)
        func report(_ dump: String, environment: [String: String] = [:]) throws -> CommandResult {
            try importAudit(
                "report", dump, "-o", "disk/o", "--formats", "xlsx", folder: space.path, environment: environment)
        }
        #expect(try report(Repository.sample("sync")).status == 0)
        let before = try space.files(in: "disk/o")
        try space.write(jobDump("big", created: 0, failed: 5000), as: "big.json")
        // From no space for the rows to almost enough for the last of the temporary files.
        let run = try report(
            "big.json", environment: FullDisk.environment(bytes: step * 180 << 10, below: space["disk"]))
        if run.status == 0 {
            let book = try FoundWorkbook(at: space["disk/o/report.xlsx"])
            #expect(book["Failures"]?.texts.count == 5000)
        } else {
            #expect(run.status == 73 && run.errorText.contains("disk/o/report.xlsx: "), "\(run)")
            #expect(try space.files(in: "disk/o") == before)
        }
        if step == 1 { #expect(run.status == 73) }
    }

    @Test(
        "Killed or interrupted half way: nothing but a partial file, and no temporary ones",
        arguments: [SIGINT, SIGKILL])
    func stopped(signal: Int32) throws {
        let space = try Workspace()
        let run = try RunningCommand(["report", "-", "-o", space["o"], "--formats", "xlsx"], input: .pipe)
        try run.send(InterruptionTests.head)
        for _ in 0..<100 { try run.send(InterruptionTests.thousand) }
        run.kill(signal)
        _ = try run.finish(endsInput: false)
        #expect((space.names(in: "o") ?? []).allSatisfy { signal == SIGKILL && $0 == ".report.xlsx.partial" })
    }
}
