/// Escapes text for GitHub's dialect of Markdown, in paragraphs, headings, list items and table cells.
///
/// GitHub looks for mentions, references, addresses and emoji in the rendered text, where escapes are no longer
/// visible. Only a character in between keeps them from being found: U+200B, which has no width.
package enum MarkdownText {
    /// Appends the escaped text.
    package static func append(_ text: String, to page: inout [UInt8]) {
        var text = text
        let staysSame = text.withUTF8 { bytes in
            guard unsafe isPlain(bytes) else { return false }
            unsafe page.append(contentsOf: bytes)
            return true
        }
        if !staysSame { page += escape(text).utf8 }
    }

    /// Returns whether a text certainly needs no escapes, as most do not. Examines it byte by byte.
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        func isWord(_ index: Int) -> Bool {
            guard bytes.indices.contains(index) else { return false }
            let byte = unsafe bytes[index]
            return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        var isNumber = true
        for index in bytes.indices {
            let byte = unsafe bytes[index]
            switch byte {
            case 0x30...0x39: continue
            case 0x41...0x5A, 0x61...0x7A: break
            case UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ","),
                UInt8(ascii: "/"), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "{"),
                UInt8(ascii: "}"):
                break
            case UInt8(ascii: " "):
                guard index > 0, unsafe index + 1 < bytes.count && bytes[index + 1] != byte else { return false }
            case UInt8(ascii: "_"):
                guard isWord(index - 1), isWord(index + 1) else { return false }
            case UInt8(ascii: "-"):
                guard index > 0, unsafe bytes[index - 1] | 0x20 != UInt8(ascii: "h") else { return false }
            case UInt8(ascii: "."), UInt8(ascii: ")"):
                guard !isNumber, unsafe bytes[index - 1] | 0x20 != UInt8(ascii: "w") else { return false }
            case UInt8(ascii: "+"), UInt8(ascii: "="):
                guard index > 0 else { return false }
            case UInt8(ascii: ":"):
                guard unsafe index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: " ") else { return false }
            default:
                return false
            }
            isNumber = false
        }
        return true
    }

    package static func escape(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count, isSpace(scalars[index]) { index += 1 }
        let start = index
        while index < scalars.count {
            let scalar = scalars[index]
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            switch scalar {
            case _ where isSpace(scalar):
                // A line end would end a table row.
                if let next, !isSpace(next) { result.append(" ") }
            case _ where isReplaced(scalar):
                result.append("\u{FFFD}")
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\\", "`", "*", "[", "]", "|", "~", "!":
                result.append(contentsOf: ["\\", scalar])
            case "_":
                // Inside a word it has no meaning: invalid_email stays readable in the plain text.
                let isInWord = index > start && isWord(scalars[index - 1]) && next.map(isWord) == true
                result.append(contentsOf: isInWord ? ["_"] : ["\\", "_"])
            case "$":
                result.append(contentsOf: ["\\", "$", zeroWidthSpace])
            case "@":
                result.append(contentsOf: ["@", zeroWidthSpace])
            case "#":
                // After a space, it could be part of the end of a heading, which is not shown.
                let isApart = index == start || isSpace(scalars[index - 1])
                result.append(contentsOf: isApart ? ["\\", "#"] : ["#"])
                if let next, isWord(next) { result.append(zeroWidthSpace) }
            case ":":
                result.append(":")
                if beginsName(scalars[(index + 1)...]) { result.append(zeroWidthSpace) }
            case ".":
                // Goes before the dot, because after it a zero-width space could be part of a host name.
                if endsWithWWW(scalars[start..<index]) { result.append(zeroWidthSpace) }
                result.append(contentsOf: isListNumber(scalars[start..<index], next) ? ["\\", "."] : ["."])
            case ")":
                result.append(contentsOf: isListNumber(scalars[start..<index], next) ? ["\\", ")"] : [")"])
            case "-":
                result.append(contentsOf: index == start ? ["\\", "-"] : ["-"])
                if endsWithGH(scalars[start..<index]) { result.append(zeroWidthSpace) }
            case "+", "=":
                result.append(contentsOf: index == start ? ["\\", scalar] : [scalar])
            default:
                result.append(scalar)
            }
            index += 1
        }
        return String(result)
    }

    private static let zeroWidthSpace: Unicode.Scalar = "\u{200B}"

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// Control characters, and the marks that reorder the text around them.
    private static func isReplaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || ("0"..."9").contains(scalar)
    }

    /// Returns whether the text after a colon makes it an emoji (`:+1:`, `:100:`) or an address; a time (`10:30:45`) is
    /// neither.
    private static func beginsName(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 2 else { return true }
        guard let next = text.dropFirst(digits.count).first else { return false }
        return isLetter(next) || "_+-".unicodeScalars.contains(next) || digits.isEmpty && next == "/"
    }

    /// Returns whether the text before and after a dot or a parenthesis makes it a numbered list.
    private static func isListNumber(_ text: ArraySlice<Unicode.Scalar>, _ next: Unicode.Scalar?) -> Bool {
        !text.isEmpty && text.count <= 9 && text.allSatisfy { ("0"..."9").contains($0) } && next.map(isSpace) != false
    }

    private static func endsWithWWW(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        text.count >= 3 && text.suffix(3).allSatisfy { $0 == "w" || $0 == "W" }
    }

    private static func endsWithGH(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        String(String.UnicodeScalarView(text.suffix(2))).lowercased() == "gh"
    }
}

/// Escapes text for XML 1.0 and for HTML, in content and in attributes alike.
///
/// It works on bytes. With grapheme clusters, a combining mark after `<` would form another character with it, and the
/// `<` would not be escaped.
package enum XMLText {
    package static func escape(_ text: String) -> String {
        var result: [UInt8] = []
        append(text, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    /// Appends the escaped text.
    static func append(_ text: String, to page: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            // The start of the bytes that are yet to be copied unchanged.
            var start = 0
            func replace(_ index: Int, from first: Int, by bytesInstead: StaticString) {
                unsafe page.append(contentsOf: bytes[start..<first])
                bytesInstead.withUTF8Buffer { unsafe page.append(contentsOf: $0) }
                start = index + 1
            }
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                if byte > 0x3E && byte < 0xBE || byte > 0xBF { continue }
                switch byte {
                case UInt8(ascii: "&"): replace(index, from: index, by: "&amp;")
                case UInt8(ascii: "<"): replace(index, from: index, by: "&lt;")
                case UInt8(ascii: ">"): replace(index, from: index, by: "&gt;")
                case UInt8(ascii: "\""): replace(index, from: index, by: "&quot;")
                case UInt8(ascii: "'"): replace(index, from: index, by: "&#39;")
                // A parser would turn an unescaped carriage return into a line feed.
                case UInt8(ascii: "\r"): replace(index, from: index, by: "&#13;")
                case 0x09, 0x0A: break
                // Characters that XML forbids.
                case ..<0x20: replace(index, from: index, by: "\u{FFFD}")
                case 0xBE, 0xBF:
                    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
                    if unsafe index >= 2 && bytes[index - 1] == 0xBF && bytes[index - 2] == 0xEF {
                        replace(index, from: index - 2, by: "\u{FFFD}")
                    }
                default: break
                }
            }
            unsafe page.append(contentsOf: bytes[start...])
        }
    }
}
