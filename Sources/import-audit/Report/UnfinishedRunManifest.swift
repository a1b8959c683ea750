import Glibc
import ImportReports

/// The manifest while a run replaces files. It lists the files that this program may have written before they are in
/// place, so the next run recognizes them even if this one is killed.
final class UnfinishedRunManifest: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Replaces the earlier manifest, keeping what it says about files.
    ///
    /// - Parameter planned: the names of files that will be written into the folder itself.
    init(in folder: OutputFolder, earlier: RunManifest?, planned: [String]) throws {
        path = "\(folder.path)/\(RunManifest.file)"
        let file = try folder.beginAlone(RunManifest.file)
        do {
            var header = RunManifestHeader(options: "", jobOptions: "", documents: 0, toolVersion: toolVersion)
            header.isUnfinished = true
            var bytes = RunManifestLine.header(header).bytes
            var records = try earlier?.files(in: RunManifest.root) ?? []
            let known = Set(records.map { $0.name })
            records += planned.filter { !known.contains($0) }.map { FileRecord(name: $0, content: nil) }
            try earlier?.forEachFolder { folder, files in
                guard folder != RunManifest.root else { return }
                bytes += RunManifestLine.folder(folder, files: files).bytes
                guard bytes.count > 256 * 1024 else { return }
                try file.write(bytes.span)
                bytes.removeAll(keepingCapacity: true)
            }
            bytes += RunManifestLine.folder(RunManifest.root, files: records).bytes
            try file.write(bytes.span)
            descriptor = try folder.publishAlone(file)
        } catch {
            file.remove()
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    /// Notes that files of a folder are about to be moved into place. Several threads may call it.
    ///
    /// - Parameter line: the manifest line about the folder.
    func add(_ line: [UInt8]) throws(CommandFailure) {
        do throws(SystemFailure) {
            try writeAll(line.span, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, of: path, error.description)
        }
    }
}
