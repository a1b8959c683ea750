import ImportFoundation

/// An encoding of text as bytes.
package struct TextEncoding: Sendable, Equatable {
    /// The name, as IANA lists it where that is known here.
    package let name: String
    let form: Form

    enum Form: Sendable, Equatable {
        case utf8
        case utf16(isBigEndian: Bool)
        case utf32(isBigEndian: Bool)
        case windows1252
        /// An encoding that the C library knows by its name.
        case other(hasASCII: Bool)
    }

    static let utf16LittleEndian = TextEncoding(name: "UTF-16LE", form: .utf16(isBigEndian: false))
    static let utf16BigEndian = TextEncoding(name: "UTF-16BE", form: .utf16(isBigEndian: true))
    static let utf32LittleEndian = TextEncoding(name: "UTF-32LE", form: .utf32(isBigEndian: false))
    static let utf32BigEndian = TextEncoding(name: "UTF-32BE", form: .utf32(isBigEndian: true))
    /// What Western versions of Windows have written for decades, often called "ANSI" or "Latin-1".
    package static let windows1252 = TextEncoding(name: "windows-1252", form: .windows1252)

    init(name: String, form: Form) {
        self.name = name
        self.form = form
    }

    /// The encoding of this name, in any of its spellings: those of Unicode, windows-1252, and all that the C library's
    /// `iconv` knows. Nil for any other.
    package init?(name: String) {
        let plain = name.utf8.allSatisfy { byte in
            ASCII.isDigit(byte) || 0x61...0x7A ~= byte | 0x20 || byte == 0x2D || byte == 0x5F || byte == 0x2E
                || byte == 0x3A
        }
        guard plain, !name.isEmpty, name.utf8.count <= 64 else { return nil }
        let letters = String(
            decoding: name.lowercased().utf8.filter { ASCII.isDigit($0) || 0x61...0x7A ~= $0 }, as: UTF8.self)
        switch letters {
        case "utf8", "ascii", "usascii": self.init(name: "UTF-8", form: .utf8)
        case "utf16", "utf16le", "unicode", "ucs2", "ucs2le": self = .utf16LittleEndian
        case "utf16be", "ucs2be": self = .utf16BigEndian
        case "utf32", "utf32le", "ucs4le": self = .utf32LittleEndian
        case "utf32be", "ucs4", "ucs4be": self = .utf32BigEndian
        case "windows1252", "cp1252", "1252", "ansi": self = .windows1252
        default:
            guard Converter(from: name) != nil else { return nil }
            // In these encodings, a byte below 0x80 that begins a character is that ASCII character.
            let families = ["sjis", "shiftjis", "cp9", "ms9", "windows31j", "euc", "gb", "big5", "uhc", "johab", "koi"]
            self.init(name: name, form: .other(hasASCII: families.contains { letters.hasPrefix($0) }))
        }
    }
}

extension TextEncoding {
    /// Whether text in this encoding is already UTF-8.
    package var isUTF8: Bool { form == .utf8 }

    /// The number of bytes in a code unit: 2 for UTF-16, 4 for UTF-32, 1 for all others.
    package var unitBytes: Int {
        switch form {
        case .utf16: 2
        case .utf32: 4
        case .utf8, .windows1252, .other: 1
        }
    }

    /// The character of each byte in a single-byte encoding, `UInt32.max` if unassigned; nil for other encodings.
    package var singleByteCharacters: [UInt32]? {
        switch form {
        case .windows1252: Self.windows1252Characters
        case .other: Converter(from: name)?.singleBytes()
        case .utf8, .utf16, .utf32: nil
        }
    }

    /// The character of each byte in windows-1252; 0xFFFF_FFFF if unassigned.
    static let windows1252Characters: [UInt32] = {
        let own: [UInt32] = [
            0x20AC, .max, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, .max,
            0x017D, .max, .max, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
            0x0153, .max, 0x017E, 0x0178,
        ]
        return Array(0..<0x80) + own + Array(0xA0...0xFF)
    }()

    /// Returns a source of UTF-8 and the map of its places; nil if the text is already UTF-8, or cannot be converted.
    func decoding(_ source: any ByteSource, below: PlaceMap?) -> (source: any ByteSource, map: PlaceMap)? {
        func made(_ decoder: some StreamDecoder) -> (source: any ByteSource, map: PlaceMap) {
            let source = DecodingSource(source, below: below, decoder: decoder)
            return (source, source.map)
        }
        switch form {
        case .utf8: return nil
        case .utf16(let isBigEndian): return made(UnicodeDecoder(.utf16, isBigEndian: isBigEndian))
        case .utf32(let isBigEndian): return made(UnicodeDecoder(.utf32, isBigEndian: isBigEndian))
        case .windows1252: return made(SingleByteDecoder(characters: Self.windows1252Characters))
        case .other(let hasASCII):
            guard let converter = Converter(from: name) else { return nil }
            if let characters = converter.singleBytes() { return made(SingleByteDecoder(characters: characters)) }
            return made(MultiByteDecoder(converter, hasASCII: hasASCII))
        }
    }
}
