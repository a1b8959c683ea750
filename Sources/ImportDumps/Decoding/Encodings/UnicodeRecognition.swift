private import Glibc
import ImportFoundation

extension TextEncoding {
    /// The number of first bytes that are examined for zeros.
    package static let examinedBytes = 4096

    /// Recognizes Unicode by a byte order mark, or by zero bytes where ASCII has them in UTF-16 and UTF-32: JSON and logs
    /// are mostly ASCII, but may begin with other characters. Nil for anything else.
    ///
    /// Text with JSON in UTF-8 is not taken for another encoding because of what follows, as this JSON would be lost.
    package init?(beginning bytes: ArraySlice<UInt8>) {
        let text = bytes.prefix(Self.examinedBytes)
        let hasZeros = unsafe text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return false }
            return unsafe memchr(start, 0, text.count) != nil
        }
        // Nearly all inputs begin like this.
        if !hasZeros, let first = text.first, first < 0x80 { return nil }
        if let marked = Self.marked(text) {
            self = marked
            return
        }
        guard hasZeros else { return nil }
        let forms: [Self] = [.utf32LittleEndian, .utf32BigEndian, .utf16LittleEndian, .utf16BigEndian]
        // As nearly all that is in UTF-16 or UTF-32 begins.
        if let plain = forms.first(where: { UnitCounts(text.prefix(4 * $0.unitBytes), $0.form).areASCII }) {
            self = plain
            return
        }
        guard !Self.hasKey(text) else { return nil }
        let counts = forms.map { UnitCounts(text, $0.form) }
        let likely = forms.indices.max { counts[$0].ascii < counts[$1].ascii }
        guard let likely, counts[likely].areText else { return nil }
        self = forms[likely]
    }

    /// Returns the encoding that a byte order mark shows.
    static func marked(_ bytes: ArraySlice<UInt8>) -> TextEncoding? {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return .utf32LittleEndian }
        if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return .utf32BigEndian }
        if bytes.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if bytes.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return TextEncoding(name: "UTF-8", form: .utf8) }
        return nil
    }

    /// Whether there is a key of JSON in single bytes, such as `"total"`: five or more bytes of a word, or
    /// backslashes, in quotes. Characters of UTF-16 with such bytes hardly ever follow each other between two with a quote.
    private static func hasKey(_ bytes: ArraySlice<UInt8>) -> Bool {
        var letters = -1
        for byte in bytes {
            if byte == UInt8(ascii: "\"") {
                if letters >= 5 { return true }
                letters = 0
            } else if letters >= 0, ASCII.isWordByte(byte) || byte == UInt8(ascii: "\\") {
                letters += 1
            } else {
                letters = -1
            }
        }
        return false
    }
}

/// How much of a text is ASCII if it is read in one form of Unicode.
private struct UnitCounts {
    private var units = 0
    /// Units that are characters of ASCII text.
    private(set) var ascii = 0
    /// Units whose bytes are all ASCII text, as nearly everywhere in JSON that is in UTF-8.
    private var bytewise = 0

    init(_ bytes: ArraySlice<UInt8>, _ form: TextEncoding.Form) {
        let (size, textPlace) =
            switch form {
            case .utf16(let isBigEndian): (2, isBigEndian ? 1 : 0)
            case .utf32(let isBigEndian): (4, isBigEndian ? 3 : 0)
            default: (1, 0)
            }
        var unit = bytes.startIndex
        while unit + size <= bytes.endIndex {
            var (zeros, texts) = (0, 0)
            for byte in bytes[unit..<unit + size] {
                if byte == 0 { zeros += 1 }
                if ASCII.isText(byte) { texts += 1 }
            }
            if texts == size { bytewise += 1 }
            if zeros == size - 1, texts == 1, bytes[unit + textPlace] != 0 { ascii += 1 }
            units += 1
            unit += size
        }
    }

    var areASCII: Bool { units > 0 && ascii == units }
    /// Whether the text can hardly be anything else.
    var areText: Bool { ascii >= 4 && ascii > bytewise && ascii * 8 >= units }
}

extension ASCII {
    /// Whether the byte is a printable character, white space, or one of the control characters in logs: ESC and RS.
    fileprivate static func isText(_ byte: UInt8) -> Bool {
        0x20..<0x7F ~= byte || 0x09...0x0D ~= byte || byte == 0x1B || byte == 0x1E
    }
}
