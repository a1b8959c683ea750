import ImportAnalysis
import ImportFoundation
import ImportInputs

/// Checks a packed audit against its own manifest, in constant memory.
///
/// A verified audit is one in which every program that reads zips finds exactly the files that the manifest lists
/// (``ZipDirectory`` ensures that), each with the bytes that it was packed with. It is not known who packed them,
/// because nothing is signed.
package struct PackVerifier {
    private static let blockBytes = 256 * 1024

    private let checkpoint: () throws -> Void
    private var directory: ZipDirectory
    private var result: PackVerification
    /// The next file after the manifest and the sums.
    private var current: (entry: ZipEntry, path: String)?
    /// The only top-level folder, with its `/`.
    private var top = ""
    /// The hash of what `SHA256SUMS` must contain.
    private var sums = SHA256()

    /// - Parameters:
    ///   - name: the zip, as the user named it.
    ///   - descriptor: the file descriptor of the zip; its offset is not moved, and it is not closed.
    ///   - checkpoint: called often; what it throws ends the verification.
    /// - Throws: a ``ZipFault`` if the file is not a zip; what `checkpoint` throws.
    package init(name: String, descriptor: Int32, checkpoint: @escaping () throws -> Void = {}) throws {
        self.checkpoint = checkpoint
        directory = try ZipDirectory(descriptor: descriptor)
        result = PackVerification(name: name, bytes: directory.byteCount)
        result.sha256 = try digest(of: directory.everything)
    }

    /// Verifies the zip.
    ///
    /// - Parameter listed: called with each input that the manifest lists, and with each file that was sent.
    /// - Throws: a ``ZipFault`` for a zip that programs may read differently; what `checkpoint` and `listed` throw.
    package mutating func verify(listed: (ListedInAudit) throws -> Void = { _ in }) throws -> PackVerification {
        if let manifest = try directory.next(), takeTop(of: manifest) {
            try verify(manifest, listed)
        } else {
            result.add(.init(.missing, .file, PackManifest.file, detail: "so --pack did not write this audit"))
        }
        // Whatever the manifest says, the zip itself must be valid to its end.
        while try directory.next() != nil {}
        return result
    }

    private mutating func verify(_ manifest: ZipEntry, _ listed: (ListedInAudit) throws -> Void) throws {
        try advance()
        var sumsEntry: ZipEntry?
        if let (entry, path) = current, path.utf8.elementsEqual(PackManifest.sumsFile.utf8) {
            sumsEntry = entry
            try advance()
        } else {
            result.add(.init(.missing, .file, PackManifest.sumsFile))
        }
        do {
            let hash = try digest(of: directory.source(of: manifest))
            sums.update(PackManifest.sumsLine(PackManifest.file, sha256: hash).span)
            try compare(with: manifest, listed)
            if let sumsEntry, try digest(of: directory.source(of: sumsEntry)) != sums.finish() {
                let detail = "it does not say the same as \(PackManifest.file)"
                result.add(.init(.unsound, .file, PackManifest.sumsFile, detail: detail))
            }
            while current != nil { try passOver() }
        } catch let fault as SummaryFault {
            result.add(.init(.unsound, .file, PackManifest.file, detail: fault.packExplanation))
        } catch let failure as ReadFailure {
            result.add(.init(.unsound, .file, PackManifest.file, detail: failure.description))
        }
    }

    /// Calls `body` with each input that the manifest lists and each file that was sent. The manifest must have been
    /// found valid before.
    package static func forEachListed(descriptor: Int32, _ body: (ListedInAudit) throws -> Void) throws {
        var directory = try ZipDirectory(descriptor: descriptor)
        guard let manifest = try directory.next() else { return }
        var reader = PackManifestReader(directory.source(of: manifest))
        var sources = SourcesOfPack()
        while let item = try reader.next() { try sources.take(item, body) }
    }

    // MARK: - Steps

    /// Compares the files of the zip with those that the manifest lists.
    private mutating func compare(with manifest: ZipEntry, _ listed: (ListedInAudit) throws -> Void) throws {
        var reader = PackManifestReader(directory.source(of: manifest))
        var sources = SourcesOfPack()
        // All other paths of an audit sort after this one.
        var previous = PackManifest.sumsFile.utf8
        while let item = try reader.next() {
            try sources.take(item, listed)
            switch item {
            case .option, .input, .file: break
            case .output(let file):
                guard previous.lexicographicallyPrecedes(file.path.utf8) else {
                    let detail = "its outputs are not in order at \(file.path)"
                    return result.add(.init(.unsound, .file, PackManifest.file, detail: detail))
                }
                previous = file.path.utf8
                try compare(with: file)
            }
            try checkpoint()
        }
        result.toolVersion = reader.toolVersion
    }

    private mutating func compare(with file: PackedFile) throws {
        result.files.listed += 1
        sums.update(PackManifest.sumsLine(file.path, sha256: file.sha256).span)
        while let (_, path) = current, path.utf8.lexicographicallyPrecedes(file.path.utf8) { try passOver() }
        guard let (entry, path) = current, path.utf8.elementsEqual(file.path.utf8) else {
            return result.add(.init(.missing, .file, file.path))
        }
        do {
            // A file of a different size need not be decompressed, however large it would become.
            if entry.byteCount == file.bytes, try digest(of: directory.source(of: entry)) == file.sha256 {
                result.files.matching += 1
            } else {
                result.add(.init(.changed, .file, file.path))
            }
        } catch let failure as ReadFailure {
            result.add(.init(.changed, .file, file.path, detail: failure.description))
        }
        try advance()
    }

    /// Reports the current file as extra.
    private mutating func passOver() throws {
        if let (_, path) = current { result.add(.init(.extra, .file, path)) }
        try advance()
    }

    /// Moves to the next file in the top-level folder. Files elsewhere are extra.
    private mutating func advance() throws {
        while let entry = try directory.next() {
            if entry.name.utf8.starts(with: top.utf8) {
                current = (entry, String(entry.name.utf8.dropFirst(top.utf8.count)) ?? "")
                return
            }
            result.add(.init(.extra, .file, entry.name))
        }
        current = nil
    }

    /// Returns whether the first file is the manifest in a folder, and keeps the name of that folder.
    private mutating func takeTop(of manifest: ZipEntry) -> Bool {
        let name = manifest.name.utf8
        guard let slash = name.firstIndex(of: UInt8(ascii: "/")),
            name[name.index(after: slash)...].elementsEqual(PackManifest.file.utf8)
        else { return false }
        top = String(manifest.name[...slash])
        return true
    }

    /// Returns the SHA-256 of all bytes of a source.
    private func digest(of source: some ByteSource) throws -> String {
        var source = source
        var hash = SHA256()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockBytes, alignment: 64)
        defer { unsafe room.deallocate() }
        while true {
            try checkpoint()
            let count = try unsafe source.read(into: room)
            if count == 0 { return hash.finish() }
            unsafe hash.update(UnsafeBufferPointer(rebasing: room.bindMemory(to: UInt8.self)[..<count]))
        }
    }
}

