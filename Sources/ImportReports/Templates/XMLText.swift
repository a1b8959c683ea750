import Mustache

/// Escapes text for XML 1.0 and for HTML, in content and in attributes alike.
///
/// It works on bytes: by grapheme clusters a combining mark after `<` would make another character of the two and
/// save the `<` from being escaped.
package enum XMLText {
    package static func escape(_ text: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        result.reserveCapacity(bytes.count + bytes.count / 8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "&"): result.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): result.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): result.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): result.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): result.append(contentsOf: "&#39;".utf8)
            // As it is, a parser would turn it into a line feed.
            case UInt8(ascii: "\r"): result.append(contentsOf: "&#13;".utf8)
            case 0x09, 0x0A: result.append(byte)
            case ..<0x20: result.append(contentsOf: replacement)
            case 0xBE, 0xBF:
                // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
                if index >= 2, bytes[index - 1] == 0xBF, bytes[index - 2] == 0xEF {
                    result.removeLast(2)
                    result.append(contentsOf: replacement)
                } else {
                    result.append(byte)
                }
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// U+FFFD, for characters that XML forbids.
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}

struct XMLContent: MustacheContentType {
    func escapeText(_ text: String) -> String { XMLText.escape(text) }
}
