import Foundation
import TestSupport
import Testing

/// `--job-reports`: which jobs get a folder. The overview always has all of them.
struct JobReportsTests {
    /// Writes clean jobs, jobs with failed rows, some of which contradict themselves, and a job with several dumps.
    private func makeJobs(_ space: Workspace) throws {
        try space.makeJobs(12, in: "in")
        for number in 0..<3 {
            let text = jobDump("critical-\(number)", created: 2, failed: number)
            try space.write(text.replacing("\"total\":", with: "\"succeeded\":9,\"total\":"), as: "in/c\(number).json")
        }
        for second in 0..<3 {
            try space.write(jobDump("many", created: 3, failed: second, updated: second), as: "in/m/\(second).json")
        }
        try space.write("nonsense", as: "in/broken.json")
    }

    private func report(_ space: Workspace, _ folder: String, _ options: String...) throws -> CommandResult {
        try importAudit(arguments: ["report", "in", "-o", folder] + options, folder: space.path)
    }

    private static let failed: Set = [
        "critical-0", "critical-1", "critical-2", "many", "job-003", "job-006", "job-009", "job-012",
    ]

    static let choices: [(which: String, jobs: Set<String>)] = [
        ("failed", failed), ("critical", ["critical-0", "critical-1", "critical-2", "many"]), ("none", []),
    ]

