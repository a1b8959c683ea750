import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportSources
import WorkbookSources

/// The files that were sent, as the options name them: plain files, or the contents of archives.
struct SourceFiles {
    /// One of the files that were sent.
    struct Stream {
        var name: String
        var bytes: any ByteSource
        /// The sheet of a workbook.
        var sheet: OpenSheet?
        /// The SHA-256 of the file, if its records are not read from its bytes directly.
        var sha256: String?
        /// Other notes about it.
        var notes: [String] = []
    }

    /// The names as the user gave them.
    let names: [String]
    private let sources: [SourceName]
    private let containers = ContainerReader()

    init(names: [String]) {
        self.names = names
        sources = names.map { SourceName($0) }
    }

    /// The files.
    var paths: [String] { sources.map { $0.path } }

    /// Calls `body` with each file, in order, while it is open.
    func visit(_ body: (Stream) throws -> Void) throws {
        for source in sources {
            let name = source.path
            let file = try SourceFile(name)
            if let sheet = try Self.sheet(source, file.descriptor) {
                try body(sheet)
                continue
            }
            var ownTable = false
            try containers.read(descriptor: file.descriptor, name: name) { item in
                try Self.checkPacked(item, in: source)
                switch item {
                case .stream(let source, let bytes): try body(Stream(name: source, bytes: bytes))
                case .refused(_, .ownOutput(.rejects)): ownTable = true
                case .refused(_, let reason) where reason.isExpected: break
                case .refused(let source, let reason):
                    throw CommandFailure(.inputNotReadWhole, of: source, reason.explanation)
                }
            }
            // Rejects of an earlier try are a source like any other, although this program wrote them.
            if ownTable {
                guard lseek(file.descriptor, 0, SEEK_SET) == 0 else {
                    throw CommandFailure(.inputNotReadWhole, of: name, SystemFailure.last.description)
                }
                guard ContainerReader.isPlain(file.descriptor) else {
                    throw CommandFailure(
                        .inputNotReadWhole, of: name,
                        "these rows were handed back and have been packed since. Unpack them first. "
                            + "Nothing was written.")
                }
                try body(Stream(name: name, bytes: DescriptorSource(descriptor: file.descriptor)))
            }
        }
    }

    /// Returns the number of files. Only an archive has to be read for that.
    func count() throws -> Int {
        var count = 0
        for source in sources {
            let file = try SourceFile(source.path)
            guard try !Self.isWorkbook(source, file.descriptor),
                let beginning = try? OutputFile.beginning(of: file.descriptor),
                ContainerFormat(firstBytes: beginning)?.isArchive == true
            else {
                count += 1
                continue
            }
            try containers.read(descriptor: file.descriptor, name: source.path) { item in
                try Self.checkPacked(item, in: source)
                if case .stream = item { count += 1 }
            }
        }
        return count
    }

    /// Fails if the same file, or the same sheet of it, is named twice: its rows could not be told apart by their numbers.
    func refuseRepeated() throws(CommandFailure) {
        var seen: [FileIdentity: [SourceName]] = [:]
        for source in sources {
            guard let identity = InputPath(source.path).identity else { continue }
            if let other = seen[identity]?.first(where: { $0.sheet == source.sheet }) {
                throw CommandFailure(
                    .usage, of: source.shown,
                    "this is the source of two jobs\(other.shown == source.shown ? "" : ", also as \(other.shown)"), whose rows "
                        + "could not be told apart. Run it with each job alone. Nothing was written.")
            }
            seen[identity, default: []].append(source)
        }
    }

    /// The identities of the files, to distinguish them from outputs whatever their names.
    var identities: Set<FileIdentity> { Set(paths.compactMap { InputPath($0).identity }) }
}

/// An opened file.
private struct SourceFile: ~Copyable {
    let descriptor: Int32

    init(_ name: String) throws(CommandFailure) {
        descriptor = try Self.opened(name)
    }

    private static func opened(_ name: String) throws(CommandFailure) -> Int32 {
        if name == "-" {
            throw CommandFailure(.usage, "--source takes the name of a file: standard input cannot be read twice.")
        }
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, of: name, SystemFailure.last.description) }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw CommandFailure(.noInput, of: name, "this is a folder; name the file that was sent")
        }
        return descriptor
    }

    deinit { close(descriptor) }
}

/// The value of `--source`: a file, or `FILE#Sheet` if no file has the whole value as its name.
struct SourceName {
    /// The name as the user gave it.
    let shown: String
    let path: String
    /// The sheet of a workbook; nil if none is named.
    let sheet: String?

    init(_ text: String) {
        shown = text
        // If there are several such files, takes the one with the longest name: the name of a sheet may contain #, too.
        var end = text.utf8.endIndex
        while !Self.isThere(text[..<end]), let sign = text.utf8[..<end].lastIndex(of: UInt8(ascii: "#")) { end = sign }
        guard end < text.utf8.endIndex, Self.isThere(text[..<end]) else {
            (path, sheet) = (text, nil)
            return
        }
        path = String(text[..<end])
        sheet = String(text[text.utf8.index(after: end)...])
    }

    private static func isThere(_ path: Substring) -> Bool {
        var status = stat()
        return unsafe stat(String(path), &status) == 0
    }
}
