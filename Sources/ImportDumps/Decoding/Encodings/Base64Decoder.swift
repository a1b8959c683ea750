/// Decodes Base64 (RFC 4648, also with its URL-safe alphabet), with white space anywhere. A byte that is not Base64
/// becomes one that is not UTF-8.
struct Base64Decoder: StreamDecoder {
    /// The six bits of each byte; 64 for white space and padding, 65 for bytes that are not allowed.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 65, count: 256)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in letters.utf8.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        for byte in " \t\r\n=".utf8 { values[Int(byte)] = 64 }
        return values
    }()

    private var bits: UInt32 = 0
    /// The number of letters in the current group, and of the input bytes that it takes.
    private var letters = 0
    private var groupBytes = 0

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while index < input.count, output.left >= 4 {
            let value = unsafe Self.values[Int(input[index])]
            index += 1
            groupBytes += 1
            guard value < 64 else {
                if value == 65 {
                    end(into: &output)
                    output.put(0xFF)
                    output.steps.copy(1)
                    groupBytes = 0
                }
                continue
            }
            bits = bits << 6 | UInt32(value)
            letters += 1
            if letters == 4 { put(3, into: &output) }
        }
        if isLast, index == input.count, output.left >= 4 { end(into: &output) }
        return index
    }

    /// Writes what there is of an incomplete group.
    private mutating func end(into output: inout DecoderOutput) {
        guard letters > 1 else {
            (bits, letters) = (0, 0)
            return
        }
        bits <<= UInt32(6 * (4 - letters))
        put(letters - 1, into: &output)
    }

    /// Writes the bytes of a group, each with the place of one of its letters.
    private mutating func put(_ count: Int, into output: inout DecoderOutput) {
        for index in 0..<count { output.put(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index))) }
        output.steps.copy(count)
        output.steps.skip(groupBytes - count)
        (bits, letters, groupBytes) = (0, 0, 0)
    }
}

extension Base64Decoder {
    /// Whether text may be Base64 of JSON, judging by its first four letters: of an object, an array, white space, a
    /// byte order mark, or the head of an HTTP response.
    static func mayBegin(with first: [UInt8]) -> Bool {
        guard first.count >= 4 else { return false }
        var bits: UInt32 = 0
        for letter in first.prefix(4) {
            guard values[Int(letter)] < 64 || letter == UInt8(ascii: "=") else { return false }
            bits = bits << 6 | UInt32(values[Int(letter)] & 63)
        }
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }) else { return true }
        let next = bytes.dropFirst(start + 1).first { !isSpace($0) }
        switch bytes[start] {
        case UInt8(ascii: "{"): return next.map { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "}") } ?? true
        case UInt8(ascii: "["): return next.map { "{[]".utf8.contains($0) } ?? true
        default: return bytes == [0xEF, 0xBB, 0xBF] || bytes.elementsEqual("HTT".utf8)
        }
    }
}
