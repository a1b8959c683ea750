import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// Makes sure that a command replaces and removes only files that this program wrote: what the folder's manifest lists,
/// and what is recognized by content, as where a run was killed or there was no manifest yet.
struct OutputGuard: Sendable {
    /// The files of an earlier run.
    let earlier: RunManifest?
    /// Whether files of other programs may be replaced.
    let isForced: Bool

    /// Fails if a file to be written already exists and is not one of this program.
    ///
    /// - Parameters:
    ///   - folder: as the manifest calls it.
    ///   - descriptor: of the folder.
    ///   - path: of the folder, as messages name it.
    func check(_ names: [String], in folder: String, _ descriptor: Int32, path: String) throws(CommandFailure) {
        var listed: Set<ExactText>?
        try checkPartials(names, descriptor, path: path)
        for name in names {
            var status = stat()
            guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            let kind = status.st_mode & S_IFMT
            if kind == S_IFDIR {
                throw CommandFailure(
                    .cannotWrite, of: "\(path)/\(name)", "a folder has this name; choose another folder with -o"
                )
            }
            if isForced { continue }
            if kind == S_IFREG {
                if listed == nil { listed = Set(earlier?.files(in: folder).map { ExactText($0.name) } ?? []) }
                if listed?.contains(ExactText(name)) == true || OutputFile.isOurs(name, in: descriptor) { continue }
                if name == RunManifest.file, isDamagedManifest(names, descriptor) { continue }
            }
            throw CommandFailure(
                .cannotWrite,
                "\(path)/\(name) already exists and was not written by import-audit; nothing was replaced. Choose "
                    + "another folder with -o, or replace it with --force")
        }
    }

    /// Fails if a partial file would replace a dump or a link.
    func checkPartials(_ names: [String], _ descriptor: Int32, path: String) throws(CommandFailure) {
        for name in names where !isForced {
            for partial in [PartialFile.partialName(of: name), PartialFile.rewrittenName(of: name)]
            where !OutputFile.isOwnPartial(partial, in: descriptor) {
                throw CommandFailure(
                    .cannotWrite,
                    "\(path)/\(partial) already exists and was not written by import-audit. Choose another folder with -o, "
                        + "or replace it with --force")
            }
        }
    }

    /// Folders under `jobs` that no run has written into and that have files of others in the places of outputs: what is to
    /// be said if a job gets one of them. Usually there are none.
    func obstructedJobs(in root: OutputFolder, files: [String]) -> [ExactText: CommandFailure] {
        guard !isForced, let jobs = root.openFolder("jobs") else { return [:] }
        defer { close(jobs) }
        var obstructed: [ExactText: CommandFailure] = [:]
        FolderEntries.forEachName(of: jobs) { name in
            guard earlier?.knows(folder: "jobs/\(name)") != true, let folder = root.openFolder("jobs/\(name)") else {
                return
            }
            defer { close(folder) }
            do throws(CommandFailure) {
                try check(files, in: "jobs/\(name)", folder, path: "\(root.path)/jobs/\(name)")
            } catch {
                obstructed[ExactText(name)] = error
            }
        }
        return obstructed
    }

    /// Whether what has the name of a manifest may be the rest of one: it is not JSON, and is beside other files of this
    /// program.
    private func isDamagedManifest(_ names: [String], _ descriptor: Int32) -> Bool {
        guard
            let first = OutputFile.beginning(of: RunManifest.file, in: descriptor)?
                .first(where: { !" \t\r\n".utf8.contains($0) })
        else { return true }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
            && names.contains { $0 != RunManifest.file && OutputFile.isOurs($0, in: descriptor) }
    }

    /// Removes files of an earlier run that are unchanged.
    ///
    /// - Returns: the names of those that were changed since, which stay.
    func remove(_ files: [FileRecord], from descriptor: Int32) -> [String] {
        files.filter { !OutputFile.remove($0, from: descriptor) }.map { $0.name }
    }
}

extension OutputGuard {
    /// The message about a file that would have been removed.
    static func sayingChanged(_ path: String) -> String {
        "\(path) was changed since import-audit wrote it and was not removed."
    }

