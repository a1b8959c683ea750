import FuzzTargets
import TestSupport
import Testing

/// What tries the fuzz targets without libFuzzer, one test after another because the targets share a folder of files.
@Suite(.serialized) enum TargetTests {
    /// Returns all inputs of a target that are in the repository, with their paths.
    static func inputs(of target: FuzzTarget) throws -> [(path: String, bytes: [UInt8])] {
        try ["regressions", "corpora", "seeds"].map { "Fuzz/\($0)/\(target.rawValue)" }.flatMap { folder in
            // A target that never failed has no regressions; that each has a corpus is another test.
            try ((try? Repository.names(in: folder)) ?? []).map {
                ("\(folder)/\($0)", try Repository.bytes("\(folder)/\($0)"))
            }
        }
    }
}

extension TargetTests {
    /// Replays what fuzzing found without libFuzzer and its sanitizer: inputs that once failed, and those that reach
    /// furthest.
    @Suite struct ReplayTests {
        @Test("Inputs that once failed, and those of the corpus, do not fail", arguments: FuzzTarget.allCases)
        func replay(_ target: FuzzTarget) throws {
            for input in try TargetTests.inputs(of: target) {
                #expect(throws: Never.self, "\(input.path)") { try target.run(input.bytes) }
            }
        }

        @Test("Every target has a corpus, and none is large", arguments: FuzzTarget.allCases)
        func corpora(_ target: FuzzTarget) throws {
            let folder = "Fuzz/corpora/\(target.rawValue)"
            let sizes = try Repository.names(in: folder).map { try Repository.bytes("\(folder)/\($0)").count }
            #expect(!sizes.isEmpty && sizes.reduce(0, +) < 100_000, "\(sizes.reduce(0, +)) bytes")
        }

        @Test("Every target has a dictionary")
        func dictionaries() throws {
            let names = Set(try Repository.names(in: "Fuzz/dictionaries").map { String($0.dropLast(".dict".count)) })
            // These targets read dumps, with the dictionary of dumps.
            let targets = FuzzTarget.allCases.filter { $0 != .kernels && $0 != .wrappers }.map { $0.rawValue }
            #expect(names == Set(targets))
        }
    }
}
