import ArgumentParser
import Glibc
import ImportAnalysis

/// What is said of a first argument that is not a command.
enum CommandNames {
    static let all = ImportAudit.configuration.subcommands.compactMap { $0.configuration.commandName }

    /// Fails if the first argument should be a command and is not.
    ///
    /// - Parameter arguments: without the name of the program.
    static func check(_ arguments: [String]) throws(CommandFailure) {
        guard let first = arguments.first, !all.contains(first), first != "help",
            first == "-" || !first.utf8.starts(with: "-".utf8)
        else { return }
        let near = NearestName.of(first, among: all)
        let shown = shownText(first)
        if unsafe first == "-" || access(first, F_OK) == 0 {
            let examples = [near ?? "report", "summary"].map { "import-audit \($0) \(shown)" }
            throw CommandFailure(
                .usage, of: first,
                "this is an input, and the command is missing. Try: \(examples.joined(separator: ", or: "))")
        }
        if first.utf8.contains(UInt8(ascii: "/")) || first.utf8.contains(UInt8(ascii: ".")) {
            throw CommandFailure(
                .usage, of: first,
                "No such file or directory. The command comes first, as in: import-audit report \(shown)")
        }
        let suggestion = near.map { " Did you mean '\($0)'?" } ?? " Choose from \(all.joined(separator: ", "))."
        throw CommandFailure(.usage, "Unknown command '\(shown)'.\(suggestion)")
    }
}
