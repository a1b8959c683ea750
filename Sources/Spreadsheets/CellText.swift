/// The text of a cell in the form that the file format has for it, in memory that is used again for the next one.
///
/// XML has no place for most control characters. The format writes such a character as `_x0007_`, and a text that looks
/// like that itself with its underscore escaped, `_x005F_x0007_`. What no spreadsheet takes even then (U+0000, U+FFFE,
/// U+FFFF) becomes U+FFFD. A text that a cell cannot hold is cut at a character's end, and says so.
struct CellText {
    /// What the format allows for a cell, in UTF-16 units.
    static let limit = 32_767
    /// Kept free for the words that say that a text was cut.
    private static let room = 64

    /// The encoded text, with a zero at its end.
    private(set) var bytes: [UInt8] = [0]
    /// Bytes of the encoded text.
    var count: Int { bytes.count - 1 }
    /// The most bytes that the encoded text takes in the file: `&`, `<` and `>` take more there.
    private(set) var bytesInFile = 0

    /// Takes a text that is encoded already.
    mutating func take(encoded text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        bytesInFile = text.count
        for index in text.indices {
            bytes.append(text[index])
            if text[index] == UInt8(ascii: "&") { bytesInFile += 4 }
        }
        bytes.append(0)
    }

    /// - Parameter text: UTF-8; invalid bytes become U+FFFD.
    mutating func encode(_ text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        bytesInFile = 0
        var units = 0
        /// Where the text ends if it is cut.
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
                if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
                    bytesInFile += 4
                }
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

    private mutating func appendEscape(_ byte: UInt8) {
        let digits = Array("0123456789ABCDEF".utf8)
        bytes += "_x00".utf8
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
        bytes.append(UInt8(ascii: "_"))
    }

    /// Appends the character that begins at `index`, or U+FFFD; returns how many bytes of the text that is.
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
    /// Whether the underscore at `index` begins what would be read as an escape: `_x` and four hexadecimal digits, then
    /// another underscore, or a character whose escape begins with one.
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
