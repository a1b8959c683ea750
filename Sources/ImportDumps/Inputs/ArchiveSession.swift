import Synchronization

/// An archive on its way from entry to entry, and the sources of their bytes.
///
/// The bytes of an entry may be read by another thread than the one that goes on to the next. libarchive is only
/// touched with the lock held, which is why the class can be sent between them.
final class ArchiveSession: @unchecked Sendable {
    private let archive: LibArchive
    private let meter: ExpansionMeter
    private let isPrompt: Bool
    /// The number of the entry that can be read.
    private let current = Mutex(0)

    /// - Parameter isPrompt: whether the archive's own bytes are (``ByteSource/isPrompt``).
    init(archive: LibArchive, meter: ExpansionMeter, isPrompt: Bool) {
        self.archive = archive
        self.meter = meter
        self.isPrompt = isPrompt
    }

    /// Goes on to the next entry. The source of the one before delivers nothing any more.
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
