import ImportAnalysis
import ImportDumps
import Testing

/// For each finding, a dump that raises it and a similar one that does not.
@Suite struct FindingTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var id: FindingID
        var raising: String
        var count = 1
        var rows: [Int] = []
        /// Part of the sentence.
        var says: String
        var nearMiss: String

        var testDescription: String { id.name }
    }

    static let examples: [Example] = dumpExamples + arithmeticExamples + stateExamples + rowExamples + fieldExamples

    private static let dumpExamples = [
        Example(
            id: .dumpTruncated, raising: #"{"job_id":"j","total":2,"results":[{"created":true},{"crea"#,
            says: "is cut off at byte 58 (line 1, column 59). 1 row before that could be read",
            nearMiss: #"{"job_id":"j","total":2,"results":[{"created":true}]}"#),
        Example(
            id: .dumpMalformed, raising: "{\"job_id\":\"j\",\n\"results\":[{},{},oops]}",
            says: "is broken at byte 32 (line 2, column 18): “o” where a value is expected. 2 rows before",
            nearMiss: "{\"job_id\":\"j\",\n\"results\":[{},{},null]}"),
    ]

    private static let arithmeticExamples = [
        Example(
            id: .rowsMissing, raising: #"{"status":"complete","total":5,"results":[{},{}]}"#, count: 3,
            says: "3 of 5 rows are missing", nearMiss: #"{"status":"processing","total":5,"results":[{},{}]}"#),
        Example(
            id: .rowsExcess, raising: #"{"status":"complete","total":1,"results":[{},{},{}]}"#, count: 2, rows: [2, 3],
            says: "2 rows more than its total of 1", nearMiss: #"{"status":"complete","total":3,"results":[{},{},{}]}"#),
        Example(
            id: .processedMismatch, raising: #"{"job_id":null,"processed":5,"succeeded":2,"failed":1}"#, count: 2,
            says: "processed is 5, but succeeded and failed add up to 3 (2 + 1)",
            nearMiss: #"{"job_id":null,"processed":5,"succeeded":2}"#),
        Example(
            id: .succeededMismatch, raising: job(rows: [created, existing, failed("a")], more: #","succeeded":3"#),
            says: "succeeded is 3, but 2 rows were created or existed already",
            nearMiss: job(rows: [created, existing, failed("a")], more: #","succeeded":2"#)),
        Example(
            id: .failedMismatch, raising: job(rows: [created, failed("a")], more: #","failed":4"#), count: 3,
            says: "failed is 4, but 1 row failed", nearMiss: job(rows: [created, failed("a")], more: #","failed":1"#)),
    ]

    private static let stateExamples = [
        Example(
            id: .jobFailed, raising: #"{"status":"failed","total":0,"error":{"code":"c\u0007","message":"m"}}"#,
            says: #"The job failed: “c\u{7}”, “m”."#, nearMiss: #"{"status":"complete","total":0,"results":[]}"#),
        Example(
            id: .resultsAbsent, raising: #"{"status":"complete","total":0}"#, says: "no row can be accounted for",
            nearMiss: #"{"status":"complete","total":0,"results":[]}"#),
        Example(
            id: .stillProcessing, raising: #"{"status":"processing","total":2000,"processed":1000}"#,
            says: "(1,000 of 2,000 rows processed)", nearMiss: #"{"status":"complete","total":2000,"processed":1000}"#),
        Example(
            id: .statusUnknown, raising: #"{"job_id":null,"status":"done"}"#, says: "The status is “done”",
            nearMiss: #"{"job_id":null,"status":"\u0063omplete"}"#),
        Example(
            id: .totalUnknown, raising: #"{"job_id":null,"total":null}"#, says: "whether rows are missing",
            nearMiss: #"{"job_id":null,"total":0}"#),
        Example(
            id: .jobErrorUnexpected, raising: #"{"status":"complete","total":0,"error":{"code":"c"}}"#,
            says: "its status is “complete”: “c”.", nearMiss: #"{"status":"failed","total":0,"error":{"code":"c"}}"#),
        Example(
            id: .timestampsOutOfOrder,
            raising: #"{"job_id":"j","created_at":"2020-01-02T00:00:00Z","updated_at":"2020-01-01T23:59:59.9Z"}"#,
            says: "created_at (“2020-01-02T00:00:00Z”) is after updated_at (“2020-01-01T23:59:59.9Z”)",
            nearMiss: #"{"job_id":"j","created_at":"2020-01-02T00:00:00Z","updated_at":"2020-01-02T00:00:00.0Z"}"#),
    ]

    private static let rowExamples = [
        Example(
            id: .rowContradictory, raising: job(rows: [created, #"{"created":true,"existing":true}"#]), rows: [2],
            says: "1 row claims more than one", nearMiss: job(rows: [created, #"{"created":false,"existing":true}"#])),
        Example(
            id: .rowUnclassified, raising: job(rows: [created, "{}", "null"]), count: 2, rows: [2, 3],
            says: "2 rows say neither", nearMiss: job(rows: [created, #"{"error":{}}"#])),
        Example(
            id: .failedWithoutCode, raising: job(rows: [created, #"{"error":{"message":"m"}}"#]), rows: [2],
            says: "1 row failed without a code", nearMiss: job(rows: [created, failed(" ")])),
        Example(
            id: .idNotUUID, raising: job(rows: [created, #"{"id":"7","created":true}"#]), rows: [2], says: "not a UUID",
            nearMiss: job(rows: [created, #"{"id":"00000000-0000-0000-0000-00000000000F","created":true}"#])),
    ]

    private static let fieldExamples = [
        Example(
            id: .wrongType, raising: job(rows: [created, #"{"created":"true"}"#, "7"], more: #","error":5"#), count: 3,
            rows: [2, 3], says: "results[].created is a string instead of true or false",
            nearMiss: job(rows: [created, #"{"created":true,"existing":null}"#], more: #","error":null"#)),
        Example(
            id: .limitReached,
            raising: job(rows: [failed("c", String(repeating: "m", count: DumpLimits.textBytes + 1))]),
            rows: [1], says: "1 row with a text longer than 1 MiB",
            nearMiss: job(rows: [failed("c", String(repeating: "m", count: DumpLimits.textBytes))])),
        Example(
            id: .unknownField, raising: job(rows: [created, #"{"x":1,"created":true}"#], more: #","y":1,"y":2"#),
            count: 3,
            rows: [2], says: "“y” (2 times), “results[].x”", nearMiss: job(rows: [created, created])),
        Example(
            id: .duplicateKey, raising: job(rows: [created, #"{"id":null,"id":null}"#], more: #","total":2"#), count: 2,
            rows: [2], says: "total, results[].id", nearMiss: job(rows: [created, #"{"x":null,"x":null}"#])),
    ]

    @Test func everyFindingHasAnExample() {
        // Findings about several dumps of one job or several rows of one record, and those after which reading
        // continues or text is skipped (DamageFindingTests), have separate tests.
        let others: Set<FindingID> = [
            .conflictingSnapshots, .supersededSnapshot, .createdIDRepeated, .existingIDsShared, .rowDamaged,
            .textRepaired, .unwrapped, .skippedText,
        ]
        let ofOneDump = FindingID.all.filter { !others.contains($0) }
        #expect(Set(Self.examples.map(\.id)) == Set(ofOneDump))
        #expect(Self.examples.count == ofOneDump.count)
    }

    @Test(arguments: examples)
    func isRaised(_ example: Example) throws {
        let finding = try #require(try audit(example.raising).finding(example.id))
        #expect(finding.count == example.count)
        #expect(finding.rows == example.rows)
        #expect(finding.message.contains(example.says), "\(finding.message)")
    }

    @Test(arguments: examples)
    func isNotRaised(_ example: Example) throws {
        #expect(try audit(example.nearMiss).finding(example.id) == nil)
    }

    @Test func aSoundJobHasNoFindings() throws {
        let more =
            #","processed":3,"succeeded":2,"failed":1,"created_at":"2020-01-01T00:00:00Z","#
            + #""updated_at":"2020-01-01T01:00:00+01:00","expires_at":"2020-01-08T00:00:00Z""#
        let summary = try audit(job(rows: [created, failed("a", "m"), existing], more: more))
        #expect(summary.findings == [])
    }

    /// Scripts rely on the names and their severities.
    @Test func namesAndSeverities() {
        let names = Dictionary(grouping: FindingID.all, by: \.severity).mapValues { $0.map(\.name) }
        #expect(
            names[.critical] == [
                "dump-truncated", "dump-malformed", "row-damaged", "text-repaired", "job-failed", "rows-missing",
                "rows-excess", "processed-mismatch", "succeeded-mismatch", "failed-mismatch", "results-absent",
                "created-id-repeated", "conflicting-snapshots",
            ])
        #expect(
            names[.warning] == [
                "still-processing", "row-contradictory", "row-unclassified", "failed-without-code", "status-unknown",
                "total-unknown", "wrong-type", "job-error-unexpected", "limit-reached",
            ])
        #expect(
            names[.note] == [
                "superseded-snapshot", "existing-ids-shared", "id-not-uuid", "timestamps-out-of-order", "unknown-field",
                "duplicate-key", "unwrapped", "skipped-text",
            ])
        #expect([Severity.note, .critical, .warning].sorted() == [.critical, .warning, .note])
    }

    /// One dump with nearly all findings: critical ones first, in the order of their declaration.
    @Test func findingsAreInOrder() throws {
        let rows = #"{"created":true,"existing":true,"id":"x"},{},{"error":{}},{"y":1,"created":1,"created":null}"#
        let summary = try audit(
            #"{"job_id":1,"status":"odd","total":2,"processed":9,"succeeded":9,"failed":9,"error":{},"#
                + #""created_at":"2020-01-02T00:00:00Z","expires_at":"2020-01-01T00:00:00Z","results":[\#(rows)]}"#)
        let ids = summary.findings.map(\.id)
        #expect(ids == FindingID.all.filter { ids.contains($0) })
        #expect(
            ids == [
                .rowsExcess, .processedMismatch, .succeededMismatch, .failedMismatch, .rowContradictory,
                .rowUnclassified,
                .failedWithoutCode, .statusUnknown, .wrongType, .jobErrorUnexpected, .idNotUUID, .timestampsOutOfOrder,
                .unknownField, .duplicateKey,
            ])
    }

    @Test func theFirstTwentyRowsAreListed() throws {
        let rows = (1...50).map { $0 % 2 == 0 ? "{}" : created }
        let finding = try #require(try audit(job(rows: rows)).finding(.rowUnclassified))
        #expect(finding.count == 25)
        #expect(finding.rows == (1...20).map { $0 * 2 })
        let excess = try audit(#"{"job_id":"j","total":5,"results":[\#(rows.joined(separator: ","))]}"#)
        #expect(excess.finding(.rowsExcess)?.count == 45)
        #expect(excess.finding(.rowsExcess)?.rows == Array(6...25))
    }
}
