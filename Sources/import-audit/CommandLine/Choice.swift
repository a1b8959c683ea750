import ArgumentParser
import Glibc
import ImportAnalysis
import ImportFoundation

/// A value that an option takes by its name, such as a format.
protocol Choice: RawRepresentable<String>, CaseIterable, Sendable {
    /// A noun for the values, with its article.
    static var noun: String { get }
    /// Other names of values.
    static var aliases: [String: Self] { get }
}

extension Choice {
    static var noun: String { "a format" }
    static var aliases: [String: Self] { [:] }

    /// All names, as help and messages list them.
    static var names: String { allCases.map { $0.rawValue }.joined(separator: ", ") }

    /// All names in a sentence, with their aliases: `text, json or markdown (md)`.
    static var listed: String {
        let all = allCases.map { choice in
            let others = aliases.filter { $0.value == choice }.keys.sorted().joined(separator: ", ")
            return choice.rawValue + (others.isEmpty ? "" : " (\(others))")
        }
        return (all.count > 1 ? all.dropLast().joined(separator: ", ") + " or " : "") + (all.last ?? "")
    }

    /// The values that a shell offers to complete the option.
    static var completion: CompletionKind { .list(allCases.map { $0.rawValue }) }

    /// Finds a value by its name.
    ///
    /// - Throws: an error of ArgumentParser with the status for wrong usage. Its message suggests the nearest name.
    static func named(_ text: String) throws -> Self {
        if let choice = Self(rawValue: text) ?? aliases[text] { return choice }
        let known = allCases.map { $0.rawValue } + aliases.keys.sorted()
        let near = NearestName.of(text, among: known).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError("'\(shownText(text))' is not \(noun).\(near) Choose from \(names).")
    }
}

extension NameSpecification {
    /// The option that chooses formats, under both of its names.
    static let format: NameSpecification = [.customLong("format"), .customLong("formats")]
}

/// The option of commands that print in one of several formats.
enum PrintingOption {
    case format
}

extension Option where Value: Choice {
    /// - Parameter wrappedValue: the format that is printed without the option.
    init(wrappedValue: Value, _: PrintingOption) {
        self.init(
            wrappedValue: wrappedValue, name: .format,
            help: ArgumentHelp(
                "What to print: \(Value.listed); \(wrappedValue.rawValue) by default.", valueName: "format"),
            completion: Value.completion, transform: { try Value.named($0) })
    }
}

/// Checks that the first argument is a command, and explains what is wrong otherwise.
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

extension CalendarDay {
    /// Returns a function that reads the day given to an option.
    ///
    /// - Throws: an error of ArgumentParser with the status for wrong usage.
    static func option(_ name: String) -> @Sendable (String) throws -> CalendarDay {
        { text in
            guard let date = CalendarDay(text) else {
                throw ValidationError("“\(shownText(text))” is not a day; \(name) takes one such as 2026-12-31.")
            }
            return date
        }
    }
}
