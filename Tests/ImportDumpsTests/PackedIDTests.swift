import ImportDumps
import Testing

/// UUIDs in 16 bytes: every kernel comes to what reading the digits one by one comes to.
@Suite struct PackedIDTests {
    @Test("Every kernel packs what stands there", arguments: RowKernel.available.map { $0.name })
    func everyKernel(name: String) throws {
        let kernel = try #require(RowKernel.available.first { $0.name == name })
        var numbers = SplitMix64(seed: 7)
        for count in [1, 2, 7, 100] {
            for stride in [36, 37, 80] {
                let ids = (0..<count).map { _ in Self.randomID(&numbers) }
                // Nothing behind the last one, and what is between them must not matter.
                var text = "…" + ids.map { $0 + String(repeating: "f", count: stride - 36) }.joined()
                if stride > 36 { text.removeLast(stride - 36) }
                let bytes = Array(text.utf8)
                let packed = withPacked(count) {
                    kernel.packIDs(
                        TextRange(offset: 3, count: 36), stride: stride, count: count, of: bytes.span, tag: 40, step: 4,
                        into: $0)
                }
                #expect(packed.map { $0.tag } == (0..<count).map { 40 + 4 * UInt64($0) })
                #expect(packed.map { Self.digits($0) } == ids.map { $0.lowercased().filter { $0 != "-" } })
            }
        }
    }

    private func withPacked(_ count: Int, _ body: (UnsafeMutablePointer<PackedID>) -> Void) -> [PackedID] {
        Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { body(start) }
            initialized = count
        }
    }

    private static func randomID(_ numbers: inout SplitMix64) -> String {
        let digits = Array("0123456789abcdefABCDEF")
        return [8, 4, 4, 4, 12].map { length in
            String((0..<length).map { _ in digits[Int(numbers.next() % UInt64(digits.count))] })
        }.joined(separator: "-")
    }

    private static func digits(_ id: PackedID) -> String {
        [id.high, id.low].map { number in
            let text = String(UInt64(bigEndian: number), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
