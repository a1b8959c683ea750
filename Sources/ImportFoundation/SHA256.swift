private import CNettle

/// SHA-256 (FIPS 180-4) of a stream of bytes.
///
/// Nettle uses the processor's SHA instructions where available.
package struct SHA256: Sendable {
    private var context: sha256_ctx

    package init() {
        context = sha256_ctx()
        unsafe nettle_sha256_init(&context)
    }

    package mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe nettle_sha256_update(&context, bytes.count, bytes.baseAddress)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe update($0) }
    }

    /// Returns the digest of everything seen, as 64 lower-case hexadecimal digits.
    package mutating func finish() -> String { finishDigest().hexadecimal }

    /// Returns the digest of everything seen.
    package mutating func finishDigest() -> SHA256Digest {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &digest) { bytes in
            unsafe nettle_sha256_digest(&context, bytes.count, bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        return SHA256Digest(bytes: digest)
    }
}

/// HMAC-SHA-256 (RFC 2104) of messages under one key.
///
/// Nettle computes the part that depends only on the key once: a short message then needs two compressions.
package struct HMACSHA256: Sendable {
    private var context = hmac_sha256_ctx()

    /// - Parameter key: any bytes; a key of more than 64 bytes is replaced by its SHA-256.
    package init(key: [UInt8]) {
        unsafe key.withUnsafeBufferPointer { key in
            unsafe nettle_hmac_sha256_set_key(&context, key.count, key.baseAddress)
        }
    }

    /// Adds to the message. A copy of a value that has seen nothing begins another message under the same key.
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe nettle_hmac_sha256_update(&context, bytes.count, bytes.baseAddress)
        }
    }

    /// Returns the code of the message and begins the next one.
    package mutating func finish() -> SHA256Digest {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &digest) { bytes in
            let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            unsafe nettle_hmac_sha256_digest(&context, bytes.count, start)
        }
        return SHA256Digest(bytes: digest)
    }
}

/// A SHA-256 digest, in 32 bytes.
package struct SHA256Digest: Sendable {
    package let bytes: InlineArray<32, UInt8>

    package init(bytes: InlineArray<32, UInt8>) {
        self.bytes = bytes
    }

    /// Computes the digest of `bytes`.
    package init(of bytes: Span<UInt8>) {
        var hash = SHA256()
        hash.update(bytes)
        self = hash.finishDigest()
    }

    /// Nil for anything other than 64 hexadecimal digits.
    package init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 64 else { return nil }
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for (index, digit) in digits.enumerated() {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            bytes[index / 2] = bytes[index / 2] << 4 | UInt8(value)
        }
        self.bytes = bytes
    }

    /// 64 lower-case digits.
    package var hexadecimal: String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        return unsafe String(unsafeUninitializedCapacity: 64) { text in
            for index in bytes.indices {
                unsafe text[2 * index] = digit(bytes[index] >> 4)
                unsafe text[2 * index + 1] = digit(bytes[index] & 15)
            }
            return 64
        }
    }

    /// The first 128 bits; finding two texts that share them is infeasible.
    package var halves: (UInt64, UInt64) {
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[start + $1]) }
        }
        return (word(0), word(8))
    }
}

extension SHA256Digest: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }

    /// A few of its bits are enough.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(halves.0)
    }
}
