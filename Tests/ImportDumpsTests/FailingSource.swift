import ImportDumps

/// Delivers bytes like a disk that breaks: after the last of them, the read fails.
struct FailingSource: ByteSource {
    static let failure = ReadFailure(errorNumber: 5)
    private var bytes: ArraySource

    init(after bytes: [UInt8], chunk: Int = .max) {
        self.bytes = ArraySource(bytes, chunk: chunk)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try bytes.read(into: buffer)
        guard count > 0 else { throw Self.failure }
        return count
    }
}
