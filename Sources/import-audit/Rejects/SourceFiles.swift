import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportSources
import WorkbookSources

/// The files that were sent, as the options name them: plain files, or the contents of archives.
///
/// They are read twice or more. What can be read only once, such as a named pipe, is copied to a temporary file first.
final class SourceFiles {
    /// One of the files that were sent.
    struct Stream {
        /// As it is shown.
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
    /// Replaces names and what files say with pseudonyms where they are shown.
    let redaction: Redaction?
    private let sources: [SourceName]
    private let containers = ContainerReader()
    /// The copies of sources that can be read only once, by their numbers.
    private var copies: [Int: SourceFile] = [:]

    init(names: [String], _ redaction: Redaction? = nil) {
        self.names = names
        self.redaction = redaction
        sources = names.map { SourceName($0) }
    }

    /// Returns the name under which a file is shown.
    func shown(_ name: String) -> String { (redaction?.names ?? .plain).shown(name) }

    /// The files.
    var paths: [String] { sources.map { $0.path } }

    /// Calls `body` with each file, in order, while it is open.
    func visit(_ body: (Stream) throws -> Void) throws {
        for number in sources.indices {
            let file = try file(number)
            if let sheet = try sheet(sources[number], file.descriptor) {
                try body(sheet)
            } else {
                try visitContents(of: file, sources[number], body)
            }
        }
    }

    /// Calls `body` with the first file.
    func visitFirst(_ body: (Stream) throws -> Void) throws {
        struct Visited: Error {}
        do {
            try visit { stream in
                try body(stream)
                throw Visited()
            }
        } catch is Visited {}
    }

    /// Returns the number of files. What is compressed or an archive has to be read for that.
    func count() throws -> Int {
        var count = 0
        for number in sources.indices {
            let file = try file(number)
            if try isWorkbook(sources[number], file.descriptor) {
                count += 1
            } else {
                try visitContents(of: file, sources[number]) { _ in count += 1 }
            }
        }
        return count
    }

    /// Fails if the same file, or the same sheet of it, is named twice: its rows could not be told apart by their numbers.
    func refuseRepeated() throws {
        var seen: [FileIdentity: [Int]] = [:]
        for (number, source) in sources.enumerated() {
            guard let identity = InputPath(source.path).identity else { continue }
            if let other = try seen[identity]?.first(where: { try isSameSheet($0, number) }).map({ sources[$0] }) {
                throw CommandFailure(
                    .usage, of: shown(source.shown),
                    "this is the source of two jobs\(other.shown == source.shown ? "" : ", also as \(shown(other.shown))"), whose rows "
                        + "could not be told apart. Run it with each job alone. Nothing was written.")
            }
            seen[identity, default: []].append(number)
        }
    }

    /// Whether two names of one file mean the same sheet, as one without a sheet means the first.
    private func isSameSheet(_ one: Int, _ other: Int) throws -> Bool {
        if sources[one].sheet == sources[other].sheet { return true }
        return try nameOfSheet(one) == nameOfSheet(other)
    }

    private func nameOfSheet(_ number: Int) throws -> String? {
        let file = try file(number)
        return try sheet(sources[number], file.descriptor)?.sheet?.form.sheetName
    }

    private func visitContents(
        of file: SourceFile, _ source: SourceName, _ body: (Stream) throws -> Void
    ) throws {
        let name = source.path
        var isOwnTable = false
        var isEmpty = true
        try containers.read(descriptor: file.descriptor, name: name) { item in
            try checkPacked(item, in: source)
            switch item {
            case .stream(let source, let bytes):
                isEmpty = false
                try body(Stream(name: shown(source), bytes: bytes))
            case .refused(_, .ownOutput(.rejects)): isOwnTable = true
            case .refused(let source, .ownOutput):
                throw CommandFailure(
                    .inputNotReadWhole, of: shown(source),
                    "\(SourceFault(.isOwnOutput).explanation) Nothing was written.")
            case .refused(_, let reason) where reason.isExpected: break
            case .refused(let source, let reason):
                throw CommandFailure(
                    .inputNotReadWhole, of: shown(source),
                    "\((redaction?.names ?? .plain).shown(reason).explanation) Nothing was written.")
            }
        }
        // Rejects of an earlier try are a source like any other, although this program wrote them.
        if isOwnTable {
            try file.rewind()
            guard ContainerReader.isPlain(file.descriptor) else {
                throw CommandFailure(
                    .inputNotReadWhole, of: shown(name),
                    "these rows were handed back and have been packed since. Unpack them first. "
                        + "Nothing was written.")
            }
            try body(Stream(name: shown(name), bytes: DescriptorSource(descriptor: file.descriptor)))
        } else if isEmpty {
            throw CommandFailure(
                .inputNotReadWhole, of: shown(name), "It contains no file that was sent. Nothing was written.")
        }
    }

    /// Opens a source, at its beginning.
    private func file(_ number: Int) throws -> SourceFile {
        if let copy = copies[number] {
            try copy.rewind()
            return copy
        }
        let file = try SourceFile(sources[number].path, shownAs: shown(sources[number].path))
        guard file.isReadableOnce else { return file }
        let copy = try SourceFile(copyOf: file)
        copies[number] = copy
        return copy
    }

    /// The identities of the files, to distinguish them from outputs whatever their names.
    var identities: Set<FileIdentity> { Set(paths.compactMap { InputPath($0).identity }) }
}

/// An opened file.
private final class SourceFile {
    let name: String
    let descriptor: Int32
    /// Whether its bytes are gone once they are read.
    let isReadableOnce: Bool

    /// - Parameter shown: the name in errors.
    init(_ path: String, shownAs shown: String) throws(CommandFailure) {
        name = shown
        (descriptor, isReadableOnce) = try Self.opened(path, shown)
    }

    private static func opened(
        _ name: String, _ shown: String
    ) throws(CommandFailure) -> (descriptor: Int32, isReadableOnce: Bool) {
        if name == "-" {
            throw CommandFailure(.usage, "--source takes the name of a file: standard input cannot be read twice.")
        }
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, of: shown, SystemFailure.last.description) }
        var status = stat()
        let reason: String
        switch unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG {
        case S_IFREG: return (descriptor, false)
        case S_IFIFO, S_IFSOCK: return (descriptor, true)
        case S_IFDIR: reason = "this is a folder; name the file that was sent"
        default: reason = "this is a device; name the file that was sent"
        }
        close(descriptor)
        throw CommandFailure(.noInput, of: shown, reason)
    }

    /// Copies all bytes to a temporary file.
    init(copyOf file: SourceFile) throws {
        name = file.name
        isReadableOnce = false
        descriptor = try TemporaryFile.open(in: TemporaryFolder.parent)
        var source = DescriptorSource(descriptor: file.descriptor)
        var bytes = [UInt8](repeating: 0, count: 256 * 1024)
        copying: while true {
            if Interruption.isRequested { throw Interrupted() }
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
            }
            switch read {
            case .failure(let failure): throw CommandFailure(.inputNotReadWhole, of: name, failure.description)
            case .success(0): break copying
            case .success(let count):
                do throws(SystemFailure) {
                    try writeAll(bytes.span.extracting(0..<count), to: descriptor)
                } catch {
                    throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
                }
            }
        }
        try rewind()
    }

    /// Moves to its beginning.
    func rewind() throws(CommandFailure) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw CommandFailure(.inputNotReadWhole, of: name, SystemFailure.last.description)
        }
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
