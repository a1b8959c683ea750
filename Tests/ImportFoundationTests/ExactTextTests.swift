import ImportFoundation
import Testing

@Suite struct ExactTextTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test("Texts that only look the same are two keys, which no String would tell apart")
    func normalisation() {
        #expect(Self.composed == Self.decomposed)
        #expect(ExactText(Self.composed) != ExactText(Self.decomposed))
        var counts: [ExactText: Int] = [:]
        for text in [Self.composed, Self.decomposed, Self.composed] { counts[ExactText(text), default: 0] += 1 }
        #expect(counts == [ExactText(Self.composed): 2, ExactText(Self.decomposed): 1])
    }

    @Test("The order is that of scalars, and no two different texts are equal in it")
    func order() {
        let texts = ["", "a", "a\u{301}", "b", Self.decomposed, Self.composed, "z", "\u{E9}", "\u{FFFF}", "\u{1F600}"]
        #expect(texts.map { ExactText($0) }.sorted().map { Array($0.text.utf8) } == texts.map { Array($0.utf8) })
        #expect(!(ExactText("a") < ExactText("a")))
    }

    @Test("Bytes that are not text are distinguished, and shown with U+FFFD")
    func bytesThatAreNoText() {
        let (one, other) = (ExactText(bytes: [0x61, 0xFF]), ExactText(bytes: [0x61, 0xFE]))
        #expect(one != other)
        #expect(other < one)
        #expect(one.text == "a\u{FFFD}")
        #expect(one.bytes == [0x61, 0xFF])
    }
}
