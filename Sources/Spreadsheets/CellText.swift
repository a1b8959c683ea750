/// The text of a cell as the file format encodes it, in memory that is reused for the next one.
///
/// XML cannot represent most control characters. The format writes such a character as `_x0007_`, and a text that
/// already looks like this with its underscore escaped, `_x005F_x0007_`. Characters that no spreadsheet accepts even
/// then (U+0000, U+FFFE, U+FFFF) become U+FFFD. A text that is too long for a cell is cut at the end of a character,
/// and says so.
struct CellText {
    /// The most UTF-16 units that the format allows in a cell.
    static let limit = 32_767
    /// Reserved for the words that say that a text was cut.
    private static let room = 64

    /// The encoded text, with a zero at its end.
    private(set) var bytes: [UInt8] = [0]
    /// The number of bytes of the encoded text.
    var count: Int { bytes.count - 1 }
    /// About how many bytes the encoded text takes in the file, where `&`, `<` and `>` take more.
    private(set) var bytesInFile = 0

    /// Takes a text that is already encoded.
    mutating func take(encoded text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        bytesInFile = text.count
        for index in text.indices {
            bytes.append(text[index])
            if Self.growsInFile(text[index]) { bytesInFile += 4 }
        }
        bytes.append(0)
    }

    /// - Parameter text: UTF-8; invalid bytes become U+FFFD.
    mutating func encode(_ text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        bytesInFile = 0
        var units = 0
        /// The end of the text if it is cut.
        var cut = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            let length: Int
            switch byte {
            case UInt8(ascii: "_") where text.looksLikeEscape(at: index):
                appendEscape(byte)
                (length, units) = (1, units + 7)
            case 0x09, 0x0A, 0x20...0x7F:
                bytes.append(byte)
                if Self.growsInFile(byte) { bytesInFile += 4 }
                (length, units) = (1, units + 1)
            case 0x01..<0x20:
                appendEscape(byte)
                (length, units) = (1, units + 7)
            default:
                length = appendScalar(of: text, at: index)
                units += length == 4 ? 2 : 1
            }
            if units > Self.limit {
                bytes.removeSubrange(cut...)
                bytes += " … (cut here: the text is longer)".utf8
                break
            }
            if units <= Self.limit - Self.room { cut = bytes.count }
            index += length
        }
        bytesInFile += bytes.count
        bytes.append(0)
    }

    /// Whether XML has an entity for a byte, which takes up to 4 bytes more.
    private static func growsInFile(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        let digits = Array("0123456789ABCDEF".utf8)
        bytes += "_x00".utf8
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
        bytes.append(UInt8(ascii: "_"))
    }

    /// Appends the character at `index`, or U+FFFD, and returns how many bytes of the text it covers.
    private mutating func appendScalar(of text: Span<UInt8>, at index: Int) -> Int {
        let length =
            switch text[index] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        let isWhole =
            length > 1 && index + length <= text.count
            && (1..<length).allSatisfy { text[index + $0] & 0xC0 == 0x80 }
        let isNoCharacter =
            isWhole && length == 3 && text[index] == 0xEF && text[index + 1] == 0xBF && text[index + 2] >= 0xBE
        guard isWhole, !isNoCharacter else {
            bytes += "\u{FFFD}".utf8
            return isWhole ? length : 1
        }
        for offset in 0..<length { bytes.append(text[index + offset]) }
        return length
    }
}

extension Span<UInt8> {
    /// Returns whether the underscore at `index` would be read as the beginning of an escape: `_x` and four hexadecimal
    /// digits, then another underscore, or a character whose escape begins with one.
    fileprivate func looksLikeEscape(at index: Int) -> Bool {
        guard index + 6 < count, self[index + 1] == UInt8(ascii: "x") else { return false }
        for offset in 2...5 {
            switch self[index + offset] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
                UInt8(ascii: "a")...UInt8(ascii: "f"):
                continue
            default: return false
            }
        }
        switch self[index + 6] {
        case UInt8(ascii: "_"): return true
        case 0x09, 0x0A: return false
        case 0x01..<0x20: return true
        default: return false
        }
    }
}
