import Foundation
import Glibc
import TestSupport
import Testing

/// Jobs with several dumps each. Their pages can only be made after all dumps have been read.
struct PolledJobsTests {
    private static let jobs = 100

    private func makePolledJobs(_ space: Workspace) throws {
        for job in 0..<Self.jobs {
            for second in 0..<2 {
                try space.write(
                    jobDump("job-\(1000 + job)", created: second, failed: job % 3, updated: second),
                    as: "in/\(second)/\(job).json")
            }
        }
    }

    /// Returns whether a file is being written in the folder itself, or in that of a job that already has its report.
    private func hasPartial(_ space: Workspace, _ isOverview: Bool) -> Bool {
        if isOverview { return space.names(in: "o")?.contains(".index.xhtml.partial") == true }
        for job in space.names(in: "o/jobs") ?? [] where !job.hasPrefix(".") {
            if space.names(in: "o/jobs/\(job)")?.contains(where: { $0.hasSuffix(".partial") }) == true { return true }
        }
        return false
    }

    @Test(
        "Ctrl-C after all was read, while pages and the overview are made: 130, nothing half, and the next run goes on",
        arguments: [false, true])
    func interrupted(isOverview: Bool) throws {
        let space = try Workspace()
        try makePolledJobs(space)
        let arguments = ["report", "in", "-o", "o"]
        let run = try RunningCommand(arguments, folder: space.path)
        let deadline = ContinuousClock.now + .seconds(100)
        while !hasPartial(space, isOverview), .now < deadline { usleep(500) }
        run.kill(SIGINT)
        let result = try run.finish()
        #expect(result.status == 130 && result.errorText.contains("Interrupted"), "\(result)")
        let left = try space.tree("o").keys.sorted()
        #expect(!left.contains { $0.contains(".partial") }, "\(left)")
        #expect(left.contains("manifest.jsonl") && !left.contains("index.xhtml"), "\(left)")

        let again = try importAudit(arguments: arguments, folder: space.path)
        #expect(again.status == 0 && again.errorText.contains("inputs have not changed"), "\(again)")
        _ = try importAudit("report", "in", "-o", "p", folder: space.path)
        #expect(differences(try space.tree("o"), try space.tree("p")) == [])
    }

    @Test("The same bytes with any number of threads, whichever dump of a job was read first")
    func sameBytes() throws {
        let space = try Workspace()
        for job in 0..<6 {
            for second in 0..<4 {
                let text = jobDump("job-\(100 + job)", created: second + 1, failed: job % 3, updated: second)
                try space.write(text, as: "in/\((second + job) % 4)/\(job).json")
            }
        }
        for threads in ["1", "2", "8"] {
            let run = try importAudit(
                "report", "in", "-o", "o\(threads)", "--threads", threads, "--formats", "md,csv,xhtml,json,xlsx",
                folder: space.path)
            #expect(run.status == 0, "\(run)")
            #expect(differences(try space.tree("o1"), try space.tree("o\(threads)")) == [])
        }
        let summary = try parsed(try space.bytes("o1/jobs/job-100/summary.json"))
        let superseded = (summary["jobs"] as? [[String: Any]])?.first?["superseded"] as? [String: Any]
        #expect(superseded?["count"] as? Int == 3, "\(summary)")
    }

    /// Large files are read first, so the archive is read first in both orders. Whichever copy counts, it is not the
    /// first one read in one of them.
    @Test(
        "Of copies of one dump one counts, whichever was read first, and it is the one that its report is about",
        arguments: [("a.tar", "z"), ("z.tar", "a")])
    func copies(archive: String, folder: String) throws {
        let space = try Workspace()
        for job in 0..<6 { try space.write(jobDump("job-\(job)", failed: job), as: "in/\(folder)/\(job).json") }
        try space.shell("tar -cf in/\(archive) in/\(folder)")
        for threads in ["1", "2", "8"] {
            let run = try importAudit("report", "in", "-o", "o\(threads)", "--threads", threads, folder: space.path)
            #expect(run.status == 0, "\(run)")
            #expect(differences(try space.tree("o1"), try space.tree("o\(threads)")) == [])
        }
        let overview = try parsed(try space.bytes("o1/summary.json"))
        let jobs = try #require(overview["jobs"] as? [[String: Any]])
        #expect(jobs.count == 6)
        for job in jobs {
            let source = try #require(job["source"] as? String)
            let place = "o1/jobs/\(job["job_id"] as? String ?? "")"
            #expect(space.names(in: place) == reportFiles)
            for page in ["report.md", "report.xhtml", "summary.json"] {
                let text = try space.text("\(place)/\(page)")
                #expect(text.contains(archive) == source.contains(archive), "\(place)/\(page): \(source)")
            }
        }
        #expect(try importAudit("verify", "o1", folder: space.path).status == 0)
    }
}
