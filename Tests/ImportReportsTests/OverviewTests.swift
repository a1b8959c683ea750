import Foundation
import ImportAnalysis
import ImportDumps
import ImportReports
import TestSupport
import Testing

/// Overviews of many jobs.
struct OverviewTests {
    static let files: [ReportFile] = [.jobs, .allFailures, .allCodes, .allSummaries]

    /// Returns an overview of all samples, with hostile folders, unreadable inputs, and several dumps of a job.
    static func samples(linked: Bool = true) throws -> OverviewBuilder {
        var summary = Summary()
        for name in Repository.sampleJobs { summary.append(try audit(sample: name)) }
        var later = try audit(sample: "clean-async")
        later.source = "later.json"
        later.sha256 = "1"
        later.rows.failed = 1
        summary.append(later)
        var overview = OverviewBuilder()
        for job in summary.combiningSnapshots().jobs {
            let folder =
                "jobs/\(hostileName)\(jobFolderName(jobID: job.job.jobID, source: job.source, sha256: job.sha256))/"
            overview.append(job, report: linked ? ReportPlace(folder: folder, files: [.xhtml, .markdown]) : nil)
        }
        overview.append(UnreadableInput(source: "x\u{202E}<b>|`[a](b)", reason: "An error: “<script>”"))
        return overview
    }

    static let hostileName = "a\"'<>&|) (`\n]\u{202E}é javascript:www.gh-1_*~"

    /// Returns an overview of many jobs with different codes. Each job has an id as hostile as its code.
    static func many(_ count: Int) throws -> OverviewBuilder {
        let failed = try audit(sample: "many-failures")
        let broken = try audit(sample: "truncated")
        var overview = OverviewBuilder()
        for number in 0..<count {
            var job = number % 3 == 0 ? broken : failed
            job.job.jobID = "</a>\(number)\u{1B}"
            job.failedByCode = job.failedByCode.map { code in
                var code = code
                code.code = "code \(number % 6000) ]]>"
                return code
            }
            overview.append(job, report: ReportPlace(folder: "jobs/\(number)/", files: [.markdown]))
        }
        for number in 0..<count { overview.append(UnreadableInput(source: "\(number)", reason: "none")) }
        return overview
    }

    /// Returns jobs with an incident in time.
    static func jobsWithBadTime() throws -> [JobSummary] {
        let clean = try audit(sample: "clean-async")
        return (0..<100).map { number in
            var job = clean
            job.job.jobID = "job \(number)"
            job.job.createdAt =
                "2026-03-04T\(String(110 + number / 10).suffix(2)):\(number % 10 * 6 / 10)\(number % 10 * 6 % 10):00Z"
            if (40..<50).contains(number) { (job.rows.created, job.rows.failed) = (1, job.rows.seen - 1) }
            return job
        }
    }

    static func summaryWithBadTime() throws -> Summary {
        var summary = Summary()
        for job in try jobsWithBadTime() { summary.append(job) }
        return summary
    }

    /// Returns an overview with an incident in time, a job that is unlike the others, and a hostile selection.
    static func surrounded() throws -> OverviewBuilder {
        let jobs = try jobsWithBadTime()
        var selection = SelectionResult(options: ["--job <script>\u{1B}[31m\u{202E}"])
        (selection.dumps, selection.leftOut) = (110, 10)
        var overview = OverviewBuilder(surroundings: JobSurroundings(of: jobs), selection: selection)
        for job in jobs { overview.append(job, report: nil) }
        return overview
    }

    @Test("A bad time and a selection are on the pages, in the text and in the verdict")
    func badTime() throws {
        let overview = try Self.surrounded()
        let templates = try TemplateSet()
        let time = "From 14:00 to 14:54 UTC on 4 March 2026, all 10 jobs stand out"
        for format in TemplateSet.Format.allCases {
            let text = templates.render(
                OverviewModel(overview, for: format, toolVersion: "1", files: []), as: format
            ).text
            #expect(text.components(separatedBy: time).count == 3 && text.contains("10 of 110 dumps"))
            #expect(text.contains("Unlike the others") && text.contains("In that time, "))
        }
        #expect(overview.verdict.sentence == "Of 100 jobs, 10 are unlike the others and 90 are clean.")
        #expect(overview.verdict.incident?.hasSuffix("None of the other jobs does.") == true)
        let summary = SummaryJSON.render(try Self.summaryWithBadTime()).text
        #expect(
            summary.contains(#""first": "2026-03-04T14:00:00Z""#) && summary.contains(#""jobs_standing_out": 10"#)
                && summary.contains(time))
        let text = SummaryText.render(overview, usesColor: false).text
        #expect(text.contains(time) && text.contains("2026-03-04"))
    }

