/// What was read of a document: its size in bytes and its SHA-256.
struct ContentHash: Sendable {
    let bytes: Int
    let sha256: String

    init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Nil without a hash, when not all of it could be read.
    init?(bytes: Int, sha256: String?) {
        guard let sha256 else { return nil }
        self.init(bytes: bytes, sha256: sha256)
    }
}
