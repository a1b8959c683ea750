import Glibc
import ImportFoundation
import ImportReports

/// A file that is written under a temporary name and then moved into place.
final class PartialFile: ReportOutput {
    let name: String
    private let names: PendingNames
    private var folder: Int32 { names.folder }
    private let folderPath: String
    private var descriptor: Int32
    /// Bytes written so far.
    private var size = 0
    /// Writes on a separate thread, once the file has grown large.
    private var behind: WriteBehind?
    private let writesBehind: Bool
    private static let largeFile = 4 * 1024 * 1024

    /// The hash of everything written so far, until `behind` computes it.
    private var hash = SHA256()
    /// Whether a library writes the file.
    private var isWrittenElsewhere = false

    /// The destination for a library that opens and writes the file itself.
    var workbookPlace: WorkbookPlace {
        isWrittenElsewhere = true
        return WorkbookPlace(descriptor: descriptor, temporaryFolder: folderPath)
    }

    /// The final path, as messages show it.
    var path: String { "\(folderPath)/\(name)" }

    /// The name under which it is written.
    private let partialName: String
    private var rewrittenName: String { Self.rewrittenName(of: name) }

    /// Returns the name under which a file is written before it is moved into place.
    static func partialName(of name: String) -> String { ".\(name).partial" }
    static func rewrittenName(of name: String) -> String { ".\(name).rewritten.partial" }

    /// Whether the file's hash is needed.
    private let hashes: Bool

    /// - Parameters:
    ///   - writesBehind: whether a separate thread may write a large file.
    ///   - isStaged: whether the folder itself is temporary, so that the file can have its final name from the start.
    ///   - hashes: whether the file's hash is needed.
    /// - Throws: ``Interrupted`` if the folder has been given up.
    init(
        name: String, in names: PendingNames, folderPath: String, writesBehind: Bool, isStaged: Bool = false,
        hashes: Bool = true
    ) throws {
        self.hashes = hashes
        self.name = name
        partialName = isStaged ? name : Self.partialName(of: name)
        self.writesBehind = writesBehind
        self.names = names
        self.folderPath = folderPath
        descriptor = -1
        descriptor = try create(partialName)
    }

    deinit {
        behind = nil
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: Span<UInt8>) throws {
        size += bytes.count
        if behind == nil, writesBehind, size > Self.largeFile {
            behind = WriteBehind(descriptor: descriptor, hash: hashes ? hash : nil)
        }
        guard let behind else {
            if hashes { hash.update(bytes) }
            return try write(bytes, to: descriptor)
        }
        do throws(SystemFailure) {
            try behind.write(bytes)
        } catch {
            throw failure(error)
        }
    }

    func restart() throws {
        // Some file systems write out a file that was ever truncated when it is closed, and close waits for that.
        guard size > 0 else { return }
        try finishWriting()
        (size, hash) = (0, SHA256())
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure() }
    }

    func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) throws {
        try finishWriting()
        let target = try create(rewrittenName)
        do {
            var result: [UInt8] = []
            (size, hash) = (0, SHA256())
            try forEachPiece { piece in
                result.removeAll(keepingCapacity: true)
                transform(piece, &result)
                size += result.count
                hash.update(result.span)
                try write(result.span, to: target)
            }
            try names.change { _ in
                guard unsafe renameat(folder, rewrittenName, folder, partialName) == 0 else { throw failure() }
            }
        } catch {
            close(target)
            unsafe unlinkat(folder, rewrittenName, 0)
            throw error
        }
        close(descriptor)
        descriptor = target
    }

    /// Writes out pending data and closes the file, which can still be published: a run may write more files than a
    /// process may have open.
    func closeWritten() throws(CommandFailure) {
        try finishWriting()
        guard descriptor >= 0 else { return }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw failure() }
    }

    /// Passes everything that was written to `body`, piece by piece.
    func forEachPiece(_ body: (Span<UInt8>) throws -> Void) throws {
        try finishWriting()
        do {
            try readPieces(of: descriptor, body)
        } catch let error as SystemFailure {
            throw failure(error)
        }
    }

    /// Completes the file; returns its name, size and hash.
    func finish() throws(CommandFailure) -> PackedFile {
        try finishWriting()
        guard isWrittenElsewhere else {
            var whole = hash
            return PackedFile(path: name, bytes: size, sha256: whole.finish())
        }
        let content: ContentHash?
        do throws(SystemFailure) {
            content = try ContentHash(ofFile: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, of: path, error.description)
        }
        guard let content else { throw failure() }
        return PackedFile(path: name, bytes: content.bytes, sha256: content.sha256)
    }

    /// Moves the file into place in a folder. Must be called inside ``PendingNames/change(_:)``.
    func publish(into target: Int32, path: String) throws(CommandFailure) {
        try finishWriting()
        // Some file systems report only now that the disk is full.
        let closed = descriptor < 0 ? 0 : close(descriptor)
        descriptor = -1
        guard closed == 0, unsafe renameat(folder, partialName, target, name) == 0 else {
            throw CommandFailure(.cannotWrite, of: "\(path)/\(name)", SystemFailure.last.description)
        }
    }

    /// Discards the file.
    func remove() {
        behind = nil
        unsafe unlinkat(folder, partialName, 0)
    }

    /// Waits until all pending data is written.
    private func finishWriting() throws(CommandFailure) {
        do throws(SystemFailure) {
            if let behind { hash = try behind.finish() ?? hash }
            behind = nil
        } catch {
            behind = nil
            throw failure(error)
        }
    }

    private func create(_ name: String) throws -> Int32 {
        try names.change { names in
            // Removes remains of an earlier run, and a link that would lead elsewhere.
            if !names.wasMade { unsafe unlinkat(folder, name, 0) }
            names.note(name)
            let descriptor = unsafe openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw failure() }
            return descriptor
        }
    }

    private func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(CommandFailure) {
        do throws(SystemFailure) {
            try writeAll(bytes, to: descriptor)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ cause: SystemFailure = .last) -> CommandFailure {
        CommandFailure(.cannotWrite, of: path, cause.description)
    }
}

/// The names that files have in the folder a command writes into, whichever command it is and whatever its options are:
/// the next run may be another one, and removes what a killed one left.
enum OutputNames {
    /// Those of `report`.
    static let ofReports: [String] = {
        let files = ReportFormats.every.files + ReportFormats.every.overviewFiles()
        return Array(Set(files.map { $0.name })) + [RunManifest.file]
    }()

    private static let fixed: Set<ExactText> = {
        let others = HistoryReportCommand.files.map { $0.name } + RejectsPlan.names
        return Set((ofReports + others).map { ExactText($0) })
    }()

    private static let partialEndings = [PartialFile.rewrittenName(of: ""), PartialFile.partialName(of: "")]
        .map { $0.dropFirst() }

    /// Whether a file of this name may be a partial one.
    static func mayBePartial(_ name: String) -> Bool {
        guard name.hasPrefix("."), let ending = partialEndings.first(where: { name.hasSuffix($0) }) else {
            return false
        }
        return mayBe(String(name.dropFirst().dropLast(ending.count)))
    }

    private static func mayBe(_ name: String) -> Bool {
        fixed.contains(ExactText(name)) || RejectsPlan.namesOfParts.contains { name.hasPrefix($0) }
    }
}
