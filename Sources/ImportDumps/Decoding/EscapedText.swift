private import Glibc

/// The text of a JSON string, from behind its opening quote on, on its way to what it stands for.
@safe
struct EscapedText {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Whether an escape that JSON does not know becomes a byte that is no UTF-8, so that it is found as bad text.
    private let isLenient: Bool
    /// How far it is decoded.
    private(set) var index = 0

    /// Why decoding stopped.
    enum End {
        /// At the closing quote, which is not passed.
        case quote
        case needsMore, needsRoom
        /// At an escape that JSON does not know, or a line feed.
        case illFormed
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, isLenient: Bool = false) {
        self.isLenient = isLenient
        unsafe self.bytes = unsafe bytes
    }

    /// Decodes as far as there are bytes, and room for them.
    ///
    /// - Parameter isLast: whether no more bytes come: what is not whole is ill-formed then.
    mutating func decode(isLast: Bool, into output: inout DecoderOutput) -> End {
        while true {
            let plain = endOfPlain(from: index)
            if plain > index {
                let count = unsafe output.put(UnsafeBufferPointer(rebasing: bytes[index..<plain]))
                output.steps.copy(count)
                index += count
                if index < plain { return .needsRoom }
            }
            guard unsafe index < bytes.count else { return isLast ? .illFormed : .needsMore }
            let byte = unsafe bytes[index]
            if byte == UInt8(ascii: "\"") { return .quote }
            guard byte == UInt8(ascii: "\\") else { return .illFormed }
            guard unsafe index + 1 < bytes.count else { return isLast ? .illFormed : .needsMore }
            guard output.left >= 4 else { return .needsRoom }
            let plainEscape: UInt8
            switch unsafe bytes[index + 1] {
            case UInt8(ascii: "\""): plainEscape = 0x22
            case UInt8(ascii: "\\"): plainEscape = 0x5C
            case UInt8(ascii: "/"): plainEscape = 0x2F
            case UInt8(ascii: "n"): plainEscape = 0x0A
            case UInt8(ascii: "r"): plainEscape = 0x0D
            case UInt8(ascii: "t"): plainEscape = 0x09
            case UInt8(ascii: "b"): plainEscape = 0x08
            case UInt8(ascii: "f"): plainEscape = 0x0C
            case UInt8(ascii: "u"):
                if let end = putUnit(isLast, into: &output) { return end }
                continue
            default:
                guard isLenient, unsafe bytes[index + 1] >= 0x20 else { return .illFormed }
                plainEscape = 0xFF
            }
            output.put(plainEscape)
            output.steps.add(1, decoded: 1, original: 2)
            index += 2
        }
    }

    /// Decodes `\u1234`, or two of them that are a pair.
    private mutating func putUnit(_ isLast: Bool, into output: inout DecoderOutput) -> End? {
        guard unsafe index + 6 <= bytes.count else { return isLast ? .illFormed : .needsMore }
        guard let unit = unit(at: index + 2) else {
            guard isLenient else { return .illFormed }
            output.put(0xFF)
            output.steps.add(1, decoded: 1, original: 2)
            index += 2
            return nil
        }
        if 0xD800...0xDBFF ~= unit {
            let isNextKnown = unsafe index + 12 <= bytes.count
            if !isNextKnown, !isLast, unsafe bytes.count - index < 12, mayBeEscape(at: index + 6) { return .needsMore }
            if isNextKnown, unsafe bytes[index + 6] == UInt8(ascii: "\\"), unsafe bytes[index + 7] == UInt8(ascii: "u"),
                let low = self.unit(at: index + 8), 0xDC00...0xDFFF ~= low
            {
                let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                output.steps.add(1, decoded: output.put(scalar: scalar), original: 12)
                index += 12
                return nil
            }
        }
        output.steps.add(1, decoded: output.put(scalar: unit), original: 6)
        index += 6
        return nil
    }

    /// Whether the bytes from here on, as far as there are any, are the beginning of an escape `\u`.
    private func mayBeEscape(at position: Int) -> Bool {
        guard unsafe position < bytes.count else { return true }
        guard unsafe bytes[position] == UInt8(ascii: "\\") else { return false }
        return unsafe position + 1 >= bytes.count || bytes[position + 1] == UInt8(ascii: "u")
    }

    private func unit(at position: Int) -> UInt32? {
        var unit: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = unsafe ASCII.hexValue(of: bytes[position + offset]) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// The index of the first quote, backslash or line feed.
    @inline(__always)
    private func endOfPlain(from start: Int) -> Int {
        var index = start
        let raw = unsafe UnsafeRawBufferPointer(bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        while unsafe index + 8 <= bytes.count {
            let word = unsafe UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let (quote, backslash, feed) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C), word ^ (ones &* 0x0A))
            let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((feed &- ones) & ~feed)
            let bits = found & (ones &* 0x80)
            if bits != 0 { return index + (bits.trailingZeroBitCount >> 3) }
            index += 8
        }
        while unsafe index < bytes.count {
            let byte = unsafe bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x0A { return index }
            index += 1
        }
        return index
    }
}
