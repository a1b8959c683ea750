/// A pattern of texts, where `*` stands for any text, also for none. All else stands for itself.
package struct GlobPattern: Sendable {
    private static let anything = UInt8(ascii: "*")
    private static let oneCharacter = UInt8(ascii: "?")

    private let bytes: [UInt8]
    private let hasQuestionMarks: Bool

    /// - Parameters:
    ///   - bytes: in UTF-8.
    ///   - hasQuestionMarks: whether `?` stands for any one character (a Unicode scalar).
    package init(_ bytes: [UInt8], hasQuestionMarks: Bool = false) {
        self.bytes = bytes
        self.hasQuestionMarks = hasQuestionMarks
    }

    /// Its length in bytes without stars: the longer of two patterns says more.
    var count: Int { bytes.count { $0 != Self.anything } }

    /// Whether it stands for all of a text in UTF-8. Takes no more steps than the product of both lengths.
    package func matches(_ text: Span<UInt8>) -> Bool {
        var (at, position) = (0, 0)
        // Where the last `*` stands, and how much of the text it has taken.
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

/// Finds what someone may have meant by a name that is none.
package enum NearestName {
    /// The name that takes the fewest edits to come to, at most a third of its length; nil if none is near.
    package static func of(_ text: String, among names: [String]) -> String? {
        let wrong = Array(text.utf8)
        guard wrong.count <= 64 else { return nil }
        let near = names.map { (distance: edits(from: wrong, to: Array($0.utf8)), name: $0) }
            .filter { $0.distance <= max(1, $0.name.utf8.count / 3) }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Letters to insert, to leave out or to change, and neighbours to exchange.
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
