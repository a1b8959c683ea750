import ImportFoundation
import Synchronization

/// Where libarchive gets its bytes: from a source that only goes forward, or from a file in which it can seek.
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
    /// Zeros at the end of the bytes read so far: a tar archive ends with a kilobyte of them.
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
        // At an error in a zip archive, libarchive drops the unpacked part of the block with the error: small blocks
        // save more rows.
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

    /// Skips at most `count` bytes without reading them; returns how many.
    func skip(_ count: Int) -> Int {
        guard case .file(let file, let position) = origin else { return 0 }
        // Not beyond the end, because missing data must be noticed. And not to it: the end is read for its zeros.
        let skipped = min(max(0, count), max(0, file.size - position - 1))
        origin = .file(file, position: position + skipped)
        if skipped > 0 { trailingZeros = 0 }
        return skipped
    }

    /// Goes to a position in the file, in bytes from its start; nil if there is no such position.
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

/// An archive on its way from entry to entry, and the sources of their bytes.
///
/// The bytes of an entry may be read by another thread than the one that goes on to the next. libarchive is only
/// touched with the lock held, which is why the class can be sent between them.
final class ArchiveSession: @unchecked Sendable {
    private let archive: LibArchive
    private let meter: ExpansionMeter
    private let isPrompt: Bool
    /// The number of the entry that can be read.
    private let current = Lock(0)

    /// - Parameter isPrompt: whether the archive's own bytes are (``ByteSource/isPrompt``).
    init(archive: LibArchive, meter: ExpansionMeter, isPrompt: Bool) {
        self.archive = archive
        self.meter = meter
        self.isPrompt = isPrompt
    }

    /// Goes on to the next entry. The source of the previous one delivers nothing any more.
    func next() -> ArchiveStep {
        current.withLock { current in
            current += 1
            return archive.next()
        }
    }

    /// The bytes of the entry that was reached last.
    var entry: any ByteSource {
        EntrySource(session: self, number: current.withLock { $0 }, isPrompt: isPrompt)
    }

    /// Makes the last source deliver nothing any more.
    func close() {
        current.withLock { $0 += 1 }
    }

    fileprivate func read(
        _ number: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(ReadFailure) -> Int {
        try meter.check()
        let count = try current.withLock { current throws(ReadFailure) in
            guard current == number else { throw ReadFailure(.closed) }
            return try unsafe archive.read(into: buffer)
        }
        return try meter.admit(count)
    }
}

private struct EntrySource: ByteSource {
    let session: ArchiveSession
    let number: Int
    let isPrompt: Bool

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try unsafe session.read(number, into: buffer)
    }
}

/// An archive's description of one of its entries.
struct ArchiveEntry: Sendable {
    /// Its path, as it is in the archive: any bytes.
    var name: [UInt8]
    var kind: Kind
    var isEncrypted: Bool

    enum Kind: Sendable {
        case file, folder
        case symbolicLink(target: [UInt8])
        case hardLink(target: [UInt8])
        case special(SpecialFile)
    }

    var isFolder: Bool {
        if case .folder = kind { true } else { false }
    }

    /// Whether a part of its path is hidden, or one of the system's own files and folders.
    var isHidden: Bool {
        name.split(separator: UInt8(ascii: "/")).contains { part in
            !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && SystemFiles.include(part)
        }
    }
}

/// The result of going on to the next entry of an archive.
enum ArchiveStep: Sendable {
    case entry(ArchiveEntry)
    case end
    /// Something is damaged, with the library's message; more may follow.
    case damaged(String)
    /// The rest is encrypted, including the names.
    case encrypted
    case failed(ReadFailure)
}