    @Test(
        "Jobs that are left out have no folder, and all the others the report that they have anyway", arguments: choices
    )
    func folders(which: String, jobs: Set<String>) throws {
        let space = try Workspace()
        try makeJobs(space)
        #expect(try report(space, "all", "--formats", "md,csv,xhtml,json,xlsx").status == 65)
        let run = try report(space, which, "--formats", "md,csv,xhtml,json,xlsx", "--job-reports", which)
        #expect(run.status == 65, "\(run)")
        #expect(run.errorText.contains("of 16 jobs under jobs") == !jobs.isEmpty, "\(run)")
        let (all, some) = (try space.tree("all"), try space.tree(which))
        #expect(Set(space.names(in: "\(which)/jobs") ?? []) == jobs)
        for (path, bytes) in some where path.hasPrefix("jobs/") { #expect(all[path] == bytes, "\(path)") }
        // Files about all jobs always list all of them.
        for file in ["summary.json", "failures.csv", "codes.csv"] { #expect(some[file] == all[file], "\(file)") }
        #expect(some["failures.csv"]?.isEmpty == false)
        let lines = try space.text("\(which)/jobs.csv").split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 17)
        for line in lines.dropFirst() {
            #expect(line[line.count - 2].isEmpty != jobs.contains(String(line[0])), "\(line)")
        }
    }

    @Test("The overview says which jobs have no page, and how many there are")
    func overview() throws {
        let space = try Workspace()
        try makeJobs(space)
        _ = try report(space, "o", "--job-reports", "critical")
        for page in ["index.md", "index.xhtml"] {
            let text = try space.text("o/\(page)")
            #expect(text.contains("12 of 16 jobs have no page of their own."), "\(page)")
            #expect(text.components(separatedBy: "no page").count == 12 + 1 + 1, "\(page)")
            #expect(text.contains("jobs/critical-1/report") && !text.contains("jobs/job-003"), "\(page)")
        }
        _ = try report(space, "none", "--job-reports", "none")
        #expect(try space.text("none/index.md").contains("None of the jobs has a page of its own."))
        _ = try report(space, "all")
        #expect(try !space.text("all/index.md").contains("page of"))
        let valid = try importAudit("validate", "o/index.xhtml", "none/index.xhtml", folder: space.path)
        #expect(valid.status == 0, "\(valid)")
    }

    @Test("The same bytes with any number of threads", arguments: choices.map { $0.which })
    func threads(which: String) throws {
        let space = try Workspace()
        try makeJobs(space)
        let formats = ["--formats", "md,csv,xhtml,json,xlsx", "--job-reports", which]
        for threads in ["1", "2", "8"] {
            _ = try importAudit(
                arguments: ["report", "in", "-o", threads, "--threads", threads] + formats, folder: space.path)
        }
        for other in ["2", "8"] { #expect(differences(try space.tree("1"), try space.tree(other)) == []) }
    }

    @Test("The same command again, after changes: as from nothing", arguments: choices.map { $0.which })
    func again(which: String) throws {
        let space = try Workspace()
        try makeJobs(space)
        _ = try report(space, "o", "--job-reports", which)
        let before = try space.tree("o")
        let run = try report(space, "o", "--job-reports", which)
        #expect(run.status == 65 && !run.errorText.contains("done again"), "\(run)")
        #expect(differences(before, try space.tree("o")) == [])
        for script in [
            "rm in/c1.json", "sed -i 's/invalid_email/other/' in/m/2.json", "rm in/m/2.json",
            "rm -rf o/jobs/critical-0",
            "echo > in/0/job-003.json", "rm in/broken.json",
        ] {
            try space.shell(script)
            _ = try report(space, "o", "--job-reports", which)
            let fresh = "fresh-\(UUID().uuidString)"
            _ = try report(space, fresh, "--job-reports", which)
            #expect(differences(try space.tree("o"), try space.tree(fresh)) == [], "\(script)")
        }
    }

    @Test("Another choice removes the folders of jobs that get none any more, and brings back the others")
    func otherChoice() throws {
        let space = try Workspace()
        try makeJobs(space)
        for which in ["all", "critical", "none", "failed", "all"] {
            let run = try report(space, "o", "--job-reports", which)
            #expect(
                run.status == 65
                    && run.errorText.contains("done again") == (which != "all" || space.names(in: "all") != nil))
            _ = try report(space, which, "--job-reports", which)
            #expect(differences(try space.tree("o"), try space.tree(which)) == [], "\(which)")
        }
    }

    @Test(
        "A job that only its other dumps make critical gets its report, whichever dump is read first",
        arguments: ["1", "4"])
    func severalDumps(threads: String) throws {
        let space = try Workspace()
        // Two dumps of the same job are complete, with different numbers.
        try space.write(jobDump("twice", created: 3, updated: 5), as: "in/a.json")
        try space.write(jobDump("twice", created: 2, updated: 1), as: "in/b.json")
        try space.write(jobDump("once", created: 2, updated: 1), as: "in/c.json")
        for _ in 0..<2 {
            let run = try importAudit(
                "report", "in", "-o", "o", "--job-reports", "critical", "--threads", threads, folder: space.path)
            #expect(run.status == 0, "\(run)")
            #expect(space.names(in: "o/jobs") == ["twice"])
        }
    }

    @Test("One dump alone gets its report; a log of several is an overview", arguments: ["failed", "none"])
    func alone(which: String) throws {
        let space = try Workspace()
        try space.write(jobDump("a", created: 2000), as: "a.json")
        try space.write(jobDump("a") + "\n" + jobDump("b", failed: 700) + "\n" + jobDump("c"), as: "log.jsonl")
        _ = try importAudit("report", "a.json", "-o", "all", folder: space.path)
        _ = try importAudit("report", "a.json", "-o", "one", "--job-reports", which, folder: space.path)
        #expect(differences(try space.tree("all"), try space.tree("one")) == ["manifest.jsonl"])
        let log = try importAudit("report", "log.jsonl", "-o", "log", "--job-reports", which, folder: space.path)
        #expect(log.status == 0, "\(log)")
        #expect(space.names(in: "log/jobs") == (which == "none" ? nil : ["b"]))
        #expect(try space.text("log/failures.csv").split(separator: "\r\n").count == 701)
    }

    @Test("Packs, merge and verify")
    func others() throws {
        let space = try Workspace()
        try makeJobs(space)
        let run = try report(space, "o", "--job-reports", "critical", "--pack", "audit.zip")
        #expect(run.status == 65, "\(run)")
        for arguments in [["audit.zip"], ["audit.zip", "in"], ["o"], ["o", "in"]] {
            let verified = try importAudit(arguments: ["verify"] + arguments, folder: space.path)
            #expect(verified.status == 0, "\(verified)")
        }
        _ = try report(space, "all")
        for folder in ["o", "all"] {
            let merged = try importAudit("merge", "\(folder)/summary.json", "-o", "m-\(folder)", folder: space.path)
            #expect([0, 65].contains(merged.status), "\(merged)")
        }
        #expect(differences(try space.tree("m-o"), try space.tree("m-all")) == [])
        #expect(try !space.text("m-o/index.md").contains("no page"))
    }

    @Test("No file is left where reports were written, and no foreign file is touched")
    func nothingLeft() throws {
        let space = try Workspace()
        try makeJobs(space)
        try space.write("mine", as: "o/jobs/job-001/rows.csv")
        let run = try report(space, "o", "--job-reports", "failed")
        #expect(run.status == 65, "\(run)")
        #expect(try space.text("o/jobs/job-001/rows.csv") == "mine")
        #expect(try space.tree("o").keys.filter { $0.contains(".partial") || $0.contains(".import-audit") } == [])
        let refused = try report(space, "o")
        #expect(refused.status == 73, "\(refused)")
    }

    @Test("Invalid choices are refused", arguments: ["", "some", "ALL", "all,failed"])
    func usage(which: String) throws {
        let space = try Workspace()
        try space.write(jobDump("a"), as: "in/a.json")
        let run = try report(space, "o", "--job-reports", which)
        #expect(run.status == 64 && run.errorText.contains("--job-reports"), "\(run)")
        #expect(space.names(in: "o") == nil)
    }
}
