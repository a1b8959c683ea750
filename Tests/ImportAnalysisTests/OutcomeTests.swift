import ImportAnalysis
import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Every row has exactly one outcome, as defined by the contract's table.
@Suite struct OutcomeTests {
    private static let errors = [
        "", #""error":null"#, #""error":{}"#, #""error":{"code":"c"}"#, #""error":"e""#, #""error":0"#,
        #""error":false"#,
    ]
    private static let flags = [nil, "null", "false", "true", "1", #""true""#]

    @Test(arguments: flags, flags)
    func outcomesFollowTheContract(_ created: String?, _ existing: String?) throws {
        for (index, error) in Self.errors.enumerated() {
            let members = [created.map { #""created":\#($0)"# }, existing.map { #""existing":\#($0)"# }, error]
            let row = "{" + members.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ",") + "}"
            let summary = try audit(job(rows: [row]))

            let isFailed = index >= 2
            let outcome: Outcome =
                isFailed ? .failed : existing == "true" ? .existing : created == "true" ? .created : .unclassified
            #expect(summary.rows.created == (outcome == .created ? 1 : 0), "\(row)")
            #expect(summary.rows.existing == (outcome == .existing ? 1 : 0), "\(row)")
            #expect(summary.rows.failed == (outcome == .failed ? 1 : 0), "\(row)")
            #expect(summary.rows.unclassified == (outcome == .unclassified ? 1 : 0), "\(row)")
            #expect(summary.rows.seen == 1)

            let claims = [isFailed, created == "true", existing == "true"].count { $0 }
            #expect((summary.finding(.rowContradictory) != nil) == (claims > 1), "\(row)")
            #expect((summary.finding(.rowUnclassified) != nil) == (outcome == .unclassified), "\(row)")
            #expect((summary.finding(.failedWithoutCode) != nil) == (isFailed && index != 3), "\(row)")
        }
    }

    /// The numbers add up for any rows.
    @Test(.seeded, arguments: Seeds.and(new: 1...8))
    func countsAddUp(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let kinds = [
            created, existing, failed("a"), failed("b", "m"), "{}", "null", #"{"error":{}}"#,
            #"{"error":7,"created":true}"#,
        ]
        let rows = (0..<200).map { _ in kinds.randomElement(using: &generator)! }
        let summary = try audit(job(rows: rows))
        #expect(summary.rows.created == rows.count { $0 == created })
        #expect(summary.rows.existing == rows.count { $0 == existing })
        #expect(summary.rows.unclassified == rows.count { $0 == "{}" || $0 == "null" })
        #expect(summary.rows.seen == 200)
        #expect(summary.failedByCode.reduce(0) { $0 + $1.rows } == summary.rows.failed)
        #expect(summary.rows.missing == 0)
    }

    @Test(arguments: [("0", 0), ("1", 0), ("2", 0), ("3", 1), ("9223372036854775807", Int.max - 2)])
    func missingRowsAreCounted(_ total: String, _ missing: Int) throws {
        let json = #"{"job_id":"j","total":\#(total),"results":[\#(created),\#(created)]}"#
        #expect(try audit(json).rows.missing == missing)
    }

    @Test(arguments: ["", #""total":null,"#, #""total":"3","#, #""total":2.5,"#])
    func withoutATotalItIsNotKnownWhatIsMissing(_ total: String) throws {
        #expect(try audit(#"{"job_id":"j",\#(total)"results":[\#(created)]}"#).rows.missing == nil)
    }

    /// A run is equivalent to its rows in sequence.
    @Test(
        arguments: [
            RowFacts.created, [.existing, .idNotUUID], [.error], [.error, .created, .wrongType], [], [.unknownField],
            [.created, .existing, .duplicateKey, .textCut],
        ])
    func aRunEqualsItsRows(_ facts: RowFacts) throws {
        let stride = 40
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 50 * stride)
        var ignored = JobAnalyzer()
        let json = Array(#"{"job_id":"j","status":"complete","total":50,"results":[]}"#.utf8)
        guard case .job(let dump) = try DumpReader().read(from: ArraySource(json), into: &ignored) else { return }
        for count in [1, 2, 7, 19, 20, 21, 43] {
            var runs = JobAnalyzer()
            var singles = JobAnalyzer()
            let first = RowRun(firstRow: 1, facts: .created)
            runs.consume(first, text: text.span)
            singles.consume(first, text: text.span)
            for start in [2, 2 + count] {
                let id = TextRange(offset: 3, count: 36)
                runs.consume(
                    RowRun(firstRow: start, count: count, facts: facts, id: id, idStride: stride), text: text.span)
                for index in 0..<count {
                    let single = RowRun(firstRow: start + index, facts: facts, id: id.advanced(by: index * stride))
                    singles.consume(single, text: text.span)
                }
            }
            let (left, right) = (runs.summary(of: dump, source: "s"), singles.summary(of: dump, source: "s"))
            #expect(left.rows == right.rows)
            #expect(left.rows.seen == 1 + 2 * count)
            #expect(left.findings == right.findings)
            #expect(left.codeDetails == right.codeDetails)
        }
    }

    /// A second `results` replaces the first one.
    @Test func repeatedResultsStartAnew() throws {
        let json =
            #"{"job_id":"j","status":"complete","total":1,"results":[{},\#(failed("a"))],"results":[\#(created)]}"#
        let summary = try audit(json)
        #expect(summary.rows.seen == 1 && summary.rows.created == 1)
        #expect(summary.failedByCode.isEmpty)
        #expect(summary.findings.map(\.id) == [.duplicateKey])
    }
}
