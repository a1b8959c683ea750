/// The kind of a value, which its pseudonym shares. The number keeps the codes of different kinds apart.
enum ValueKind: UInt8, Sendable {
    case uuid = 1
    case email, phone
    /// Decimal digits.
    case number
    /// Hexadecimal digits, 16 or more.
    case hex
    /// Anything else.
    case text
    /// A part of the path of an input.
    case name
}

/// A value that was found in a text.
struct FoundValue: Sendable {
    var start: Int
    var end: Int
    var kind: ValueKind
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    @inline(__always)
    var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }

    @inline(__always)
    var isHexDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 }

    /// Letters, digits and the underscore, in ASCII.
    @inline(__always)
    var isWord: Bool { isDigit || isLetter || self == UInt8(ascii: "_") }

    @inline(__always)
    var isSpace: Bool { self == 0x20 || 0x09...0x0D ~= self }
}

extension Span<UInt8> {
    /// Returns the kind of a whole value.
    func kind(_ range: Range<Int>) -> ValueKind {
        var digits = 0
        var hex = 0
        var ats = 0
        var spaces = 0
        var others = 0
        for index in range {
            let byte = self[index]
            if byte.isDigit { digits += 1 }
            if byte.isHexDigit { hex += 1 }
            if byte == UInt8(ascii: "@") { ats += 1 }
            if byte.isSpace { spaces += 1 }
            if !byte.isDigit, !" +-./()".utf8.contains(byte) { others += 1 }
        }
        if digits == range.count { return .number }
        if range.count == 36, isUUID(at: range.lowerBound) { return .uuid }
        if hex == range.count, hex >= 16 { return .hex }
        if ats == 1, spaces == 0, self[range.lowerBound] != UInt8(ascii: "@") { return .email }
        let first = self[range.lowerBound]
        let isDialled = first == UInt8(ascii: "+") || first == UInt8(ascii: "(") || first == UInt8(ascii: "0")
        return others == 0 && digits >= 7 && isDialled ? .phone : .text
    }

    /// Returns whether there is a UUID with its hyphens at `start`.
    func isUUID(at start: Int) -> Bool {
        guard start >= 0, start + 36 <= count else { return false }
        for offset in 0..<36 {
            let byte = self[start + offset]
            let isHyphen = offset == 8 || offset == 13 || offset == 18 || offset == 23
            guard isHyphen ? byte == UInt8(ascii: "-") : byte.isHexDigit else { return false }
        }
        return true
    }

    /// Returns the length of a punctuation mark or space beyond ASCII; 0 for anything else.
    func punctuation(at index: Int) -> Int {
        let second = index + 1 < count ? self[index + 1] : 0
        switch self[index] {
        // The no-break space, « and »
        case 0xC2: return second == 0xA0 || second == 0xAB || second == 0xBB ? 2 : 0
        // U+2000 to U+206F
        case 0xE2:
            guard index + 2 < count else { return 0 }
            return second == 0x80 || (second == 0x81 && self[index + 2] <= 0xAF) ? 3 : 0
        // U+3000 to U+303F
        case 0xE3: return index + 2 < count && second == 0x80 ? 3 : 0
        default: return 0
        }
    }

    /// Returns whether there is a character of a word: an ASCII one, or any other that is not punctuation.
    @inline(__always)
    func isWord(at index: Int) -> Bool {
        guard index >= 0, index < count else { return false }
        let byte = self[index]
        return byte < 0x80 ? byte.isWord : punctuation(at: index) == 0
    }

    /// Returns the end of the word that begins at `start`.
    func wordEnd(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            if byte < 0x80 {
                if !byte.isWord { break }
            } else if byte & 0xC0 == 0xC0, punctuation(at: index) > 0 {
                break
            }
            index += 1
        }
        return index
    }

    /// Returns whether these bytes are at `start`, ignoring the case of letters.
    func matches(_ text: StaticString, at start: Int) -> Bool {
        guard start >= 0, start + text.utf8CodeUnitCount <= count else { return false }
        return text.withUTF8Buffer { text in
            for offset in text.indices {
                let (own, other) = (self[start + offset], unsafe text[offset])
                guard own == other || (own.isLetter && own | 0x20 == other) else { return false }
            }
            return true
        }
    }
}
