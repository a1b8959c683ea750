import ArgumentParser
import ImportAnalysis

/// A value that an option takes by its name, such as a format.
protocol Choice: RawRepresentable<String>, CaseIterable, Sendable {
    /// What the values are, with its article.
    static var noun: String { get }
    /// Other names of values.
    static var aliases: [String: Self] { get }
}

extension Choice {
    static var noun: String { "a format" }
    static var aliases: [String: Self] { [:] }

    /// All names, as help and messages list them.
    static var names: String { allCases.map { $0.rawValue }.joined(separator: ", ") }

    /// For a shell that completes the option.
    static var completion: CompletionKind { .list(allCases.map { $0.rawValue }) }

    /// Finds a value by its name.
    ///
    /// - Throws: what ArgumentParser says, with the status for wrong usage. The nearest name is suggested.
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
