import Foundation
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import TestSupport
import Testing

/// Returns the audit of a dump in memory.
///
/// - Parameter listsRows: whether to include the rows that a page lists.
func audit(_ dump: [UInt8], source: String = "dump.json", listsRows: Bool = false) throws -> JobSummary {
    var analyzer = JobAnalyzer(listsRows: listsRows)
    let reading = try DumpReader(hashing: true).read(from: ArraySource(dump), into: &analyzer)
    guard case .job(let dump) = reading else {
        Issue.record("no import job: \(reading)")
        throw CancellationError()
    }
    return analyzer.summary(of: dump, source: source)
}

func audit(_ dump: String) throws -> JobSummary {
    try audit(Array(dump.utf8))
}

func audit(sample name: String, listsRows: Bool = false) throws -> JobSummary {
    try audit(
        try Repository.bytes("Samples/\(name).json"), source: "Samples/\(name).json", listsRows: listsRows)
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// Passes a folder to a closure and removes it afterwards.
func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = try Workspace()
    return try body(URL(filePath: folder.path))
}
