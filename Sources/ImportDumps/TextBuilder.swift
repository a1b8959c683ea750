/// Appends the decoded text of one string to the scratch bytes, up to ``DumpLimits/textBytes``.
struct TextBuilder {
    /// Where the text begins in the scratch bytes.
    let start: Int
    /// False for a string that is only checked.
    let isWanted: Bool
    /// The text was longer than the limit; what follows is dropped.
    private(set) var isCut = false

    init(start: Int, isWanted: Bool) {
        self.start = start
        self.isWanted = isWanted
    }

    /// Appends well-formed UTF-8.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, to scratch: inout [UInt8]) {
        guard isWanted, !isCut else { return }
        let room = DumpLimits.textBytes - (scratch.count - start)
        if bytes.count <= room {
            unsafe scratch.append(contentsOf: bytes)
        } else {
            isCut = true
            var end = room
            while end > 0, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
            unsafe scratch.append(contentsOf: bytes.prefix(end))
        }
    }

    /// Appends one character that is encoded already.
    mutating func append(_ sequence: InlineArray<4, UInt8>, count: Int, to scratch: inout [UInt8]) {
        guard isWanted, !isCut else { return }
        guard scratch.count - start + count <= DumpLimits.textBytes else {
            isCut = true
            return
        }
        for index in 0..<count { scratch.append(sequence[index]) }
    }

    /// Appends one character, given by its Unicode scalar value.
    mutating func append(scalar: UInt32, to scratch: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80:
            append([UInt8(scalar), 0, 0, 0], count: 1, to: &scratch)
        case ..<0x800:
            append([0xC0 | UInt8(scalar >> 6), tail(0), 0, 0], count: 2, to: &scratch)
        case ..<0x10000:
            append([0xE0 | UInt8(scalar >> 12), tail(6), tail(0), 0], count: 3, to: &scratch)
        default:
            append([0xF0 | UInt8(scalar >> 18), tail(12), tail(6), tail(0)], count: 4, to: &scratch)
        }
    }

    /// A high surrogate that no low one followed becomes U+FFFD.
    @inline(__always)
    mutating func endSurrogate(_ highSurrogate: inout UInt32?, in scratch: inout [UInt8]) {
        guard highSurrogate != nil else { return }
        highSurrogate = nil
        append(scalar: 0xFFFD, to: &scratch)
    }
}
