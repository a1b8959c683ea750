private import Glibc
import ImportFoundation

/// Creates the names under which the entries of one archive are shown: valid UTF-8, not too long, all different.
struct EntryNames {
    /// Hashes of the names so far, 8 bytes each: the names themselves would take many times as much.
    private var seen: Set<UInt64> = []
    /// Zips of older programs have names in a regional character set.
    private let isZip: Bool

    init(_ format: ContainerFormat) {
        isZip = format == .zip
    }

    /// - Parameter position: the entry's number in the archive, from 1.
    mutating func name(for bytes: [UInt8], position: Int) -> String {
        var path = bytes[...]
        // `tar -C folder .` writes every name like this.
        while path.starts(with: "./".utf8) { path = path.dropFirst(2) }
        let text = isZip ? LegacyNames.text(of: path) : nil
        let name = path.isEmpty ? "(no name)" : text.map { Self.shown($0.utf8) } ?? Self.shown(path)
        guard isTaken(name) else { return name }
        var candidate = name + " (entry \(position))"
        while isTaken(candidate) { candidate += "′" }
        return candidate
    }

    /// Decodes any bytes as text, cut to ``InputLimits/nameBytes`` bytes.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        let name = String(decoding: bytes, as: UTF8.self)
        guard name.utf8.count > InputLimits.nameBytes else { return name }
        let text = Array(name.utf8)
        let end = text.span.wholeCharacters(within: InputLimits.nameBytes - "…".utf8.count)
        return String(decoding: text[..<end], as: UTF8.self) + "…"
    }

    /// Records the name and returns whether it was there before. A collision of the hash, FNV-1a, only causes a marked
    /// name.
    private mutating func isTaken(_ name: String) -> Bool {
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return !seen.insert(hash).inserted
    }
}

/// Names of zip entries that are neither marked as UTF-8 nor valid UTF-8: they are in the character set of the machine
/// that made the zip. Of the character sets that still occur, Shift JIS (Windows code page 932) can be recognized by
/// its grammar; all others are read as code page 437, which the format requires.
enum LegacyNames {
    /// The upper half of code page 437.
    private static let upperHalf = Array(
        ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
            + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}")
            .unicodeScalars)

    /// Decodes a name; nil if it is UTF-8, which needs no conversion.
    static func text(of name: some Collection<UInt8>) -> String? {
        let bytes = Array(name)
        guard bytes.contains(where: { $0 >= 0x80 }), String(validating: bytes, as: UTF8.self) == nil else { return nil }
        if isJapanese(bytes), let text = decoded(bytes, from: "CP932") { return text }
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(byte < 0x80 ? Unicode.Scalar(byte) : upperHalf[Int(byte) - 0x80]) }
        return String(text)
    }

    // MARK: - Shift JIS

    /// Consecutive characters between two runs of ASCII.
    private struct Run {
        var characters = 0
        var kana = 0
        /// Kanji without any ASCII byte.
        var highKanji = 0
        var halfWidth = 0
        /// Greek, Cyrillic, box drawing: text of another character set looks like this in Shift JIS.
        var isForeign = false
        /// Whether there are letters directly before and after.
        var isInWord = false

        /// Letters with accents also look like kanji, together with the letters after them.
        var isJapanese: Bool {
            if isForeign { return false }
            if kana >= 2 || halfWidth >= 3 { return true }
            return highKanji > 0 && (characters > 1 || !isInWord)
        }
    }

    /// Returns whether bytes are valid Shift JIS and look like Japanese rather than like words with accents.
    private static func isJapanese(_ bytes: [UInt8]) -> Bool {
        var (likely, unlikely) = (0, 0)
        var run = Run()
        var index = 0
        func isLetter(_ index: Int) -> Bool {
            bytes.indices.contains(index) && (0x61...0x7A ~= bytes[index] | 0x20)
        }
        var start = 0
        func end() {
            guard run.characters > 0 else { return }
            run.isInWord = isLetter(start - 1) && isLetter(index)
            if run.isJapanese { likely += 1 } else { unlikely += 1 }
            run = Run()
        }
        while index < bytes.count {
            let lead = bytes[index]
            if lead < 0x80 {
                end()
                index += 1
                start = index
                continue
            }
            run.characters += 1
            switch lead {
            case 0xA1...0xDF:
                run.halfWidth += 1
                index += 1
            case 0x81...0x9F, 0xE0...0xFC:
                guard index + 1 < bytes.count else { return false }
                let trail = bytes[index + 1]
                guard 0x40...0x7E ~= trail || 0x80...0xFC ~= trail else { return false }
                switch (lead, trail) {
                case (0x82, 0x9F...0xF1), (0x83, 0x40...0x96): run.kana += 1
                case (0x83, _), (0x84, _): run.isForeign = true
                case (0x81, _), (0x82, _), (0x85...0x87, _): break
                default: run.highKanji += trail >= 0x80 ? 1 : 0
                }
                index += 2
            default: return false
            }
        }
        end()
        return likely > 0 && likely >= unlikely
    }

    /// Converts bytes to UTF-8; nil if some of them are undefined, or if the system does not know the character set.
    private static func decoded(_ bytes: [UInt8], from characterSet: String) -> String? {
        let converter = unsafe iconv_open("UTF-8", characterSet)
        guard unsafe converter != iconv_t(bitPattern: -1) else { return nil }
        defer { unsafe iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        // A character of one or two bytes needs at most three in UTF-8.
        var output = [CChar](repeating: 0, count: bytes.count * 3)
        let written: Int? = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var to = output.baseAddress
                var (left, room) = (input.count, output.count)
                let result = unsafe iconv(converter, &from, &left, &to, &room)
                return result == Int(bitPattern: UInt.max) || left > 0 ? nil : output.count - room
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
