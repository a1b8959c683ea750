import ImportAnalysis
import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Findings about damage after which reading continues, and about what is around a dump.
@Suite struct DamageFindingTests {
    @Test("A damaged row is one unclassified row, and later row numbers are certain if the totals add up")
    func damagedRow() throws {
        let summary = try #require(try read(job(rows: [created, #"{"created":tru"#, existing])).first)
        #expect(summary.rows.seen == 3 && summary.rows.unclassified == 1 && summary.rows.existing == 1)
        let finding = try #require(summary.finding(.rowDamaged))
        #expect(finding.rows == [2] && finding.count == 1)
        #expect(finding.message.contains("are certain") && finding.message.contains("total of 3"), "\(finding.message)")
        #expect(summary.finding(.rowUnclassified) == nil)
        let fewer = try #require(
            try read(job(rows: [created, #"{"created":tru"#, existing], more: #","total":5"#)).first)
        #expect(fewer.finding(.rowDamaged)?.message.contains("are not certain") == true)
    }

    @Test(
        "A last row whose string has no end takes nothing with it, whatever field of the job comes first behind the rows",
        arguments: [
            #""status":"complete","total":3,"job_id":"a""#, #""total":3,"job_id":"a","status":"complete""#,
            #""created_at":"2026-03-01T09:00:00Z","status":"complete","total":3,"job_id":"a""#,
        ])
    func stringWithoutEnd(members: String) throws {
        for row in [#"{"id":"c","error":{"code":"x","message":"bad}}"#, #"{"created":true,"id":"c}"#] {
            let text = #"{"results":[{"id":"a","created":true},{"id":"b","existing":true},\#(row)],\#(members)}"#
            let summary = try #require(try read(text).first)
            #expect(summary.rows.seen == 3 && summary.rows.unclassified == 1, "\(text)")
            #expect(summary.job.jobID == "a" && summary.job.total == 3 && summary.job.status == "complete", "\(text)")
            #expect(summary.finding(.rowDamaged)?.rows == [3])
        }
        // A bracket in place of the quotation mark: the status is that of the row.
        let bulk = #"{"job_id":"a","results":[{"record":"c],"status":"error"},{"record":"d","status":"ok"}]}"#
        let summary = try #require(try read(bulk).first)
        #expect(summary.rows.seen == 2 && summary.job.status == nil, "\(summary.rows)")
    }

    @Test("A byte that is not UTF-8 loses no row, and one that is valid Windows-1252 is reported as such")
    func repairedText() throws {
        for (bytes, suggests) in [
            ([UInt8(0xFC)], true), ([0xC3, 0x28], true), ([0xE2, 0x82], false), ([0x81], false),
        ] {
            let (front, back) = (job(rows: [created]).dropLast(3), #","id":"M"#)
            let text = Array(front.utf8) + Array(back.utf8) + bytes + Array(#"ller"}]}"#.utf8)
            let summary = try #require(try read(text).first)
            #expect(summary.rows.created == 1 && summary.rows.seen == 1)
            let finding = try #require(summary.finding(.textRepaired))
            #expect(finding.rows == [1] && finding.count == 1)
            #expect(finding.message.contains("windows-1252") == suggests, "\(bytes): \(finding.message)")
        }
        #expect(try read(job(rows: [#"{"id":"Müller"}"#])).first?.finding(.textRepaired) == nil)
    }

    @Test("Values as other languages write them are reported, and no row is lost")
    func slips() throws {
        for (value, name) in [
            ("NaN", "NaN is not JSON"), ("None", "Python"), ("True", "Python"), ("'x'", "single quotes"),
            ("-Infinity", "Infinity"), ("07", "a zero"),
        ] {
            let summary = try #require(
                try read(job(rows: [created, existing], more: #","processed":\#(value)"#)).first)
            #expect(summary.rows.seen == 2 && summary.job.processed == nil)
            #expect(summary.finding(.dumpMalformed)?.message.contains(name) == true, "\(summary.findings)")
        }
        let commas = try #require(try read(#"{"job_id":"a","total":2,"results":[{},,{},]}"#).first)
        #expect(commas.rows.seen == 2 && commas.finding(.dumpMalformed)?.count == 2)
    }

    @Test("Removed wrappers and skipped text are reported once for each dump")
    func around() throws {
        let log = "Starting\n" + job(rows: [created]) + "\nline\n{\"level\":\"info\"}\n" + job(rows: [existing]) + "\n"
        let summaries = try read(log)
        #expect(summaries.count == 2)
        let finding = try #require(summaries[0].finding(.skippedText))
        #expect(
            finding.message.contains("on 3 lines") && finding.message.contains("1 JSON document"), "\(finding.message)")
        #expect(summaries[1].findings == [])
        let wrapped = try #require(try read(#"{"data":\#(job(rows: [created]))}"#).first)
        #expect(wrapped.finding(.unwrapped)?.message.contains("/data") == true && wrapped.source == "dump.json#/data")
        #expect(wrapped.findings.count == 1)
    }

    /// A job in a field of another one is read as long as it may be the intended job.
    @Test(
        "What was skipped before a job is said of it, whatever its fields hold",
        arguments: ["{}", "[]", #"{"a":1}"#])
    func skippedBeforeNested(rows: String) throws {
        let nested = #"{"x":{"results":[\#(rows == "[]" ? "" : rows)]},"#
        let summaries = try read("Starting\n" + nested + job(rows: [created]).dropFirst())
        #expect(summaries.count == 1)
        #expect(summaries.first?.finding(.skippedText)?.message.contains("on 1 line") == true, "\(summaries)")
    }

    private func read(_ text: String) throws -> [JobSummary] { try read(Array(text.utf8)) }

    private func read(_ bytes: [UInt8]) throws -> [JobSummary] {
        var sink = Sink()
        var session = DumpSession(DumpReader(windowBytes: 64))
        try session.read(from: ArraySource(bytes), into: &sink)
        return sink.summaries
    }

    private struct Sink: DumpSink {
        var analyzer = JobAnalyzer()
        var summaries: [JobSummary] = []

        mutating func beginRows(of job: DeclaredJob) { analyzer.beginRows(of: job) }

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) { analyzer.consume(runs, text: text) }

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            if case .job(let dump) = reading {
                summaries.append(analyzer.summary(of: dump, source: "dump.json" + position.suffix))
            }
            analyzer = JobAnalyzer()
        }
    }
}
