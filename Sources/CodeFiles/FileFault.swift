/// What is wrong with a file that a person wrote, and where.
public struct FileFault: Error, Sendable, Equatable {
    public var code: Code
    /// From 1; nil if it is about the file as a whole.
    public var line: Int?
    /// In characters, from 1.
    public var column: Int?

    /// What is wrong. New kinds may come.
    public enum Code: Sendable, Equatable {
        /// More bytes than ``YAMLFile/maximumSize``.
        case tooLarge
        case notUTF8
        /// No YAML; the library's own words.
        case syntax(String)
        /// Anchors would let a small file stand for a huge one.
        case anchor
        case repeatedKey(String)
        /// `allowed` are the names that may stand there.
        case unknownKey(String, allowed: [String])
        case missingKey(String)
        /// `expected` says in words what it must be.
        case wrongValue(String, expected: String)
        /// A word that is none of those that may stand there.
        case unknownWord(String, allowed: [String])
        /// Two entries about the same; the line of the first.
        case repeatedEntry(String, firstLine: Int)
        case tooManyEntries
        /// An acceptance has a last day, and nobody said which day it is.
        case needsDay
    }

    public init(_ code: Code, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.line = line
        self.column = column
    }
}
