import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// Makes sure that a command replaces and removes only files that this program wrote: those that the folder's manifest
/// lists, and those recognized by content, for example after a run was killed or if there is no manifest yet.
struct OutputGuard: Sendable {
    /// The files of an earlier run.
    let earlier: RunManifest?
    /// Whether files of other programs may be replaced.
    let isForced: Bool

    /// Fails if a file to be written already exists and was not written by this program.
    ///
    /// - Parameters:
    ///   - folder: the name of the folder in the manifest.
    ///   - descriptor: the folder's file descriptor.
    ///   - path: the folder's path, as messages show it.
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
                if listed == nil { listed = try earlier?.names(in: folder) ?? [] }
                if listed?.contains(ExactText(name)) == true { continue }
                if name == RunManifest.file, isDamagedManifest(names, descriptor) { continue }
            }
            let standing = try naming("\(path)/\(name)", OutputFile.standing(name, in: descriptor))
            guard let reason = standing.reasonToKeep else { continue }
            throw CommandFailure(
                .cannotWrite,
                "\(path)/\(name) \(reason); nothing was replaced. Choose another folder with -o, or replace it with --force"
            )
        }
    }

    /// Fails if a partial file would replace a dump or a link.
    func checkPartials(_ names: [String], _ descriptor: Int32, path: String) throws(CommandFailure) {
        for name in names where !isForced {
            for partial in [PartialFile.partialName(of: name), PartialFile.rewrittenName(of: name)] {
                if try naming("\(path)/\(partial)", OutputFile.isOwnPartial(partial, in: descriptor)) {
                    continue
                }
                throw CommandFailure(
                    .cannotWrite,
                    "\(path)/\(partial) already exists and was not written by import-audit. Choose another folder with -o, "
                        + "or replace it with --force")
            }
        }
    }

    /// Returns the folders under `jobs` that no run has written into, but where files of others have the names of
    /// outputs, each with the error to report if a job gets that folder. Usually there are none.
    func obstructedJobs(in root: OutputFolder, files: [String]) throws -> [ExactText: CommandFailure] {
        guard !isForced, let jobs = try root.openFolder("jobs") else { return [:] }
        defer { close(jobs) }
        var obstructed: [ExactText: CommandFailure] = [:]
        try root.forEachName(of: jobs) { name in
            guard earlier?.knows(folder: "jobs/\(name)") != true, let folder = try root.openFolder("jobs/\(name)")
            else {
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

    /// Whether a file with the manifest's name may be the remains of a manifest: it is unreadable or blank, or it does
    /// not begin like JSON and is next to other files of this program.
    private func isDamagedManifest(_ names: [String], _ descriptor: Int32) -> Bool {
        guard
            let first = (try? OutputFile.beginning(of: RunManifest.file, in: descriptor))?
                .first(where: { !" \t\r\n".utf8.contains($0) })
        else { return true }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
            && names.contains {
                $0 != RunManifest.file && (try? OutputFile.standing($0, in: descriptor)) ?? .foreign != .foreign
            }
    }

    /// Removes files of an earlier run that are unchanged.
    ///
    /// - Returns: the names of files that have changed since, which are kept.
    func remove(_ files: [FileRecord], from descriptor: Int32) -> [String] {
        files.filter { !OutputFile.remove($0, from: descriptor) }.map { $0.name }
    }
}

extension OutputGuard {
    /// Fails in a folder with the files of `rejects`: someone may have corrected them, and the next try needs their map.
    func refuseRejects(_ earlier: RunManifest?, in path: String) throws(CommandFailure) {
        guard !isForced, earlier?.header.options == "rejects" else { return }
        throw CommandFailure(
            .cannotWrite,
            "\(path) has files of rejects, with the map that shows where their rows are from; nothing was replaced. Choose "
                + "another folder with -o, or remove them with --force")
    }

    /// Fails in a folder with a report: its dumps may no longer be there.
    func refuseReport(_ earlier: RunManifest?, in path: String) throws(CommandFailure) {
        // The manifest of an interrupted run does not say of which command it is.
        guard !isForced, let options = earlier?.header.options, !options.isEmpty, options != "rejects" else { return }
        throw CommandFailure(
            .cannotWrite,
            "\(path) has a report, whose dumps may no longer be there; nothing was replaced. Choose another folder with -o, or "
                + "remove it with --force")
    }

    /// Returns the message about a file that was not removed because it has changed.
    static func sayingChanged(_ path: String) -> String {
        "\(path) was changed since import-audit wrote it and was not removed."
    }

    /// Removes files of an earlier run that this one does not write, and folders that are then empty.
    ///
    /// - Parameters:
    ///   - names: the names of files in the folder itself that stay.
    ///   - isKept: whether the job's report in the folder of the given name stays.
    func removeStale(in root: OutputFolder, keeping names: Set<String>, jobs isKept: (String) -> Bool) throws {
        // This also removes what an overview that was killed has left.
        var folders = root.holdsFolder("jobs") ? try JobFolders(in: root, writesBehind: false) : nil
        defer {
            folders = nil
            root.remove("jobs", isFolder: true)
        }
        guard let earlier else { return }
        var changed: [String] = []
        changed += root.remove(try earlier.files(in: RunManifest.root).filter { !names.contains($0.name) }, self)
        try earlier.forEachFolder { place, files in
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

/// A file in an output folder.
enum OutputFile {
    /// Splits a path at its last slash.
    static func folderAndName(of path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.utf8.index(after: slash)...]))
    }

    /// Returns the first bytes of a regular file; nil if there is none.
    static func beginning(of name: String, in folder: Int32) throws(SystemFailure) -> ArraySlice<UInt8>? {
        try opened(name, in: folder) { (file) throws(SystemFailure) in try beginning(of: file) }
    }

    static func beginning(of descriptor: Int32) throws(SystemFailure) -> ArraySlice<UInt8> {
        try readBeginning(of: descriptor, count: 512)[...]
    }

    /// What the content of a file that no manifest lists says about replacing it.
    enum Standing {
        /// This program wrote it and can write it again, or it is empty.
        case replaceable
        /// Not a file of this program, or not a regular file.
        case foreign
        /// Its jobs may be gone.
        case history
        /// Someone may have corrected it.
        case rejects

        /// Why it must stay, after its name in a sentence; nil if it may be replaced.
        var reasonToKeep: String? {
            switch self {
            case .replaceable: nil
            case .foreign: "already exists and was not written by import-audit"
            case .history: "is a history"
            case .rejects: "is not listed in the manifest of this folder, so someone may have corrected it"
            }
        }

        fileprivate init(_ own: OwnOutput?) {
            self =
                switch own {
                case nil: .foreign
                case .history: .history
                case .rejects: .rejects
                case .summary, .manifest, .packManifest, .pack, .otherJSON, .page, .message, .table, .testResults,
                    .workbook:
                    .replaceable
                }
        }
    }

    /// - Throws: ``SystemFailure`` if it cannot be read.
    static func standing(_ name: String, in folder: Int32) throws(SystemFailure) -> Standing {
        try opened(name, in: folder) { (file) throws(SystemFailure) in try standing(file) } ?? .foreign
    }

    static func standing(_ descriptor: Int32) throws(SystemFailure) -> Standing {
        let beginning = try beginning(of: descriptor)
        // An empty file holds nothing that could be lost.
        if beginning.isEmpty { return .replaceable }
        return Standing(
            OwnOutput(firstBytes: beginning) ?? (beginning.starts(with: "PK".utf8) ? OwnOutput(zip: descriptor) : nil))
    }

    /// Whether a file may be replaced, judged by its content.
    ///
    /// - Throws: ``SystemFailure`` if it cannot be read.
    static func isOurs(_ name: String, in folder: Int32) throws(SystemFailure) -> Bool {
        try standing(name, in: folder) == .replaceable
    }

    static func isOurs(_ descriptor: Int32) throws(SystemFailure) -> Bool {
        try standing(descriptor) == .replaceable
    }

    /// Whether the name of a partial file may be used: either it is free, or the file can be removed because a run that
    /// was killed may have left it. That may be half of any file, except for foreign JSON, which could be the only copy
    /// of a dump.
    ///
    /// - Throws: ``SystemFailure`` if it cannot be read.
    static func isOwnPartial(_ name: String, in folder: Int32) throws(SystemFailure) -> Bool {
        var status = stat()
        guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return true }
        guard let beginning = try beginning(of: name, in: folder) else { return false }
        let first = beginning.first { !" \t\r\n".utf8.contains($0) }
        if let own = OwnOutput(firstBytes: beginning) { return own != .history }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }

    /// Removes a file that is unchanged or recognized. Returns whether it is gone.
    fileprivate static func remove(_ file: FileRecord, from folder: Int32) -> Bool {
        var status = stat()
        guard unsafe fstatat(folder, file.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return true }
        let isUnchanged =
            try? opened(file.name, in: folder) { (descriptor) throws(SystemFailure) in
                if let content = file.content, try ContentHash(ofFile: descriptor, expected: content.bytes) == content {
                    return true
                }
                // A run that was killed may have written it before it could record its content.
                return try isOurs(descriptor)
            }
        guard isUnchanged == true else { return false }
        return unsafe unlinkat(folder, file.name, 0) == 0
    }

    /// Whether a file is a packed audit.
    static func isPack(_ name: String, in folder: Int32) -> Bool {
        (try? opened(name, in: folder) { OwnOutput(zip: $0) == .pack }) ?? false
    }

    /// Opens a regular file for reading; nil if there is none.
    ///
    /// - Throws: ``SystemFailure`` if there may be one that cannot be opened, which must not be taken for its absence.
    static func open(_ name: String, in folder: Int32) throws(SystemFailure) -> Int32? {
        guard let descriptor = try openIfThere(name, in: folder, O_NONBLOCK) else { return nil }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return descriptor }
        close(descriptor)
        return nil
    }

    /// Opens a file or folder for reading; nil if it does not exist or is a link.
    static func openIfThere(_ path: String, in folder: Int32, _ flags: Int32 = 0) throws(SystemFailure) -> Int32? {
        let descriptor = unsafe openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags)
        if descriptor >= 0 { return descriptor }
        guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else { throw .last }
        return nil
    }

    private static func opened<Result>(
        _ name: String, in folder: Int32, _ body: (Int32) throws(SystemFailure) -> Result?
    ) throws(SystemFailure) -> Result? {
        guard let descriptor = try open(name, in: folder) else { return nil }
        defer { close(descriptor) }
        return try body(descriptor)
    }
}
