import Glibc
import ImportReports
import Synchronization

/// The folder `jobs` of an overview, with a folder for the report of each job.
///
/// A report is written into a folder of its own, `.N.partial`, and its files are moved from there.
final class JobFolders: Sendable {
    private let path: String
    private let descriptor: Int32
    private let writesBehind: Bool
    private let count = Atomic(0)

    /// - Parameter folder: the folder of the overview.
    init(in folder: OutputFolder, writesBehind: Bool) throws(CommandFailure) {
        self.writesBehind = writesBehind
        path = "\(folder.path)/jobs"
        descriptor = try folder.openSubfolder("jobs")
        removePartialFolders()
    }

    /// Removes the folders that reports are written in, of an earlier run or of this one.
    func removePartialFolders() {
        removeAll { $0.hasPrefix(".") && $0.hasSuffix(".partial") }
    }

    /// Removes the reports in the folders whose names are to go.
    func removeAll(where goes: (String) -> Bool) {
        var names: [String] = []
        FolderEntries.forEachName(of: descriptor) { name in if goes(name) { names.append(name) } }
        for name in names { remove(name) }
    }

    deinit {
        close(descriptor)
    }

    /// A folder in which a report can be written.
    func stage() throws(CommandFailure) -> OutputFolder {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        return try OutputFolder(".\(number).partial", in: descriptor, path: path, writesBehind: writesBehind)
    }

    /// Moves a report into the folder of its job.
    func publish(_ report: OutputFolder, as name: String) throws {
        guard unsafe mkdirat(descriptor, name, 0o777) == 0 || errno == EEXIST else { throw failure(name) }
        let target = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard target >= 0 else { throw failure(name) }
        defer { close(target) }
        try report.publish(into: target, path: "\(path)/\(name)")
    }

    /// A job's folder, to replace some of its files.
    func open(_ name: String) throws(CommandFailure) -> OutputFolder {
        try OutputFolder(name, in: descriptor, path: path, writesBehind: writesBehind)
    }

    /// Whether a job's folder has all these files.
    func holds(_ files: [ReportFile], of name: String) -> Bool {
        var status = stat()
        return files.allSatisfy { file in
            unsafe fstatat(descriptor, "\(name)/\(file.name)", &status, AT_SYMLINK_NOFOLLOW) == 0
                && status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// Opens a file of a job's report; nil if it is not there.
    func openFile(_ file: ReportFile, of name: String) -> Int32? {
        let opened = unsafe openat(descriptor, "\(name)/\(file.name)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        return opened < 0 ? nil : opened
    }

    /// Removes the files of a report from a folder, and the folder if nothing else is in it.
    func remove(_ name: String) {
        let folder = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        let ours = Set(ReportFormats.every.files.map { $0.name })
        for file in FolderEntries.names(of: folder) where ours.contains(file) || file.hasSuffix(".partial") {
            unsafe unlinkat(folder, file, 0)
        }
        close(folder)
        unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }

    private func failure(_ name: String) -> CommandFailure {
        CommandFailure(.cannotWrite, "\(path)/\(name): \(SystemFailure.last.description)")
    }
}

/// What is in a folder.
enum FolderEntries {
    /// The names, but for `.` and `..`; none if the folder cannot be listed.
    static func names(of descriptor: Int32) -> [String] {
        var names: [String] = []
        forEachName(of: descriptor) { names.append($0) }
        return names
    }

    /// The same, one by one.
    static func forEachName(of descriptor: Int32, _ body: (String) -> Void) {
        // Reading moves a position that belongs to the open folder: a descriptor of its own.
        let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let folder = unsafe fdopendir(own) else { return }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { body(name) }
        }
    }
}
