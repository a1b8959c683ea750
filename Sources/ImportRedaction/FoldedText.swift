/// A text in small letters, each byte with the place in the text that it stands for.
struct FoldedText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where the character begins that a byte is of; at the end, the length of the text.
    private var origins: [Int] = []

    mutating func set(_ text: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                bytes.append(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte)
                origins.append(index)
                index += 1
                continue
            }
            var end = index + 1
            while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
            for folded in Self.folded(String(decoding: [UInt8](text.extracting(index..<end)), as: UTF8.self)) {
                bytes.append(folded)
                origins.append(index)
            }
            index = end
        }
        origins.append(text.count)
    }

    /// The stretch of the text that a stretch of small letters stands for, in whole characters.
    func origin(of range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end < bytes.count, end > range.lowerBound, origins[end] == origins[end - 1] { end += 1 }
        return origins[range.lowerBound]..<origins[end]
    }

    /// The bytes of a text in small letters.
    static func folded(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars { bytes += scalar.properties.lowercaseMapping.utf8 }
        return bytes
    }
}
