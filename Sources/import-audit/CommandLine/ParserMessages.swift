import ArgumentParser
import ImportAnalysis

/// What ArgumentParser says about the command line.
enum ParserMessages {
    /// Options that take all names up to the next option, by command.
    private static let greedyOptions = [
        "rejects": "--source", "report": "--source", "verify": "--source", "account": "--map",
    ]

    private static let missing = "Error: Missing expected argument"
    private static let missingValue = "Error: Missing value for '"

    /// Returns a message that leads to the mistake, where that of the parser leads away from it.
    ///
    /// - Parameter message: the parser's message, with its usage.
    static func improved(_ message: String) -> String {
        if message.hasPrefix(missing) { return aboutMissingArgument(message) }
        if message.hasPrefix(missingValue) { return aboutMissingValue(message) }
        return message
    }

    private static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

    /// The parser looks at what is missing before it looks at options that it does not know, and an option may have
    /// taken the inputs.
    private static func aboutMissingArgument(_ message: String) -> String {
        let given = ManyArguments.takeOut(arguments)
        let words = given.first == HistoryCommand.configuration.commandName ? 2 : 1
        // With enough inputs, the parser says what else is wrong.
        for count in 1...3 {
            var more = given
            more.insert(contentsOf: Array(repeating: "x", count: count), at: min(words, given.count))
            do {
                _ = try ImportAudit.parseAsRoot(more)
                break
            } catch {
                let other = ImportAudit.fullMessage(for: error)
                if other.hasPrefix("Error: Unknown option") { return other }
                if !other.hasPrefix(missing) { break }
            }
        }
        guard let option = given.first.flatMap({ greedyOptions[$0] }),
            given.contains(where: { $0 == option || $0.hasPrefix("\(option)=") })
        else { return message }
        return adding(
            "\(option) takes all names up to the next option: put the inputs first, or after --.", to: message)
    }

    private static func aboutMissingValue(_ message: String) -> String {
        let option = String(message.dropFirst(missingValue.count).prefix { $0 != " " && $0 != "'" })
        guard option.hasPrefix("--"), let place = arguments.firstIndex(of: option),
            case let next = arguments.index(after: place), next < arguments.endIndex,
            arguments[next].hasPrefix("-")
        else { return message }
        let value = shownText(arguments[next])
        return adding("If \(value) is the value, write \(option)=\(value)", to: message)
    }

    /// Adds a sentence to the first line.
    private static func adding(_ sentence: String, to message: String) -> String {
        let end = message.firstIndex(of: "\n") ?? message.endIndex
        let line = message[..<end]
        return line + (line.last == "." ? " " : ". ") + sentence + message[end...]
    }

    /// Prints help, the version or a completion script, and returns how the program ends. The parser's own printing
    /// ignores errors.
    static func print(_ text: String) -> ExitCode {
        do {
            try reportingFailures {
                try Console.write(text + "\n")
                return .done
            }
            return .success
        } catch {
            return ImportAudit.exitCode(for: error)
        }
    }
}
