import Foundation
import Testing

/// Files that are so large that another thread writes them.
struct LargeFileTests {
    private static let rowCount = 120_000

    /// - Parameter outcomes: the outcome of each row, by its number.
    private static func results(_ outcomes: (Int) -> String) -> String {
        (1...rowCount).map {
            #"{"id":"abe72624-edce-4501-ae6b-\#(100_000_000_000 + $0)","\#(outcomes($0))":true}"#
        }
        .joined(separator: ",")
    }

    @Test("Every row is in rows.csv, in order, with the id that the job turns out to have")
    func jobIDBehindTheRows() throws {
        let space = try Workspace()
        let rows = Self.results { $0 % 3 == 0 ? "existing" : "created" }
        let dump = #"{"status":"complete","total":120000,"results":[\#(rows)],"job_id":"the job"}"#
        let run = try importAudit(
            "report", try space.write(dump, as: "dump.json"), "-o", space["o"], "--formats", "csv")
        #expect(run.status == 0, "\(run)")
        try expectRows(in: space, job: "the job") { $0 % 3 == 0 ? "existing" : "created" }
    }

    @Test("When results come twice, the first are forgotten, however many they were")
    func resultsTwice() throws {
        let space = try Workspace()
        let (first, second) = (Self.results { _ in "existing" }, Self.results { _ in "created" })
        let dump = #"{"job_id":"j","status":"complete","total":120000,"results":[\#(first)],"results":[\#(second)]}"#
        let run = try importAudit(
            "report", try space.write(dump, as: "dump.json"), "-o", space["o"], "--formats", "csv")
        #expect(run.status == 0, "\(run)")
        try expectRows(in: space, job: "j") { _ in "created" }
    }

    private func expectRows(in space: Workspace, job: String, outcome: (Int) -> String) throws {
        let lines = try space.text("o/rows.csv").split(separator: "\r\n")
        #expect(lines.count == Self.rowCount + 1)
        let wrong = lines.dropFirst().enumerated().first { index, line in
            let row = index + 1
            return line != "\(job),\(row),\(outcome(row)),abe72624-edce-4501-ae6b-\(100_000_000_000 + row),,,"
        }
        #expect(wrong == nil, "\(String(describing: wrong))")
    }
}
