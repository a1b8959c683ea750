import ImportFoundation
import Synchronization

/// The bytes for libarchive, from a source that only goes forward or from a file that it can seek in.
@safe
final class ArchiveInput {
    private enum Origin {
        case source(any ByteSource)
        case file(InputFileRegion, position: Int)
    }

    private var origin: Origin
    private let buffer: UnsafeMutableRawBufferPointer
    /// Why the input could not be read further, if it failed.
    private(set) var failure: ReadFailure?
    /// The number of zeros at the end of the bytes read so far: a tar archive ends with a kilobyte of them.
    private(set) var trailingZeros = 0
    /// The number of bytes read so far.
    private(set) var bytesRead = 0
    /// Whether a read has reached the end.
    private(set) var isAtEnd = false
    /// The end of a zip; nil for other formats, and for a file until ``faultOfZip(_:)``.
    private var tail: ZipTail?

    init(_ source: any ByteSource, format: ContainerFormat) {
        origin = .source(source)
        tail = format == .zip ? ZipTail() : nil
        unsafe buffer = Self.allocate(for: format)
    }

    init(_ file: InputFileRegion, format: ContainerFormat) {
        origin = .file(file, position: 0)
        unsafe buffer = Self.allocate(for: format)
    }

    private static func allocate(for format: ContainerFormat) -> UnsafeMutableRawBufferPointer {
        // At an error in a zip, libarchive drops the unpacked part of the block with the error, so small blocks save
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

    /// Returns the next bytes, valid until the next call; none at the end, nil after a failure.
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
            unsafe tail?.add(bytes)
            return unsafe bytes
        } catch {
            failure = error
            return nil
        }
    }

    /// Reads the rest, to count its bytes and its trailing zeros.
    func readToEnd() {
        while let bytes = unsafe next(), unsafe !bytes.isEmpty {}
    }

    /// Returns what is wrong with a zip that has been read to its last entry; nil if nothing is. Reads the rest.
    func faultOfZip(_ found: EntryCounts) -> ReadFailure? {
        if case .file(let file, _) = origin {
            // libarchive sought in it, so the end is read separately.
            readTail(of: file, keeping: ZipTail.mostBytes)
            // Nothing but the whole list shows whether the names of hidden entries are their own. A zip may claim any
            // size for it.
            if found.hidden > 0, let missing = tail?.missingBytesOfList, missing <= found.all * Self.mostBytesOfRecord {
                readTail(of: file, keeping: ZipTail.mostBytes + missing)
            }
        } else {
            readToEnd()
        }
        return failure ?? tail?.fault(found, areKindsListed: isFile)
    }

    /// More than the average size of a record in the list of a zip, most of which is the name.
    private static let mostBytesOfRecord = 1024

    private func readTail(of file: InputFileRegion, keeping count: Int) {
        let start = max(0, file.size - count)
        tail = ZipTail(skipping: start, keeping: count)
        origin = .file(file, position: start)
        readToEnd()
    }

    /// The file from its beginning, to be read only forward; nil for a stream.
    var fromTheFront: (any ByteSource)? {
        guard case .file(let file, _) = origin else { return nil }
        return RegionSource(file: file)
    }

    /// Skips at most `count` bytes without reading them and returns how many were skipped.
    func skip(_ count: Int) -> Int {
        guard case .file(let file, let position) = origin else { return 0 }
        // Stops before the last byte, because missing data must be noticed and the end is read for its zeros.
        let skipped = min(max(0, count), max(0, file.size - position - 1))
        origin = .file(file, position: position + skipped)
        if skipped > 0 { trailingZeros = 0 }
        return skipped
    }

    /// Moves to a position in the file, in bytes from its start; nil if there is no such position.
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

/// The bytes of a file from its beginning.
private struct RegionSource: ByteSource {
    let file: InputFileRegion
    private var position = 0
    var isPrompt: Bool { true }

    init(file: InputFileRegion) {
        self.file = file
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try unsafe file.read(at: position, into: buffer)
        position += count
        return count
    }
}

/// An archive that is read entry by entry, with sources of the entries' bytes.
///
/// One thread may read the bytes of an entry while another moves to the next. libarchive is only used while the lock is
/// held, so the session can be sent between threads.
final class ArchiveSession: @unchecked Sendable {
    private let archive: LibArchive
    private let meter: ExpansionMeter
    private let isPrompt: Bool
    /// The number of the only entry that can be read.
    private let current = Lock(0)

    /// - Parameter isPrompt: whether the archive's own bytes are prompt (``ByteSource/isPrompt``).
    init(archive: LibArchive, meter: ExpansionMeter, isPrompt: Bool) {
        self.archive = archive
        self.meter = meter
        self.isPrompt = isPrompt
    }

    /// Moves to the next entry, after which reads of the previous entry's source fail.
    func next() -> ArchiveStep {
        current.withLock { current in
            current += 1
            return archive.next()
        }
    }

    /// The bytes of the current entry.
    var entry: any ByteSource {
        EntrySource(session: self, number: current.withLock { $0 }, isPrompt: isPrompt)
    }

    /// Makes further reads of the current entry's source fail.
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
    /// The path as stored in the archive: any bytes.
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

    /// Whether a part of its path is hidden, or a system file or folder.
    var isHidden: Bool { Self.isHidden(name[...]) }

    /// - Parameter separator: the byte between the parts of the path.
    static func isHidden(_ name: ArraySlice<UInt8>, separator: UInt8 = UInt8(ascii: "/")) -> Bool {
        name.split(separator: separator).contains { part in
            !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && SystemFiles.include(part)
        }
    }
}

/// How many entries of an archive were found so far.
struct EntryCounts {
    private(set) var all = 0
    private(set) var hidden = 0
    private(set) var folders = 0

    /// Counts the entry, and returns whether it is skipped.
    mutating func skip(_ entry: ArchiveEntry) -> Bool {
        let (isHidden, isFolder) = (entry.isHidden, entry.isFolder)
        all += 1
        if isHidden { hidden += 1 }
        if isFolder { folders += 1 }
        return isHidden || isFolder
    }
}

/// The result of moving to the next entry of an archive.
enum ArchiveStep: Sendable {
    case entry(ArchiveEntry)
    case end
    /// Something is damaged, with the library's message; more entries may follow.
    case damaged(String)
    /// The rest is encrypted, including the names.
    case encrypted
    case failed(ReadFailure)
}
