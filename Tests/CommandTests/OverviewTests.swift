import Foundation
import TestSupport
import Testing

/// `report` for many jobs.
struct OverviewTests {
    @Test("Any number of threads writes the same bytes", arguments: ["in", "a.tar.gz", "all.jsonl"])
    func threads(input: String) throws {
        let space = try Workspace()
        try space.makeJobs(40, in: "in")
        // Several dumps of one job, in several states, so that a race would show.
        for second in 0..<6 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        try space.shell("tar -czf a.tar.gz in && for f in $(find in -name '*.json'); do cat $f; echo; done > all.jsonl")
        var trees: [[String: [UInt8]]] = []
        for threads in ["1", "2", "8"] {
            let run = try importAudit("report", input, "-o", "o\(threads)", "--threads", threads, folder: space.path)
            #expect(run.status == 0, "\(run)")
            trees.append(try space.tree("o\(threads)"))
        }
        #expect(trees[0].count > 200)
        #expect(differences(trees[0], trees[1]) == [])
        #expect(differences(trees[0], trees[2]) == [])
    }

    @Test("A report in an archive is read again by the next run, whichever thread found it")
    func ownOutputInArchive() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        #expect(try importAudit("report", "in", "-o", "in/old", folder: space.path).status == 0)
        try space.shell("cp in/old/summary.json in/s.json; tar -czf a.tar.gz in; tar -cf b.tar in/s.json in/0")
        var trees: [[String: [UInt8]]] = []
        for (number, threads) in ["1", "2", "8", "8", "8", "8"].enumerated() {
            let run = try importAudit(
                "report", "a.tar.gz", "b.tar", "-o", "o\(number)", "--threads", threads, folder: space.path)
            #expect(run.status == 0, "\(run)")
            trees.append(try space.tree("o\(number)"))
        }
        for tree in trees.dropFirst() { #expect(differences(trees[0], tree) == []) }
        let again = try importAudit("report", "a.tar.gz", "b.tar", "-o", "o5", folder: space.path)
        #expect(again.status == 0 && again.errorText.contains("was skipped"), "\(again)")
    }

