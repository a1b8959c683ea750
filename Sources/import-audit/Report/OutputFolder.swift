import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// A folder that a report is written into. Nothing outside it is touched.
///
/// Each file is written as `.NAME.partial` in the same folder, and moved into place when all files are complete: a
/// reader never sees half a file, and a run that fails leaves the old files. The folder that a command was given is
/// locked meanwhile, so that two runs cannot mix their files.
///
/// It belongs to one thread at a time: first to the thread that writes a report into it, then to the one that publishes
/// the report. That is why it can be sent between them. Any other thread may only call ``abandon()``, which goes
/// through ``PendingNames``.
final class OutputFolder: @unchecked Sendable {
    let path: String
    private var descriptor: Int32 { pending.folder }
    private var files: [PartialFile] = []
    /// The manifest, if it was begun before other files (``beginManifest()``).
    private var manifest: PartialFile?
    private let writesBehind: Bool
    /// Whether the folder was created for a report that will be moved elsewhere.
    private let isStage: Bool
    /// The exit status if something in the folder cannot be read.
    let failureStatus: ExitStatus
    /// The temporary names in the folder.
    private let pending: PendingNames
    /// Abandons this folder together with all others of the run.
    private let abandonment: Abandonment

    /// Opens the folder that a command was given, and locks it; it is created if missing. From then on, signals that end
    /// the process end the run, which removes its partial files.
    init(_ path: String, writesBehind: Bool = true) throws(CommandFailure) {
        Interruption.listenForTermination()
        self.path = path
        abandonment = Abandonment()
        isStage = false
        failureStatus = .cannotWrite
        self.writesBehind = writesBehind
        let wasCreated = try Self.create(path)
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let failure = SystemFailure.last
            if wasCreated { unsafe rmdir(path) }
            throw CommandFailure(.cannotWrite, of: path, failure.description)
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
        pending = PendingNames(in: descriptor, madeIn: wasCreated ? (AT_FDCWD, path) : nil)
        abandonment.add(pending)
    }

