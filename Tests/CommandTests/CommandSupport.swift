import Foundation
import TestSupport
import Testing

/// Returns a small dump of one job.
///
/// - Parameter updated: the seconds of `updated_at`.
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

/// Returns a dump in which each of these rows failed with this message; nil for a row that succeeded.
func failedDump(_ messages: [String?], id: String? = "j", total: Int? = nil) -> String {
    let rows = messages.enumerated().map { index, message in
        message.map { #"{"error":{"code":"c","message":"\#($0)"}}"# }
            ?? #"{"id":"00000000-0000-4000-8000-0000000000\#(index + 10)","created":true}"#
    }
    let id = id.map { #""\#($0)""# } ?? "null"
    let total = total.map { #""total":\#($0),"# } ?? ""
    return #"{"job_id":\#(id),"status":"complete",\#(total)"results":[\#(rows.joined(separator: ","))]}"#
}

/// Returns different addresses, which begin with a letter.
func sentAddresses(_ letter: Character, _ count: Int = 4) -> [String] {
    (0..<count).map { "\(letter)\($0)@x.example" }
}

extension Workspace {
    /// Writes a job of four rows, of which the first and the third failed, and its source.
    func writeFailedJob(_ number: Int, _ letter: Character) throws {
        let rows = sentAddresses(letter)
        try write("email,n\n" + rows.map { "\($0),1\n" }.joined(), as: "\(letter).csv")
        let messages = rows.enumerated().map { $0.offset % 2 == 0 ? "'\($0.element)' is wrong" : nil }
        try write(failedDump(messages, id: "j\(number)", total: 4), as: "j\(number).json")
    }

    /// Returns all files below a folder, by their relative paths.
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

    /// Writes jobs `job-001` and so on, in folders of ten. Every third job has failed rows.
    func makeJobs(_ count: Int, in folder: String) throws {
        for number in 1...count {
            let id = "job-" + String(String(1000 + number).suffix(3))
            let text = jobDump(
                id, created: number % 7, failed: number % 3 == 0 ? number % 11 : 0, code: "c\(number % 4)")
            try write(text, as: "\(folder)/\(number / 10)/\(id).json")
        }
    }
}

/// Returns the paths of the files in which two trees differ.
func differences(_ left: [String: [UInt8]], _ right: [String: [UInt8]]) -> [String] {
    Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
}

/// The files of a complete report.
let reportFiles = ["codes.csv", "failures.csv", "report.md", "report.xhtml", "rows.csv", "summary.json"]

/// The files in a folder with a complete report: the report, and the manifest by which the next run recognizes it.
let reportFolder = (reportFiles + ["manifest.jsonl"]).sorted()

/// Parses a document that the program printed or wrote.
func parsed(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
}
