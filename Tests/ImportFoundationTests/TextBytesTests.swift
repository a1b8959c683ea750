import ImportFoundation
import TestSupport
import Testing

@Suite struct TextBytesTests {
    @Test("A text is cut between characters, and no earlier than it must be")
    func cuts() {
        let seed = UInt64.random(in: .min ... .max)
        print("texts that are cut: seed \(seed)")
        var random = SplitMix64(seed: seed)
        let characters = ["a", "é", "€", "😀"]
        for _ in 0..<50 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                characters[Int.random(in: 0..<4, using: &random)]
            }.joined()
            let bytes = Array(text.utf8)
            for limit in 0...bytes.count + 2 {
                let count = bytes.span.wholeCharacters(within: limit)
                #expect(count <= limit && String(validating: bytes[..<count], as: UTF8.self) != nil, "seed \(seed)")
                // One more character would have exceeded the limit.
                let kept = String(decoding: bytes[..<count], as: UTF8.self)
                let next = text.unicodeScalars.dropFirst(kept.unicodeScalars.count)
                #expect(next.first.map { count + UTF8.width($0) > limit } ?? true, "seed \(seed)")
            }
        }
        // Bytes that are not text are cut, too.
        #expect([UInt8](repeating: 0x80, count: 5).span.wholeCharacters(within: 3) == 0)
    }

    @Test("Numbers have zeros in front, and are never cut")
    func digits() {
        #expect([0, 7, 42, 12345].map { $0.digits(4) } == ["0000", "0007", "0042", "12345"])
        #expect(0xAB.digits(4, radix: 16) == "00ab")
        #expect(0xAB.digits(4, radix: 16, uppercase: true) == "00AB")
        #expect(UInt64.max.digits(16, radix: 16) == "ffffffffffffffff")
    }
}
