import Glibc
import ImportAnalysis
import ImportInputs

/// An unnamed file, which disappears at the latest when the process ends.
@safe
final class TemporaryFile {
    /// Small pieces are combined, because a write of a few kilobytes takes as long as a large one.
    private static let bufferBytes = 256 * 1024

    private let descriptor: Int32
    /// The number of bytes in the file.
    private var written = 0
    /// The bytes that wait to be written; `waiting` is their number.
    private let buffer: UnsafeMutablePointer<UInt8>
    private var waiting = 0

    /// - Parameter folder: a folder with space for it.
    init(in folder: String) throws(CommandFailure) {
        descriptor = try Self.open(in: folder)
        unsafe buffer = .allocate(capacity: Self.bufferBytes)
    }

    /// Opens a new file without a name. The caller closes it.
    static func open(in folder: String) throws(CommandFailure) -> Int32 {
        var descriptor = unsafe Glibc.open(folder, Self.unnamed | O_RDWR | O_CLOEXEC, 0o600)
        // Not every file system has such files.
        if descriptor < 0, [EOPNOTSUPP, EISDIR, EINVAL].contains(errno) { descriptor = openAndUnlink(in: folder) }
        guard descriptor >= 0 else {
            throw CommandFailure(
                .cannotWrite, of: TemporaryFolder.shown(folder),
                "no temporary file can be made: \(SystemFailure.last.description)")
        }
        return descriptor
    }

    /// `O_TMPFILE`, which Swift does not import.
    private static let unnamed = 0o20_000_000 | O_DIRECTORY

    /// Opens a file and removes its name. If the process is killed in between, the name stays.
    private static func openAndUnlink(in folder: String) -> Int32 {
        var path = Array("\(folder)/.import-audit.XXXXXX".utf8CString)
        return unsafe path.withUnsafeMutableBufferPointer { path in
            guard let start = path.baseAddress else { return Int32(-1) }
            let descriptor = unsafe mkstemp(start)
            if descriptor >= 0 {
                unsafe unlink(start)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            }
            return descriptor
        }
    }

    deinit {
        unsafe buffer.deallocate()
        close(descriptor)
    }

    /// The number of bytes that were appended.
    var size: Int { written + waiting }

    /// Appends bytes, and returns their byte offset.
    func append(_ bytes: Span<UInt8>) throws(CommandFailure) -> Int {
        let offset = size
        if waiting + bytes.count > Self.bufferBytes { try flush() }
        guard bytes.count <= Self.bufferBytes else {
            try write(bytes)
            return offset
        }
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe (buffer + waiting).update(from: start, count: bytes.count)
        }
        waiting += bytes.count
        return offset
    }

    /// Writes everything that waits to be written. Until more is appended, several threads may read.
    func flush() throws(CommandFailure) {
        guard waiting > 0 else { return }
        try write(unsafe UnsafeBufferPointer(start: buffer, count: waiting).span)
        waiting = 0
    }

    private func write(_ bytes: Span<UInt8>) throws(CommandFailure) {
        do throws(SystemFailure) {
            try writeAll(bytes, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
        }
        written += bytes.count
    }

    /// Fills `target` with the bytes that were appended from `offset` on.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(CommandFailure) {
        if offset + target.count > written { try flush() }
        var filled = 0
        while filled < target.count {
            let count = unsafe target.withUnsafeMutableBufferPointer { bytes in
                unsafe pread(
                    descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled,
                    off_t(offset + filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(
                    .internalFault, "a temporary file cannot be read: \(SystemFailure.last.description)")
            }
            filled += count
        }
    }
}

/// Holds the ids of a large dump.
extension TemporaryFile: IDSpill {}

/// A folder in `TMPDIR` that is removed together with its contents.
enum TemporaryFolder {
    /// The folder for temporary files: `TMPDIR`, or /tmp if that is not set or empty.
    static var parent: String {
        guard let folder = Console.environment("TMPDIR"), !folder.isEmpty else { return "/tmp" }
        return folder
    }

    /// Creates a folder, and returns its path. From then on, signals that end the process end the run, which removes the
    /// folder.
    static func make() throws(CommandFailure) -> String {
        Interruption.listenForTermination()
        let parent = parent
        var template = Array("\(parent)/import-audit-XXXXXX".utf8CString)
        let made: String? = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let name = buffer.baseAddress, let made = unsafe mkdtemp(name) else { return nil }
            return unsafe String(cString: made)
        }
        guard let made else {
            throw CommandFailure(
                .cannotWrite, "cannot create a temporary folder in \(shown(parent)): \(SystemFailure.last.description)")
        }
        return made
    }

    /// A folder for temporary files as messages name it: the user may not remember that a variable names it.
    static func shown(_ folder: String) -> String {
        folder == Console.environment("TMPDIR") ? "\(folder) (TMPDIR)" : folder
    }

    /// Removes a folder. Links in it are removed, not followed.
    static func remove(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { removeContents(of: descriptor) }
        unsafe rmdir(path)
    }

    private static func removeContents(of folder: Int32) {
        defer { close(folder) }
        for name in (try? FolderEntries.names(of: folder)) ?? [] where unsafe unlinkat(folder, name, 0) != 0 {
            let inner = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard inner >= 0 else { continue }
            removeContents(of: inner)
            unsafe unlinkat(folder, name, AT_REMOVEDIR)
        }
    }
}
