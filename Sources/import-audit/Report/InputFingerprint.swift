import Glibc
import ImportFoundation
import ImportInputs
import ImportRedaction

/// Shows whether an input has changed: its path, its size and its hash.
struct InputFingerprint: Sendable {
    private(set) var path: String
    let bytes: Int
    let sha256: String

    /// Nil if it is not a regular file, cannot be read, or has no name in UTF-8.
    ///
    /// - Parameter whole: the size and the hash of a dump that may be all of the file; else it is read for its hash.
    init?(of input: InputPath, whole: (bytes: Int, sha256: String)? = nil) throws {
        guard let path = String(validating: input.bytes, as: UTF8.self), let descriptor = try? input.open() else {
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.path = path
        // A compressed file may happen to be as large as the dump in it.
        if let whole, whole.bytes == status.st_size, ContainerReader.isPlain(descriptor) {
            (bytes, sha256) = whole
            return
        }
        var hash = SHA256()
        var source = DescriptorSource(descriptor: descriptor)
        var count = 0
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(256 * 1024, max(4096, status.st_size + 1)), alignment: 64)
        defer { unsafe room.deallocate() }
        while let read = try? unsafe source.read(into: room), read > 0 {
            if Interruption.isRequested { throw Interrupted() }
            unsafe hash.update(UnsafeBufferPointer(rebasing: room.bindMemory(to: UInt8.self)[..<read]))
            count += read
        }
        guard count == status.st_size else { return nil }
        bytes = count
        sha256 = hash.finish()
    }
}

extension InputFingerprint {
    /// The same under the name that is shown.
    func shown(under names: SourceNames) -> InputFingerprint {
        var fingerprint = self
        fingerprint.path = names.shown(path)
        return fingerprint
    }
}
