private import CNettle

/// SHA-256 (FIPS 180-4) of a stream of bytes.
///
/// Nettle picks the processor's SHA instructions where it has them.
package struct SHA256 {
    private var context: sha256_ctx

    package init() {
        context = sha256_ctx()
        unsafe nettle_sha256_init(&context)
    }

    package mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe nettle_sha256_update(&context, bytes.count, bytes.baseAddress)
    }

    /// The digest of all that was seen, as 64 lower-case hexadecimal digits.
    package mutating func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
        unsafe digest.withUnsafeMutableBufferPointer { digest in
            unsafe nettle_sha256_digest(&context, digest.count, digest.baseAddress)
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
