import Foundation
import ImportAnalysis
import ImportFoundation
import ImportReports
import TestSupport
import Testing

/// Numbers at the edges of what a summary can have, and beyond: nothing overflows, and no sum is wrong without a word.
struct ExtremeNumbersTests {
    static let numbers = [0, 1, 1 << 53, 1 << 60, .max]
    static let largest = 1 << 53

    /// Returns a job whose numbers agree with each other, with these rows of two codes.
    private static func job(_ id: String, _ first: Int, _ second: Int, created: Int = 0) throws -> JobSummary {
        let dump = #"{"job_id":"\#(id)","status":"complete","created_at":"2026-03-0\#(id.count)T10:00:00Z","results":["#
        let rows = ["a 1", "b 2"].map { #"{"error":{"code":"\#($0.prefix(1))","message":"\#($0)"}}"# }
        var job = try audit(dump + rows.joined(separator: ",") + "]}")
        job.rows.failed = first.clampedAdding(second)
        job.rows.created = created
        job.findings = []
        for (index, rows) in [first, second].enumerated() {
            job.failedByCode[index].rows = rows
            (job.failedByCode[index].firstRow, job.failedByCode[index].lastRow) = (max(1, rows), max(1, rows))
            for message in job.failedByCode[index].messages.indices {
                job.failedByCode[index].messages[message].rows = rows
                for slot in job.failedByCode[index].messages[message].slots.indices {
                    job.failedByCode[index].messages[message].slots[slot].otherRows = rows
                }
            }
            job.failedByCode[index].positions = FailurePositions(bucketRows: max(1, rows), counts: [rows, rows])
        }
        job.failurePositions = FailurePositions(bucketRows: max(1, first), counts: [first, second])
        let range = FailureStretch(firstRow: 1, lastRow: max(1, first), code: "a", codeRows: first)
        job.failureStretches = [range, range]
        job.failureIncidents = [
            FailureIncident(
                firstRow: 1, lastRow: max(1, first), code: "a", codeRows: first, rowsElsewhere: second,
                codeRowsElsewhere: second)
        ]
        var identity = IdentitySummary()
        identity.createdRepeated = SharedRecords(records: first, rows: second, firstRows: [first], top: [])
        job.identity = identity
        return job
    }

    /// Makes everything that shows numbers of jobs.
    private static func render(_ jobs: [JobSummary]) throws -> (text: String, json: String, page: String) {
        var summary = Summary()
        var overview = OverviewBuilder(surroundings: JobSurroundings(of: jobs))
        var messages = MessageTotals()
        let templates = try TemplateSet()
        for job in jobs {
            summary.append(job)
            overview.append(job, report: nil)
            messages.add(job)
        }
        for job in jobs.prefix(2) {
            for format in TemplateSet.Format.allCases {
                _ = templates.render(ReportModel(job, toolVersion: "1", files: []), as: format)
            }
            _ = JobsCSV.line(job, report: nil, options: CSVOptions())
            _ = CodesCSV.render(job, options: CSVOptions())
            _ = SlackMessage.render(Brief(job, toolVersion: "1"), files: [])
        }
        _ = TeamsMessage.render(Brief(overview, toolVersion: "1"), files: [])
        let pages = TemplateSet.Format.allCases.map {
            templates.render(OverviewModel(overview, for: $0, toolVersion: "1", files: []), as: $0).text
        }
        let side = (name: "x", totals: summary.totals, messages: messages, unreadable: 0)
        let report = ComparisonReport(Comparison(before: side, after: side))
        let compared = report.text.text + report.markdown.text
        let text = SummaryText.render(summary, usesColor: false).text + compared
        let json = SummaryJSON.render(summary).text + report.json.text
        return (text, json, pages.joined())
    }

    @Test("Rows beyond what a dump can have are refused; up to there, everything can be shown", arguments: numbers)
    func rows(number: Int) throws {
        for (first, second) in [(number, 0), (0, number), (number / 2, number / 2), (1, max(0, number - 1))] {
            for created in [0, Self.largest] {
                let job = try Self.job("j", first, second, created: created)
                let bytes = SummaryJSON.renderJob(job)
                do {
                    let read = try SummaryReader.job(from: bytes)
                    #expect(job.rows.seen <= Self.largest)
                    let many = Array(repeating: read, count: 3)
                    #expect(try !Self.render(many).json.contains("at_least"))
                } catch let fault as SummaryFault {
                    #expect(job.rows.seen > Self.largest, "\(fault)")
                    #expect(fault.explanation.contains("from 0 to 9007199254740992"), "\(fault.explanation)")
                }
            }
        }
    }

    @Test("Sums beyond the largest number are called minimums, in every form")
    func sums() throws {
        let jobs = Array(
            repeating: try Self.job("j", Self.largest, 0, created: Self.largest), count: 1100)
        let all = try Self.render(jobs)
        let most = "at least 9,223,372,036,854,775,807"
        #expect(all.text.contains("rows      \(most) seen"), "\(all.text)")
        #expect(all.text.contains("| Failed | \(most) | \(most) | ? |"), "\(all.text)")
        #expect(all.page.contains(most))
        #expect(all.json.contains(#""at_least": true"#) && all.json.contains(#""rows_at_least": true"#))
        #expect(all.json.contains(#""before_exact": false"#))
    }

    @Test("Missing rows of two jobs that add up to more are a minimum; those of one job are exact")
    func missing() throws {
        func dump(_ id: String) throws -> JobSummary {
            try audit(#"{"job_id":"\#(id)","status":"complete","total":9223372036854775806,"results":[]}"#)
        }
        let one = try Self.render([try dump("a")])
        #expect(!one.json.contains("at_least") && !one.text.contains("at least"))
        #expect(one.text.contains("missing       9,223,372,036,854,775,806"), "\(one.text)")
        let two = try Self.render([try dump("a"), try dump("bb")])
        #expect(two.text.contains("missing       at least 9,223,372,036,854,775,807"), "\(two.text)")
        #expect(two.text.contains("| Missing | at least 9,223,372,036,854,775,807 | at least "), "\(two.text)")
        #expect(two.page.contains("at least 9,223,372,036,854,775,807"))
        #expect(two.json.contains(#""at_least": true"#))
        // It is read back like any other.
        let summary = try SummaryReaderTests.read(
            Array(two.json[..<(two.json.firstRange(of: "\n}\n")!.upperBound)].utf8))
        #expect(summary.totals.rows.missing == .max && summary.totals.rows.isAtLeast)
    }

    @Test("Any one number of a summary, at the edges, makes a fault or a summary that can be shown")
    func eachNumber() throws {
        let job = try Self.job("j", 3, 2, created: 1)
        let text = SummaryJSON.renderJob(job).text
        var shown = 0
        for range in text.ranges(of: #/\b[0-9]+(?=[,\n\]}])/#) {
            for number in Self.numbers {
                let changed = text.replacingCharacters(in: range, with: "\(number)")
                guard let read = try? SummaryReader.job(from: Array(changed.utf8)) else { continue }
                shown += 1
                for format in TemplateSet.Format.allCases {
                    _ = try Self.templates.get().render(ReportModel(read, toolVersion: "1", files: []), as: format)
                }
                _ = CodesCSV.render(read, options: CSVOptions())
            }
        }
        #expect(shown > 50)
    }

    private static let templates = Result { try TemplateSet() }
}