    /// Opens an existing folder that is only read.
    init(reading path: String) throws(CommandFailure) {
        self.path = path
        abandonment = Abandonment()
        (writesBehind, isStage, failureStatus) = (false, false, .noInput)
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, of: path, SystemFailure.last.description) }
        pending = PendingNames(in: descriptor, madeIn: nil)
    }

    /// Opens a folder inside one that is already locked; it is created if missing.
    ///
    /// - Parameter isStage: whether its files, or the folder as a whole, will be moved elsewhere.
    /// - Throws: ``Interrupted`` if the run has been given up.
    init(
        _ name: String, in parent: Int32, path: String, writesBehind: Bool, isStage: Bool = false,
        abandonedWith abandonment: Abandonment
    ) throws {
        self.isStage = isStage
        failureStatus = .cannotWrite
        self.path = "\(path)/\(name)"
        self.abandonment = abandonment
        self.writesBehind = writesBehind
        pending = try abandonment.makePending { () throws(CommandFailure) in
            let wasMade = unsafe mkdirat(parent, name, 0o777) == 0
            guard wasMade || errno == EEXIST else {
                throw CommandFailure(.cannotWrite, of: "\(path)/\(name)", SystemFailure.last.description)
            }
            let descriptor = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                let failure = SystemFailure.last
                if wasMade { unsafe unlinkat(parent, name, AT_REMOVEDIR) }
                throw CommandFailure(.cannotWrite, of: "\(path)/\(name)", failure.description)
            }
            return PendingNames(in: descriptor, madeIn: wasMade ? (parent, name) : nil)
        }
    }

    /// Removes files that were not moved into place, and the folder if it was created and is not needed.
    deinit {
        discard()
        pending.removeFolderMadeForNothing()
        // Not earlier: if the run is abandoned in the meantime, the folder must still be known.
        abandonment.remove(pending)
    }

    /// Begins a file. ``publish()`` moves it into place.
    ///
    /// - Throws: ``Interrupted`` if the folder has been given up.
    func begin(_ name: String) throws -> PartialFile {
        let file = try PartialFile(
            name: name, in: pending, folderPath: path, writesBehind: writesBehind, isStaged: isStage)
        files.append(file)
        return file
    }

    /// Begins the manifest. ``publish()`` moves it into place after all other files, even those begun later; the results
    /// of ``finish()`` do not include it.
    func beginManifest() throws -> PartialFile {
        let file = try PartialFile(
            name: RunManifest.file, in: pending, folderPath: path, writesBehind: writesBehind, hashes: false)
        manifest = file
        return file
    }

    /// Abandons all folders of this run.
    var abandonedWith: Abandonment { abandonment }

    /// Removes everything unfinished that the run has begun, in this folder and in others, even while other threads are
    /// working. They keep their files, which no longer have names, and whatever they begin or publish from now on
    /// throws ``Interrupted``.
    func abandon() { abandonment.declare() }

    /// Runs `body`, which adds names to the folder or removes them: completely, or not at all if the folder has been
    /// given up.
    func unlessAbandoned(_ body: () throws -> Void) throws { try pending.change { _ in try body() } }

    /// Begins a file that is published separately, with ``publishAlone(_:)``.
    func beginAlone(_ name: String) throws -> PartialFile {
        try PartialFile(name: name, in: pending, folderPath: path, writesBehind: false)
    }

    /// Moves a file from ``beginAlone(_:)`` into place, and opens it for appending.
    func publishAlone(_ file: PartialFile) throws -> Int32 {
        try unlessAbandoned { try file.publish(into: descriptor, path: path) }
        let opened = unsafe openat(descriptor, file.name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else {
            throw CommandFailure(.cannotWrite, of: "\(path)/\(file.name)", SystemFailure.last.description)
        }
        return opened
    }

    /// Fails if a file to be written already exists and was not written by this program.
    ///
    /// - Parameter folder: the name of this folder in the manifest.
    func check(_ names: [String], _ guard: OutputGuard, as folder: String) throws(CommandFailure) {
        try `guard`.check(names, in: folder, descriptor, path: path)
    }

    /// Fails if a partial file would replace something else.
    func checkPartials(_ names: [String], _ guard: OutputGuard) throws(CommandFailure) {
        try `guard`.checkPartials(names, descriptor, path: path)
    }

    /// Removes files of an earlier run. Returns the names of those that have changed since and are kept.
    func remove(_ files: [FileRecord], _ guard: OutputGuard) -> [String] {
        `guard`.remove(files, from: descriptor)
    }

    /// Removes partial files of a killed run, which may have been one of another command or with other options.
    func removePartialFiles() throws {
        try forEachName(of: descriptor) { name in
            guard OutputNames.mayBePartial(name), (try? OutputFile.isOwnPartial(name, in: descriptor)) == true else {
                return
            }
            unsafe unlinkat(descriptor, name, 0)
        }
    }

    /// Begins a file and writes all of it.
    func write(_ bytes: [UInt8], as name: String) throws {
        try begin(name).write(bytes.span)
    }

    /// Completes and closes all files; returns the results in the order in which they were begun.
    func finishAndClose() throws(CommandFailure) -> [PackedFile] {
        let finished = try finish()
        for file in files { try file.closeWritten() }
        return finished
    }

    /// Moves the folder itself to an unused name, so that all files of a report are moved at once. Returns false, with
    /// nothing moved, if the name is taken or if this run did not create the folder, which may then contain other
    /// files.
    ///
    /// - Parameter prepare: called before the move.
    func publishWhole(as name: String, in parent: Int32, prepare: () throws -> Void) throws -> Bool {
        var status = stat()
        guard isStage, unsafe fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0, errno == ENOENT else {
            return false
        }
        return try pending.change { names in
            guard let (made, own) = names.madeIn, made == parent else { return false }
            try prepare()
            for file in files { try file.closeWritten() }
            // Anything that was created there in the meantime stays, except for an empty folder.
            guard unsafe renameat(parent, own, parent, name) == 0 else {
                if [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) { return false }
                throw CommandFailure(.cannotWrite, of: "\(path): \(name)", SystemFailure.last.description)
            }
            names.settle()
            files.removeAll()
            return true
        }
    }

    /// Completes all files; returns the results in the order in which they were begun.
    func finish() throws(CommandFailure) -> [PackedFile] {
        try files.map { (file) throws(CommandFailure) in try file.finish() }
    }

    /// Moves all files into place, in the order in which they were begun. Before the manifest is moved, everything that
    /// it lists is flushed to disk, so that it exists and is complete even after a power cut.
    func publish() throws {
        try pending.change { names in
            names.keepFolder()
            var hasManifest = false
            if let manifest { files.append(manifest) }
            manifest = nil
            while let file = files.first {
                if file.name == RunManifest.file {
                    hasManifest = true
                    try settle()
                }
                try file.publish(into: descriptor, path: path)
                files.removeFirst()
            }
            // Flushes the name of the manifest itself.
            guard !hasManifest || fsync(descriptor) == 0 || errno == EINVAL else {
                throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description)
            }
        }
    }

    /// Flushes all files of the folder, and of the folders in it, to disk.
    private func settle() throws(CommandFailure) {
        // Swift's module of the C library lacks syncfs.
        if let function = unsafe dlsym(nil, "syncfs") {
            let syncfs = unsafe unsafeBitCast(function, to: (@convention(c) (Int32) -> Int32).self)
            if syncfs(descriptor) == 0 { return }
            let failure = SystemFailure.last
            guard [ENOSYS, EINVAL, EPERM, EOPNOTSUPP].contains(failure.errorNumber) else {
                throw CommandFailure(.cannotWrite, of: path, failure.description)
            }
        }
        try settle(descriptor, depth: 2)
    }

    /// Does the same file by file, if the system cannot do it at once.
    private func settle(_ folder: Int32, depth: Int) throws(CommandFailure) {
        for name in try names(of: folder) {
            let opened = unsafe openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard opened >= 0 else { continue }
            defer { close(opened) }
            var status = stat()
            guard unsafe fstat(opened, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR, depth > 0 { try settle(opened, depth: depth - 1) }
            guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT), fsync(opened) != 0, errno != EINVAL else {
                continue
            }
            throw CommandFailure(.cannotWrite, of: "\(path): \(name)", SystemFailure.last.description)
        }
    }

    /// Moves all files into another folder, in the order in which they were begun. Must be called inside
    /// ``unlessAbandoned(_:)``.
    func publish(into folder: Int32, path: String) throws(CommandFailure) {
        while let file = files.first {
            try file.publish(into: folder, path: path)
            files.removeFirst()
        }
    }

    /// Discards the files that were begun.
    func discard() {
        for file in files { file.remove() }
        files.removeAll()
        manifest?.remove()
        manifest = nil
    }

    /// Keeps the folder, even if nothing is written into it.
    func keep() { pending.keepFolder() }

    /// Opens a folder in this one, which is created if missing. A link is refused.
    func openSubfolder(_ name: String) throws -> Int32 {
        try unlessAbandoned {
            guard unsafe mkdirat(descriptor, name, 0o777) == 0 || errno == EEXIST else {
                throw CommandFailure(.cannotWrite, of: "\(path)/\(name)", SystemFailure.last.description)
            }
        }
        let folder = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else {
            throw CommandFailure(.cannotWrite, of: "\(path)/\(name)", SystemFailure.last.description)
        }
        return folder
    }

    /// Opens a folder in this one by its name in the manifest; nil if there is none.
    ///
    /// - Throws: ``CommandFailure`` if it exists but cannot be opened.
    func openFolder(_ place: String) throws(CommandFailure) -> Int32? {
        var opened = descriptor
        for part in place.split(separator: "/") {
            let above = opened
            defer { if above != descriptor { close(above) } }
            guard
                let next = try naming(
                    "\(path)/\(place)", OutputFile.openIfThere(String(part), in: above, O_DIRECTORY), as: failureStatus)
            else { return nil }
            opened = next
        }
        return opened == descriptor ? nil : opened
    }

    /// Opens a file of this folder for reading; nil if there is none.
    ///
    /// - Throws: ``CommandFailure`` if it exists but cannot be opened.
    func openFile(_ name: String) throws(CommandFailure) -> Int32? {
        try naming("\(path)/\(name)", OutputFile.openIfThere(name, in: descriptor), as: failureStatus)
    }

    /// Calls `body` with each name in this folder or in one inside it.
    ///
    /// - Throws: ``CommandFailure`` if they cannot all be listed.
    func forEachName(of descriptor: Int32, _ body: (String) throws -> Void) throws {
        do {
            try FolderEntries.forEachName(of: descriptor, body)
        } catch let failure as ReadFailure {
            throw CommandFailure(failureStatus, of: path, failure.description)
        }
    }

    /// Returns the names in this folder or in one inside it.
    ///
    /// - Throws: ``CommandFailure`` if they cannot all be listed.
    func names(of descriptor: Int32) throws(CommandFailure) -> [String] {
        do throws(ReadFailure) {
            return try FolderEntries.names(of: descriptor)
        } catch {
            throw CommandFailure(failureStatus, of: path, error.description)
        }
    }

    /// Whether there is a folder of that name, and not just a link.
    func holdsFolder(_ name: String) -> Bool {
        var status = stat()
        return unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a file or an empty folder.
    func remove(_ name: String, isFolder: Bool = false) {
        unsafe unlinkat(descriptor, name, isFolder ? AT_REMOVEDIR : 0)
    }

    /// Creates the folder and its parents if they are missing. Returns whether the folder was created.
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
        throw CommandFailure(.cannotWrite, of: path, SystemFailure.last.description)
    }
}
