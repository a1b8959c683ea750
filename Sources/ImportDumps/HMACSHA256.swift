/// HMAC-SHA-256 (RFC 2104) with one key, for many messages.
///
/// What the key alone determines is worked out once: a short message then takes two compressions.
package struct HMACSHA256: Sendable {
    private static let blockBytes = 64

    /// The hash of the key in its inner and in its outer padding.
    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter key: any bytes; more than 64 count by their SHA-256.
    package init(key: [UInt8]) {
        var block = InlineArray<64, UInt8>(repeating: 0)
        if key.count > Self.blockBytes {
            var hash = SHA256()
            unsafe key.withUnsafeBufferPointer { unsafe hash.update($0) }
            let digest = hash.finishDigest()
            for index in digest.bytes.indices { block[index] = digest.bytes[index] }
        } else {
            for index in key.indices { block[index] = key[index] }
        }
        inner = Self.hash(of: block, padding: 0x36)
        outer = Self.hash(of: block, padding: 0x5C)
    }

    private static func hash(of key: InlineArray<64, UInt8>, padding: UInt8) -> SHA256 {
        var block = key
        for index in block.indices { block[index] ^= padding }
        var hash = SHA256()
        hash.update(block.span)
        return hash
    }

    /// Begins a message: what it is made of goes into the hash, which ``finish(_:)`` then takes.
    package func begin() -> SHA256 { inner }

    /// The code of a message.
    package func finish(_ message: consuming SHA256) -> SHA256Digest {
        var hash = outer
        hash.update(message.finishDigest().bytes.span)
        return hash.finishDigest()
    }
}
