import Glibc

/// The folder that a report is written into. Nothing outside it is touched.
///
/// Each file is written beside its place, as `.NAME.partial`, and moved into it when all are whole: a reader never
/// sees half a file, and a run that fails leaves the old files. The folder is locked meanwhile, so that two runs
/// cannot mix their files.
final class OutputFolder {
    let path: String
    private let descriptor: Int32
    private var wasCreated: Bool
    private var files: [PartialFile] = []

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        wasCreated = try Self.create(path)
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotWrite, "\(path): \(SystemFailure.last.description)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = SystemFailure.last
            close(descriptor)
            throw CommandFailure(
                .cannotWrite,
                failure.errorNumber == EWOULDBLOCK
                    ? "\(path): another import-audit is writing into this folder; wait for it or choose another folder"
                    : "\(path): \(failure.description)")
        }
    }

    /// Removes what was not moved into its place, and the folder too if it was made for nothing.
    deinit {
        for file in files { file.remove() }
        close(descriptor)
        if wasCreated { unsafe rmdir(path) }
    }

    /// Begins a file. It takes its place with ``publish()``.
    func begin(_ name: String) throws(CommandFailure) -> PartialFile {
        let file = try PartialFile(name: name, folder: descriptor, folderPath: path)
        files.append(file)
        return file
    }

    /// Begins a file and writes all of it.
    func write(_ bytes: [UInt8], as name: String) throws {
        try begin(name).write(bytes.span)
    }

    /// Moves all files into their places, in the order in which they were begun.
    func publish() throws(CommandFailure) {
        wasCreated = false
        while let file = files.first {
            try file.publish()
            files.removeFirst()
        }
    }

    /// Makes the folder, and those above it, if they are not there. True if it was made.
    private static func create(_ path: String) throws(CommandFailure) -> Bool {
        guard unsafe mkdir(path, 0o777) != 0 else { return true }
        switch errno {
        case EEXIST:
            return false
        case ENOENT where path.contains("/"):
            guard let slash = path.lastIndex(where: { $0 == "/" }), slash > path.startIndex else { break }
            _ = try create(String(path[..<slash]))
            guard unsafe mkdir(path, 0o777) != 0 else { return true }
            if errno == EEXIST { return false }
        default:
            break
        }
        throw CommandFailure(.cannotWrite, "\(path): \(SystemFailure.last.description)")
    }
}
