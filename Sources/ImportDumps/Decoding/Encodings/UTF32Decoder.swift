/// Converts UTF-32 to UTF-8. What is no character becomes bytes that are no UTF-8 either.
struct UTF32Decoder: StreamDecoder {
    let isBigEndian: Bool
    private var isAtStart = true

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
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
        if isLast, index < input.count, input.count - index < 4, output.left >= 4 {
            output.put(0xFF)
            output.steps.add(1, decoded: 1, original: input.count - index)
            index = input.count
        }
        return index
    }
}
