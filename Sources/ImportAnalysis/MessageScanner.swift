/// Finds the values in a message.
enum MessageScanner {
    /// Appends the values of a message, from left to right. `Docs/audit.md` explains the rules.
    ///
    /// - Parameter classes: ``ByteClass/table``.
    static func scan(_ text: Span<UInt8>, _ classes: Span<ByteClass>, into slots: inout MessageSlots) {
        var unclosed = UnclosedQuotes()
        var index = 0
        // The end of the latest value: no later value reaches back beyond it.
        var done = 0
        while true {
            index = text.nextMark(from: index)
            guard index < text.count else { return }
            let kind = text.kind(index, classes)
            if kind == .digit {
                let start = text.tokenStart(before: index, from: done, classes)
                let sign = start > done && text.kind(start - 1, classes) == .sign ? 1 : 0
                done = text.value(at: start, sign: sign, classes, &slots)
                index = done
            } else if kind == .quote, let range = text.quoted(at: index, classes, &unclosed) {
                slots.append(MessageSlot(range, .text))
                done = range.upperBound + 1
                index = done
            } else if text[index] >= 0x80 {
                if let end = text.otherNumber(at: index) {
                    let sign = index > done && text.kind(index - 1, classes) == .sign ? 1 : 0
                    slots.append(MessageSlot(index - sign..<end, .token, .isNoHex))
                    done = end
                    index = done
                } else if let quotation = text.quotation(at: index),
                    let range = text.quoted(quotation, at: index, classes, &unclosed)
                {
                    slots.append(MessageSlot(range, .text))
                    done = range.upperBound + quotation.length
                    index = done
                } else {
                    index += 1
                }
            } else if text.mayEndName(index) {
                // The name before an e-mail address's @, or before a URL's ://
                let start = text.tokenStart(before: index, from: done, classes)
                if start < index { done = text.value(at: start, sign: 0, classes, &slots) }
                index = max(done, index + 1)
            } else {
                index += 1
            }
        }
    }
}

/// Quotes that are not closed anywhere after them. Remembering them keeps the scan linear for any message.
private struct UnclosedQuotes {
    private var straight: UInt8 = 0
    private var others: UInt16 = 0

    subscript(quote: UInt8) -> Bool {
        get { straight & Self.bit(quote) != 0 }
        set { if newValue { straight |= Self.bit(quote) } }
    }

    subscript(quotation: Quotation) -> Bool {
        get { others & 1 << quotation.number != 0 }
        set { if newValue { others |= 1 << quotation.number } }
    }

    private static func bit(_ quote: UInt8) -> UInt8 {
        switch quote {
        case UInt8(ascii: "'"): 1
        case UInt8(ascii: "\""): 2
        default: 4
        }
    }
}

/// Words joined by single points, hyphens and pluses, and between digits by commas and colons.
struct Token {
    var end: Int
    var classes: ByteClass = []
    var joints = 0
}

extension Span<UInt8> {
    @inline(__always)
    func kind(_ index: Int, _ classes: Span<ByteClass>) -> ByteClass {
        // All callers pass an index below the count, and there is a class for each byte.
        unsafe classes[unchecked: Int(self[unchecked: index])]
    }

    @inline(__always)
    func isWord(_ index: Int, _ classes: Span<ByteClass>) -> Bool {
        index < count && !kind(index, classes).isDisjoint(with: .word)
    }

    @inline(__always)
    func isDigit(_ index: Int, _ classes: Span<ByteClass>) -> Bool {
        index < count && kind(index, classes) == .digit
    }

