import Glibc
import ImportAnalysis
import ImportFoundation

/// An input opened for reading: a file, or standard input for `-`.
struct InputFile: ~Copyable {
    /// The input, as the user named it.
    let name: String
    private let descriptor: Int32
    private let origin: Origin

    /// Where the name comes from, which decides the status of a failure.
    enum Origin {
        case argument
        /// An option for a file that says how to work: without it, nothing is done.
        case option
    }

    init(_ name: String, of origin: Origin = .argument) throws(CommandFailure) {
        self.name = name
        self.origin = origin
        if name == "-" {
            descriptor = STDIN_FILENO
            return
        }
        descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(
                origin == .option ? .usage : .noInput, of: name, SystemFailure.last.description)
        }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw origin == .option
                ? CommandFailure(.usage, of: name, "this is a folder; name a file")
                : CommandFailure(.noInput, of: name, "this is a folder; name the files in it")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    var source: DescriptorSource { DescriptorSource(descriptor: descriptor) }

    /// Whether a name refers to a regular file.
    static func isRegular(_ name: String) -> Bool {
        var status = stat()
        return unsafe stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The first bytes of a regular file; nil if they cannot be read.
    func beginning(_ limit: Int) -> [UInt8]? { try? readBeginning(of: descriptor, count: limit) }

    /// Reads all bytes; nil if there are more than `limit`.
    func readAll(limit: Int) throws(CommandFailure) -> [UInt8]? {
        var source = self.source
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let read = unsafe chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
            }
            switch read {
            case .failure(let failure):
                throw CommandFailure(
                    origin == .option ? .usage : .inputNotReadWhole, of: name, failure.description)
            case .success(0):
                return bytes
            case .success(let count):
                guard bytes.count + count <= limit else { return nil }
                bytes.append(contentsOf: chunk[..<count])
            }
        }
    }
}
