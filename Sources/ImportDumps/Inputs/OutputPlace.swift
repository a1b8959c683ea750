private import Glibc

/// What a command writes, as seen by a walk through its inputs: the folder that it writes into may lie in one of them, or
/// be one.
public struct OutputPlace: Sendable {
    /// The absolute path without links, with a slash at the end.
    private let folder: [UInt8]
    private let files: Set<[UInt8]>
    private let jobFiles: Set<[UInt8]>

    /// Nil if there is no such folder.
    ///
    /// - Parameters:
    ///   - files: names of files in it.
    ///   - jobFiles: names of files in folders of its folder `jobs`.
    public init?(folder: String, files: [String], jobFiles: [String]) {
        guard let resolved = unsafe realpath(folder, nil) else { return nil }
        defer { unsafe free(resolved) }
        let path = unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        self.folder = path.last == UInt8(ascii: "/") ? path : path + [UInt8(ascii: "/")]
        self.files = Set(files.map { Array($0.utf8) })
        self.jobFiles = Set(jobFiles.map { Array($0.utf8) })
    }

    /// Whether something is no input. All in a folder of output is none; but where that folder is an input itself, or
    /// has one in it, only what is in the place of an output.
    ///
    /// - Parameters:
    ///   - path: absolute and without links.
    ///   - root: the same of the named folder that it is in, with a slash at the end.
    func leavesOut(_ path: [UInt8], isFolder: Bool, from root: [UInt8]) -> Bool {
        guard path.starts(with: folder) else {
            return isFolder && path.elementsEqual(folder.dropLast()) && folder.count > root.count
        }
        if folder.count > root.count, folder.starts(with: root) { return true }
        return !isFolder && isOutput(path.dropFirst(folder.count))
    }

    private func isOutput(_ path: ArraySlice<UInt8>) -> Bool {
        let parts = path.split(separator: UInt8(ascii: "/"))
        return switch parts.count {
        case 1: files.contains(Array(parts[0]))
        case 3: parts[0].elementsEqual("jobs".utf8) && jobFiles.contains(Array(parts[2]))
        default: false
        }
    }
}
