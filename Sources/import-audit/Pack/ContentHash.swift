import Glibc
import ImportFoundation

/// The content of a document: its size in bytes and its SHA-256.
struct ContentHash: Sendable, Equatable {
    let bytes: Int
    let sha256: String

    init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Nil without a hash, if not all of it could be read.
    init?(bytes: Int, sha256: String?) {
        guard let sha256 else { return nil }
        self.init(bytes: bytes, sha256: sha256)
    }

    /// Reads all of a regular file, whatever the position of its descriptor; nil if it is none, or of another size than is
    /// expected.
    ///
    /// - Throws: ``SystemFailure`` if it cannot be read: it may be as it was.
    init?(ofFile descriptor: Int32, expected: Int? = nil) throws(SystemFailure) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            expected.map({ $0 == status.st_size }) != false
        else { return nil }
        var hash = SHA256()
        var size = 0
        // A small file gets a small buffer: there may be a million of them.
        let pieceBytes = min(256 * 1024, max(4096, Int(status.st_size) + 1))
        do {
            try readPieces(of: descriptor, pieceBytes: pieceBytes) { piece in
                hash.update(piece)
                size += piece.count
            }
        } catch {
            throw error as? SystemFailure ?? .last
        }
        bytes = size
        sha256 = hash.finish()
    }
}
