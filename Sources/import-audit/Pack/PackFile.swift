import Glibc
import ImportFoundation

/// A zip that is written next to its place, as `.NAME.partial`, and moved there when it is complete.
final class PackFile {
    private let path: String
    private let name: String
    private let folder: Int32
    private let descriptor: Int32
    private var hash = SHA256()
    private var isPublished = false

    private var partialName: String { ".\(name).partial" }

    /// - Parameters:
    ///   - folder: the existing folder for the zip.
    ///   - path: the path that the user gave.
    init(_ name: String, folder: String, path: String) throws(CommandFailure) {
        self.name = name
        self.path = path
        self.folder = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard self.folder >= 0 else { throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description) }
        do throws(CommandFailure) {
            descriptor = try Self.create(".\(name).partial", in: self.folder, path: path)
        } catch {
            close(self.folder)
            throw error
        }
    }

    /// Removes the partial file if it was not published.
    deinit {
        if !isPublished { unsafe unlinkat(folder, partialName, 0) }
        close(descriptor)
        close(folder)
    }

    func write(_ bytes: Span<UInt8>) throws(CommandFailure) {
        hash.update(bytes)
        do throws(SystemFailure) {
            try writeAll(bytes, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, of: path, error.description)
        }
    }

    /// Moves the file into its place; returns its SHA-256.
    func publish() throws(CommandFailure) -> String {
        // Some file systems report only now that there was no space.
        guard fsync(descriptor) == 0 || errno == EINVAL, unsafe renameat(folder, partialName, folder, name) == 0 else {
            throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description)
        }
        isPublished = true
        // Flushes the name.
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description)
        }
        return hash.finish()
    }

    /// Creates the partial file and locks it, because two runs with different audit folders may write the same zip.
    private static func create(_ name: String, in folder: Int32, path: String) throws(CommandFailure) -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe openat(folder, name, flags, 0o666)
        guard descriptor >= 0 else { throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description) }
        var (own, there) = (stat(), stat())
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        // The other run may just have moved it into its place.
        let isOurs =
            unsafe isLocked && fstat(descriptor, &own) == 0 && fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0
            && own.st_ino == there.st_ino && own.st_dev == there.st_dev && own.st_nlink == 1
        guard isOurs else {
            close(descriptor)
            throw CommandFailure(
                .cannotWrite, of: path, "another import-audit is writing this zip; wait for it or choose another place")
        }
        guard ftruncate(descriptor, 0) == 0 else {
            let failure = SystemFailure.last
            unsafe unlinkat(folder, name, 0)
            close(descriptor)
            throw CommandFailure(.cannotWrite, of: path, failure.description)
        }
        return descriptor
    }
}
