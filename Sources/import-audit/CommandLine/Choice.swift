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
    static func named(_ text: String) throws -> Self { try named(text, among: Array(allCases)) }

    /// - Parameter choices: the values that the option takes, if it does not take all.
    static func named(_ text: String, among choices: [Self]) throws -> Self {
        let names = choices.map { $0.rawValue }
        if let choice = Self(rawValue: text) ?? aliases[text], names.contains(choice.rawValue) { return choice }
        let others = aliases.filter { names.contains($0.value.rawValue) }.keys.sorted()
        let near = NearestName.of(text, among: names + others).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "'\(shownText(text))' is not \(noun).\(near) Choose from \(names.joined(separator: ", ")).")
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
        try checkNested(arguments)
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
        throw unknown(first, among: all)
    }

    /// Fails for a command that is not there after `help`, or after a command that has others.
    private static func checkNested(_ arguments: [String]) throws(CommandFailure) {
        var names = arguments.prefix { !$0.utf8.starts(with: "-".utf8) }
        let isHelp = names.first == "help"
        if isHelp { names = names.dropFirst() }
        guard let first = names.first, first != "help" else { return }
        guard
            let command = ImportAudit.configuration.subcommands.first(where: { $0.configuration.commandName == first })
        else {
            if isHelp { throw unknown(first, among: all) }
            return
        }
        let nested = command.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard isHelp || !nested.isEmpty, let second = names.dropFirst().first, !nested.contains(second) else { return }
        guard !nested.isEmpty else {
            throw CommandFailure(.usage, "The command '\(first)' has no others. Try: import-audit help \(first)")
        }
        throw unknown(second, after: "\(first) ", among: nested)
    }

    private static func unknown(_ name: String, after words: String = "", among known: [String]) -> CommandFailure {
        let near = NearestName.of(name, among: known).map { " Did you mean '\(words)\($0)'?" }
        let suggestion = near ?? " Choose from \(known.joined(separator: ", "))."
        return CommandFailure(.usage, "Unknown command '\(words)\(shownText(name))'.\(suggestion)")
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
