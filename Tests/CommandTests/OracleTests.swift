import Foundation
import ImportDumps
import Testing

/// The second opinion of `Tests/Oracle`, in Python.
struct OracleTests {
    static let runs: [[String]] = [
        ["selftest.py"],
        ["check.py", "--binary", "BINARY", "--seed", "1", "--count", "60"],
        ["check.py", "--binary", "BINARY", "--seed", "1", "--first", "60", "--count", "60"],
        ["planted.py", "--binary", "BINARY"],
        ["redaction.py", "--binary", "BINARY", "SAMPLES"],
        ["identity.py", "--binary", "BINARY", "--rows", "2000000"],
        ["prefixes.py", "--binary", "BINARY", "SAMPLE api-example", "SAMPLE sync", "SAMPLE unusual-order"],
        ["prefixes.py", "--binary", "BINARY", "SAMPLE python-client", "SAMPLE failed-job", "SAMPLE still-processing"],
        ["prefixes.py", "--binary", "BINARY", "--mutate", "100", "--seed", "1", "SAMPLES"],
    ]

    @Test("The oracle agrees", arguments: runs)
    func agrees(run: [String]) throws {
        try check(run)
    }

    @Test("The oracle agrees with every kernel, and with the strict reader alone", arguments: kernels)
    func agrees(kernel: String) throws {
        try check(["check.py", "--binary", "BINARY", "--seed", "2", "--count", "25"], kernel: kernel)
    }

    static let kernels = RowKernel.available.map { $0.name } + ["none"]

    private func check(_ run: [String], kernel: String = "") throws {
        let python = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map { "\($0)/python3" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let python else {
            if ProcessInfo.processInfo.environment["CI"] != nil {
                Issue.record("python3 is not installed, and CI must not go without it")
            } else {
                print("skipped: python3 is not installed")
            }
            return
        }
        let arguments = run.dropFirst().flatMap { argument -> [String] in
            if argument == "BINARY" { return [RunningCommand.binary] }
            if argument == "SAMPLES" { return Repository.samples.map { Repository.sample($0) } }
            if argument.hasPrefix("SAMPLE ") { return [Repository.sample(String(argument.dropFirst(7)))] }
            return [argument]
        }
        let script = Repository.path("Tests/Oracle/\(run[0])")
        // Nothing is to be left in the repository.
        let environment = ["PYTHONDONTWRITEBYTECODE": "1", "IMPORT_AUDIT_KERNEL": kernel]
        let result = try RunningCommand(program: python, [script] + arguments, environment: environment).finish(
            seconds: 300)
        #expect(result.status == 0, "\(result)")
    }
}
