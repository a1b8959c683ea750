package import ImportAnalysis
import ImportFoundation

/// Writes JSON (RFC 8259), indented by two spaces, in the order of the calls.
///
/// Control characters, line and paragraph separators and the marks that change the direction of text are escaped, so
/// that the text can be shown on a terminal unchanged.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// What the user knows about codes, for members that show it.
    let codes: CodeBook?
    private var depth: Int
    private let outerDepth: Int
    private let isOnOneLine: Bool
    private var needsComma = false

    /// - Parameters:
    ///   - depth: the depth in the document of the value that is to be written.
    ///   - isOnOneLine: leaves out line feeds, indentation and the space after a colon.
    ///   - codes: what the user knows about codes, for members that show it.
    package init(depth: Int = 0, isOnOneLine: Bool = false, codes: CodeBook? = nil) {
        self.codes = codes
        self.isOnOneLine = isOnOneLine
        self.depth = depth
        outerDepth = depth
    }

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        container(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), body)
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        container(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), body)
    }

    /// Writes a key. Its value must follow.
    package mutating func key(_ name: String) {
        beginItem()
        append(text: name)
        bytes.append(UInt8(ascii: ":"))
        if !isOnOneLine { bytes.append(UInt8(ascii: " ")) }
        needsComma = false
        isAfterKey = true
    }

    package mutating func value(_ text: String?) {
        beginItem()
        if let text { append(text: text) } else { bytes.append(contentsOf: "null".utf8) }
        needsComma = true
    }

    package mutating func value(_ number: Int?) {
        beginItem()
        if let number { append(number) } else { bytes.append(contentsOf: "null".utf8) }
        needsComma = true
    }

    package mutating func value(_ flag: Bool) {
        beginItem()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        needsComma = true
    }

    /// Writes 64 bits as 16 hexadecimal digits.
    mutating func value(bits: UInt64) {
        value(bits.digits(16, radix: 16))
    }

    /// Writes a number that is already in digits.
    mutating func value(digits: String) {
        beginItem()
        bytes.append(contentsOf: digits.utf8)
        needsComma = true
    }

    /// Writes whole numbers on one line.
    mutating func value(_ numbers: [Int]) {
        beginItem()
        bytes.append(UInt8(ascii: "["))
        for (index, number) in numbers.enumerated() {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            append(number)
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    private var isAfterKey = false

    private mutating func container(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
        beginItem()
        bytes.append(open)
        depth += 1
        needsComma = false
        body(&self)
        depth -= 1
        if needsComma { newLine() }
        bytes.append(close)
        needsComma = true
    }

    private mutating func beginItem() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if depth > outerDepth { newLine() }
    }

    private mutating func newLine() {
        if isOnOneLine { return }
        bytes.append(UInt8(ascii: "\n"))
        let spaces: StaticString = "                                                                "
        var count = depth * 2
        while count > 0 {
            let part = min(count, spaces.utf8CodeUnitCount)
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: spaces.utf8Start, count: part))
            count -= part
        }
    }

    private mutating func append(text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        let staysSame = text.withUTF8 { text in
            // Most texts are plain ASCII.
            guard unsafe text.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
                return false
            }
            unsafe bytes.append(contentsOf: text)
            return true
        }
        if !staysSame { append(scalarsOf: text) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(scalarsOf text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            default:
                if scalar.isUnsafeToShow {
                    bytes.append(contentsOf: "\\u\(scalar.value.digits(4, radix: 16))".utf8)
                } else {
                    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            }
        }
    }

    /// Appends a whole number in digits.
    private mutating func append(_ number: Int) {
        guard number >= 0 && number < 1_000_000_000 else { return bytes.append(contentsOf: String(number).utf8) }
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
