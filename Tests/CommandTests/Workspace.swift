import Foundation
import Testing

/// Places in the repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ path: String) -> String { root.appending(path: path).path }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func sample(_ name: String) -> String { path("Samples/\(name).json") }

    static let samples: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: path("Samples"))) ?? [])
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
}

/// A temporary folder that is gone when the test is over.
final class Workspace {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "import-audit-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    subscript(name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> String {
        let file = URL(filePath: self[name])
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    @discardableResult
    func write(_ text: String, as name: String) throws -> String {
        try write(Array(text.utf8), as: name)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: self[name])))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// The names of all files of a folder, hidden ones too; nil if there is no such folder.
    func names(in folder: String) -> [String]? {
        (try? FileManager.default.contentsOfDirectory(atPath: self[folder]))?.sorted()
    }

    /// All files of a folder, by name.
    func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in names(in: folder) ?? [] { files[name] = try bytes("\(folder)/\(name)") }
        return files
    }
}

/// The files of a whole report.
let reportFiles = ["codes.csv", "failures.csv", "report.md", "report.xhtml", "rows.csv", "summary.json"]

/// The files of a folder with a whole report: the report, and what the next run knows it by.
let reportFolder = (reportFiles + ["manifest.jsonl"]).sorted()

/// A document that the program printed or wrote.
func parsed(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
}
