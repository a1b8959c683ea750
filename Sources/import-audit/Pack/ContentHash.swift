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

    /// Creates the content; nil without a hash, which means that the document could not be read completely.
    init?(bytes: Int, sha256: String?) {
        guard let sha256 else { return nil }
        self.init(bytes: bytes, sha256: sha256)
    }

    /// Hashes a whole regular file, regardless of the descriptor's position; nil if it is not a regular file, or does
    /// not have the expected size.
    ///
    /// - Throws: ``SystemFailure`` if the file cannot be read. It may still be unchanged.
    init?(ofFile descriptor: Int32, expected: Int? = nil) throws(SystemFailure) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            expected.map({ $0 == status.st_size }) != false
        else { return nil }
        var hash = SHA256()
        var size = 0
        // A small file gets a small buffer: there may be a million of them.
        let pieceBytes = max(4096, min(256 * 1024 - 1, Int(status.st_size)) + 1)
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
