import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportSources
import WorkbookSources

/// The files that were sent, as the options name them: plain files, or the contents of archives.
struct SourceFiles {
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
        for source in sources {
            let name = source.path
            let file = try SourceFile(name, shownAs: shown(name))
            if let sheet = try sheet(source, file.descriptor) {
                try body(sheet)
                continue
            }
            var ownTable = false
            try containers.read(descriptor: file.descriptor, name: name) { item in
                try checkPacked(item, in: source)
                switch item {
                case .stream(let source, let bytes): try body(Stream(name: shown(source), bytes: bytes))
                case .refused(_, .ownOutput(.rejects)): ownTable = true
                case .refused(_, let reason) where reason.isExpected: break
                case .refused(let source, let reason):
                    throw CommandFailure(
                        .inputNotReadWhole, of: shown(source), (redaction?.names ?? .plain).shown(reason).explanation)
                }
            }
            // Rejects of an earlier try are a source like any other, although this program wrote them.
            if ownTable {
                guard lseek(file.descriptor, 0, SEEK_SET) == 0 else {
                    throw CommandFailure(.inputNotReadWhole, of: shown(name), SystemFailure.last.description)
                }
                guard ContainerReader.isPlain(file.descriptor) else {
                    throw CommandFailure(
                        .inputNotReadWhole, of: shown(name),
                        "these rows were handed back and have been packed since. Unpack them first. "
                            + "Nothing was written.")
                }
                try body(Stream(name: shown(name), bytes: DescriptorSource(descriptor: file.descriptor)))
            }
        }
    }

    /// Returns the number of files. Only an archive has to be read for that.
    func count() throws -> Int {
        var count = 0
        for source in sources {
            let file = try SourceFile(source.path, shownAs: shown(source.path))
            guard try !isWorkbook(source, file.descriptor),
                let beginning = try? OutputFile.beginning(of: file.descriptor),
                ContainerFormat(firstBytes: beginning)?.isArchive == true
            else {
                count += 1
                continue
            }
            try containers.read(descriptor: file.descriptor, name: source.path) { item in
                try checkPacked(item, in: source)
                if case .stream = item { count += 1 }
            }
        }
        return count
    }

    /// The identities of the files, to distinguish them from outputs whatever their names.
    var identities: Set<FileIdentity> { Set(paths.compactMap { InputPath($0).identity }) }
}

/// An opened file.
private struct SourceFile: ~Copyable {
    let descriptor: Int32

    /// - Parameter shown: the name in errors.
    init(_ name: String, shownAs shown: String) throws(CommandFailure) {
        descriptor = try Self.opened(name, shown)
    }

    private static func opened(_ name: String, _ shown: String) throws(CommandFailure) -> Int32 {
        if name == "-" {
            throw CommandFailure(.usage, "--source takes the name of a file: standard input cannot be read twice.")
        }
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, of: shown, SystemFailure.last.description) }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw CommandFailure(.noInput, of: shown, "this is a folder; name the file that was sent")
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
