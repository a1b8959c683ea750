/// What a run found out, as far as it does not fit into memory.
final class Spool {
    private static let bufferBytes = 256 * 1024

    private let file: TemporaryFile
    private var buffer: [UInt8] = []

    /// A stretch of the file.
    struct Stretch {
        var offset: Int
        var count: Int
    }

    /// - Parameter folder: where there is room for it.
    init(in folder: String) throws(CommandFailure) {
        file = try TemporaryFile(in: folder)
        buffer.reserveCapacity(Self.bufferBytes)
    }

    func append(_ bytes: [UInt8]) throws -> Stretch {
        let stretch = Stretch(offset: file.size + buffer.count, count: bytes.count)
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
        return stretch
    }

    func read(_ stretch: Stretch) throws -> [UInt8] {
        if stretch.offset + stretch.count > file.size { try flush() }
        var bytes = [UInt8](repeating: 0, count: stretch.count)
        var target = bytes.mutableSpan
        try file.read(into: &target, at: stretch.offset)
        return bytes
    }

    private func flush() throws {
        do {
            let bytes = buffer
            _ = try file.append(bytes.span)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
