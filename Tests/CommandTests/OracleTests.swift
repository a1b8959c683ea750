import Foundation
import ImportDumps
import TestSupport
import Testing

/// Runs the independent oracles in `Tests/Oracle`, which are written in Python.
@Suite(.needs(.python)) struct OracleTests {
    static let runs: [[String]] = [
        ["selftest.py"],
        ["selftest_damage.py"],
        ["check.py", "--binary", "BINARY", "--seed", "1", "--count", "60"],
        ["check.py", "--binary", "BINARY", "--seed", "NEW", "--count", "60"],
        // A cut-off string of the last row that contains the end of the rows, followed by the job's status.
        ["damage.py", "--binary", "BINARY", "--only", "inside:2258326099:291"],
        ["planted.py", "--binary", "BINARY"],
        ["planted.py", "--binary", "BINARY", "--seed", "NEW"],
        ["incidents.py", "--binary", "BINARY", "--seed", "NEW"],
        ["redaction.py", "--binary", "BINARY", "--seed", "NEW", "SAMPLES"],
        ["identity.py", "--binary", "BINARY", "--rows", "2000000", "--seed", "NEW"],
        ["rejects.py", "--binary", "BINARY", "--seed", "7", "--count", "150"],
        ["rejects.py", "--binary", "BINARY", "--seed", "NEW", "--count", "250"],
        ["tries.py", "--binary", "BINARY", "--seed", "3", "--count", "25"],
        ["tries.py", "--binary", "BINARY", "--seed", "NEW", "--count", "40"],
        ["failing_calls.py", "--binary", "BINARY", "--seed", "NEW", "--count", "40"],
        // Planted events must stand out. By chance, a new code may begin with too few rows for that, so these seeds are
        // fixed.
        ["history.py", "--binary", "BINARY", "--seed", "1", "--parts", "show,unusual"],
        ["history.py", "--binary", "BINARY", "--seed", "4051666722", "--parts", "show,unusual"],
        ["history.py", "--binary", "BINARY", "--seed", "NEW", "--parts", "orders"],
        ["properties.py", "--binary", "BINARY", "--seed", "NEW"],
        ["concurrency.py", "--binary", "BINARY", "--seed", "NEW"],
        ["changing_inputs.py", "--binary", "BINARY", "--seed", "NEW"],
        ["limits.py", "--binary", "BINARY"],
        ["json_readers.py", "--binary", "BINARY", "--seed", "NEW"],
        ["csv_readers.py", "--binary", "BINARY", "--seed", "NEW"],
        ["zip_readers.py", "--binary", "BINARY", "--seed", "NEW"],
        ["page_readers.py", "--binary", "BINARY", "--seed", "NEW"],
        // A share below 0.1% on the page of trends, which begins with "<".
        ["page_readers.py", "--binary", "BINARY", "--seed", "4083055910"],
        ["prefixes.py", "--binary", "BINARY", "SAMPLE api-example", "SAMPLE sync", "SAMPLE unusual-order"],
        ["prefixes.py", "--binary", "BINARY", "SAMPLE python-client", "SAMPLE failed-job", "SAMPLE still-processing"],
        ["prefixes.py", "--binary", "BINARY", "--mutate", "50", "--seed", "1", "SAMPLES"],
        ["prefixes.py", "--binary", "BINARY", "--mutate", "50", "--seed", "NEW", "SAMPLES"],
    ]

    @Test("The oracle agrees", .seeded, arguments: runs)
    func agrees(run: [String]) throws {
        try check(run)
    }

    @Test("The oracle agrees with every kernel, and with the strict reader alone", .seeded, arguments: kernels)
    func agrees(kernel: String) throws {
        try check(["check.py", "--binary", "BINARY", "--seed", "NEW", "--count", "25"], kernel: kernel)
    }

    static let kernels = RowKernel.available.map { $0.name } + ["none"]

    @Test(
        "Nothing is lost of damaged and wrapped dumps", .seeded,
        arguments: [
            ("NEW", "row-per-line,around,wraps,encodings,rows"), ("NEW", "torn,glued,inside"),
            ("NEW", "nested,torn-wraps,torn-members"), ("11", "torn,glued,inside"),
        ])
    func nothingIsLost(seed: String, kinds: String) throws {
        try check([
            "damage.py", "--binary", "BINARY", "--seed", seed, "--kinds", kinds, "--count", "1000", "--show", "5",
        ])
    }

    @Test("The stated memory is enough, and with less, nothing is half done", .measuresMemory)
    func littleMemory() throws {
        try check(["memory_limits.py", "--binary", "BINARY"])
    }

    private func check(_ run: [String], kernel: String = "") throws {
        let arguments = run.dropFirst().flatMap { argument -> [String] in
            switch argument {
            case "BINARY": [RunningCommand.binary]
            case "NEW": ["\(Seeds.new)"]
            case "SAMPLES": Repository.samples.map { Repository.sample($0) }
            case _ where argument.hasPrefix("SAMPLE "): [Repository.sample(String(argument.dropFirst(7)))]
            default: [argument]
            }
        }
        let result = try Python.run("Tests/Oracle/\(run[0])", arguments, environment: ["IMPORT_AUDIT_KERNEL": kernel])
        #expect(result.status == 0, "\(result)")
    }
}
