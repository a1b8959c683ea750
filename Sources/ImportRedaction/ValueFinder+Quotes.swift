// Text in quotes. The quotes themselves stay.
extension ValueFinder {
    /// Handles straight quotes and backquotes. Without a closing quote, everything that follows is quoted. Returns where
    /// to continue.
    mutating func quote(at start: Int, _ text: Span<UInt8>) -> Int {
        guard start == 0 || !text[start - 1].isWord || text.quotesBehindWord(at: start) else { return start + 1 }
        let quote = text[start]
        let escapes = text.backslashes(before: start)
        var index = start + 1
        while index < text.count {
            if text[index] == quote, index + 1 >= text.count || !text[index + 1].isWord {
                let own = text.backslashes(before: index)
                // In `\"…\"` both are escaped; in `"…\"…"` the one in the middle is part of the text.
                if escapes == 0 ? own % 2 == 0 : own <= escapes {
                    let end = index - (escapes == 0 ? 0 : min(own, index - start - 1))
                    return quoted(start + 1..<end, goOn: index + 1, text)
                }
            }
            index += 1
        }
        return quoted(start + 1..<text.count, goOn: text.count, text)
    }

    /// Handles quotes beyond ASCII, which `closing` closes. Returns where to continue.
    mutating func quoted(at start: Int, _ closing: ClosingMarks, _ text: Span<UInt8>) -> Int {
        let first = start + closing.length
        // Without this, each of many opening marks would be followed by a search to the end.
        let isAbsent = absentMarks.contains(where: { $0 == closing.mark })
        var other: Int?
        var index = first
        while index < text.count {
            if text[index] >= 0xC0 {
                if text.holds(closing.mark, at: index) {
                    return quoted(first..<index, goOn: index + closing.length, text)
                }
                if other == nil, let mark = closing.other, text.holds(mark, at: index) {
                    other = index
                    if isAbsent { break }
                }
            }
            index += 1
        }
        if !isAbsent { absentMarks.append(closing.mark) }
        if let other { return quoted(first..<other, goOn: other + closing.length, text) }
        return quoted(first..<text.count, goOn: text.count, text)
    }

    /// Handles quoted text, which is replaced as a whole, even if it is the name of a member, as in `"name": value`: in
    /// some objects, people's names are names of members. Returns where to continue.
    private mutating func quoted(_ range: Range<Int>, goOn: Int, _ text: Span<UInt8>) -> Int {
        if !range.isEmpty { append(range, text.kind(range), text) }
        return member(range, lastWord: range, from: goOn, text) ?? goOn
    }
}

/// The marks that close a quotation.
struct ClosingMarks {
    /// The length of each mark, in bytes.
    var length: Int
    var mark: (UInt8, UInt8, UInt8)
    /// Closes the quotation if there is no `mark`.
    var other: (UInt8, UInt8, UInt8)?
}

extension Span<UInt8> {
    /// Whether a quote that follows a letter or a digit opens a quotation, as in `u"Anna"`: another one closes it, and a
    /// `'` is an apostrophe, except behind the prefixes of texts in source code.
    fileprivate func quotesBehindWord(at index: Int) -> Bool {
        guard index + 1 < count, !self[index + 1].isSpace else { return false }
        guard self[index] == UInt8(ascii: "'") else { return isWord(at: index + 1) || self[index + 1] >= 0x80 }
        return "ubUBN".utf8.contains(self[index - 1])
            && (index < 2 || !(self[index - 2].isWord || self[index - 2] >= 0x80))
    }

    fileprivate func backslashes(before index: Int) -> Int {
        var start = index
        while start > 0, self[start - 1] == UInt8(ascii: "\\") { start -= 1 }
        return index - start
    }

    fileprivate func holds(_ mark: (UInt8, UInt8, UInt8), at index: Int) -> Bool {
        guard self[index] == mark.0, index + 1 < count, self[index + 1] == mark.1 else { return false }
        return mark.2 == 0 || (index + 2 < count && self[index + 2] == mark.2)
    }

    /// Returns the marks that close the quotation that begins here; nil if none begins here.
    func closingMarks(at index: Int) -> ClosingMarks? {
        let second = index + 1 < count ? self[index + 1] : 0
        let third = index + 2 < count ? self[index + 2] : 0
        func marks(_ last: UInt8, _ other: UInt8? = nil) -> ClosingMarks {
            ClosingMarks(length: 3, mark: (0xE2, 0x80, last), other: other.map { (0xE2, 0x80, $0) })
        }
        switch (self[index], second, third) {
        // « » and » «
        case (0xC2, 0xAB, _): return ClosingMarks(length: 2, mark: (0xC2, 0xBB, 0))
        case (0xC2, 0xBB, _): return ClosingMarks(length: 2, mark: (0xC2, 0xAB, 0))
        // ‘ ’, ‚ ‘
        case (0xE2, 0x80, 0x98): return marks(0x99)
        case (0xE2, 0x80, 0x9A): return marks(0x98, 0x99)
        // “ ”, ” ”, „ “ or „ ”
        case (0xE2, 0x80, 0x9C): return marks(0x9D, 0x9C)
        case (0xE2, 0x80, 0x9D): return marks(0x9D)
        case (0xE2, 0x80, 0x9E): return marks(0x9C, 0x9D)
        // ‹ › and › ‹
        case (0xE2, 0x80, 0xB9): return marks(0xBA)
        case (0xE2, 0x80, 0xBA): return marks(0xB9)
        // 「 」 and 『 』
        case (0xE3, 0x80, 0x8C): return ClosingMarks(length: 3, mark: (0xE3, 0x80, 0x8D))
        case (0xE3, 0x80, 0x8E): return ClosingMarks(length: 3, mark: (0xE3, 0x80, 0x8F))
        default: return nil
        }
    }
}
