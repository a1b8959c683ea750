private import Glibc
import ImportFoundation

/// Decodes the text of a JSON string, from after its opening quote on.
@safe
struct EscapedText {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Whether an escape unknown to JSON becomes a byte that is not UTF-8, so that it is found as invalid text.
    private let isLenient: Bool
    /// The index up to which the text was decoded.
    private(set) var index = 0

    /// Why decoding stopped.
    enum End {
        /// At the closing quote, which is not consumed.
        case quote
        case needsMore, needsRoom
        /// At an escape unknown to JSON, or a line feed.
        case illFormed
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, isLenient: Bool = false) {
        self.isLenient = isLenient
        unsafe self.bytes = unsafe bytes
    }

    /// Decodes as far as there are bytes, and room for the output.
    ///
    /// - Parameter isLast: whether no more bytes come. If so, incomplete text is ill-formed.
    mutating func decode(isLast: Bool, into output: inout DecoderOutput) -> End {
        while true {
            decodeWords(into: &output)
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
            let escaped: UInt8
            var length = 2
            if let byte = unsafe Self.byte(escapedBy: bytes[index + 1]) {
                escaped = byte
            } else if unsafe bytes[index + 1] == UInt8(ascii: "u") {
                if let end = putUnit(isLast, into: &output) { return end }
                continue
            } else {
                guard isLenient else { return .illFormed }
                escaped = 0xFF
                // A control character is not part of the escape.
                if unsafe bytes[index + 1] < 0x20 { length = 1 }
            }
            output.put(escaped)
            output.steps.add(1, decoded: 1, original: length)
            index += length
        }
    }

    /// Returns the byte that a letter after a backslash stands for; nil for `u`, and for letters unknown to JSON.
    @inline(__always)
    private static func byte(escapedBy letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""): 0x22
        case UInt8(ascii: "\\"): 0x5C
        case UInt8(ascii: "/"): 0x2F
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        default: nil
        }
    }

    /// Decodes short plain text and escapes of one byte, which make up nearly all of a JSON text within another, as
    /// long as eight bytes can be read and written at once.
    private mutating func decodeWords(into output: inout DecoderOutput) {
        guard let start = unsafe bytes.baseAddress, let end = unsafe output.end else { return }
        // Decoded text is never longer than its source.
        let limit = unsafe min(bytes.count, index + output.left) - 8
        let source = unsafe UnsafeRawPointer(start)
        let room = UnsafeMutableRawPointer(end)
        var (read, written, run) = (index, 0, index)
        while read <= limit {
            let word = unsafe source.loadUnaligned(fromByteOffset: read, as: UInt64.self)
            unsafe room.storeBytes(of: word, toByteOffset: written, as: UInt64.self)
            let stops = Self.stops(in: UInt64(littleEndian: word))
            guard stops != 0 else {
                (read, written) = (read + 8, written + 8)
                continue
            }
            let plain = stops.trailingZeroBitCount >> 3
            (read, written) = (read + plain, written + plain)
            guard unsafe read + 1 < bytes.count, unsafe bytes[read] == UInt8(ascii: "\\"),
                let byte = unsafe Self.byte(escapedBy: bytes[read + 1])
            else { break }
            unsafe room.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
            output.steps.copyAndEscape(read - run)
            (read, written) = (read + 2, written + 1)
            run = read
        }
        output.steps.copy(read - run)
        output.advance(by: written)
        index = read
    }

    /// Decodes `\u1234`, or two such escapes that form a surrogate pair.
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

    /// Whether the bytes from here on, as far as there are any, may begin an escape `\u`.
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

    /// Sets the top bit of each byte that is a quote, a backslash or a line feed. Bits above the lowest one set may be
    /// wrong.
    @inline(__always)
    private static func stops(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (quote, backslash, feed) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C), word ^ (ones &* 0x0A))
        let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((feed &- ones) & ~feed)
        return found & (ones &* 0x80)
    }

    /// Returns the index of the first quote, backslash or line feed, or the end.
    @inline(__always)
    private func endOfPlain(from start: Int) -> Int {
        var index = start
        let raw = unsafe UnsafeRawBufferPointer(bytes)
        while unsafe index + 8 <= bytes.count {
            let word = unsafe UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let bits = Self.stops(in: word)
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
