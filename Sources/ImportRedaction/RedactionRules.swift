/// What the user adds to the rules: texts to replace, names whose values to replace, patterns of words, texts to keep.
package struct RedactionRules: Sendable, Equatable {
    /// Texts that are replaced wherever they stand, whatever the case of their letters.
    package var words: [String] = []
    /// Names whose value is replaced, behind `=` or `:`, whatever the case of their letters.
    package var keys: [String] = [] {
        didSet { foldedKeys = Set(keys.map { FoldedText.folded($0) }) }
    }
    /// Values that are never replaced, to the letter.
    package var keep: [String] = [] {
        didSet { kept = Set(keep.map { Array($0.utf8) }) }
    }
    /// Words that are replaced, whatever the case of their letters; `*` stands for any characters of a word.
    package var patterns: [String] = []

    private var foldedKeys: Set<[UInt8]> = []
    private var kept: Set<[UInt8]> = []

    package init() {}

    func keeps(_ value: Span<UInt8>) -> Bool {
        !kept.isEmpty && kept.contains(Array(value))
    }

    func keeps(_ value: String) -> Bool {
        !kept.isEmpty && kept.contains(Array(value.utf8))
    }

    /// Whether what follows a name is to be replaced.
    func namesValue(_ name: Span<UInt8>) -> Bool {
        guard !foldedKeys.isEmpty, name.count <= Self.longestName else { return false }
        return foldedKeys.contains(FoldedText.folded(String(decoding: Array(name), as: UTF8.self)))
    }

    /// The longest text of a list, in bytes.
    package static let longestName = 256
}

extension [UInt8] {
    init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
