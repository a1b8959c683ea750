import ImportAnalysis
import ImportReports
import Testing

/// The audit in one sentence, for each kind of job.
struct VerdictTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var dump: String
        var level: Verdict.Level
        var word: String
        var sentence: String
        var testDescription: String { dump }
    }

    static func job(_ fields: String, rows: String? = nil) -> String {
        #"{"job_id":"j",\#(fields)\#(rows.map { #","results":[\#($0)]"# } ?? "")}"#
    }

    static let created = #"{"created":true}"#
    static let existing = #"{"existing":true}"#
    static let failed = #"{"error":{"code":"c","message":"m"}}"#
    static let noNumbers = "The job declares no totals to compare with its rows."
    static let holds = "The job’s totals match its rows."
    static let holdsNot = "The job’s totals do not match its rows."
    static let cannotBe = "The job’s totals cannot be checked."

    static let cases: [Case] = [
        Case(
            dump: job(#""status":"complete","total":1,"processed":1,"succeeded":1,"failed":0"#, rows: created),
            level: .good, word: "Everything accounted for", sentence: "The one row was created. \(holds)"),
        Case(
            dump: job(#""status":"complete","total":2"#, rows: "\(created),\(existing)"),
            level: .good, word: "Everything accounted for",
            sentence: "Both rows succeeded: 1 was created and 1 already existed. \(holds)"),
        Case(
            dump: job(#""status":"complete","total":0"#, rows: ""),
            level: .good, word: "Everything accounted for", sentence: "The job had no rows. \(holds)"),
        Case(
            dump: job(#""status":"complete""#, rows: created),
            level: .warning, word: "Needs review", sentence: "The one row was created. \(noNumbers)"),
        Case(
            dump: job(#""status":"complete","total":1"#, rows: failed),
            level: .warning, word: "Rows failed", sentence: "The one row failed. \(holds)"),
        Case(
            dump: job(
                #""status":"complete","total":5,"failed":1"#, rows: "\(created),\(created),\(existing),\(failed),{}"),
            level: .warning, word: "Rows failed",
            sentence:
                "Of 5 rows, 2 were created, 1 already existed, 1 failed and 1 has no outcome. \(holds)"),
        Case(
            dump: job(#""status":"complete","total":2"#, rows: "{},{}"),
            level: .warning, word: "Needs review", sentence: "Both rows have no outcome. \(holds)"),
        Case(
            dump: job(#""status":"odd","total":1"#, rows: created),
            level: .warning, word: "Needs review", sentence: "The one row was created. \(holds)"),
        Case(
            dump: job(#""status":"complete","total":2"#, rows: created),
            level: .critical, word: "The totals do not match",
            sentence: "Of 2 rows, 1 was created; 1 is missing. \(holdsNot)"),
        Case(
            dump: job(#""status":"complete","total":4"#, rows: "\(created),\(created)"),
            level: .critical, word: "The totals do not match",
            sentence: "Of 4 rows, 2 were created; 2 are missing. \(holdsNot)"),
        Case(
            dump: job(#""status":"complete","total":1"#, rows: ""),
            level: .critical, word: "The totals do not match",
            sentence: "The dump has no rows; 1 is missing. \(holdsNot)"),
        Case(
            dump: job(#""status":"complete","total":1"#, rows: "\(created),\(created)"),
            level: .critical, word: "The totals do not match",
            sentence: "Both rows were created. \(holdsNot)"),
        Case(
            dump: job(#""status":"complete","total":7"#),
            level: .critical, word: "The results are absent",
            sentence: "The job is complete, but the dump has no results and does not say what became of its rows."),
        Case(
            dump: job(#""status":"failed","total":1"#),
            level: .critical, word: "The job failed",
            sentence:
                "The job failed as a whole and reports no rows. The dump does not say what became of the one row sent."),
        Case(
            dump: job(#""status":"failed","error":{"code":"<b>","message":"x"}"#),
            level: .critical, word: "The job failed",
            sentence:
                "The job failed as a whole and reports no rows. The dump does not say what became of the rows sent."),
        Case(
            dump: job(#""status":"failed","total":1"#, rows: failed),
            level: .critical, word: "The job failed",
            sentence: "The job failed as a whole. The one row reported failed. \(holds)"),
        Case(
            dump: job(#""status":"processing","total":1,"processed":0"#),
            level: .pending, word: "Still processing",
            sentence: "The job was still running when this dump was saved: it declares no row as processed. "
                + "It has no results yet."),
        Case(
            dump: job(#""status":"processing""#, rows: created),
            level: .pending, word: "Still processing",
            sentence: "The job was still running when this dump was saved. So far, 1 was created."),
        Case(
            dump: job(#""status":"processing","total":1"#, rows: "\(created),\(created)"),
            level: .critical, word: "The totals do not match",
            sentence: "Both rows were created. \(holdsNot)"),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":64,"results":[{"created":true},{"cre"#,
            level: .critical, word: "The dump is cut off",
            sentence: "The dump ends after 1 of 64 rows: 1 was created. It does not say what became of the other 63."),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":2,"results":[{"created":true},{"cre"#,
            level: .critical, word: "The dump is cut off",
            sentence: "The dump ends after 1 of 2 rows: 1 was created. It does not say what became of the other one."),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":1,"results":["#,
            level: .critical, word: "The dump is cut off",
            sentence: "The dump ends before its one row. It does not say what became of this row."),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":3,"results":["#,
            level: .critical, word: "The dump is cut off",
            sentence: "The dump ends before the first of 3 rows. It does not say what became of these rows."),
        Case(
            dump: #"{"job_id":"j","status":"complete","results":[{"created":true},"#,
            level: .critical, word: "The dump is cut off", sentence: "The dump ends after 1 row: 1 was created."),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true},{"created":true},]}"#,
            level: .critical, word: "The dump is malformed", sentence: "The dump ends after 2 rows: 2 were created."),
        Case(
            dump: #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true}]} x"#,
            level: .critical, word: "The dump is malformed",
            sentence: "The dump ends after the one row: 1 was created."),
    ]

    @Test("The verdict on a job", arguments: cases)
    func verdict(of each: Case) throws {
        let verdict = Verdict(try audit(each.dump))
        #expect(verdict.level == each.level)
        #expect(verdict.word == each.word)
        #expect(verdict.sentence == each.sentence)
    }
}
