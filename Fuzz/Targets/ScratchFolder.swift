import Glibc
import ImportInputs

/// The folder of this process for data that must be in files. Each input overwrites the previous one.
enum ScratchFolder {
    /// If a finding ends the process, the folder remains among the temporary files.
    static let path: String = {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/import-audit-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no folder can be made in \(parent)") }
        let path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        atexit { ScratchFolder.remove() }
        return path
    }()

    private static func remove() {
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        rmdir(path)
    }

    /// Writes a file and returns its path.
    static func write(_ bytes: [UInt8], as name: String) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        try require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "\(file) cannot be written")
        return file
    }

    /// Calls `body` with the descriptor of a file with these bytes, which is open for reading.
    static func withFile<Result>(_ bytes: [UInt8], _ body: (Int32) throws -> Result) throws -> Result {
        let file = try write(bytes, as: "file")
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        try require(descriptor >= 0, "\(file) cannot be opened")
        defer { close(descriptor) }
        return try body(descriptor)
    }
}

/// Several texts in one input, each after a line with its name: `--- NAME`. With compression and checksums, a mutation
/// would never get through to the reader behind them.
struct Parts {
    private(set) var parts: [(name: String, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) {
        let mark = Array("--- ".utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: mark) {
                let name = String(decoding: line.dropFirst(mark.count), as: UTF8.self)
                parts.append((name, []))
            } else if let last = parts.indices.last {
                if !parts[last].bytes.isEmpty { parts[last].bytes.append(UInt8(ascii: "\n")) }
                parts[last].bytes += line
            }
        }
    }

    /// Returns a zip of the parts. An input without any is already a zip.
    static func zip(of bytes: [UInt8]) -> [UInt8] {
        let parts = Parts(bytes).parts
        guard !parts.isEmpty, !bytes.starts(with: "PK".utf8) else { return bytes }
        var zip: [UInt8] = []
        do {
            let writer = try ZipWriter(allowsZip64: false) { bytes in
                for index in bytes.indices { zip.append(bytes[index]) }
            }
            for part in parts {
                // Skips a part whose name cannot be in a zip. A writer that is abandoned leaks memory in libarchive.
                guard (try? writer.beginFile(part.name, byteCount: part.bytes.count)) != nil else { continue }
                try writer.write(part.bytes.span)
            }
            try writer.finish()
        } catch {
            return zip
        }
        return zip
    }
}
