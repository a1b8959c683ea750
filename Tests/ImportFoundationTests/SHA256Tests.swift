import ImportFoundation
import Testing

/// `SHA256` is `package` only for these tests: the known vectors are not dumps.
@Suite struct SHA256Tests {
    private static func hash(_ bytes: [UInt8], chunk: Int = .max) -> String {
        var hash = SHA256()
        var rest = bytes[...]
        while !rest.isEmpty {
            rest.prefix(chunk).withUnsafeBufferPointer { hash.update($0) }
            rest = rest.dropFirst(chunk)
        }
        return hash.finish()
    }

    /// NIST's examples for FIPS 180-4.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                    + "mnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func knownVectors(_ text: String, _ digest: String) {
        #expect(Self.hash(Array(text.utf8)) == digest)
        for chunk in [1, 3, 55, 64] { #expect(Self.hash(Array(text.utf8), chunk: chunk) == digest) }
    }

    @Test func aMillionLetters() {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(Self.hash(bytes, chunk: 4099) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
}
