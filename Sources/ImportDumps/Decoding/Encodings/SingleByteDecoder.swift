/// Converts an encoding of one byte for each character to UTF-8. A byte that stands for nothing stays what it is, which
/// is no UTF-8.
struct SingleByteDecoder: StreamDecoder {
    /// For each byte its character; 0xFFFF_FFFF for none.
    private let characters: [UInt32]
    /// Whether the bytes of ASCII are ASCII.
    private let hasASCII: Bool

    init(characters: [UInt32]) {
        self.characters = characters
        hasASCII = (0..<0x80).allSatisfy { characters[$0] == $0 }
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while index < input.count, output.left >= 4 {
            if hasASCII {
                let text = unsafe UnsafeBufferPointer(rebasing: input[index...]).prefixOfASCII
                let start = output.count
                let count = unsafe output.put(text)
                unsafe output.steps.addLines(output.bytes(from: start), original: 1)
                index += count
                guard index < input.count, output.left >= 4 else { break }
            }
            let byte = unsafe input[index]
            let character = characters[Int(byte)]
            if character == .max {
                output.put(byte)
                output.steps.copy(1)
            } else {
                output.steps.add(
                    1, decoded: output.put(scalar: character), original: 1, endsLine: character == 0x0A)
            }
            index += 1
        }
        return index
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The byte of a line that has but one, apart from its end.
    var onlyBracket: UInt8? {
        guard (1...3).contains(count) else { return nil }
        for index in 1..<count where unsafe self[index] != 0x0D && self[index] != 0x0A { return nil }
        return unsafe self[0]
    }

    /// The bytes before the first one that is beyond ASCII.
    var prefixOfASCII: UnsafeBufferPointer<UInt8> {
        let bytes = UnsafeRawBufferPointer(self)
        var end = 0
        while end + 8 <= count {
            let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
            let beyond = word & 0x8080_8080_8080_8080
            guard beyond == 0 else {
                return unsafe UnsafeBufferPointer(rebasing: self[..<(end + beyond.trailingZeroBitCount / 8)])
            }
            end += 8
        }
        while end < count, unsafe self[end] < 0x80 { end += 1 }
        return unsafe UnsafeBufferPointer(rebasing: self[..<end])
    }
}
