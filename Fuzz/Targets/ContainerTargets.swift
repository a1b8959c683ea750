import ImportFoundation
import ImportInputs

/// Readers of compressed files and archives: the same bytes give the same contents, in no more than the limits allow.
enum ContainerTargets {
    private static let limits = InputLimits(expandedBytes: 64 * 1024, expansionRatio: 20)

    /// A compressed file or an archive, or texts that are packed into a zip, where each may be such a file.
    static func containers(_ bytes: [UInt8]) throws {
        let container = Parts.zip(of: bytes)
        let whole = try Contents(ofFile: container)
        try require(try Contents(ofFile: container) == whole, "not the same contents the second time")
        // At each of three depths, there are compressed data and entries.
        let most = 6 * max(limits.expandedBytes, limits.expansionRatio * container.count)
        try require(whole.byteCount <= most, "\(whole.byteCount) bytes of \(container.count)")
        try require(
            whole.items.allSatisfy { $0.source == "in" || $0.source.utf8.starts(with: "in!".utf8) },
            "names: \(whole.items)")

        let stream = Contents(of: ArraySource(container))
        let (_, chunk) = DumpTargets.sizes(for: bytes)
        let parts = Contents(of: ArraySource(container, chunk: chunk))
        // How much is delivered before damage may depend on how much is there at once.
        try require(
            stream.isWhole ? parts == stream : !parts.isWhole, "reads of \(chunk): \(parts) instead of \(stream)")
        // What is at the end of a zip or a 7z file says what is in it, and a pipe has no end to look at.
        if !container.starts(with: "PK".utf8), !container.starts(with: "7z".utf8) {
            try require(
                whole.isWhole ? stream == whole : !stream.isWhole, "as a stream: \(stream) instead of \(whole)")
        }
    }

    /// Everything that is found in an input.
    private struct Contents: Equatable {
        private(set) var items: [Item] = []

        struct Item: Equatable {
            var source: String
            var bytes: [UInt8] = []
            var failure: ReadFailure?
            var refusal: InputRefusal?
        }

        init(ofFile bytes: [UInt8]) throws {
            try ScratchFolder.withFile(bytes) { descriptor in
                ContainerReader(limits: limits).read(descriptor: descriptor, name: "in") { item in add(item) }
            }
        }

        init(of source: any ByteSource) {
            ContainerReader(limits: limits).read(source, name: "in") { item in add(item) }
        }

        private mutating func add(_ item: ContainerItem) {
            switch item {
            case .refused(let source, let reason): items.append(Item(source: source, refusal: reason))
            case .stream(let source, var bytes):
                var item = Item(source: source)
                let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
                defer { piece.deallocate() }
                do throws(ReadFailure) {
                    while case let count = try bytes.read(into: piece), count > 0 { item.bytes += piece[..<count] }
                } catch {
                    item.failure = error
                }
                items.append(item)
            }
        }

        var byteCount: Int { items.reduce(0) { $0 + $1.bytes.count } }

        /// Whether nothing was damaged or refused.
        var isWhole: Bool { items.allSatisfy { $0.failure == nil && $0.refusal?.isExpected != false } }
    }
}
