import Foundation
import Testing

/// Python, for second opinions.
enum Python {
    /// Runs a script of the repository; nil, after saying so, if there is no Python.
    static func run(_ script: String, _ arguments: [String]) throws -> CommandResult? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let python = folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let python else {
            if ProcessInfo.processInfo.environment["CI"] != nil {
                Issue.record("python3 is not installed, and CI must not go without it")
            } else {
                print("skipped: python3 is not installed")
            }
            return nil
        }
        // Nothing is to be left in the repository.
        return try RunningCommand(
            program: python, [Repository.path(script)] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"]
        ).finish(seconds: 300)
    }
}
