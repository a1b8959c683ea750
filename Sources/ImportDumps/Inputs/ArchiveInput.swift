/// Where libarchive gets its bytes from: a source that only goes forward, or a file in which it may jump about.
@safe
final class ArchiveInput {
    private enum Origin {
        case source(any ByteSource)
        case file(InputFileRegion, position: Int)
    }

    private var origin: Origin
    private let buffer: UnsafeMutableRawBufferPointer
    /// Why the input could not be read further, if it could not.
    private(set) var failure: ReadFailure?
    /// Zeros that end what was read so far: a tar archive ends with a kilobyte of them.
    private(set) var trailingZeros = 0
    /// Bytes that were read so far.
    private(set) var bytesRead = 0
    /// Whether a read has found the end.
    private(set) var isAtEnd = false

    init(_ source: any ByteSource, format: ContainerFormat) {
        origin = .source(source)
        unsafe buffer = Self.allocate(for: format)
    }

    init(_ file: InputFileRegion, format: ContainerFormat) {
        origin = .file(file, position: 0)
        unsafe buffer = Self.allocate(for: format)
    }

    private static func allocate(for format: ContainerFormat) -> UnsafeMutableRawBufferPointer {
        // At a fault in a zip archive libarchive drops what it unpacked of the block with the fault: small blocks save
        // more rows.
        let count = format == .zip ? 4 * 1024 : 64 * 1024
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe buffer
    }

    deinit {
        unsafe buffer.deallocate()
    }

    var isFile: Bool {
        if case .file = origin { true } else { false }
    }

    /// The bytes that follow, valid until the next call; none at the end, nil after a failure.
    func next() -> UnsafeRawBufferPointer? {
        guard failure == nil else { return nil }
        do throws(ReadFailure) {
            let count: Int
            switch origin {
            case .source(var source):
                defer { origin = .source(source) }
                count = try unsafe source.read(into: buffer)
            case .file(let file, let position):
                count = try unsafe file.read(at: position, into: buffer)
                origin = .file(file, position: position + count)
            }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            bytesRead += count
            if count == 0 { isAtEnd = true }
            let zeros = unsafe bytes.reversed().prefix { $0 == 0 }.count
            trailingZeros = zeros == count ? trailingZeros + zeros : zeros
            return unsafe bytes
        } catch {
            failure = error
            return nil
        }
    }

    /// Reads all that is left, for its length and its zeros.
    func readToEnd() {
        while let bytes = unsafe next(), unsafe !bytes.isEmpty {}
    }

    /// Passes over at most `count` bytes without reading them; returns how many.
    func skip(_ count: Int) -> Int {
        guard case .file(let file, let position) = origin else { return 0 }
        // Not beyond the end: what is cut off must be noticed. And not to it: the end is read for its zeros.
        let skipped = min(max(0, count), max(0, file.size - position - 1))
        origin = .file(file, position: position + skipped)
        if skipped > 0 { trailingZeros = 0 }
        return skipped
    }

    /// Goes to a place in the file, in bytes from its start; nil if there is no such place.
    func seek(to position: Int) -> Int? {
        guard case .file(let file, _) = origin, position >= 0 else { return nil }
        origin = .file(file, position: position)
        return position
    }

    func seek(by offset: Int) -> Int? {
        guard case .file(_, let position) = origin else { return nil }
        let (place, overflow) = position.addingReportingOverflow(offset)
        return overflow ? nil : seek(to: place)
    }

    func seek(fromEnd offset: Int) -> Int? {
        guard case .file(let file, _) = origin else { return nil }
        let (place, overflow) = file.size.addingReportingOverflow(offset)
        return overflow ? nil : seek(to: place)
    }
}
