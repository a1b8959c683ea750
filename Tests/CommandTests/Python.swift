import Foundation
import Testing

/// Python, for second opinions.
enum Python {
    /// Runs a script of the repository; nil, after saying so, if there is no Python.
    ///
    /// - Parameter module: without which there is nothing to run either.
    static func run(
        _ script: String, _ arguments: [String], needing module: String? = nil
    ) throws -> CommandResult? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let python = folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let python else { return missing("python3") }
        // Nothing is to be left in the repository.
        let environment = ["PYTHONDONTWRITEBYTECODE": "1"]
        if let module {
            let tried = try RunningCommand(program: python, ["-c", "import \(module)"], environment: environment)
                .finish()
            guard tried.status == 0 else { return missing("Python's \(module)") }
        }
        return try RunningCommand(program: python, [Repository.path(script)] + arguments, environment: environment)
            .finish(seconds: 300)
    }

    private static func missing(_ what: String) -> CommandResult? {
        if ProcessInfo.processInfo.environment["CI"] != nil {
            Issue.record("\(what) is not installed, and CI must not go without it")
        } else {
            print("skipped: \(what) is not installed")
        }
        return nil
    }
}