    /// Returns the pages for the validators.
    static func pages() throws -> [(name: String, bytes: [UInt8])] {
        let templates = try TemplateSet()
        let overviews = [
            ("samples", try samples()), ("unlinked", try samples(linked: false)), ("many", try many(300)),
            ("none", OverviewBuilder()), ("surrounded", try surrounded()),
        ]
        let strange = OverviewModel(try TimeLineTests.strange(), for: .xhtml, toolVersion: "1", files: [])
        return [("index-years", templates.render(strange, as: .xhtml))]
            + overviews.flatMap { name, overview in
                [files, []].map { files in
                    let model = OverviewModel(overview, for: .xhtml, toolVersion: "1", files: files)
                    return ("index-\(name)-\(files.count)", templates.render(model, as: .xhtml))
                }
            }
    }

    @Test("Links lead to the reports, whatever their folders are called, in both formats")
    func links() throws {
        let templates = try TemplateSet()
        let overview = try Self.samples()
        let page = templates.render(
            OverviewModel(overview, for: .xhtml, toolVersion: "1", files: []), as: .xhtml
        ).text
        let text = templates.render(
            OverviewModel(overview, for: .markdown, toolVersion: "1", files: []), as: .markdown
        ).text
        let name = jobFolderName(jobID: nil, source: "Samples/sync.json", sha256: try audit(sample: "sync").sha256)
        let hrefs = page.matches(of: /href="(jobs[^"]*)"/).map { String($0.1) }
        #expect(hrefs.contains { $0.removingPercentEncoding == "jobs/\(Self.hostileName)\(name)/report.xhtml" })
        #expect(hrefs.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9\/.%-]+/) != nil })
        let targets = text.matches(of: /\]\((jobs[^)]*)\)/).map { String($0.1) }
        #expect(targets.contains { $0.removingPercentEncoding == "jobs/\(Self.hostileName)\(name)/report.md" })
        #expect(targets.count >= Repository.sampleJobs.count)
    }

    @Test("Nothing hostile is there as it was")
    func hostile() throws {
        let templates = try TemplateSet()
        for overview in [try Self.samples(), try Self.many(50), try Self.surrounded()] {
            for format in TemplateSet.Format.allCases {
                let page = templates.render(
                    OverviewModel(overview, for: format, toolVersion: "1", files: Self.files), as: format)
                let style = try #require(BuiltInTemplates.files["report.css"]).text
                let text = page.text.replacing(style, with: "")
                #expect(!text.contains("<script") && !text.contains("<b>") && !text.contains("</a>0"))
                #expect(!text.unicodeScalars.contains("\u{1B}"))
            }
        }
    }

    @Test("The page of a hundred thousand jobs is bounded, and says what it leaves out")
    func bounded() throws {
        let templates = try TemplateSet()
        let overview = try Self.many(20_000)
        let model = OverviewModel(overview, for: .xhtml, toolVersion: "1", files: Self.files)
        let page = templates.render(model, as: .xhtml)
        #expect(page.count < 400_000)
        for cut in ["100 of 20,000 jobs", "20 of more than 4,096 codes", "100 of 6,667 inputs", "100 of 20,000 inputs"]
        {
            #expect(page.text.contains(cut), "\(cut)")
        }
        let small = templates.render(
            OverviewModel(try Self.many(2000), for: .xhtml, toolVersion: "1", files: Self.files), as: .xhtml)
        #expect(abs(page.count - small.count) < 20_000)
    }

    @Test("The worst come first")
    func order() throws {
        func job(_ id: String, _ rows: [String], total: Int) throws -> JobSummary {
            try audit(
                #"{"job_id":"\#(id)","status":"complete","total":\#(total),"results":[\#(rows.joined(separator: ","))]}"#
            )
        }
        let created = #"{"created":true}"#
        let failed = #"{"error":{"code":"c"}}"#
        var overview = OverviewBuilder()
        for each in [
            try job("clean", [created], total: 1), try job("one-failed", [failed], total: 1),
            try job("two-missing", [created], total: 3), try job("two-failed", [failed, failed], total: 2),
            try job("second-clean", [created], total: 1), try job("three-lost", [failed], total: 3),
        ] {
            overview.append(each, report: nil)
        }
        let text = try TemplateSet().render(
            OverviewModel(overview, for: .markdown, toolVersion: "1", files: []), as: .markdown
        ).text
        let order = ["three-lost", "two-missing", "two-failed", "one-failed", "clean", "second-clean"]
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("| – | dump.json |") }
        #expect(lines.map { $0.split(separator: "|")[2] } == order.map { " \($0) " })
        #expect(overview.verdict.sentence == "Of 6 jobs, 2 do not add up, 2 have failed rows and 2 are clean.")
        #expect(overview.verdict.level == .critical)
    }

    @Test("Verdicts are in words, with plurals right")
    func verdicts() throws {
        func verdict(_ samples: [String], unreadable: Int = 0) throws -> OverviewVerdict {
            var overview = OverviewBuilder()
            for name in samples { overview.append(try audit(sample: name), report: nil) }
            for _ in 0..<unreadable { overview.append(UnreadableInput(source: "s", reason: "r")) }
            return overview.verdict
        }
        #expect(try verdict([]).sentence == "There is no import job among the inputs.")
        #expect(try verdict([], unreadable: 1).sentence.hasSuffix(" 1 input could not be read."))
        #expect(try verdict(["clean-async"]).sentence == "The one job is clean: no row failed and none is missing.")
        #expect(try verdict(["clean-async", "clean-async"]).level == .good)
        #expect(try verdict(["clean-async"], unreadable: 2).word == "Inputs were not read")
        #expect(try verdict(["clean-async"], unreadable: 2).sentence.hasSuffix(" 2 other inputs could not be read."))
        #expect(try verdict(["still-processing"]).level == .pending)
        #expect(try verdict(["truncated"]).sentence == "The one job does not add up.")
    }

    @Test("Lines of jobs.csv have the contract's columns, and contain hostile text")
    func jobsCSV() throws {
        var job = try audit(sample: "truncated")
        job.job.jobID = "=cmd|'/c'!A1"
        job.source = "a,\"b\"\n"
        job.job.status = nil
        let place = ReportPlace(folder: "jobs/x/", files: [.markdown, .rows])
        let bytes = Array(JobsCSV.header.utf8) + JobsCSV.line(job, report: place.page, options: CSVOptions())
        let records = try StrictCSV.records(bytes)
        #expect(
            records[0].joined(separator: ",")
                == "job_id,source,status,total,processed,succeeded,failed,rows_seen,rows_created,rows_existing,"
                + "rows_failed,rows_unclassified,rows_missing,created_at,updated_at,expires_at,findings_critical,"
                + "findings_warning,report,rows_applied")
        #expect(records[1].count == records[0].count)
        #expect(records[1][0] == "'=cmd|'/c'!A1")
        #expect(records[1][1] == "a,\"b\"\n")
        #expect(records[1][2] == "")
        #expect(records[1][7] == "\(job.rows.seen)")
        #expect(Array(records[1].suffix(2)) == ["jobs/x/report.md", "\(job.rows.applied)"])
        #expect(ReportPlace(folder: "jobs/x/", files: [.rows]).page == nil)
    }

    @Test("Files of several jobs make one", arguments: [1, 7, 1 << 20])
    func bodies(piece: Int) throws {
        let jobs = [try audit(sample: "many-failures"), try audit(sample: "hostile")]
        var joined = Array(CodesCSV.header.utf8)
        for job in jobs {
            let file = CodesCSV.render(job, options: CSVOptions())
            var body = CSVBody()
            for start in stride(from: 0, to: file.count, by: piece) {
                let bytes = Array(file[start..<min(start + piece, file.count)])
                joined += bytes[body.start(in: bytes.span)...]
            }
        }
        #expect(joined == Array(CodesCSV.header.utf8) + jobs.flatMap { CodesCSV.lines($0, options: CSVOptions()) })
    }

    @Test("The text of many jobs has the totals first, then a line for each of the worst")
    func text() throws {
        var summary = Summary()
        for number in 0..<120 {
            var job = try audit(sample: number % 40 == 7 ? "truncated" : "clean-async")
            job.job.jobID = "job \(number)\u{1B}[31m"
            summary.append(job)
        }
        let lines = SummaryText.render(summary, usesColor: false).text.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "All 120 inputs")
        let head = try #require(lines.firstIndex { $0.hasPrefix("The worst jobs first, 50 of 120") })
        #expect(lines[head + 1] == "  in Samples/")
        let first = head + 1
        #expect(lines[first + 1].contains("  job 7\\u{1B}[31m"))
        #expect(lines[first + 1].contains("truncated.json"))
        #expect(lines[first + 1].hasSuffix("dump-truncated"))
        #expect(lines[first + 51] == "" && lines.count == first + 52)
        #expect(lines[head - 2].contains("Of 120 jobs, 3 do not add up and 117 are clean."))
        #expect(
            Set(lines[(first + 1)...(first + 50)].map { $0.firstRange(of: " rows  ")?.lowerBound.utf16Offset(in: $0) })
                .count == 1)
    }
}
