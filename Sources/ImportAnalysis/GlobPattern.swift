/// A pattern of texts, where `*` stands for any bytes, also for none. All else stands for itself.
package struct GlobPattern: Sendable {
    private static let anything = UInt8(ascii: "*")
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Its length in bytes without stars: the longer of two patterns says more.
    var count: Int { bytes.count { $0 != Self.anything } }

    /// Whether it stands for all of a text. Takes no more steps than the product of both lengths.
    package func matches(_ text: Span<UInt8>) -> Bool {
        var (at, position) = (0, 0)
        // Where the last `*` stands, and how much of the text it has taken.
        var star: (at: Int, position: Int)?
        while position < text.count {
            if at < bytes.count, bytes[at] == Self.anything {
                star = (at, position)
                at += 1
            } else if at < bytes.count, bytes[at] == text[position] {
                at += 1
                position += 1
            } else if let last = star {
                star = (last.at, last.position + 1)
                at = last.at + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return bytes[at...].allSatisfy { $0 == Self.anything }
    }
}
