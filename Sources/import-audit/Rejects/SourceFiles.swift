import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportSources

/// The files that were sent, as the options name them: a file, or what lies in an archive.
struct SourceFiles {
    /// A file of what was sent.
    struct Stream {
        var name: String
        var bytes: any ByteSource
    }

    let names: [String]
    private let containers = ContainerReader()

    /// Calls `body` with each file, in order, while it is open.
    func visit(_ body: (Stream) throws -> Void) throws {
        for name in names {
            let file = try SourceFile(name)
            var ownTable = false
            try containers.read(descriptor: file.descriptor, name: name) { item in
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
                try body(Stream(name: name, bytes: DescriptorSource(descriptor: file.descriptor)))
            }
        }
    }

    /// How many files there are. Only an archive is gone through for it.
    func count() throws -> Int {
        var count = 0
        for name in names {
            let file = try SourceFile(name)
            guard let beginning = OutputFile.beginning(of: file.descriptor),
                ContainerFormat(firstBytes: beginning)?.isArchive == true
            else {
                count += 1
                continue
            }
            containers.read(descriptor: file.descriptor, name: name) { item in
                if case .stream = item { count += 1 }
            }
        }
        return count
    }

    /// What tells the files from outputs, whatever their names.
    var identities: Set<FileIdentity> { Set(names.compactMap { InputPath($0).identity }) }
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
