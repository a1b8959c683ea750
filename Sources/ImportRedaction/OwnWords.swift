import ImportAnalysis

/// Finds what the user's own rules name: literal texts anywhere, and words that a pattern matches.
struct OwnWords: Sendable {
    /// A longer word is taken for one that a pattern matches: to try them all takes the product of both lengths.
    private static let longestWord = 1024

    private let words: WordTree
    private let patterns: [GlobPattern]
    private var text = FoldedText()

    /// Nil if there is nothing to look for.
    init?(_ rules: RedactionRules) {
        guard !rules.words.isEmpty || !rules.patterns.isEmpty else { return nil }
        words = WordTree(rules.words.map { FoldedText.folded($0) })
        patterns = rules.patterns.map { GlobPattern(FoldedText.folded($0)) }
    }

    /// Calls `body` with each that is found, some of which may overlap.
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
                var last = wordEnd
                while last > index, !folded[last - 1].canEndPatternWord { last -= 1 }
                if matchesPattern(folded, index..<last) { body(self.text.origin(of: index..<last)) }
            }
            index += 1
        }
    }

    private func matchesPattern(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        guard !word.isEmpty else { return false }
        return word.count > Self.longestWord || patterns.contains { $0.matches(text.extracting(word)) }
    }
}

extension UInt8 {
    /// Letters, digits, all beyond ASCII, and what joins them in names, addresses and numbers.
    fileprivate var isInPatternWord: Bool { isWord || self >= 0x80 || "-.+@/:#".utf8.contains(self) }

    fileprivate var canEndPatternWord: Bool { isWord || self >= 0x80 }
}

/// Texts by their bytes, to find the longest one that begins at a place.
private struct WordTree: Sendable {
    /// The next node by a node's number and a byte.
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

    /// Takes no more steps than the longest text has bytes.
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
