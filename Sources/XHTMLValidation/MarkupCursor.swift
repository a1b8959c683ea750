private import Glibc

/// Reads a page written in the plainest XML: whatever it accepts is well-formed, and means the same to every parser. It
/// reports anything else, for a parser to decide.
///
/// Plain XML has a declaration of UTF-8, `<!DOCTYPE html>`, tags without white space around their equals signs,
/// comments, references to characters, and the five entities that need no declaration. Names are ASCII. The bytes are
/// UTF-8.
///
/// Safe to use, because every read is within the bytes, which must outlive the cursor.
@safe
struct MarkupCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let count: Int
    private(set) var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.bytes = unsafe bytes
        count = bytes.count
    }

    /// How a grammar sees a piece of text.
    enum Text {
        case none, blank, some
    }

    /// An attribute as written: the byte ranges of its name and its value.
    struct Attribute {
        var name: Range<Int>
        var value: Range<Int>
    }

    subscript(range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(rebasing: bytes[range])
    }

    /// The byte at the cursor; 0, which occurs in no page, at the end.
    private var byte: UInt8 { index < count ? unsafe bytes[index] : 0 }

    private func byte(_ index: Int) -> UInt8 { index < count ? unsafe bytes[index] : 0 }

    private func hasPrefix(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count - index >= length else { return false }
        for offset in 0..<length where unsafe bytes[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        guard hasPrefix(text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }

    private mutating func skipBlanks() {
        while Self.isBlank(byte) { index += 1 }
    }

    /// Moves to the tag of the root element; false if anything before it is not plain.
    mutating func skipProlog() -> Bool {
        _ = skip("\u{FEFF}")
        if hasPrefix("<?"), !skip(#"<?xml version="1.0" encoding="UTF-8"?>"#),
            !skip(#"<?xml version="1.0" encoding="utf-8"?>"#)
        {
            return false
        }
        skipBlanks()
        if skip("<!DOCTYPE html>") { skipBlanks() }
        return byte == UInt8(ascii: "<")
    }

    /// Skips white space and returns whether nothing else follows.
    mutating func isAtEnd() -> Bool {
        skipBlanks()
        return index == count
    }

    // MARK: - Text

    /// Moves to the next `<`; nil if the text before it is not plain.
    mutating func text() -> Text? {
        var text = Text.none
        while index < count {
            let byte = unsafe bytes[index]
            if byte == UInt8(ascii: "<") { return text }
            if Self.isBlank(byte) {
                if text == .none { text = .blank }
                index += 1
                continue
            }
            if byte == UInt8(ascii: "&") {
                guard let character = reference() else { return nil }
                if text != .some { text = character == 0x0D || Self.isBlank(character) ? .blank : .some }
                continue
            }
            // “]]>” is recognized by its last two bytes.
            guard isCharacter(byte), byte != UInt8(ascii: ">") || self.byte(index - 1) != UInt8(ascii: "]") else {
                return nil
            }
            text = .some
            index += 1
        }
        return nil
    }

    /// Moves to the next `<` in an element whose text is used unchanged, and returns its range; nil if it is not plain.
    mutating func verbatimText() -> Range<Int>? {
        let start = index
        guard let end = unsafe find(UInt8(ascii: "<"), in: bytes[index...]) else { return nil }
        let text = unsafe bytes[start..<end]
        guard unsafe find(UInt8(ascii: "&"), in: text) == nil, unsafe find(0x0D, in: text) == nil else { return nil }
        index = end
        return start..<end
    }

    private func find(_ byte: UInt8, in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let rest = unsafe UnsafeBufferPointer(rebasing: bytes)
        guard let start = rest.baseAddress, let found = unsafe memchr(start, Int32(byte), rest.count) else {
            return nil
        }
        return unsafe bytes.startIndex + UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
    }

    /// Returns whether XML allows the character at the cursor, for its first byte or one of the following.
    private func isCharacter(_ byte: UInt8) -> Bool {
        if byte < 0x20 { return Self.isBlank(byte) }
        // U+FFFE and U+FFFF.
        return byte != 0xEF || self.byte(index + 1) != 0xBF || self.byte(index + 2) < 0xBE
    }

    /// Skips a reference and returns its character, or 0xFF for a named one or beyond U+00FF; nil if it is not plain.
    private mutating func reference() -> UInt8? {
        if skip("&amp;") || skip("&lt;") || skip("&gt;") || skip("&quot;") || skip("&apos;") { return 0xFF }
        guard skip("&#") else { return nil }
        let radix: UInt32 = skip("x") ? 16 : 10
        var value: UInt32 = 0
        let start = index
        while byte != UInt8(ascii: ";") {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < Int(radix), index - start < 6
            else {
                return nil
            }
            value = value * radix + UInt32(digit)
            index += 1
        }
        guard index > start, Unicode.Scalar(value) != nil, value != 0xFFFE, value != 0xFFFF else { return nil }
        guard value >= 0x20 || value == 0x0D || Self.isBlank(UInt8(value)) else { return nil }
        index += 1
        return UInt8(exactly: value) ?? 0xFF
    }

    // MARK: - Tags

    var isAtComment: Bool { byte(index + 1) == UInt8(ascii: "!") }
    var isAtEndTag: Bool { byte(index + 1) == UInt8(ascii: "/") }

    /// Skips a comment; false if there is none, or if it is not plain.
    mutating func comment() -> Bool {
        guard skip("<!--") else { return false }
        while index < count, !hasPrefix("--") {
            guard isCharacter(byte) else { return false }
            index += 1
        }
        return skip("-->")
    }

    /// Skips the end tag of an element with this name; false if there is none.
    mutating func endTag(_ name: Range<Int>) -> Bool {
        let end = index + 2 + name.count
        guard end < count, unsafe areSame(self[name], self[index + 2..<end]) else { return false }
        index = end
        skipBlanks()
        guard byte == UInt8(ascii: ">") else { return false }
        index += 1
        return true
    }

    /// Returns the offset after the `>` of the start tag at the cursor; nil if the tag has no end.
    func endOfStartTag() -> Int? {
        var end = index
        var quote: UInt8 = 0
        while end < count {
            let byte = unsafe bytes[end]
            end += 1
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                return end
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        return nil
    }

    /// Skips a start tag that was examined before.
    mutating func skip(to end: Int) { index = end }

    /// Skips a start tag and returns its name, and whether it also ends the element; nil if it is not plain.
    ///
    /// - Parameter attributes: the tag's attributes are appended to it.
    mutating func startTag(_ attributes: inout [Attribute]) -> (name: Range<Int>, isEmpty: Bool)? {
        index += 1
        guard let name = self.name() else { return nil }
        while true {
            let isApart = Self.isBlank(byte)
            skipBlanks()
            if byte == UInt8(ascii: ">") {
                index += 1
                return (name, false)
            }
            if byte == UInt8(ascii: "/") {
                index += 1
                return skip(">") ? (name, true) : nil
            }
            guard isApart, let attribute = attribute() else { return nil }
            attributes.append(attribute)
        }
    }

    private mutating func attribute() -> Attribute? {
        guard let name = self.name(), skip("=") else { return nil }
        let quote = byte
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        index += 1
        let start = index
        while byte != quote {
            guard index < count, byte != UInt8(ascii: "<"), isCharacter(byte) else { return nil }
            if byte == UInt8(ascii: "&") {
                guard reference() != nil else { return nil }
            } else {
                index += 1
            }
        }
        index += 1
        return Attribute(name: name, value: start..<index - 1)
    }

    /// Skips an ASCII name with at most one prefix and returns its range; nil if there is none.
    private mutating func name() -> Range<Int>? {
        let start = index
        var colon: Int?
        while true {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                guard index > start, index - 1 != colon else { return nil }
            case UInt8(ascii: ":"):
                guard index > start, colon == nil else { return nil }
                colon = index
            default:
                guard index > start, index - 1 != colon else { return nil }
                return start..<index
            }
            index += 1
        }
    }
}

/// Returns whether two buffers contain the same bytes.
private func areSame(_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Bool {
    first.count == second.count && first.indices.allSatisfy { unsafe first[$0] == second[$0] }
}
