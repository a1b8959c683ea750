/// A pattern for texts, in which `*` matches any text, even an empty one. Everything else matches itself.
package struct GlobPattern: Sendable {
    private static let anything = UInt8(ascii: "*")
    private static let oneCharacter = UInt8(ascii: "?")

    private let bytes: [UInt8]
    private let hasQuestionMarks: Bool

    /// - Parameters:
    ///   - bytes: the pattern in UTF-8.
    ///   - hasQuestionMarks: whether `?` matches any one character (a Unicode scalar).
    package init(_ bytes: [UInt8], hasQuestionMarks: Bool = false) {
        self.bytes = bytes
        self.hasQuestionMarks = hasQuestionMarks
    }

    /// Its length in characters (Unicode scalars) without stars: the longer of two patterns is the more specific one.
    var count: Int { bytes.count { $0 != Self.anything && $0 & 0xC0 != 0x80 } }

    /// Whether the pattern matches all of a text in UTF-8. Takes at most as many steps as the product of both lengths.
    package func matches(_ text: Span<UInt8>) -> Bool {
        var (at, position) = (0, 0)
        // The position of the last `*`, and the end of the text that it has matched so far.
        var star: (at: Int, position: Int)?
        while position < text.count {
            if at < bytes.count, bytes[at] == Self.anything {
                star = (at, position)
                at += 1
            } else if at < bytes.count, hasQuestionMarks, bytes[at] == Self.oneCharacter {
                at += 1
                position = Self.end(ofCharacterAt: position, in: text)
            } else if at < bytes.count, bytes[at] == text[position] {
                at += 1
                position += 1
            } else if let last = star {
                let next = Self.end(ofCharacterAt: last.position, in: text)
                star = (last.at, next)
                at = last.at + 1
                position = next
            } else {
                return false
            }
        }
        return bytes[at...].allSatisfy { $0 == Self.anything }
    }

    private static func end(ofCharacterAt start: Int, in text: Span<UInt8>) -> Int {
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}

/// Suggests what a mistyped name was meant to be.
package enum NearestName {
    /// Returns the name at the smallest edit distance, which is at most 1 or a third of the name's length in bytes; nil
    /// if none is that near, or if the text is longer than 64 bytes.
    package static func of(_ text: String, among names: [String]) -> String? {
        let wrong = Array(text.utf8)
        guard wrong.count <= 64 else { return nil }
        let near = names.map { (distance: edits(from: wrong, to: Array($0.utf8)), name: $0) }
            .filter { $0.distance <= max(1, $0.name.utf8.count / 3) }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Returns the edit distance: bytes to insert, delete or substitute, and neighbors to swap.
    private static func edits(from first: [UInt8], to second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], other == first[row - 1] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
