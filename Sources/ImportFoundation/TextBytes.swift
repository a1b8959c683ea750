extension Span<UInt8> {
    /// Returns the length of the longest prefix of at most `limit` bytes that does not split a character.
    @inlinable
    public func wholeCharacters(within limit: Int) -> Int {
        guard count > limit else { return count }
        var end = limit
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}

extension [UInt8] {
    /// A copy of borrowed bytes.
    package init(span bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Appends borrowed bytes.
    package mutating func append(span bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension String {
    /// Returns the text with scalars replaced, wherever they are. `replacing(_:with:)` looks for characters, and finds
    /// neither the `<` in "\u{0D4E}<" nor the line feed in "\r\n".
    package func replacing(scalars replacements: [Unicode.Scalar: String]) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let replacement = replacements[scalar] {
                result.append(contentsOf: replacement.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension BinaryInteger {
    /// Formats a number of 0 or more, padded with leading zeros to `width`.
    package func digits(_ width: Int, radix: Int = 10, uppercase: Bool = false) -> String {
        let digits = String(self, radix: radix, uppercase: uppercase)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

// Checks of single bytes are public, because only public functions are inlined into other modules.

/// Classes of ASCII bytes.
public enum ASCII {
    /// Returns the value of a hexadecimal digit, 0 to 15; nil for any other byte.
    @inlinable
    public static func hexValue(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Returns whether the byte is a digit, 0 to 9.
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    /// Returns whether the byte is structural in JSON: part of neither a key nor a value.
    @inlinable
    public static func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// Returns whether a bare word or a number may contain the byte.
    @inlinable
    public static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Returns whether the byte is JSON white space.
    @inlinable
    public static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}

/// The well-formed UTF-8 sequences that a lead byte beyond ASCII begins: RFC 3629, section 4.
public struct UTF8Form {
    /// The number of bytes in the sequence, 2 to 4.
    public var length: Int
    /// The valid range of the second byte; later bytes are 0x80 to 0xBF.
    public var second: ClosedRange<UInt8>

    /// Nil for a byte that begins no sequence.
    @inlinable
    public init?(lead: UInt8) {
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
    }
}
