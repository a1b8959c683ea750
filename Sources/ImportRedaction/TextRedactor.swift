import ImportDumps
import ImportFoundation

/// Replaces the values of texts with pseudonyms. One redactor processes text after text in the same memory, and each
/// thread has its own.
package struct TextRedactor: Sendable {
    private let pseudonyms: Pseudonyms
    private let rules: RedactionRules
    private var finder: ValueFinder
    private var own: OwnWords?
    private var values: [FoundValue] = []

    package init(_ pseudonyms: Pseudonyms, rules: RedactionRules) {
        self.pseudonyms = pseudonyms
        self.rules = rules
        finder = ValueFinder(rules: rules)
        own = OwnWords(rules)
    }

    /// Appends a text with pseudonyms instead of its values. The result is cut at ``DumpLimits/textBytes`` if they make
    /// it longer than that.
    ///
    /// - Parameter limit: the length in bytes at which the reader cuts a text. If the text is that long, its last word
    ///   is always replaced, because it may be the beginning of a value.
    /// - Returns: whether it had to be cut.
    @discardableResult
    package mutating func redact(
        _ text: Span<UInt8>, limit: Int = DumpLimits.textBytes, to result: inout [UInt8]
    ) -> Bool {
        find(in: text)
        if Self.mayBeCut(text, at: limit) { takeTail(of: text) }
        return replaceValues(of: text, to: &result)
    }

    /// Appends a JSON text with pseudonyms instead of its values, as JSON: strings become strings, and numbers become
    /// numbers. If it is not JSON, it is redacted like any other text.
    ///
    /// - Returns: whether it had to be cut.
    @discardableResult
    package mutating func redactJSON(_ text: Span<UInt8>, to result: inout [UInt8]) -> Bool {
        guard !Self.mayBeCut(text, at: DumpLimits.textBytes), find(inJSON: text) else {
            return redact(text, to: &result)
        }
        return replaceValues(of: text, to: &result)
    }

    /// Whether the reader may have cut a text. It cuts after a whole character, which has up to four bytes.
    private static func mayBeCut(_ text: Span<UInt8>, at limit: Int) -> Bool { text.count > limit - 4 }

    private func replaceValues(of text: Span<UInt8>, to result: inout [UInt8]) -> Bool {
        let start = result.count
        var next = 0
        for value in values {
            Self.append(text.extracting(next..<value.start), to: &result)
            pseudonyms.append(text.extracting(value.start..<value.end), value.kind, to: &result)
            next = value.end
        }
        Self.append(text.extracting(next..<text.count), to: &result)
        return Self.cut(&result, from: start)
    }

    /// Appends the pseudonym of a whole value, such as an id. An empty text stays empty.
    ///
    /// - Returns: whether it had to be cut.
    @discardableResult
    package mutating func redactValue(_ value: Span<UInt8>, to result: inout [UInt8]) -> Bool {
        guard !value.isEmpty, !rules.keeps(value) else {
            Self.append(value, to: &result)
            return false
        }
        let start = result.count
        pseudonyms.append(value, value.kind(0..<value.count), to: &result)
        return Self.cut(&result, from: start)
    }

    /// Appends the pseudonym of a part of a path. An empty one stays empty.
    ///
    /// - Returns: false, without having done anything, if the rules keep it.
    mutating func redactName(_ name: Span<UInt8>, to result: inout [UInt8]) -> Bool {
        if rules.keeps(name) { return false }
        if !name.isEmpty { pseudonyms.append(name, .name, to: &result) }
        return true
    }

    /// Appends the pseudonym of the UUID at `start`.
    @inline(__always)
    mutating func redactUUID(_ text: Span<UInt8>, at start: Int, to result: inout [UInt8]) {
        if rules.keep.isEmpty {
            pseudonyms.appendUUID(text, at: start, to: &result)
        } else {
            redactValue(text.extracting(start..<start + 36), to: &result)
        }
    }

    /// Finds the values of a text: those that every text is searched for, those that are seen only without its escapes,
    /// and the user's own. Two values that overlap are merged if neither contains the other.
    private mutating func find(in text: Span<UInt8>) {
        finder.find(in: text)
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: finder.values)
        var found: [FoundValue] = []
        own?.find(in: text) { found.append(FoundValue(start: $0.lowerBound, end: $0.upperBound, kind: .text)) }
        found.removeAll { rules.keeps(text.extracting($0.start..<$0.end)) }
        if let unescaped = UnescapedText(text) {
            own?.find(in: unescaped.bytes.span) { match in
                guard !rules.keeps(unescaped.bytes.span.extracting(match)) else { return }
                let range = unescaped.original(match)
                found.append(FoundValue(start: range.lowerBound, end: range.upperBound, kind: .text))
            }
            finder.find(in: unescaped.bytes.span)
            for value in finder.values {
                let range = unescaped.original(value.start..<value.end)
                // Pseudonyms of other kinds keep the form of the value.
                let isEscaped = range.count != value.end - value.start && value.kind != .email
                found.append(
                    FoundValue(start: range.lowerBound, end: range.upperBound, kind: isEscaped ? .text : value.kind))
            }
        }
        guard !found.isEmpty else { return }
        // Of two values that begin together, the longer one comes first.
        let all = (values + found).sorted { ($0.start, $1.end) < ($1.start, $0.end) }
        values.removeAll(keepingCapacity: true)
        for value in all {
            guard let last = values.last, value.start < last.end else {
                values.append(value)
                continue
            }
            if value.end > last.end {
                values[values.count - 1].end = value.end
                values[values.count - 1].kind = .text
            }
        }
    }

    /// Finds the values of a JSON text; false if it is not JSON.
    private mutating func find(inJSON text: Span<UInt8>) -> Bool {
        // The closure must not access what is being changed.
        var own = self.own.take()
        defer { self.own = own }
        let isJSON = finder.find(inJSON: text) { number in
            var isOwn = false
            own?.find(in: text.extracting(number)) { _ in isOwn = true }
            return isOwn
        }
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: finder.values)
        return isJSON
    }

    /// Makes the last word of a text a value.
    private mutating func takeTail(of text: Span<UInt8>) {
        var start = text.count
        while start > 0, !text[start - 1].isSpace { start -= 1 }
        while let last = values.last, last.end > start {
            start = min(start, last.start)
            values.removeLast()
        }
        if start < text.count { values.append(FoundValue(start: start, end: text.count, kind: .text)) }
    }

    private static func append(_ text: Span<UInt8>, to result: inout [UInt8]) {
        unsafe text.withUnsafeBufferPointer { unsafe result.append(contentsOf: $0) }
    }

    private static func cut(_ result: inout [UInt8], from start: Int) -> Bool {
        let count = result.span.extracting(start..<result.count).wholeCharacters(within: DumpLimits.textBytes)
        guard start + count < result.count else { return false }
        result.removeLast(result.count - start - count)
        return true
    }
}

