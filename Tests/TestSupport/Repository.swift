package import Foundation

/// Places in the repository.
package enum Repository {
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    package static func path(_ path: String) -> String { root.appending(path: path).path }

    package static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    /// Returns the sorted names of a folder's files with an extension.
    package static func names(in path: String, ending suffix: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.path(path))
            .filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }.sorted()
    }

    package static func sample(_ name: String) -> String { path("Samples/\(name).json") }

    /// The sample dumps, without their extension.
    package static let samples: [String] =
        ((try? names(in: "Samples", ending: ".json")) ?? []).map { String($0.dropLast(5)) }

    /// The samples that are import jobs.
    package static let sampleJobs = samples.filter { $0 != "error-body" }
}
