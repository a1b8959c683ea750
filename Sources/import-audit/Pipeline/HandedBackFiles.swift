import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs

/// Recognizes files that `rejects` wrote although they look like those of any other program, as JSON and `--plain` tables
/// do: the manifest in their folder lists them with their hashes.
struct HandedBackFiles {
    private static let stems = ["rejects", "no-result", "created"]
    private static let endings = [".json", ".csv"]

    /// The files of the last folder.
    private var folder: String?
    private var files: [ExactText: ContentHash] = [:]

    /// Whether a file is one of them, unchanged.
    ///
    /// - Parameter descriptor: the file, open for reading.
    mutating func contain(_ path: InputPath, _ descriptor: Int32) -> Bool {
        let slash = path.bytes.lastIndex(of: UInt8(ascii: "/"))
        let name = path.bytes[(slash.map { $0 + 1 } ?? 0)...]
        // Most files have other names, so that nothing more is done about them.
        guard Self.stems.contains(where: { name.starts(with: $0.utf8) }),
            Self.endings.contains(where: { name.suffix($0.utf8.count).elementsEqual($0.utf8) }),
            let folder = slash.map({ String(validating: path.bytes[...$0], as: UTF8.self) }) ?? "./"
        else { return false }
        if folder != self.folder {
            self.folder = folder
            files = [:]
            for file in RunManifest.filesOfRejects(in: folder) { files[ExactText(file.name)] = file.content }
        }
        guard let content = files[ExactText(bytes: Array(name))] else { return false }
        return (try? ContentHash(ofFile: descriptor, expected: content.bytes)) == content
    }
}
