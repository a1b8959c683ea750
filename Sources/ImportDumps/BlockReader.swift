internal import CRowScan
package import ImportFoundation
import Synchronization

/// Reads a source block by block, and computes the hash of all bytes.
///
/// With a large file, a separate thread reads ahead and computes the hash while the previous block is scanned:
///
///     thread    read 4, hash 4 | read 5, hash 5 | …
///     caller    scan 3         | scan 4         | …
@safe
package final class BlockReader {
    /// The bytes of one block.
    @safe
    package struct Block {
        /// Valid until the next block is requested. `ROWSCAN_PADDING` readable bytes follow them.
        package let bytes: UnsafeMutablePointer<UInt8>
        package let count: Int
        /// The hash of all bytes before the block, if it is computed.
        let hashBefore: SHA256?
    }

    /// The number of windows in a block that is read ahead.
    private static let windowsAhead = 4

    private var filler: BlockFiller
    /// The memory of the first block, which exists before anything is read.
    let first: UnsafeMutablePointer<UInt8>
    /// Whether a separate thread may read a large file.
    var readsAhead: Bool
    /// The blocks that are read ahead, each with the hash of all bytes before it.
    private var ahead: BlockPipe<SHA256, Never>?
    private var isFirst = true

    /// - Parameter readsAhead: whether a separate thread may read a large file.
    package init(source: any ByteSource, capacity: Int, hashing: Bool, readsAhead: Bool) {
        filler = BlockFiller(source: source, capacity: max(1, capacity), hashing: hashing)
        unsafe first = filler.allocate()
        self.readsAhead = readsAhead
    }

    deinit {
        unsafe first.deallocate()
    }

    /// Restarts with another source, reusing the memory.
    func restart(source: any ByteSource) {
        ahead = nil
        isFirst = true
        filler = BlockFiller(source: source, capacity: filler.capacity, hashing: filler.hashing)
    }

    /// The size of a window in bytes. A block that is read ahead has up to ``windowsAhead`` of them.
    var capacity: Int { filler.capacity }

    /// Set at the end if the system refused to deliver more.
    package var failure: ReadFailure? { ahead?.isAtEnd == false ? nil : filler.failure }

    /// Returns the bytes that follow; none at the end.
    package func next() -> Block {
        if let ahead {
            let block = ahead.next()
            return unsafe Block(bytes: block.bytes, count: block.count, hashBefore: block.note)
        }
        let hashBefore = filler.hash
        let count = unsafe filler.fill(first)
        unsafe BlockFiller.pad(first + count)
        // A thread is worthwhile only if there is more than the first block.
        if isFirst, readsAhead, count == filler.capacity, count >= DumpLimits.windowBytes, filler.source.isPrompt {
            ahead = readAhead()
        }
        isFirst = false
        return unsafe Block(bytes: first, count: count, hashBefore: hashBefore)
    }

    /// Until the end of its blocks, only the thread touches the filler, so the filler can be sent to it.
    private struct Work: @unchecked Sendable {
        let filler: BlockFiller
    }

    private func readAhead() -> BlockPipe<SHA256, Never> {
        let work = Work(filler: filler)
        return BlockPipe(
            slots: 3, slotBytes: Self.windowsAhead * filler.capacity, padding: Int(ROWSCAN_PADDING)
        ) { room in
            let filler = work.filler
            let hashBefore = filler.hash
            var count = 0
            // Fill one window at a time, so that each is hashed while it is in the processor's cache.
            while count + filler.capacity <= room.count {
                let more = unsafe filler.fill(room.bytes + count)
                if more == 0 { break }
                count += more
            }
            return (count, hashBefore)
        }
    }

    /// Stops the hash of all bytes: with several documents, each has its own.
    func stopHashing() {
        filler.stopHashing()
    }

    /// Returns the SHA-256 of everything read, if requested and if reading did not fail. Valid only at the end.
    package func finishHash() -> String? {
        failure == nil ? filler.finishHash() : nil
    }
}

/// Reads a block and hashes it while it is in the processor's cache. For one thread at a time.
final class BlockFiller {
    let capacity: Int
    let hashing: Bool
    private(set) var source: any ByteSource
    private(set) var failure: ReadFailure?
    /// The hash of all bytes so far.
    private(set) var hash: SHA256?
    private let isHashingStopped = Atomic(false)
    private var isFirst = true
    private var isAtEnd = false

    init(source: any ByteSource, capacity: Int, hashing: Bool) {
        self.source = source
        self.capacity = capacity
        self.hashing = hashing
        hash = hashing ? SHA256() : nil
    }

    /// Allocates memory for a block and the padding after it, without any bytes so far. The system provides only the
    /// pages that are read into, which matters for small dumps.
    func allocate() -> UnsafeMutablePointer<UInt8> {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Int(ROWSCAN_PADDING))
        unsafe Self.pad(bytes)
        return unsafe bytes
    }

    /// Puts zeros after the last byte of a block.
    static func pad(_ end: UnsafeMutablePointer<UInt8>) {
        unsafe end.initialize(repeating: 0, count: Int(ROWSCAN_PADDING))
    }

    /// Reads into `bytes` and returns the number of bytes; 0 at the end and after a failure.
    func fill(_ bytes: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        // A slow pipe may deliver its first bytes one by one, so the first block waits for a whole signature.
        let wanted = isFirst ? min(capacity, ForeignFormat.signatureBytes) : 1
        isFirst = false
        do throws(ReadFailure) {
            while !isAtEnd, count < wanted {
                let room = unsafe UnsafeMutableRawBufferPointer(start: bytes + count, count: capacity - count)
                let more = try unsafe source.read(into: room)
                count += more
                isAtEnd = more == 0
            }
        } catch {
            failure = error
            isAtEnd = true
        }
        if hashing, !isHashingStopped.load(ordering: .relaxed) {
            unsafe hash?.update(UnsafeBufferPointer(start: bytes, count: count))
        }
        // The scanner reads the byte after the end.
        unsafe bytes[count] = 0
        return count
    }

    func finishHash() -> String? {
        isHashingStopped.load(ordering: .relaxed) ? nil : hash?.finish()
    }

    /// Can be called from any thread.
    func stopHashing() {
        isHashingStopped.store(true, ordering: .relaxed)
    }
}
