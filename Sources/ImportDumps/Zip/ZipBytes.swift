private import Glibc

/// The bytes of a zip that lies in a regular file.
struct ZipBytes: Sendable {
    let descriptor: Int32
    let count: Int

    init(descriptor: Int32) throws(ZipFault) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw ZipFault(.system(errorNumber: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ZipFault(.noRegularFile) }
        self.descriptor = descriptor
        count = status.st_size
    }

    /// All bytes of a stretch, which must lie in the file.
    func read(at offset: Int, count: Int) throws(ZipFault) -> ZipRecord {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw ZipFault(.structure)
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress?.advanced(by: filled), count - filled, offset + filled)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw ZipFault(.system(errorNumber: errno)) }
            // Someone has cut it meanwhile.
            guard read > 0 else { throw ZipFault(.noEnd) }
            filled += read
        }
        return ZipRecord(bytes: bytes)
    }
}

/// Reads all of a file without moving its descriptor.
struct ZipBytesSource: ByteSource {
    let file: ZipBytes
    private var position = 0

    var isPrompt: Bool { true }

    init(_ file: ZipBytes) {
        self.file = file
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        while true {
            let count = unsafe pread(file.descriptor, buffer.baseAddress, buffer.count, position)
            if count >= 0 {
                position += count
                return count
            }
            if errno != EINTR { throw ReadFailure(errorNumber: errno) }
        }
    }
}

/// A stretch of a zip: numbers in it have their lowest byte first.
struct ZipRecord {
    let bytes: [UInt8]

    func number(at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    func half(_ offset: Int) -> Int { Int(number(at: offset, bytes: 2)) }
    func word(_ offset: Int) -> Int { Int(number(at: offset, bytes: 4)) }

    /// Nil for what is no size of a file.
    func long(_ offset: Int) -> Int? { Int(exactly: number(at: offset, bytes: 8)) }

    func hasSignature(_ kind: ZipSignature, at offset: Int = 0) -> Bool { word(offset) == kind.rawValue }
}

/// What a record of a zip begins with.
enum ZipSignature: Int {
    case local = 0x0403_4B50
    case central = 0x0201_4B50
    case descriptor = 0x0807_4B50
    case end = 0x0605_4B50
    case end64 = 0x0606_4B50
    case end64Locator = 0x0706_4B50
}