// MARK: - Strings

extension TextRedactor {
    /// Returns a text with pseudonyms instead of its values.
    package mutating func text(_ text: String) -> String { redact(text).text }

    /// Returns the pseudonym of a whole value.
    package mutating func value(_ value: String) -> String {
        let bytes = Array(value.utf8)
        var result: [UInt8] = []
        redactValue(bytes.span, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    /// Returns a JSON text with pseudonyms instead of its values.
    package mutating func json(_ text: String) -> String { redact(text, isJSON: true).text }

    /// Returns a text with pseudonyms instead of its values, and whether it had to be cut.
    mutating func redact(_ text: String, isJSON: Bool = false) -> (text: String, isCut: Bool) {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        let isCut = isJSON ? redactJSON(bytes.span, to: &result) : redact(bytes.span, to: &result)
        return (String(decoding: result, as: UTF8.self), isCut)
    }
}

/// The user's rules: texts to replace, names whose values to replace, word patterns, texts to keep.
package struct RedactionRules: Sendable, Equatable {
    /// Texts that are replaced anywhere, ignoring the case of letters.
    package var words: [String] = []
    /// Names whose value after `=` or `:` is replaced, ignoring the case of letters.
    package var keys: [String] = [] {
        didSet { foldedKeys = Set(keys.map { FoldedText.folded($0) }) }
    }
    /// Values that are never replaced, compared exactly.
    package var keep: [String] = [] {
        didSet { kept = Set(keep.map { Array($0.utf8) }) }
    }
    /// Words that are replaced, ignoring the case of letters; `*` stands for any characters of a word.
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

    /// Returns whether the value after a name is replaced.
    func namesValue(_ name: Span<UInt8>) -> Bool {
        guard !foldedKeys.isEmpty, name.count <= Self.longestName else { return false }
        return foldedKeys.contains(FoldedText.folded(String(decoding: Array(name), as: UTF8.self)))
    }

    /// The most bytes of a text in a list.
    package static let longestName = 256
}

extension [UInt8] {
    init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
