import ImportFoundation
import Synchronization

/// What a piece of CSS would load. It is read token by token, as defined by CSS Syntax (level 3), so that escapes such
/// as `u\72l(…)`, comments and strings neither hide an address nor fake one.
struct StyleSheet {
    /// The problems, each as the end of a sentence.
    private(set) var problems: [String] = []
    /// The ids in `url(#id)`.
    private(set) var fragments: [String] = []

    /// The unread rest, in UTF-8: everything with a meaning in CSS is ASCII, and anything else may be in a name.
    private var rest: ArraySlice<UInt8> = []

    init(_ text: String) {
        // Nearly all values of fill and stroke are a single word, and no word alone loads anything.
        guard text.utf8.contains(where: { "(@\\".utf8.contains($0) }) else { return }
        rest = Self.withOneKindOfLineEnd(text)[...]
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                _ = readString()
            case UInt8(ascii: "/") where rest.dropFirst().first == UInt8(ascii: "*"):
                skipComment()
            case UInt8(ascii: "@"):
                rest.removeFirst()
                if readName() == "import" {
                    problems.append("has @import, which loads another file. Put its rules here.")
                }
            case _ where Self.isInNames(byte):
                readWord()
            default:
                rest.removeFirst()
            }
        }
    }

    /// Functions that take an address as a string. A page that contains everything itself has no use for them.
    private static let loadingFunctions: Set = [
        "image", "image-set", "-webkit-image-set", "src", "expression", "cross-fade", "-webkit-cross-fade",
    ]

    private mutating func readWord() {
        let name = readName()
        guard rest.first == UInt8(ascii: "(") else { return }
        rest.removeFirst()
        if name == "url" || name == "url-prefix" {
            judge(Address(readAddress()))
        } else if Self.loadingFunctions.contains(name) {
            problems.append("has \(name)(…), which may load something. Use url(data:image/…) instead.")
        }
    }

    private mutating func judge(_ address: Address) {
        if let fragment = address.fragment {
            fragments.append(fragment)
        } else if !address.isSelfContained {
            problems.append("has a url(…) that loads something. Only url(#id) and url(data:image/…) are allowed.")
        }
    }
}

// MARK: Tokens

extension StyleSheet {
    private static let backslash = UInt8(ascii: "\\")
    private static let lineEnd = UInt8(ascii: "\n")

    /// CSS first replaces CR LF, CR and FF by one line end. XML allows them as &#13; and so on.
    private static func withOneKindOfLineEnd(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\r") || byte == 0x0C {
                bytes.append(lineEnd)
            } else if byte != lineEnd || previous != UInt8(ascii: "\r") {
                bytes.append(byte)
            }
            previous = byte
        }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == lineEnd || byte == UInt8(ascii: "\t")
    }

    /// Returns whether a byte may be in a name: letters, digits, "-", "_", escapes, and everything that is not ASCII.
    private static func isInNames(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), backslash, 0x80...:
            true
        default: false
        }
    }

    /// Reads a name and returns it in lower case, with its escapes decoded.
    private mutating func readName() -> String {
        var name: [UInt8] = []
        while let byte = rest.first, Self.isInNames(byte) {
            appendNext(to: &name)
        }
        return String(decoding: name, as: UTF8.self).lowercased()
    }

    /// Reads the address between "url(" and ")", quoted or not.
    private mutating func readAddress() -> String {
        rest = rest.drop(while: Self.isSpace)
        if rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "'") {
            return readString()
        }
        var address: [UInt8] = []
        while let byte = rest.first, byte != UInt8(ascii: ")") {
            appendNext(to: &address)
        }
        return String(decoding: address, as: UTF8.self)
    }

    /// Reads a string, up to its quotation mark, or to the end of the line, where CSS abandons it.
    private mutating func readString() -> String {
        let quote = rest.removeFirst()
        var text: [UInt8] = []
        while let byte = rest.first, byte != Self.lineEnd {
            if byte == quote {
                rest.removeFirst()
                break
            }
            appendNext(to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipComment() {
        rest.removeFirst(2)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "*"), rest.first == UInt8(ascii: "/") {
                rest.removeFirst()
                return
            }
        }
    }

    /// Appends the next byte, or what an escape stands for: a character for up to six hexadecimal digits and one space
    /// after them, nothing for a line end (in strings, it joins lines), and otherwise the next byte unchanged.
    private mutating func appendNext(to text: inout [UInt8]) {
        guard let byte = rest.popFirst() else { return }
        guard byte == Self.backslash else {
            text.append(byte)
            return
        }
        let digits = rest.prefix(6).prefix { Unicode.Scalar($0).properties.isASCIIHexDigit }
        if let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) {
            rest.removeFirst(digits.count)
            if let next = rest.first, Self.isSpace(next) {
                rest.removeFirst()
            }
            let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
            text.append(contentsOf: String(Character(scalar)).utf8)
        } else if let escaped = rest.popFirst(), escaped != Self.lineEnd {
            text.append(escaped)
        }
    }
}

/// Keeps the last style sheet that was read. All pages of an audit have the same one, which need not be read again for
/// each.
final class StyleSheetMemory: Sendable {
    private let latest = Lock<(text: String, style: StyleSheet)?>(nil)

    func read(_ text: String) -> StyleSheet {
        if let (known, style) = latest.withLock({ $0 }), known.utf8.elementsEqual(text.utf8) { return style }
        let style = StyleSheet(text)
        latest.withLock { $0 = (text, style) }
        return style
    }
}