    @Test("The overview's numbers are those of its jobs, and its links lead to their reports")
    func overview() throws {
        let space = try Workspace()
        try space.makeJobs(30, in: "in")
        try space.write(jobDump("../../../x y&<b>", failed: 3), as: "in/hostile.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.text("o/index.xhtml")
        let links = page.matches(of: /href="([^"#]+)"/).map { String($0.1) }
        #expect(links.count > 25)
        for link in links {
            let path = try #require(link.removingPercentEncoding)
            #expect(FileManager.default.fileExists(atPath: space["o/\(path)"]), "\(link)")
        }
        #expect(space.names(in: "") == ["in", "o"])
        let jobs = try space.text("o/jobs.csv").split(separator: "\r\n")
        #expect(jobs.count == 32)
        // All failed rows, job by job.
        let failures = try space.text("o/failures.csv").split(separator: "\r\n")
        let single = try (space.names(in: "o/jobs") ?? []).flatMap {
            try space.text("o/jobs/\($0)/failures.csv").split(separator: "\r\n").dropFirst()
        }
        #expect(failures.dropFirst().sorted() == single.sorted())
        let totals = try #require(try parsed(space.bytes("o/summary.json"))["totals"] as? [String: Any])
        let rows = try #require(totals["rows"] as? [String: Any])
        #expect(rows["failed"] as? Int == single.count)
        let validation = try importAudit("validate", "o/index.xhtml", folder: space.path)
        #expect(validation.status == 0, "\(validation)")
    }

    @Test("The bar is of the rows seen or missing, whether or not the dumps declare them")
    func barCaption() throws {
        let space = try Workspace()
        let created = #"{"created":true}"#
        for (name, total, rows) in [("a", nil, 3), ("b", 5, 3), ("c", 3, 6), ("d", 1, 1)] {
            let results = Array(repeating: created, count: rows).joined(separator: ",")
            let declared = total.map { #","total":\#($0)"# } ?? ""
            try space.write(
                #"{"job_id":"\#(name)","status":"complete"\#(declared),"results":[\#(results)]}"#,
                as: "in/\(name).json")
        }
        _ = try importAudit("report", "in", "-o", "o", folder: space.path)
        // The dumps declare 9 rows.
        let page = try space.text("o/index.xhtml")
        #expect(page.contains("<figcaption>15 rows seen or missing, by outcome, to scale"), "\(page)")
        #expect(try space.text("o/jobs/b/report.xhtml").contains("<figcaption>5 rows seen or missing, by outcome"))
        #expect(try space.text("o/jobs/d/report.xhtml").contains("<figcaption>1 row by outcome, to scale"))
    }

    @Test("A share is 0% if there are rows and none failed, and – without rows, in every list")
    func shares() throws {
        let space = try Workspace()
        try space.makeJobs(10, in: "in")
        let clean = Array(repeating: #"{"created":true}"#, count: 60).joined(separator: ",")
        for (name, rows) in [("clean", clean), ("empty", "")] {
            let dump =
                #"{"job_id":"\#(name)","status":"complete","created_at":"2031-01-0\#(rows.isEmpty ? 1 : 2)T00:00:00Z","#
                + #""total":\#(rows.isEmpty ? 0 : 60),"results":[\#(rows)]}"#
            try space.write(dump, as: "in/\(name).json")
        }
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.text("o/index.md")
        #expect(page.contains(/\| clean \|.*\| 60 \| 0 \| 0% \| 0 \|/), "\(page)")
        #expect(page.contains(/\| empty \|.*\| 0 \| 0 \| – \| 0 \|/), "\(page)")
        let many = try importAudit("summary", "in", folder: space.path).outputText
        #expect(many.contains(/clean.* 60 rows +0 failed +0%\s/), "\(many)")
        #expect(many.contains(/empty.* 0 rows +0 failed +–\s/), "\(many)")
        let one = try importAudit("summary", "in/empty.json", folder: space.path).outputText
        #expect(one.contains(/failed +0 +–\n/) && !one.contains("%"), "\(one)")
    }

    @Test("Several dumps of a job are one job: the latest counts, the others are named")
    func snapshots() throws {
        let space = try Workspace()
        try space.write(jobDump("j", created: 0, status: "processing", updated: 1), as: "in/1.json")
        try space.write(jobDump("j", created: 5, failed: 1, updated: 9), as: "in/2.json")
        try space.write(jobDump("j", created: 3, updated: 4), as: "in/3.json")
        try space.shell("cp in/2.json in/copy.json")
        try space.write(jobDump(nil, created: 1), as: "in/sync.json")
        try space.shell("cp in/sync.json in/sync-copy.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let folders = try #require(space.names(in: "o/jobs"))
        #expect(folders.count == 2 && folders.contains("j"), "\(folders)")
        let job = try space.text("o/jobs/j/summary.json")
        #expect(job.contains("superseded-snapshot") && job.contains("conflicting-snapshots"))
        #expect(try space.text("o/jobs/j/report.xhtml").contains("in/1.json"))
        #expect(try space.text("o/jobs/j/rows.csv").split(separator: "\r\n").count == 7)
        let totals = try #require(try parsed(space.bytes("o/summary.json"))["totals"] as? [String: Any])
        #expect(totals["jobs"] as? Int == 2)
    }

    @Test("A link at the path of the folder jobs is not followed")
    func linkedJobs() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        try space.shell("mkdir o elsewhere && ln -s ../elsewhere o/jobs")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 73, "\(run)")
        #expect(space.names(in: "elsewhere") == [])
    }

    @Test("Names of entries lead nowhere")
    func hostileNames() throws {
        let space = try Workspace()
        try space.write(jobDump(nil, created: 1), as: "evil.json")
        let script = """
            import tarfile
            with tarfile.open('evil.tar', 'w') as tar:
                for number, name in enumerate(['../../up.json', '/abs.json', 'a' * 4000 + '.json', 'x\\ny.json', 'con', 'x\\ny.json']):
                    info = tarfile.TarInfo(name)
                    data = open('evil.json', 'rb').read().replace(b'266110', b'2661%d0' % number)
                    info.size = len(data)
                    import io
                    tar.addfile(info, io.BytesIO(data))
            """
        try space.write(script, as: "make.py")
        try space.shell("python3 make.py && mkdir work")
        let run = try importAudit("report", "../evil.tar", "-o", "deep/er/o", folder: space["work"])
        #expect(run.status == 0, "\(run)")
        #expect(space.names(in: "") == ["evil.json", "evil.tar", "make.py", "work"])
        #expect(space.names(in: "work") == ["deep"])
        #expect(space.names(in: "work/deep/er/o/jobs")?.count == 6)
    }
}
