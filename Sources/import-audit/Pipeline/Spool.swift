/// What a run found out, as far as it does not fit into memory.
final class Spool {
    private let file: TemporaryFile

    /// A stretch of the file.
    struct Stretch {
        var offset: Int
        var count: Int
    }

    /// - Parameter folder: where there is room for it.
    init(in folder: String) throws(CommandFailure) {
        file = try TemporaryFile(in: folder)
    }

    func append(_ bytes: [UInt8]) throws -> Stretch {
        Stretch(offset: try file.append(bytes.span), count: bytes.count)
    }

    func read(_ stretch: Stretch) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: stretch.count)
        var target = bytes.mutableSpan
        try file.read(into: &target, at: stretch.offset)
        return bytes
    }
}
