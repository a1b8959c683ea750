/// How patterns are written out: text of the message has its braces doubled, a placeholder has one on each side.
enum PatternText {
    /// Writes text of the message itself.
    static func append(_ text: ArraySlice<UInt8>, to pattern: inout [UInt8]) {
        for byte in text {
            pattern.append(byte)
            if isBrace(byte) { pattern.append(byte) }
        }
    }

    static func append(placeholder name: String, to pattern: inout [UInt8]) {
        pattern.append(UInt8(ascii: "{"))
        pattern.append(contentsOf: name.utf8)
        pattern.append(UInt8(ascii: "}"))
    }

    fileprivate static func isBrace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
    }
}

/// Reads a pattern from left to right, next to a message of it.
struct PatternReader {
    private let pattern: [UInt8]
    private var index = 0

    init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    var isAtEnd: Bool { index == pattern.count }

    /// Passes over text of the message; false if something else stands here.
    mutating func skip(_ text: ArraySlice<UInt8>) -> Bool {
        for byte in text {
            for _ in 0..<(PatternText.isBrace(byte) ? 2 : 1) {
                guard index < pattern.count, pattern[index] == byte else { return false }
                index += 1
            }
        }
        return true
    }

    /// Passes over a placeholder, and returns its name; nil if there is none here.
    mutating func placeholder() -> String? {
        let start = index + 1
        guard start < pattern.count, pattern[index] == UInt8(ascii: "{"), pattern[start] != UInt8(ascii: "{"),
            let end = pattern[start...].firstIndex(of: UInt8(ascii: "}"))
        else { return nil }
        index = end + 1
        return String(decoding: pattern[start..<end], as: UTF8.self)
    }
}
