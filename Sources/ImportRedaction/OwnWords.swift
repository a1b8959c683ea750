import ImportAnalysis

/// Finds what the user's rules name: literal texts anywhere, and words that match a pattern.
struct OwnWords: Sendable {
    /// A longer word counts as a match, because matching takes time proportional to both lengths' product.
    private static let longestWord = 1024
    /// A word with more parts counts as a match, because each part is compared together with those that follow it.
    private static let mostParts = 16

    private let words: WordTree
    private let patterns: [GlobPattern]
    private var text = FoldedText()

    /// Nil if there is nothing to look for.
    init?(_ rules: RedactionRules) {
        guard !rules.words.isEmpty || !rules.patterns.isEmpty else { return nil }
        words = WordTree(rules.words.map { FoldedText.folded($0) })
        patterns = rules.patterns.map { GlobPattern(FoldedText.folded($0)) }
    }

    /// Calls `body` with each match. Matches may overlap.
    mutating func find(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        self.text.set(text)
        let folded = self.text.bytes.span
        var index = 0
        var wordEnd = 0
        while index < folded.count {
            if let end = words.longestMatch(in: folded, at: index) { body(self.text.origin(of: index..<end)) }
            if !patterns.isEmpty, index >= wordEnd, folded[index].isInPatternWord {
                wordEnd = index
                while wordEnd < folded.count, folded[wordEnd].isInPatternWord { wordEnd += 1 }
                match(index..<wordEnd, in: folded) { body(self.text.origin(of: $0)) }
            }
            index += 1
        }
    }

    /// Calls `body` with the parts of a word that match: what is between two characters that join, or more of it. Of those
    /// that begin together, the longest counts.
    private func match(_ word: Range<Int>, in text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        func isInPart(_ index: Int) -> Bool { word.contains(index) && text[index].canEndPatternWord }
        var parts = 0
        var last = word.lowerBound
        for index in word where isInPart(index) {
            if !isInPart(index - 1) { parts += 1 }
            last = index + 1
        }
        // A pattern may begin with a character that joins.
        for start in word where start == word.lowerBound || isInPart(start) && !isInPart(start - 1) {
            if parts > Self.mostParts { return body(start..<last) }
            var end = last
            while end > start {
                if isInPart(end - 1), !isInPart(end), matchesPattern(text, start..<end) {
                    body(start..<end)
                    break
                }
                end -= 1
            }
        }
    }

    private func matchesPattern(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        word.count > Self.longestWord || patterns.contains { $0.matches(text.extracting(word)) }
    }
}

extension UInt8 {
    /// Letters, digits, everything beyond ASCII, and characters that join these in names, addresses and numbers.
    fileprivate var isInPatternWord: Bool { isWord || self >= 0x80 || "-.+@/:#".utf8.contains(self) }

    fileprivate var canEndPatternWord: Bool { isWord || self >= 0x80 }
}

/// A trie of texts, to find the longest one that begins at a place.
private struct WordTree: Sendable {
    /// The next node, by a node's number and a byte.
    private var next: [Int: Int] = [:]
    private var isEnd = [false]

    init(_ words: [[UInt8]]) {
        for word in words {
            var node = 0
            for byte in word {
                let key = node << 8 | Int(byte)
                if let known = next[key] {
                    node = known
                } else {
                    isEnd.append(false)
                    next[key] = isEnd.count - 1
                    node = isEnd.count - 1
                }
            }
            isEnd[node] = true
        }
    }

    /// Returns the end of the longest text that begins at `start`, in no more steps than the longest text has bytes.
    func longestMatch(in text: Span<UInt8>, at start: Int) -> Int? {
        var node = 0
        var index = start
        var end: Int?
        while index < text.count, let child = next[node << 8 | Int(text[index])] {
            node = child
            index += 1
            if isEnd[node] { end = index }
        }
        return end
    }
}

/// A text in lower case, in which each byte has its place in the original text.
struct FoldedText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where the character of each byte begins in the original; at the end, the length of the text.
    private var origins: [Int] = []

    mutating func set(_ text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                bytes.append(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte)
                origins.append(index)
                index += 1
                continue
            }
            var end = index + 1
            while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
            for folded in Self.folded(String(decoding: [UInt8](text.extracting(index..<end)), as: UTF8.self)) {
                bytes.append(folded)
                origins.append(index)
            }
            index = end
        }
        origins.append(text.count)
    }

    /// Returns the range of the original text, in whole characters, for a range of lower-case bytes.
    func origin(of range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end < bytes.count, end > range.lowerBound, origins[end] == origins[end - 1] { end += 1 }
        return origins[range.lowerBound]..<origins[end]
    }

    /// Returns the bytes of a text in lower case.
    static func folded(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars { bytes += scalar.properties.lowercaseMapping.utf8 }
        return bytes
    }
}
