/// A text that equals another one only if their bytes are equal.
///
/// Swift's `String` treats canonically equivalent texts as equal: "café" is one string, whether its é is one scalar or
/// two. As file names and record IDs these are different, and merging them would lose one, so this type serves as the
/// key. It sorts by UTF-8 bytes, which is also the order of the scalars.
package struct ExactText: Hashable, Comparable, Sendable {
    /// The UTF-8 bytes of the text, or any bytes for a name that is not UTF-8.
    package let bytes: [UInt8]

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text, with U+FFFD instead of bytes that are not UTF-8.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package func hash(into hasher: inout Hasher) {
        // All at once: an array would be hashed byte by byte.
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ExactText: CustomStringConvertible {
    package var description: String { text }
}
