import ImportAnalysis

/// What is wrong with a file written by a person, and where.
package struct FileFault: Error, Sendable, Equatable {
    package var code: Code
    /// From 1; nil if the fault concerns the whole file.
    package var line: Int?
    /// In characters, from 1.
    package var column: Int?

    /// What is wrong. More kinds may be added.
    package enum Code: Sendable, Equatable {
        /// More bytes than ``YAMLFile/maximumSize``.
        case tooLarge
        case notUTF8
        /// Not YAML, with the library's message.
        case syntax(String)
        /// An anchor, with which a small file can expand to a huge one.
        case anchor
        case repeatedKey(String)
        /// `allowed` contains the names that are allowed there.
        case unknownKey(String, allowed: [String])
        case missingKey(String)
        /// `expected` describes what it must be.
        case wrongValue(String, expected: String)
        /// A word that is not allowed there.
        case unknownWord(String, allowed: [String])
        /// Two entries for the same code or pattern, with the line of the first.
        case repeatedEntry(String, firstLine: Int)
        case tooManyEntries
        /// An acceptance has a last day, but there is no day to compare it with.
        case needsDay
        /// Any other fault, as a sentence.
        case other(String)
    }

    package init(_ code: Code, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.line = line
        self.column = column
    }
}

extension FileFault {
    /// Returns the file with its line and column, as far as they are known: `codes.yml:3:5`.
    ///
    /// - Parameter file: the name that the user gave it.
    package func place(in file: String) -> String {
        guard let line else { return file }
        return "\(file):\(line)" + (column.map { ":\($0)" } ?? "")
    }

    /// The fault as a sentence for people. It may quote the file: hostile text until escaped.
    package var explanation: String {
        switch code {
        case .tooLarge: "The file is larger than 1 MiB."
        case .notUTF8: "The file is not UTF-8."
        case .syntax(let problem): "This is not valid YAML: \(problem)."
        case .anchor:
            "Anchors and aliases are not supported. If & is part of a text, put a space after it or write \"\\x26\"."
        case .repeatedKey(let key): "The key \(Wording.quoted(key)) occurs twice."
        case .unknownKey(let key, let allowed):
            "There is no key \(Wording.quoted(key)).\(Self.suggestion(key, allowed))"
        case .missingKey(let key): "\(key) is missing."
        case .wrongValue(let key, let expected): "\(key) must be \(expected)."
        case .unknownWord(let word, let allowed):
            "There is no \(Wording.quoted(word)).\(Self.suggestion(word, allowed))"
        case .repeatedEntry(let key, let firstLine):
            "There is already an entry for \(Wording.quoted(key)), in line \(firstLine)."
        case .other(let sentence): sentence
        case .tooManyEntries: "There are more than \(Wording.grouped(CodeFile.maximumEntries)) entries."
        case .needsDay:
            "An acceptance with a last day needs a date to compare with: give --as-of YYYY-MM-DD. The result never depends "
                + "on the clock."
        }
    }

    private static func suggestion(_ word: String, _ allowed: [String]) -> String {
        if let near = NearestName.of(word, among: allowed) { return " Did you mean \(near)?" }
        return allowed.count > 12 ? "" : " Choose from \(allowed.joined(separator: ", "))."
    }
}
