import ImportAnalysis
import ImportDumps
import Testing

/// How the state of a job and of its dump affects the findings.
@Suite struct JobStateTests {
    private static let mismatch = #""total":3,"processed":3,"succeeded":3,"failed":0,"results":[\#(failed("a")),{},{}]"#

    /// Declared counts are compared with rows only if all rows are there and the job has ended.
    @Test(
        arguments: [
            (#"{"status":"complete",\#(mismatch)}"#, true), (#"{"status":"failed",\#(mismatch)}"#, true),
            (#"{"status":"odd",\#(mismatch)}"#, true), (#"{"job_id":null,\#(mismatch)}"#, true),
            (#"{"status":"processing",\#(mismatch)}"#, false),
            // Cut off, at the end and in the rows; malformed after the rows.
            (#"{"status":"complete",\#(mismatch)"#, false), (#"{"status":"complete",\#(mismatch.dropLast(5))"#, false),
            (#"{"status":"complete",\#(mismatch)} x"#, false),
            (#"{"status":"complete","total":3,"succeeded":3,"failed":1}"#, false),
            (#"{"status":"complete","total":3,"succeeded":3,"failed":1,"results":{}}"#, false),
        ])
    func mismatchesNeedAllRows(_ json: String, _ isComparable: Bool) throws {
        let summary = try audit(json)
        #expect(summary.isComparable == isComparable)
        #expect((summary.finding(.succeededMismatch) != nil) == isComparable)
        #expect((summary.finding(.failedMismatch) != nil) == isComparable)
    }

    /// Wherever a dump is cut off, its rows do not contradict the job's counts.
    @Test func noPrefixRaisesAMismatch() throws {
        let json = Array(#"{"job_id":"j","status":"complete",\#(Self.mismatch)}"#.utf8)
        for length in 12..<json.count {
            let summary = try audit(String(decoding: json[..<length], as: UTF8.self))
            #expect(summary.finding(.dumpTruncated) != nil)
            #expect(summary.finding(.succeededMismatch) == nil && summary.finding(.failedMismatch) == nil)
            #expect(summary.finding(.rowsExcess) == nil)
            #expect(summary.finding(.resultsAbsent) == nil)
        }
    }

    /// If the cut leaves only the first digits of a count, it must not be compared with anything.
    @Test func aCutCountRaisesNothing() throws {
        let rows = [String](repeating: created, count: 12).joined(separator: ",")
        for end in [#","total":1"#, #","total":12"#, #","total":12,"processed":12,"succeeded":1,"failed":1"#] {
            let summary = try audit(#"{"job_id":"j","results":[\#(rows)]\#(end)"#)
            #expect(summary.rows.created == 12)
            #expect(summary.finding(.rowsExcess) == nil && summary.finding(.processedMismatch) == nil)
        }
    }

    @Test(
        arguments: [
            (#"{"status":"complete","total":1,"results":[\#(created)]}"#, []),
            (#"{"status":"processing","total":1}"#, [FindingID.stillProcessing]),
            (#"{"status":"processing","total":5,"results":[\#(created)]}"#, [.stillProcessing]),
            (#"{"status":"failed","total":0,"results":[]}"#, [.jobFailed]),
            (#"{"status":"failed","total":2,"error":{"message":"m"}}"#, [.jobFailed, .rowsMissing]),
            (#"{"status":"complete","total":2}"#, [.rowsMissing, .resultsAbsent]),
            (#"{"status":"complete","total":0,"results":null}"#, [.resultsAbsent]),
            (#"{"status":"complete","total":0,"results":"none"}"#, [.resultsAbsent, .wrongType]),
            (#"{"status":"complete","total":0,"#, [.dumpTruncated]),
            (#"{"job_id":null,"status":null,"total":0}"#, [.statusUnknown]),
            (#"{"job_id":null,"status":"Complete","total":0}"#, [.statusUnknown]),
            (#"{"job_id":null,"status":"","total":0}"#, [.statusUnknown]),
            (
                #"{"status":"processing","total":0,"error":"late"}"#,
                [.stillProcessing, .wrongType, .jobErrorUnexpected]
            ),
            (#"{"job_id":null,"results":[\#(created)]}"#, [.statusUnknown, .totalUnknown]),
        ])
    func statuses(_ json: String, _ ids: [FindingID]) throws {
        #expect(try audit(json).findings.map(\.id) == ids)
    }

    @Test(
        arguments: [
            ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z", nil),
            ("2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", "2020-01-03T00:00:00Z", "created_at updated_at"),
            ("2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z", "2020-01-01T00:00:00Z", "created_at expires_at"),
            ("2020-01-01T00:00:00Z", "2020-01-03T00:00:00Z", "2020-01-02T00:00:00Z", "updated_at expires_at"),
            ("2020-01-03T00:00:00Z", "2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", "created_at updated_at"),
            ("2020-01-01T02:00:00+02:00", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z", nil),
            ("2020-01-01T00:00:00.1Z", "2020-01-01T00:00:00.09Z", nil, "created_at updated_at"),
            ("2020-01-02T00:00:00Z", nil, "2020-01-01T00:00:00Z", "created_at expires_at"),
            ("tomorrow", "2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", "updated_at expires_at"),
            ("2020-01-02T00:00:00Z", "yesterday", nil, nil),
        ] as [(String?, String?, String?, String?)])
    func timestamps(_ created: String?, _ updated: String?, _ expires: String?, _ pair: String?) throws {
        let members = [("created_at", created), ("updated_at", updated), ("expires_at", expires)]
            .map { name, text in #","\#(name)":"# + (text.map { "\"\($0)\"" } ?? "null") }
        let finding = try audit(#"{"job_id":"j""# + members.joined() + "}").finding(.timestampsOutOfOrder)
        #expect((finding != nil) == (pair != nil))
        guard let finding, let names = pair?.split(separator: " ") else { return }
        #expect(finding.message.hasPrefix("\(names[0]) ("))
        #expect(finding.message.contains(" is after \(names[1]) ("))
    }

    @Test(
        arguments: [
            (#""processed":9223372036854775807,"succeeded":9223372036854775807,"failed":1"#, Int.max),
            (#""processed":0,"succeeded":9223372036854775807,"failed":0"#, Int.max),
            (#""processed":9223372036854775807,"succeeded":0,"failed":0"#, Int.max),
            (#""processed":9223372036854775807,"succeeded":9223372036854775806,"failed":1"#, nil),
        ])
    func extremeCountsDoNotOverflow(_ counts: String, _ count: Int?) throws {
        #expect(try audit(#"{"job_id":"j",\#(counts)}"#).finding(.processedMismatch)?.count == count)
    }

    /// A text of the job that is cut at the limit is reported, although it belongs to no row.
    @Test func aCutTextOfTheJobIsSaid() throws {
        let message = String(repeating: "m", count: DumpLimits.textBytes + 1)
        let summary = try audit(#"{"status":"failed","total":0,"error":{"message":"\#(message)"}}"#)
        let finding = try #require(summary.finding(.limitReached))
        #expect(finding.count == 1 && finding.rows.isEmpty)
        #expect(finding.message.contains("1 text of the job itself"))
    }
}
