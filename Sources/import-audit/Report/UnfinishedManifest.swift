import Glibc
import ImportReports

/// The manifest while a run replaces files: it says which files this program may have written, before they are in their
/// places. So the next run knows them, even if this one is killed.
final class UnfinishedManifest: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Takes the place of the earlier manifest, of which it keeps what that says of files.
    ///
    /// - Parameter planned: names of files that are to be written into the folder itself.
    init(in folder: OutputFolder, earlier: Manifest?, planned: [String]) throws(CommandFailure) {
        path = "\(folder.path)/\(Manifest.file)"
        let file = try folder.beginAlone(Manifest.file)
        do {
            var header = ManifestHeader(options: "", jobOptions: "", documents: 0, toolVersion: toolVersion)
            header.isUnfinished = true
            var bytes = ManifestLine.header(header).bytes
            var records = earlier?.files(in: Manifest.root) ?? []
            let known = Set(records.map { $0.name })
            records += planned.filter { !known.contains($0) }.map { FileRecord(name: $0, content: nil) }
            try earlier?.forEachFolder { folder, files in
                guard folder != Manifest.root else { return }
                bytes += ManifestLine.folder(folder, files: files).bytes
                guard bytes.count > 256 * 1024 else { return }
                try file.write(bytes.span)
                bytes.removeAll(keepingCapacity: true)
            }
            bytes += ManifestLine.folder(Manifest.root, files: records).bytes
            try file.write(bytes.span)
            descriptor = try folder.publishAlone(file)
        } catch {
            file.remove()
            throw error as? CommandFailure ?? CommandFailure(.cannotWrite, "\(path): \(error)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Says that files of a folder are about to take their places. May be called by several threads.
    ///
    /// - Parameter line: about the folder.
    func add(_ line: [UInt8]) throws(CommandFailure) {
        do throws(SystemFailure) {
            try writeAll(line.span, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, "\(path): \(error.description)")
        }
    }
}
