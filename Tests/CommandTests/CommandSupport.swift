import Foundation
import TestSupport
import Testing

/// A small dump of one job.
///
/// - Parameter updated: seconds after a minute's start in `updated_at`.
func jobDump(
    _ id: String?, created: Int = 2, failed: Int = 0, status: String = "complete", updated: Int = 0,
    code: String = "invalid_email"
) -> String {
    let uuid = "abe72624-edce-4501-ae6b-4bb3682661"
    let rows =
        (0..<created).map { #"{"id":"\#(uuid)\#(10 + $0 % 90)","created":true}"# }
        + (0..<failed).map { #"{"error":{"code":"\#(code)","message":"row \#($0) of \#(id ?? "-")"}}"# }
    let job = id.map { "\"\($0)\"" } ?? "null"
    return
        #"{"job_id":\#(job),"status":"\#(status)","total":\#(created + failed),"#
        + #""updated_at":"2026-11-02T09:00:\#(String(updated + 100).suffix(2))Z","results":[\#(rows.joined(separator: ","))]}"#
}

extension Workspace {
    /// All files below a folder, by their paths in it.
    func tree(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let paths = FileManager.default.enumerator(atPath: self[folder])
        while let path = paths?.nextObject() as? String {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: self["\(folder)/\(path)"], isDirectory: &isFolder) else {
                continue
            }
            files[path] = isFolder.boolValue ? [] : try bytes("\(folder)/\(path)")
        }
        return files
    }

    /// Jobs `job-001` and so on, in folders of ten; every third has failed rows.
    func makeJobs(_ count: Int, in folder: String) throws {
        for number in 1...count {
            let id = "job-" + String(String(1000 + number).suffix(3))
            let text = jobDump(
                id, created: number % 7, failed: number % 3 == 0 ? number % 11 : 0, code: "c\(number % 4)")
            try write(text, as: "\(folder)/\(number / 10)/\(id).json")
        }
    }
}

/// Says in which files two trees differ.
func differences(_ left: [String: [UInt8]], _ right: [String: [UInt8]]) -> [String] {
    Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
}

/// The files of a complete report.
let reportFiles = ["codes.csv", "failures.csv", "report.md", "report.xhtml", "rows.csv", "summary.json"]

/// The files of a folder with a whole report: the report, and what the next run knows it by.
let reportFolder = (reportFiles + ["manifest.jsonl"]).sorted()

/// A document that the program printed or wrote.
func parsed(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
}
