/// A text with the characters that its references and escapes stand for: `&quot;`, `&#64;`, `&#x40;`, `\u0022`, `\x27`,
/// also repeatedly escaped, as in `&amp;quot;`. Messages that were made for a page or taken from source code have them,
/// and without their quotation marks and @ the values in them could not be found.
struct UnescapedText {
    private(set) var bytes: [UInt8]
    /// For each byte, and for the end, where it begins in the original text.
    private var places: [Int]

    /// The number of times that a text may have been escaped.
    private static let levels = 4
    /// The most characters of a reference, with its `&` and `;`.
    private static let longestReference = 12

    /// The names of references to characters that quote or join values (HTML, section 13.5), whatever their case.
    private static let names: [(name: StaticString, character: Unicode.Scalar)] = [
        ("quot;", "\""), ("apos;", "'"), ("amp;", "&"), ("commat;", "@"), ("grave;", "`"), ("lsquo;", "‘"),
        ("rsquo;", "’"), ("sbquo;", "‚"), ("ldquo;", "“"), ("rdquo;", "”"), ("bdquo;", "„"), ("laquo;", "«"),
        ("raquo;", "»"), ("lsaquo;", "‹"), ("rsaquo;", "›"), ("period;", "."), ("equals;", "="), ("colon;", ":"),
    ]

    /// Nil if nothing in the text is escaped.
    init?(_ text: Span<UInt8>) {
        // Most texts have no escapes, and take no memory.
        guard text.indices.contains(where: { Self.character(in: text, at: $0) != nil }) else { return nil }
        bytes = [UInt8](text)
        places = Array(0...text.count)
        for _ in 0..<Self.levels {
            guard let (bytes, places) = Self.unescape(bytes.span, places) else { break }
            (self.bytes, self.places) = (bytes, places)
        }
    }

    /// Returns a range in the original text.
    func original(_ range: Range<Int>) -> Range<Int> { places[range.lowerBound]..<places[range.upperBound] }

    private static func unescape(_ text: Span<UInt8>, _ places: [Int]) -> (bytes: [UInt8], places: [Int])? {
        var (bytes, starts): ([UInt8], [Int]) = ([], [])
        var index = 0
        var isEscaped = false
        while index < text.count {
            guard let (character, length) = Self.character(in: text, at: index) else {
                bytes.append(text[index])
                starts.append(places[index])
                index += 1
                continue
            }
            isEscaped = true
            for byte in Unicode.UTF8.encode(character)?.map({ $0 }) ?? [] {
                bytes.append(byte)
                starts.append(places[index])
            }
            index += length
        }
        guard isEscaped else { return nil }
        starts.append(places[text.count])
        return (bytes, starts)
    }

    /// Returns the character that is escaped at an index, and the length of its escape. Control characters and spaces
    /// are none, because they separate words in either form.
    private static func character(in text: Span<UInt8>, at index: Int) -> (Unicode.Scalar, length: Int)? {
        guard index + 2 < text.count else { return nil }
        let number: (value: UInt32, length: Int)?
        switch (text[index], text[index + 1]) {
        case (UInt8(ascii: "\\"), UInt8(ascii: "u")):
            number = digits(in: text, from: index + 2, radix: 16, 4...4).map { ($0.value, $0.length + 2) }
        case (UInt8(ascii: "\\"), UInt8(ascii: "x")):
            number = digits(in: text, from: index + 2, radix: 16, 2...2).map { ($0.value, $0.length + 2) }
        case (UInt8(ascii: "&"), UInt8(ascii: "#")):
            let isHex = text[index + 2] | 0x20 == UInt8(ascii: "x")
            let start = index + (isHex ? 3 : 2)
            number = digits(in: text, from: start, radix: isHex ? 16 : 10, 1...longestReference).map { found in
                let end = start + found.length
                let hasEnd = end < text.count && text[end] == UInt8(ascii: ";")
                return (found.value, end - index + (hasEnd ? 1 : 0))
            }
        case (UInt8(ascii: "&"), _):
            guard let found = names.first(where: { text.matches($0.name, at: index + 1) }) else { return nil }
            return (found.character, found.name.utf8CodeUnitCount + 1)
        default: return nil
        }
        guard let number, number.value > 0x20, let character = Unicode.Scalar(number.value) else { return nil }
        return (character, number.length)
    }

    /// Returns the number at an index, and how many digits it has; nil if there are too few or it is no character.
    private static func digits(
        in text: Span<UInt8>, from start: Int, radix: UInt32, _ counts: ClosedRange<Int>
    ) -> (value: UInt32, length: Int)? {
        var value: UInt32 = 0
        var index = start
        while index < text.count, index - start < counts.upperBound {
            let digit: UInt32
            switch text[index] {
            case let byte where byte.isDigit: digit = UInt32(byte - UInt8(ascii: "0"))
            case let byte where radix == 16 && byte.isHexDigit: digit = UInt32((byte | 0x20) - UInt8(ascii: "a")) + 10
            default:
                return index - start >= counts.lowerBound ? (value, index - start) : nil
            }
            value = value * radix + digit
            guard value <= 0x10FFFF else { return nil }
            index += 1
        }
        return index - start >= counts.lowerBound ? (value, index - start) : nil
    }
}
