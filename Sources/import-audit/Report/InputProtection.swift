import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

/// Checks, before anything is written, whether a command would replace or remove one of its inputs. Files are compared
/// by device and inode, so links do not hide a match.
///
/// Only existing files can be inputs, so it suffices to know the files in the output folder that have the path of an
/// output. Each takes 16 bytes while the inputs are checked.
struct InputProtection {
    private let folder: String
    private let earlier: RunManifest?
    /// The names of outputs in the folder itself, and in the folders of jobs.
    private let names: Set<ExactText>
    private let jobNames: Set<ExactText>
    private var targets: Set<FileIdentity> = []
    private let resolvedFolder: String?
    /// The names under which inputs are shown.
    private let shown: SourceNames

    /// - Parameters:
    ///   - folder: the folder that the command writes into; it need not exist.
    ///   - names: the names of files that the command may write there.
    ///   - jobNames: the names of files that it may write into the folders of jobs.
    ///   - others: the paths of further files that it may replace.
    /// - Throws: ``CommandFailure`` if the folder cannot be searched, in which case nothing may be written into it.
    init(
        folder: String, names: [String], jobNames: [String], others: [String] = [], earlier: RunManifest?,
        shown: SourceNames = .plain
    ) throws(CommandFailure) {
        func withPartial(_ names: [String]) -> Set<ExactText> {
            Set(
                names.flatMap { [$0, PartialFile.partialName(of: $0), PartialFile.rewrittenName(of: $0)] }
                    .map { ExactText($0) })
        }
        self.folder = folder
        self.shown = shown
        self.earlier = earlier
        self.names = try withPartial(names + (earlier?.files(in: RunManifest.root).map { $0.name } ?? []))
        self.jobNames = withPartial(jobNames)
        resolvedFolder = InputPath(folder).resolved
        var targets: Set<FileIdentity> = []
        do {
            try forEachTarget { identity, _ in targets.insert(identity) }
        } catch let failure as ReadFailure {
            throw CommandFailure(.cannotWrite, of: folder, failure.description)
        } catch {
            throw CommandFailure(.cannotWrite, of: folder, "\(error)")
        }
        self.targets = targets
        for path in others {
            if let identity = InputPath(path).identity { targets.insert(identity) }
        }
    }

    /// Fails if one of the inputs would be replaced or removed.
    ///
    /// - Parameters:
    ///   - inputs: the arguments: files, and folders with everything in them.
    ///   - options: the paths of files that options name.
    ///   - output: the output, which is left out when folders are walked.
    ///   - readsOutputs: whether files that this program wrote count as inputs, too.
    func check(
        _ inputs: [String], options: [String], output: OutputPlace?, readsOutputs: Bool = false
    ) throws(CommandFailure) {
        guard !targets.isEmpty else { return }
        for path in inputs where path != "-" { try check(path, "an input") }
        for path in options { try check(path, "a file that an option names") }
        guard inputs.contains(where: { Self.isFolder($0) }) else { return }
        let named = Set(inputs.map { InputPath($0) })
        for item in InputTree(inputs, leavingOut: output) {
            if Interruption.isRequested { return }
            guard case .file(let path, size: .some) = item, !named.contains(path),
                let identity = path.identity, targets.contains(identity), readsOutputs || !isOurs(path)
            else { continue }
            throw failure(path.shown, "an input", identity)
        }
    }

    private func check(_ path: String, _ what: String) throws(CommandFailure) {
        guard let identity = InputPath(path).identity, targets.contains(identity) else { return }
        throw failure(path, what, identity)
    }

    private func failure(_ path: String, _ what: String, _ identity: FileIdentity) -> CommandFailure {
        var place = folder
        try? forEachTarget { target, path in if target == identity { place = path } }
        return CommandFailure(
            .cannotWrite,
            "\(shown.shown(path)) is \(what), and the output would overwrite it, as \(place): choose another folder with -o. "
                + "Nothing was written")
    }

    /// Whether a file is an output of an earlier run, and therefore not an input.
    private func isOurs(_ path: InputPath) -> Bool {
        guard let file = try? path.open() else { return false }
        defer { close(file) }
        if let standing = try? OutputFile.standing(file), standing != .foreign { return true }
        // Pages from the user's own templates are recognized only by the manifest.
        guard let earlier, let resolvedFolder, let resolved = path.resolved,
            resolved.utf8.starts(with: resolvedFolder.utf8), resolved.utf8.count > resolvedFolder.utf8.count + 1
        else { return false }
        let inside = resolved.utf8.dropFirst(resolvedFolder.utf8.count)
        guard inside.first == UInt8(ascii: "/") else { return false }
        let parts = inside.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard let name = parts.last else { return false }
        let place = parts.count == 1 ? RunManifest.root : parts.dropLast().joined(separator: "/")
        guard let content = try? earlier.files(in: place).first(where: { $0.name == name })?.content else {
            return false
        }
        return (try? ContentHash(ofFile: file, expected: content.bytes)) == content
    }

    /// Calls `body` with the identity and path of every file at the path of an output. Links are followed.
    private func forEachTarget(_ body: (FileIdentity, String) -> Void) throws {
        func visit(_ name: String, in descriptor: Int32, _ path: String) {
            var status = stat()
            guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            if status.st_mode & S_IFMT == S_IFLNK, unsafe fstatat(descriptor, name, &status, 0) != 0 { return }
            if let identity = FileIdentity(
                device: UInt64(status.st_dev), inode: UInt64(status.st_ino), mode: status.st_mode)
            {
                body(identity, "\(path)/\(name)")
            }
        }
        let root = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return try Self.failUnlessMissing() }
        defer { close(root) }
        for name in names { visit(name.text, in: root, folder) }
        try FolderEntries.forEachName(of: root) { name in
            if OutputNames.mayBePartial(name) { visit(name, in: root, folder) }
        }
        let jobs = unsafe openat(root, "jobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard jobs >= 0 else { return try Self.failUnlessMissing() }
        defer { close(jobs) }
        try FolderEntries.forEachName(of: jobs) { job in
            let descriptor = unsafe openat(jobs, job, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { return try Self.failUnlessMissing() }
            defer { close(descriptor) }
            for name in try FolderEntries.names(of: descriptor) where jobNames.contains(ExactText(name)) {
                visit(name, in: descriptor, "\(folder)/jobs/\(job)")
            }
        }
    }

    /// Throws the error of a folder that could not be opened, unless the folder is missing.
    private static func failUnlessMissing() throws(ReadFailure) {
        guard [ENOENT, ENOTDIR].contains(errno) else { throw ReadFailure(errorNumber: errno) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