    /// Returns the next position that may begin or reveal a value: at a digit, a quote, an @, a colon, and some others.
    @inline(__always)
    fileprivate func nextMark(from start: Int) -> Int {
        var index = start
        let bytes = unsafe bytes
        while index + 8 <= count {
            // Eight bytes from here on are in the text, so the load is in bounds. Neither letters nor spaces are marks.
            let word = UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let ones: UInt64 = 0x0101_0101_0101_0101
            let low = word & (ones * 0x7F)
            let letters = low &+ (ones * 0x3F)
            let noSpace = (low ^ (ones * 0x20)) &+ (ones * 0x7F)
            let noBackQuote = (low ^ (ones * 0x60)) &+ (ones * 0x7F)
            let marks = (word | (~letters & noSpace) | ~noBackQuote) & (ones * 0x80)
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        return index
    }

    /// Whether there is an @, or the colon of a ://, here.
    @inline(__always)
    fileprivate func mayEndName(_ index: Int) -> Bool {
        let byte = self[index]
        if byte == UInt8(ascii: "@") { return true }
        return byte == UInt8(ascii: ":") && index + 2 < count && self[index + 1] == UInt8(ascii: "/")
            && self[index + 2] == UInt8(ascii: "/")
    }

    /// Returns where the token that continues at `index` begins: the same result as reading it from its beginning.
    @inline(__always)
    fileprivate func tokenStart(before index: Int, from first: Int, _ classes: Span<ByteClass>) -> Int {
        var start = index
        while start > first {
            let kind = kind(start - 1, classes)
            if kind.isDisjoint(with: .word) {
                guard start < index || isWord(start, classes), start - 2 >= first else { return start }
                let isJoint =
                    switch kind {
                    case .point, .sign: isWord(start - 2, classes)
                    case .comma, .colon: isDigit(start - 2, classes) && isDigit(start, classes)
                    default: false
                    }
                guard isJoint else { return start }
            }
            start -= 1
        }
        return start
    }

    /// Returns the token that begins with the word at `start`.
    @inline(__always)
    func token(at start: Int, _ classes: Span<ByteClass>) -> Token {
        var token = Token(end: start)
        while true {
            while token.end < count {
                let kind = kind(token.end, classes)
                if kind.isDisjoint(with: .word) { break }
                token.classes.formUnion(kind)
                token.end += 1
            }
            guard token.end + 1 < count else { return token }
            let joint = kind(token.end, classes)
            switch joint {
            case .point, .sign:
                guard isWord(token.end + 1, classes) else { return token }
            case .comma, .colon:
                guard isDigit(token.end - 1, classes), isDigit(token.end + 1, classes) else { return token }
            default: return token
            }
            token.classes.formUnion(joint)
            token.joints += 1
            token.end += 1
        }
    }

    /// Returns the range between the quote at `start` and the quote that closes it, or nil if none does.
    fileprivate func quoted(
        at start: Int, _ classes: Span<ByteClass>, _ unclosed: inout UnclosedQuotes
    ) -> Range<Int>? {
        let quote = self[start]
        guard !unclosed[quote], start == 0 || !isWord(start - 1, classes) else { return nil }
        for index in start + 1..<count where self[index] == quote && !isWord(index + 1, classes) {
            return start + 1..<index
        }
        unclosed[quote] = true
        return nil
    }

    /// Returns the range between quotes that are not ASCII, or nil if nothing closes them.
    fileprivate func quoted(
        _ quotation: Quotation, at start: Int, _ classes: Span<ByteClass>, _ unclosed: inout UnclosedQuotes
    ) -> Range<Int>? {
        guard !unclosed[quotation], !quotation.isAmbiguous || !hasLetter(before: start, classes) else { return nil }
        if let range = text(of: quotation, at: start, classes) { return range }
        unclosed[quotation] = true
        return nil
    }
}

/// The role of a byte in a message: a letter of a word, a digit of a value, a joint between two words, or a quote.
struct ByteClass: OptionSet {
    let rawValue: UInt8

    static let digit = ByteClass(rawValue: 1 << 0)
    /// a–f, A–F
    static let hexLetter = ByteClass(rawValue: 1 << 1)
    /// Other ASCII letters, and the underscore.
    static let otherLetter = ByteClass(rawValue: 1 << 2)
    static let word: ByteClass = [.digit, .hexLetter, .otherLetter]
    /// A point: joins two words.
    static let point = ByteClass(rawValue: 1 << 3)
    /// A comma: joins two digits.
    static let comma = ByteClass(rawValue: 1 << 4)
    /// A colon: joins two digits.
    static let colon = ByteClass(rawValue: 1 << 5)
    /// A hyphen or a plus: joins two words, or is the sign of a number.
    static let sign = ByteClass(rawValue: 1 << 6)
    /// Text in quotes may begin here: ' " `
    static let quote = ByteClass(rawValue: 1 << 7)

    /// The class of each byte.
    static let table = InlineArray<256, ByteClass> { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): .hexLetter
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            .otherLetter
        case UInt8(ascii: "."): .point
        case UInt8(ascii: ","): .comma
        case UInt8(ascii: ":"): .colon
        case UInt8(ascii: "-"), UInt8(ascii: "+"): .sign
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): .quote
        default: []
        }
    }
}
