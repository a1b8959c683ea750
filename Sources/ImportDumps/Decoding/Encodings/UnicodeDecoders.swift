private import Glibc

/// Converts UTF-16 or UTF-32 to UTF-8. What is not a character (a lone surrogate, an odd byte at the end) becomes bytes
/// that are not UTF-8 either, so that it is found like any other invalid text.
struct UnicodeDecoder: StreamDecoder {
    enum Form {
        case utf16, utf32

        var unitBytes: Int { self == .utf16 ? 2 : 4 }
    }

    let form: Form
    let isBigEndian: Bool
    private var isAtStart = true

    init(_ form: Form, isBigEndian: Bool) {
        self.form = form
        self.isBigEndian = isBigEndian
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        let done =
            switch form {
            case .utf16: unsafe decodeUTF16(input, isLast: isLast, into: &output)
            case .utf32: unsafe decodeUTF32(input, into: &output)
            }
        return done + (isLast ? output.putBrokenUnit(input.count - done, of: form.unitBytes) : 0)
    }

    private mutating func decodeUTF16(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while index + 2 <= input.count, output.left >= 4 {
            let plain = unsafe putASCII(UnsafeBufferPointer(rebasing: input[index...]), into: &output)
            if plain > 0 { isAtStart = false }
            index += plain
            guard index + 2 <= input.count, output.left >= 4 else { break }
            let unit = unsafe unit(at: index, of: input)
            let isMark = isAtStart && unit == 0xFEFF
            isAtStart = false
            if isMark {
                output.steps.skip(2)
                index += 2
            } else if 0xD800...0xDBFF ~= unit {
                guard index + 4 <= input.count || isLast else { break }
                let low = unsafe index + 4 <= input.count ? self.unit(at: index + 2, of: input) : 0
                if 0xDC00...0xDFFF ~= low {
                    let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                    output.steps.add(1, decoded: output.put(scalar: scalar), original: 4)
                    index += 4
                } else {
                    output.steps.add(1, decoded: output.put(scalar: unit), original: 2)
                    index += 2
                }
            } else {
                output.steps.add(1, decoded: output.put(scalar: unit), original: 2, endsLine: unit == 0x0A)
                index += 2
            }
        }
        return index
    }

    private mutating func decodeUTF32(_ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput) -> Int {
        var index = 0
        while index + 4 <= input.count, output.left >= 4 {
            let unit = unsafe UnsafeRawBufferPointer(input).loadUnaligned(fromByteOffset: index, as: UInt32.self)
            let scalar = isBigEndian ? UInt32(bigEndian: unit) : UInt32(littleEndian: unit)
            if isAtStart, scalar == 0xFEFF {
                output.steps.skip(4)
            } else {
                output.steps.add(1, decoded: output.put(scalar: scalar), original: 4, endsLine: scalar == 0x0A)
            }
            isAtStart = false
            index += 4
        }
        return index
    }

    @inline(__always)
    private func unit(at index: Int, of input: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let (first, second) = unsafe (UInt32(input[index]), UInt32(input[index + 1]))
        return isBigEndian ? first << 8 | second : second << 8 | first
    }

    /// Converts ASCII, four units at a time. Returns the number of input bytes converted.
    @inline(__always)
    private func putASCII(_ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput) -> Int {
        guard let source = unsafe UnsafeRawPointer(input.baseAddress), let end = unsafe output.end else { return 0 }
        let target = UnsafeMutableRawPointer(end)
        let count = min(input.count / 8, output.left / 4)
        let beyond: UInt64 = isBigEndian ? 0x80FF_80FF_80FF_80FF : 0xFF80_FF80_FF80_FF80
        var done = 0
        while done < count {
            var units = unsafe UInt64(littleEndian: source.loadUnaligned(fromByteOffset: done * 8, as: UInt64.self))
            guard units & beyond == 0 else { break }
            if isBigEndian { units >>= 8 }
            units |= units >> 8
            let bytes = UInt32(truncatingIfNeeded: units & 0xFFFF | units >> 16 & 0xFFFF_0000)
            unsafe target.storeBytes(of: bytes.littleEndian, toByteOffset: done * 4, as: UInt32.self)
            done += 1
        }
        unsafe output.steps.addLines(UnsafeBufferPointer(start: end, count: done * 4), original: 2)
        output.advance(by: done * 4)
        return done * 8
    }
}

extension DecoderOutput {
    /// Writes a byte that is not UTF-8 for an incomplete unit at the end. Returns the number of bytes consumed.
    ///
    /// - Parameters:
    ///   - count: the number of bytes of the unit that there are.
    ///   - unit: the number of bytes that it should have.
    fileprivate mutating func putBrokenUnit(_ count: Int, of unit: Int) -> Int {
        guard count > 0, count < unit, left >= 4 else { return 0 }
        put(0xFF)
        steps.add(1, decoded: 1, original: count)
        return count
    }
}

extension PlaceSteps {
    /// Adds steps for ASCII text, each byte of which came from `original` bytes.
    mutating func addLines(_ text: UnsafeBufferPointer<UInt8>, original: Int) {
        guard let start = text.baseAddress else { return }
        var index = 0
        while index < text.count, let feed = unsafe memchr(start + index, 0x0A, text.count - index) {
            let next = unsafe UnsafeRawPointer(feed) - UnsafeRawPointer(start) + 1
            add(next - index, decoded: 1, original: original, endsLine: true)
            index = next
        }
        add(text.count - index, decoded: 1, original: original)
    }
}
