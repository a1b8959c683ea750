import FuzzTargets
import TestSupport
import Testing

/// What tries the fuzz targets without libFuzzer, one test after another because the targets share a folder of files.
@Suite(.serialized) enum TargetTests {}

extension TargetTests {
    /// Replays what fuzzing found without libFuzzer and its sanitizer: inputs that once failed, and those that reach
    /// furthest.
    @Suite struct ReplayTests {
        @Test("Inputs that once failed, and those of the corpus, do not fail", arguments: FuzzTarget.allCases)
        func replay(_ target: FuzzTarget) throws {
            for folder in ["regressions", "corpora", "seeds"] {
                // A target that never failed has no regressions.
                let names = (try? Repository.names(in: "Fuzz/\(folder)/\(target.rawValue)")) ?? []
                for name in names {
                    let bytes = try Repository.bytes("Fuzz/\(folder)/\(target.rawValue)/\(name)")
                    #expect(throws: Never.self, "\(folder)/\(target.rawValue)/\(name)") { try target.run(bytes) }
                }
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
