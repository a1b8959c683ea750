import ArgumentParser
import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// A run that writes into a temporary folder, removes it again, and prints what the run would do to the real folder.
///
/// Everything else is done as in a real run, with the same output and exit status. The real folder is only read.
final class DryRun {
    static var help: ArgumentHelp {
        "Print what would be written, replaced and removed, and write nothing; needs space in TMPDIR."
    }

    /// The temporary folder, which is written into instead.
    let folder: String
    /// The real folder; nil if there is none yet.
    let target: OutputFolder?
    /// The manifest that an earlier run left in the real folder.
    let earlier: RunManifest?
    private let output: String
    private let isForced: Bool

    /// - Parameter output: the folder that the command was given.
    init(of output: String, isForced: Bool) throws {
        self.output = output
        self.isForced = isForced
        let temporary = try TemporaryFolder.make()
        folder = temporary
        do {
            var status = stat()
            if unsafe stat(output, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFDIR, unsafe access(output, W_OK) == 0 else {
                    let isFolder = status.st_mode & S_IFMT == S_IFDIR
                    throw CommandFailure(
                        .cannotWrite, of: output,
                        isFolder ? SystemFailure.last.description : SystemFailure(errorNumber: ENOTDIR).description)
                }
                target = try OutputFolder(reading: output)
            } else {
                target = nil
            }
            earlier = try target.flatMap { try RunManifest(in: $0, temporaryFolder: temporary) }
        } catch {
            TemporaryFolder.remove(temporary)
            throw error
        }
    }

    deinit {
        TemporaryFolder.remove(folder)
    }

    private var `guard`: OutputGuard { OutputGuard(earlier: earlier, isForced: isForced) }

    /// Fails like the real run if a file of another program has the name of a file to be written.
    func check(_ names: [String]) throws(CommandFailure) {
        try target?.check(names, `guard`, as: RunManifest.root)
    }

    /// The files that the run would write, by folder.
    private func folders(in written: OutputFolder) throws -> [(place: String, files: [FileRecord])] {
        let manifest = try RunManifest(in: written)
        var folders: [(place: String, files: [FileRecord])] = []
        try manifest?.forEachFolder { place, files in folders.append((place, files)) }
        if let content = try written.openFile(RunManifest.file).flatMap({ Self.hashAndClose($0) }),
            let root = folders.firstIndex(where: { $0.place == RunManifest.root })
        {
            folders[root].files.append(FileRecord(name: RunManifest.file, content: content))
        }
        return folders
    }

    /// Fails like the real run if a file of another program has the name of any output.
    func check(_ written: OutputFolder) throws {
        for (place, files) in try folders(in: written) { try check(files.map { $0.name }, in: place) }
    }

    /// Prints a line for each file that the run would touch, and the number of files.
    ///
    /// - Parameter written: the temporary folder, with all files in their places.
    func say(_ written: OutputFolder, pack: PackTarget? = nil) throws {
        var counts = Counts()
        var lines = ""
        let folders = try folders(in: written)
        for (place, files) in folders {
            for file in files { lines += line(try state(of: file, in: place), place, file.name, &counts) }
        }
        let kept = Dictionary(
            folders.map { ($0.place, Set($0.files.map { ExactText($0.name) })) }, uniquingKeysWith: { $0.union($1) })
        try earlier?.forEachFolder { place, files in
            for file in files where kept[place]?.contains(ExactText(file.name)) != true {
                if let state = try staleState(of: file, in: place) { lines += line(state, place, file.name, &counts) }
            }
        }
        if let pack {
            let state: State = pack.isThere ? .replace : .write
            counts.add(state)
            lines += "\(state.rawValue) \(shownText(pack.path))\n"
        }
        try Console.write(lines + counts.sentence + "\n")
    }

    /// What happens to a file. The raw values are printed.
    private enum State: String {
        case write = "write  "
        case replace = "replace"
        case remove = "remove "
        /// The file already has the bytes that would be written.
        case keep = "keep   "
        /// The file has been changed since an earlier run wrote it.
        case leave = "leave  "
    }

    private struct Counts {
        private var counts: [State: Int] = [:]

        mutating func add(_ state: State) { counts[state, default: 0] += 1 }

        var sentence: String {
            func count(_ states: State...) -> String {
                Wording.grouped(states.reduce(0) { $0 + (counts[$1] ?? 0) })
            }
            return "Dry run: \(count(.write)) to write, \(count(.replace)) to replace, \(count(.remove)) to remove, "
                + "\(count(.keep, .leave)) to keep. Nothing was written."
        }
    }

    private func line(_ state: State, _ place: String, _ name: String, _ counts: inout Counts) -> String {
        counts.add(state)
        let path = place == RunManifest.root ? "\(output)/\(name)" : "\(output)/\(place)/\(name)"
        return "\(state.rawValue) \(shownText(path))\n"
    }

    private func check(_ names: [String], in place: String) throws(CommandFailure) {
        guard place != RunManifest.root else { return try check(names) }
        guard let folder = try target?.openFolder(place) else { return }
        defer { close(folder) }
        try `guard`.check(names, in: place, folder, path: "\(output)/\(place)")
    }

    private func state(of file: FileRecord, in place: String) throws -> State {
        guard let found = try open(file.name, in: place) else { return .write }
        return Self.hashAndClose(found) == file.content ? .keep : .replace
    }

    /// Returns what happens to a file that an earlier run wrote and this one does not; nil if it is gone.
    private func staleState(of file: FileRecord, in place: String) throws -> State? {
        guard let found = try open(file.name, in: place) else { return nil }
        if (try? OutputFile.isOurs(found)) == true {
            close(found)
            return .remove
        }
        return Self.hashAndClose(found) == file.content ? .remove : .leave
    }

    private func open(_ name: String, in place: String) throws -> Int32? {
        guard let target else { return nil }
        if place == RunManifest.root { return try target.openFile(name) }
        guard let folder = try target.openFolder(place) else { return nil }
        defer { close(folder) }
        return try OutputFile.open(name, in: folder)
    }

    private static func hashAndClose(_ descriptor: Int32) -> ContentHash? {
        defer { close(descriptor) }
        return try? ContentHash(ofFile: descriptor)
    }
}
