import Glibc
import ImportInputs

/// A folder in `TMPDIR` that is removed with all that is in it.
enum TemporaryFolder {
    /// Makes one; returns its path.
    static func make() throws(CommandFailure) -> String {
        let parent = Console.environment("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/import-audit-XXXXXX".utf8CString)
        let made: String? = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let name = buffer.baseAddress, let made = unsafe mkdtemp(name) else { return nil }
            return unsafe String(cString: made)
        }
        guard let made else { throw CommandFailure(.cannotWrite, of: parent, SystemFailure.last.description) }
        return made
    }

    /// Removes one. Links in it are removed, not followed.
    static func remove(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { removeContents(of: descriptor) }
        unsafe rmdir(path)
    }

    private static func removeContents(of folder: Int32) {
        defer { close(folder) }
        for name in FolderEntries.names(of: folder) where unsafe unlinkat(folder, name, 0) != 0 {
            let inner = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard inner >= 0 else { continue }
            removeContents(of: inner)
            unsafe unlinkat(folder, name, AT_REMOVEDIR)
        }
    }
}
