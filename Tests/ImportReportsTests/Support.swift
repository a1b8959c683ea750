import Foundation
import ImportAnalysis
import ImportDumps
import ImportReports
import Testing

/// Places in the repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    /// The names of a folder's files with an extension, sorted.
    static func names(in path: String, ending suffix: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)
            .filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }.sorted()
    }

    /// The sample dumps that are import jobs, without their extension.
    static let sampleJobs: [String] =
        ((try? names(in: "Samples", ending: ".json")) ?? []).map { String($0.dropLast(5)) }
        .filter { $0 != "error-body" }
}

/// The audit of a dump that is in memory.
func audit(_ dump: [UInt8], source: String = "dump.json") throws -> JobSummary {
    var analyzer = JobAnalyzer()
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

func audit(sample name: String) throws -> JobSummary {
    try audit(try Repository.bytes(of: "Samples/\(name).json"), source: "Samples/\(name).json")
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    /// The text's UTF-8 in hexadecimal.
    var hexadecimal: String {
        utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    init?(hexadecimal text: Substring) {
        let digits = Array(text.utf8)
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}

/// The same numbers on every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