extension SummaryFault {
    /// The fault of a manifest, as a sentence for people.
    fileprivate var packExplanation: String {
        switch code {
        case .notASummary: "it is not the manifest of an audit"
        case .newerVersion(let version):
            "it has version \(version); this import-audit reads version \(PackManifest.version). Use a later one"
        default: explanation(of: "It")
        }
    }
}

/// What the manifest of an audit lists besides the audit's own files.
package enum ListedInAudit {
    case input(PackInput)
    /// A file that was sent, to whose lines the audit refers.
    case source(PackedFile)
}

/// Recognizes the files of a manifest that were sent: the options, which come first, contain their hashes.
private struct SourcesOfPack {
    /// The most hashes that are kept: only a malicious manifest has more.
    private static let limit = 100_000

    private var hashes: [String: Int] = [:]
    private var count = 0

    mutating func take(_ item: PackManifestReader.Item, _ body: (ListedInAudit) throws -> Void) throws {
        switch item {
        case .option(let option):
            guard option.utf8.starts(with: PackManifest.sourceOption.utf8), count < Self.limit else { return }
            hashes[String(option.dropFirst(PackManifest.sourceOption.count)), default: 0] += 1
            count += 1
        case .input(let input): try body(.input(input))
        case .file(let file):
            guard let listed = hashes[file.sha256] else { return }
            hashes[file.sha256] = listed > 1 ? listed - 1 : nil
            try body(.source(file))
        case .output: break
        }
    }
}
