import ImportAnalysis
import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// A separate thread for failed rows does not change the result.
struct FailureThreadTests {
    private static let job = #"{"job_id":"j","status":"complete","total":9000,"results":[]}"#

    @Test(
        .seeded,
        arguments: [AnalysisLimits.failedRowsWithoutThread - 1, AnalysisLimits.failedRowsWithoutThread, 9_000],
        Seeds.and(new: 3))
    func theSameIsFound(_ rows: Int, seed: UInt64) throws {
        let alone = try summary(rows: rows, usesThread: false, seed: seed)
        #expect("\(try summary(rows: rows, usesThread: true, seed: seed))" == "\(alone)")
        #expect(alone.rows.failed == rows)
        #expect(alone.failedByCode.reduce(0) { $0 + $1.rows } == rows)
    }

    @Test func rowsBeforeARepeatedKeyAreVoid() throws {
        var analyzer = JobAnalyzer(usesThread: true)
        feed(9_000, to: &analyzer)
        analyzer.beginRows(of: DeclaredJob())
        feed(10, to: &analyzer)
        let again = analyzer.summary(of: try Self.dump(), source: "s")
        #expect("\(again)" == "\(try summary(rows: 10, usesThread: false))")
    }

    /// An analyzer that is abandoned in the middle, as after Ctrl-C, ends its thread.
    @Test func itCanBeGivenUp() {
        for _ in 0..<5 {
            var analyzer = JobAnalyzer(usesThread: true)
            feed(5000, to: &analyzer)
        }
    }

    private func summary(rows: Int, usesThread: Bool, seed: UInt64 = 3) throws -> JobSummary {
        var analyzer = JobAnalyzer(usesThread: usesThread)
        feed(rows, to: &analyzer, seed: seed)
        return analyzer.summary(of: try Self.dump(), source: "s")
    }

    /// Feeds rows with and without codes and messages, some longer than the part that is compared, cut within or after
    /// a character.
    private func feed(_ count: Int, to analyzer: inout JobAnalyzer, seed: UInt64 = 3) {
        var generator = SplitMix64(seed: seed)
        for row in 1...count {
            let long = String(repeating: "é", count: 500 + Int.random(in: 0..<30, using: &generator))
            let message = ["value \(row)", "", long, "x" + long, "'\(row % 50)' of \(long)"].randomElement(
                using: &generator)
            let code = ["a", "b", "", long].randomElement(using: &generator)
            FailedRow(code: code ?? "", message: message ?? "").feed(to: &analyzer, row: row)
        }
    }

    private static func dump() throws -> Dump {
        var ignored = JobAnalyzer()
        let reading = try DumpReader(windowBytes: 64).read(from: ArraySource(Array(job.utf8)), into: &ignored)
        guard case .job(let dump) = reading else { throw NoJob(text: job) }
        return dump
    }
}
