import Foundation
import TestSupport
import Testing

/// A report over one whose manifest was edited: whatever numbers it has, the run ends in order.
struct EditedManifestTests {
    /// Changes the numbers of a job's summary so that they agree with each other.
    private static func edit(_ job: inout [String: Any], to number: Int) throws {
        func values(_ value: Any?) throws -> [String: Any] { try #require(value as? [String: Any]) }
        var codes = try #require(job["failed_by_code"] as? [[String: Any]])
        for index in codes.indices {
            let rows = index == 0 ? number : 1
            codes[index]["rows"] = rows
            (codes[index]["first_row"], codes[index]["last_row"]) = (1, number)
            codes[index]["failure_positions"] = ["bucket_rows": max(1, number), "counts": [rows, rows]]
            var messages = try #require(codes[index]["messages"] as? [[String: Any]])
            for message in messages.indices { messages[message]["rows"] = rows }
            codes[index]["messages"] = messages
        }
        job["failed_by_code"] = codes
        let failed = number.addingReportingOverflow(codes.count - 1).partialValue
        var rows = try values(job["rows"])
        rows["failed"] = failed
        (rows["created"], rows["unclassified"]) = (0, 0)
        rows["seen"] = failed
        (job["total"], rows["missing"]) = (failed, 0)
        job["rows"] = rows
        job["failure_positions"] = ["bucket_rows": max(1, number), "counts": [number, number]]
        job["failure_stretches"] = [
            ["first_row": 1, "last_row": max(1, number), "rows": max(1, number), "code": "E1", "code_rows": number]
        ]
        job["findings"] = []
    }

    @Test(
        "Numbers at the edges, in all formats",
        arguments: [0, 1, (1 << 53) - 3, 1 << 53, 1 << 60, Int.max - 1, Int.max])
    func edges(number: Int) throws {
        let space = try Workspace()
        let failed = #"{"error":{"code":"E1","message":"bad 7"}},{"error":{"code":"E2","message":"bad 8"}}"#
        for id in 1...3 {
            try space.write(
                #"{"job_id":"\#(id)","status":"complete","created_at":"2026-01-0\#(id)T00:00:00Z","#
                    + #""results":[\#(failed),{"created":true}]}"#, as: "in/\(id).json")
        }
        let options = ["report", "in", "-o", "out", "--formats", "md,xhtml,csv,json,xlsx,explore,slack,eml"]
        let first = try RunningCommand(options, folder: space.path).finish()
        #expect(first.status == 0, "\(first)")
        var lines = try space.text("out/manifest.jsonl").split(separator: "\n").map { String($0) }
        var edited = 0
        for index in lines.indices where lines[index].hasPrefix(#"{"job_id":"#) {
            var job = try parsed(Array(lines[index].utf8))
            if job["job_id"] as? String == "2" { continue }
            try Self.edit(&job, to: number)
            lines[index] = String(decoding: try JSONSerialization.data(withJSONObject: job), as: UTF8.self)
            edited += 1
        }
        #expect(edited == 2)
        try space.write(lines.joined(separator: "\n") + "\n", as: "out/manifest.jsonl")
        try space.write(
            #"{"job_id":"4","status":"complete","results":[\#(failed)]}"#, as: "in/4.json")
        let again = try RunningCommand(options, folder: space.path).finish()
        #expect(again.status == 0, "\(number): \(again)")
    }

    @Test("A file with the manifest’s name and one endless line is not read whole, and not taken for a manifest")
    func endlessLine() throws {
        let space = try Workspace()
        try space.write(try Repository.bytes("Samples/sync.json"), as: "in.json")
        try space.write(
            #"{"format":"import-audit.manifest","x":""# + String(repeating: "y", count: 2 << 20),
            as: "out/manifest.jsonl")
        let run = try importAudit("report", "in.json", "-o", "out", folder: space.path)
        #expect([0, 73].contains(run.status), "\(run)")
    }
}
