import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// Packs an audit from its folder into one zip: all of its files, a manifest and their checksums. The zip depends only
/// on these.
///
/// If a file differs from the folder's manifest, no pack is written. Memory grows only with the number of files
/// (``ZipWriter``).
struct AuditPack {
    private static let blockBytes = 256 * 1024

    let target: PackTarget
    let root: OutputFolder
    let settings: ReportSettings

    /// Writes the zip. Returns the number of files of the audit, and the zip's SHA-256.
    func write(_ contents: PackContents) throws -> (files: Int, sha256: String) {
        let zip = try target.begin()
        let (manifest, sums) = (try HashedTemporaryFile(in: root.path), try TemporaryFile(in: root.path))
        var writer = PackManifestWriter(
            toolVersion: toolVersion, options: settings.shapingOptions, to: manifest.append)
        try contents.forEachInput { try writer.append($0) }
        try contents.forEachFile { try writer.append(file: $0) }
        var count = 0
        for path in contents.paths {
            let file = try contents.file(path)
            try writer.append(output: file)
            _ = try sums.append(PackManifest.sumsLine(path, sha256: file.sha256).span)
            count += 1
        }
        try writer.finish()

        do {
            let packed = try ZipWriter { try zip.write($0) }
            try packed.beginFile("\(target.top)/\(PackManifest.file)", byteCount: manifest.file.size)
            try copy(manifest.file, to: packed)
            let own = PackManifest.sumsLine(PackManifest.file, sha256: manifest.finish())
            try packed.beginFile("\(target.top)/\(PackManifest.sumsFile)", byteCount: own.count + sums.size)
            try packed.write(own.span)
            try copy(sums, to: packed)
            for path in contents.paths {
                let file = try digest(
                    path, begin: { size in try packed.beginFile("\(target.top)/\(path)", byteCount: size) },
                    body: { bytes in try packed.write(bytes) })
                guard file == (try contents.file(path)) else { throw changed(path) }
            }
            try packed.finish()
        } catch let failure as ZipWriter.Failure {
            throw CommandFailure(.internalFault, "\(target.path) cannot be packed: \(failure.message)")
        }
        return (count, try zip.publish())
    }

    private func changed(_ path: String) -> CommandFailure {
        CommandFailure(
            .cannotWrite,
            "\(root.path)/\(path) is not what import-audit wrote: another program has changed it; \(target.path) was not "
                + "written")
    }

    /// Reads a file of the audit and hashes it.
    ///
    /// - Parameters:
    ///   - begin: called with its size.
    ///   - body: then called with its bytes, in order.
    private func digest(
        _ path: String, begin: (Int) throws -> Void = { _ in }, body: (Span<UInt8>) throws -> Void = { _ in }
    ) throws -> PackedFile {
        func failure(_ reason: String) -> CommandFailure {
            CommandFailure(.cannotWrite, "\(root.path)/\(path) cannot be packed: \(reason)")
        }
        guard let descriptor = try root.openFile(path) else {
            throw failure(SystemFailure(errorNumber: ENOENT).description)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("it is not a file")
        }
        try begin(status.st_size)
        var hash = SHA256()
        var source = DescriptorSource(descriptor: descriptor)
        var chunk = [UInt8](repeating: 0, count: Self.blockBytes)
        var size = 0
        while true {
            if Interruption.isRequested { throw Interrupted() }
            let read = unsafe chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
            }
            let count: Int
            switch read {
            case .success(let read): count = read
            case .failure(let error): throw failure(error.description)
            }
            guard count > 0 else { break }
            let bytes = chunk.span.extracting(0..<count)
            hash.update(bytes)
            size += count
            try body(bytes)
        }
        return PackedFile(path: path, bytes: size, sha256: hash.finish())
    }

    private func copy(_ file: TemporaryFile, to zip: ZipWriter) throws {
        var offset = 0
        while offset < file.size {
            if Interruption.isRequested { throw Interrupted() }
            var chunk = [UInt8](repeating: 0, count: min(Self.blockBytes, file.size - offset))
            var target = chunk.mutableSpan
            try file.read(into: &target, at: offset)
            try zip.write(chunk.span)
            offset += chunk.count
        }
    }
}

/// A temporary file, and the hash of its contents.
private final class HashedTemporaryFile {
    let file: TemporaryFile
    private var hash = SHA256()

    init(in folder: String) throws(CommandFailure) {
        file = try TemporaryFile(in: folder)
    }

    func append(_ bytes: Span<UInt8>) throws {
        hash.update(bytes)
        _ = try file.append(bytes)
    }

    func finish() -> String { hash.finish() }
}