    /// Removes files of an earlier run that this one does not write, and folders that are then empty.
    ///
    /// - Parameters:
    ///   - names: of files in the folder itself that stay.
    ///   - isKept: whether a job's report stays.
    func removeStale(in root: OutputFolder, keeping names: Set<String>, jobs isKept: (String) -> Bool) throws {
        // Of an overview that was killed.
        var folders = root.holdsFolder("jobs") ? try JobFolders(in: root, writesBehind: false) : nil
        defer {
            folders = nil
            root.remove("jobs", isFolder: true)
        }
        guard let earlier else { return }
        var changed: [String] = []
        changed += root.remove(earlier.files(in: RunManifest.root).filter { !names.contains($0.name) }, self)
        earlier.forEachFolder { place, files in
            guard place != RunManifest.root else { return }
            let name = String(place.dropFirst("jobs/".count))
            guard !isKept(name), let jobs = folders, let folder = jobs.openFolder(name) else { return }
            defer { close(folder) }
            changed += remove(files, from: folder).map { "\(place)/\($0)" }
            jobs.removeIfEmpty(name)
        }
        for name in changed {
            Console.say(Self.sayingChanged("\(root.path)/\(name)"))
        }
    }
}

/// A file in a folder of output.
enum OutputFile {
    /// The first bytes of a regular file; nil if there is none.
    static func beginning(of name: String, in folder: Int32) -> ArraySlice<UInt8>? {
        opened(name, in: folder) { beginning(of: $0) }
    }

    static func beginning(of descriptor: Int32) -> ArraySlice<UInt8>? {
        readBeginning(of: descriptor, count: 512).map { $0[...] }
    }

    /// Whether a file is recognized as one of this program, by content.
    static func isOurs(_ name: String, in folder: Int32) -> Bool {
        opened(name, in: folder) { isOurs($0) } ?? false
    }

    static func isOurs(_ descriptor: Int32) -> Bool {
        guard let beginning = beginning(of: descriptor) else { return false }
        // An empty file contains nothing that could be lost.
        return beginning.isEmpty || OwnOutput(firstBytes: beginning) != nil
            || beginning.starts(with: "PK".utf8) && OwnOutput(zip: descriptor) != nil
    }

    /// Whether what has the name of a partial file may be removed: there is nothing, or it is what a run that was killed
    /// has left. That may be half of anything but other JSON, which could be the only copy of a dump.
    static func isOwnPartial(_ name: String, in folder: Int32) -> Bool {
        var status = stat()
        guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return true }
        guard let beginning = beginning(of: name, in: folder) else { return false }
        let first = beginning.first { !" \t\r\n".utf8.contains($0) }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[") || OwnOutput(firstBytes: beginning) != nil
    }

    /// Removes a file that is unchanged, or that is recognized; true if it is gone.
    fileprivate static func remove(_ file: FileRecord, from folder: Int32) -> Bool {
        var status = stat()
        guard unsafe fstatat(folder, file.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return true }
        let isUnchanged =
            opened(file.name, in: folder) { descriptor in
                if let content = file.content, ContentHash(ofFile: descriptor, expected: content.bytes) == content {
                    return true
                }
                // A killed run wrote it and could not list it any more.
                return isOurs(descriptor)
            } ?? false
        guard isUnchanged else { return false }
        return unsafe unlinkat(folder, file.name, 0) == 0
    }

    /// Whether a file is a packed audit.
    static func isPack(_ name: String, in folder: Int32) -> Bool {
        opened(name, in: folder) { OwnOutput(zip: $0) == .pack } ?? false
    }

    /// Opens a regular file for reading; nil if there is none.
    static func open(_ name: String, in folder: Int32) -> Int32? {
        let descriptor = unsafe openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return descriptor }
        close(descriptor)
        return nil
    }

    private static func opened<Result>(_ name: String, in folder: Int32, _ body: (Int32) -> Result?) -> Result? {
        guard let descriptor = open(name, in: folder) else { return nil }
        defer { close(descriptor) }
        return body(descriptor)
    }
}
