import ImportFoundation
import TestSupport
import Testing

/// `HMACSHA256` is `package` only for these tests.
@Suite struct HMACTests {
    private static func code(_ key: [UInt8], _ parts: [UInt8]...) -> String {
        var code = HMACSHA256(key: key)
        for part in parts { code.update(part.span) }
        return code.finish().hexadecimal
    }

    private static func repeated(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    @Test("RFC 4231, test cases 1 to 7")
    func knownVectors() {
        let hello = Self.repeated(0x0B, 20)
        #expect(
            Self.code(hello, Array("Hi There".utf8))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            Self.code(Array("Jefe".utf8), Array("what do ya want ".utf8), Array("for nothing?".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Self.code(Self.repeated(0xAA, 20), Self.repeated(0xDD, 50))
                == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
        #expect(
            Self.code(Array(1...25), Self.repeated(0xCD, 50))
                == "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")
        #expect(
            Self.code(Self.repeated(0x0C, 20), Array("Test With Truncation".utf8)).prefix(32)
                == "a3b6167473100ee06e0c796c2955552b")
        let long = Self.repeated(0xAA, 131)
        #expect(
            Self.code(long, Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        let text =
            "This is a test using a larger than block-size key and a larger than block-size data. "
            + "The key needs to be hashed before being used by the HMAC algorithm."
        #expect(
            Self.code(long, Array(text.utf8)) == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")
    }

    @Test("Each message has its own code: after one is finished, and beside a copy")
    func messages() {
        var code = HMACSHA256(key: Array("Jefe".utf8))
        var copy = code
        code.update(Array("another".utf8).span)
        _ = code.finish()
        code.update(Array("what do ya want for nothing?".utf8).span)
        copy.update(Array("what do ya want for nothing?".utf8).span)
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        #expect(code.finish().hexadecimal == expected)
        #expect(copy.finish().hexadecimal == expected)
    }

    @Test("A key of just one block counts as it is")
    func blockSizedKey() {
        // Computed by Python's hmac module.
        #expect(
            Self.code(Self.repeated(0x41, 64), Array("x".utf8))
                == "e425e6134ee4dfd487626bd6cc54d43eeb470225cac7706912a4c95fa93f1241")
        #expect(
            Self.code(Self.repeated(0x41, 65), Array("x".utf8))
                == "45f252055df61136806da9100ef64652fd35690218af3e21d5eaa2d9fa1fe51e")
    }
}
