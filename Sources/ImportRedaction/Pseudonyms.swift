import ImportFoundation

/// Creates pseudonyms, which replace values: the same for the same value and key, and of the same kind.
///
/// A pseudonym is a keyed hash (HMAC-SHA-256) of the kind and the value. Without the key, it is impossible to find the
/// value of a pseudonym, or to compute the pseudonym of a value.
package struct Pseudonyms: Sendable {
    /// The accepted lengths of keys, in bytes.
    package static let keyBytes = 16...4096

    private let code: HMACSHA256
    /// Eight hexadecimal digits that distinguish keys and reveal nothing about them.
    package let keyID: String

    /// - Parameter key: its length must be in ``keyBytes``.
    package init(key: [UInt8]) {
        code = HMACSHA256(key: key)
        var hash = code
        hash.update(Array("key-id".utf8).span)
        keyID = String(hash.finish().hexadecimal.prefix(8))
    }

    /// Returns the code of a value. The first byte of the hashed data is the kind.
    private func digest(of value: Span<UInt8>, _ kind: ValueKind) -> SHA256Digest {
        var hash = begin(kind)
        hash.update(value)
        return hash.finish()
    }

    private func begin(_ kind: ValueKind) -> HMACSHA256 {
        var hash = code
        hash.update(InlineArray<1, UInt8>(repeating: kind.rawValue).span)
        return hash
    }
}

// MARK: - Of each kind

extension Pseudonyms {
    /// Appends the pseudonym of a value.
    func append(_ value: Span<UInt8>, _ kind: ValueKind, to text: inout [UInt8]) {
        switch kind {
        case .uuid: appendUUID(value, at: 0, to: &text)
        case .phone: appendPhone(value, to: &text)
        case .number: Self.appendDecimal(digest(of: value, .number), to: &text)
        case .hex: Self.appendHex(digest(of: value, .hex), bytes: 16, to: &text)
        case .email:
            text.append(contentsOf: "u-".utf8)
            Self.appendShortHex(digest(of: value, .email), to: &text)
            text.append(contentsOf: "@redacted.invalid".utf8)
        case .text:
            text.append(contentsOf: "v-".utf8)
            Self.appendShortHex(digest(of: value, .text), to: &text)
        case .name:
            text.append(contentsOf: "n-".utf8)
            Self.appendShortHex(digest(of: value, .name), to: &text)
        }
    }

    /// Appends a lower-case UUID instead of the one in the 36 bytes at `start`, whatever the case of its letters. It is
    /// of version 8 (RFC 9562, for application-specific data), with 122 bits of the code.
    func appendUUID(_ value: Span<UInt8>, at start: Int, to text: inout [UInt8]) {
        var small = InlineArray<36, UInt8>(repeating: 0)
        // Digits and hyphens already have this bit.
        for index in 0..<36 { small[index] = value[start + index] | 0x20 }
        var bytes = digest(of: small.span, .uuid).bytes
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            Self.appendHex(bytes[index], to: &text)
        }
    }

    /// Appends a phone number that keeps the characters between the digits. The digits become zeros, and the last group
    /// of them becomes `00` and the 20 digits of the code. The code is that of the digits alone, with a plus in front
    /// of an international number.
    private func appendPhone(_ value: Span<UInt8>, to text: inout [UInt8]) {
        var hash = begin(.phone)
        var lastGroup = 0
        var digitsSeen = 0
        // 0049… is +49…
        let hasZeros = value.count > 2 && value[0] == UInt8(ascii: "0") && value[1] == UInt8(ascii: "0")
        if hasZeros || value.indices.contains(where: { value[$0] == UInt8(ascii: "+") }) {
            hash.update(InlineArray<1, UInt8>(repeating: UInt8(ascii: "+")).span)
        }
        for index in value.indices where value[index].isDigit {
            if index == 0 || !value[index - 1].isDigit { lastGroup = index }
            digitsSeen += 1
            if hasZeros, digitsSeen <= 2 { continue }
            hash.update(value.extracting(index..<index + 1))
        }
        for index in 0..<lastGroup { text.append(value[index].isDigit ? UInt8(ascii: "0") : value[index]) }
        text.append(contentsOf: "00".utf8)
        Self.appendDecimal(hash.finish(), to: &text)
        var end = lastGroup
        while end < value.count, value[end].isDigit { end += 1 }
        for index in end..<value.count { text.append(value[index]) }
    }

    /// Appends 64 bits as 20 digits. The first one is not 0, with which no number of JSON begins.
    private static func appendDecimal(_ digest: SHA256Digest, to text: inout [UInt8]) {
        var value = digest.halves.0
        let start = text.count
        for _ in 0..<20 { text.append(UInt8(ascii: "0")) }
        for index in stride(from: start + 19, through: start, by: -1) {
            text[index] = UInt8(ascii: "0") + UInt8(value % 10)
            value /= 10
        }
        // 64 bits begin with 0 or 1, so this gives no other number's digits.
        if text[start] == UInt8(ascii: "0") { text[start] = UInt8(ascii: "2") }
    }

    /// Appends 79 bits as 20 hexadecimal digits. The first one is below 8, so there is a decimal digit, by which
    /// message patterns recognize a value.
    private static func appendShortHex(_ digest: SHA256Digest, to text: inout [UInt8]) {
        appendHex(digest.bytes[0] & 0x7F, to: &text)
        for index in 1..<10 { appendHex(digest.bytes[index], to: &text) }
    }

    private static func appendHex(_ digest: SHA256Digest, bytes count: Int, to text: inout [UInt8]) {
        for index in 0..<count { appendHex(digest.bytes[index], to: &text) }
    }

    private static func appendHex(_ byte: UInt8, to text: inout [UInt8]) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
}
