import ImportDumps
import ImportFoundation

/// Ids partitioned by their hashes, so that each partition fits into memory. Each partition collects its ids in a chunk
/// that is spilled when it is full.
///
/// A spilled chunk points to the previous one of its partition, so only the offset of the last one is kept in memory:
///
///     offset of the previous chunk, or -1 (8 bytes) · unused (8) · ids (24 each)
@safe
final class IDPartitions {
    /// The ids of a partition.
    struct Chain {
        /// The offset of the last chunk that was spilled; -1 if there is none.
        var last = -1
        var writtenIDs = 0
        /// The number of ids in memory.
        var waitingIDs = 0
    }

    private static let header = 16

    private let budget: IDBudget
    private let hashing: IDHashing
    private let makeSpill: @Sendable () throws -> any IDSpill
    private var spill: (any IDSpill)?
    private let count: Int
    private let shift: UInt64
    private let chunkBytes: Int
    /// One for each partition, and two for the ids that a count leaves over.
    private let chains: UnsafeMutablePointer<Chain>
    /// A chunk in memory for each chain, and one to read into.
    private let chunks: UnsafeMutablePointer<UInt8>

    init(budget: IDBudget, hashing: IDHashing, makeSpill: @escaping @Sendable () throws -> any IDSpill) {
        self.budget = budget
        self.hashing = hashing
        self.makeSpill = makeSpill
        count = 1 << budget.partitionBits
        shift = UInt64(64 - budget.partitionBits)
        chunkBytes = Self.header + budget.chunkIDs * MemoryLayout<PackedID>.stride
        unsafe chains = .allocate(capacity: count + 2)
        unsafe chains.initialize(repeating: Chain(), count: count + 2)
        unsafe chunks = .allocate(capacity: (count + 3) * chunkBytes)
    }

    deinit {
        unsafe chains.deallocate()
        unsafe chunks.deallocate()
    }

    /// Adds ids to their partitions.
    func add(_ ids: UnsafeBufferPointer<PackedID>) throws {
        for index in ids.indices {
            let id = unsafe ids[index]
            try append(id, to: Int(truncatingIfNeeded: hashing.hash(id) >> shift))
        }
    }

    /// Counts all ids, partition by partition.
    func count(into tally: inout IDTally) throws {
        var table = IDTable(capacity: budget.tableIDs, hashing: hashing)
        try visitParts { try tally.count($0, in: &table) }
    }

    /// Visits all ids, partition by partition.
    ///
    /// - Parameter body: consumes all ids of a part, except those that it leaves.
    func visitParts(_ body: (any IDSource) throws -> Void) throws {
        for partition in 0..<count {
            var number = partition
            // Each pass counts as many different ids as fit and writes the others back. This is exact and within the
            // budget for any ids, even if all of them have the same hash.
            while unsafe chains[number].waitingIDs + chains[number].writtenIDs > 0 {
                let rest = number == count ? count + 1 : count
                unsafe chains[rest] = Chain()
                try body(Part(partitions: self, number: number, rest: rest))
                number = rest
            }
        }
    }

    /// A partition, or the ids that the previous count left over.
    private struct Part: IDSource {
        let partitions: IDPartitions
        let number: Int
        let rest: Int

        var count: Int { unsafe partitions.chains[number].waitingIDs + partitions.chains[number].writtenIDs }

        func visitAll(_ body: (UnsafeBufferPointer<PackedID>) throws -> Void) throws {
            try unsafe partitions.visitAll(in: number, body)
        }

        func leave(_ id: PackedID) throws {
            try partitions.append(id, to: rest)
        }
    }

    @inline(__always)
    private func append(_ id: PackedID, to number: Int) throws {
        let chain = unsafe chains + number
        unsafe ids(number)[chain.pointee.waitingIDs] = id
        unsafe chain.pointee.waitingIDs += 1
        if unsafe chain.pointee.waitingIDs == budget.chunkIDs { try writeOut(number) }
    }

    private func writeOut(_ number: Int) throws {
        let spill = try spill ?? makeSpill()
        self.spill = spill
        let chunk = unsafe chunks + number * chunkBytes
        unsafe UnsafeMutableRawPointer(chunk).storeBytes(of: chains[number].last, as: Int.self)
        unsafe UnsafeMutableRawPointer(chunk).storeBytes(of: 0, toByteOffset: 8, as: Int.self)
        let bytes = unsafe UnsafeBufferPointer(start: chunk, count: chunkBytes)
        unsafe chains[number].last = try spill.append(bytes.span)
        unsafe chains[number].writtenIDs += chains[number].waitingIDs
        unsafe chains[number].waitingIDs = 0
    }

    /// Passes all ids of a chain to `body`, in batches and in no particular order.
    private func visitAll(in number: Int, _ body: (UnsafeBufferPointer<PackedID>) throws -> Void) throws {
        let chain = unsafe chains[number]
        try unsafe body(UnsafeBufferPointer(start: ids(number), count: chain.waitingIDs))
        guard let spill else { return }
        let read = unsafe chunks + (count + 2) * chunkBytes
        var offset = chain.last
        while offset >= 0 {
            var bytes = unsafe UnsafeMutableBufferPointer(start: read, count: chunkBytes).mutableSpan
            try spill.read(into: &bytes, at: offset)
            try unsafe body(UnsafeBufferPointer(start: ids(count + 2), count: budget.chunkIDs))
            offset = unsafe UnsafeRawPointer(read).load(as: Int.self)
        }
    }

    @inline(__always)
    private func ids(_ number: Int) -> UnsafeMutablePointer<PackedID> {
        let start = unsafe UnsafeMutableRawPointer(chunks + number * chunkBytes + Self.header)
        return unsafe start.assumingMemoryBound(to: PackedID.self)
    }
}

/// Storage outside of memory for the ids of a large dump.
///
/// It is used by one thread at a time, and written to only at its end.
package protocol IDSpill: AnyObject {
    /// Appends bytes.
    ///
    /// - Returns: the offset of these bytes, which is the number of bytes written before them.
    /// - Throws: any error, which is passed to the caller of the audit and ends it.
    func append(_ bytes: Span<UInt8>) throws -> Int

    /// Fills `target` with the bytes that were written from `offset` on.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws
}

/// The memory that a tally of ids may use, by component.
package struct IDBudget: Sendable {
    /// Ids in a block, which is handed on as a whole: 24 bytes each. A dump with no more than these stays in memory.
    package var blockIDs: Int
    /// The base-2 logarithm of the number of partitions, 1 to 16.
    package var partitionBits: Int
    /// Ids that a partition collects before they are spilled as a chunk: 24 bytes each.
    package var chunkIDs: Int
    /// Different ids that are counted in one pass: 32 bytes each, and up to 16 in the hash table.
    package var tableIDs: Int
    /// Bytes of texts that are buffered before they are spilled; more than 600.
    package var textBytes: Int

    package init(blockIDs: Int, partitionBits: Int, chunkIDs: Int, tableIDs: Int, textBytes: Int) {
        self.blockIDs = blockIDs
        self.partitionBits = partitionBits
        self.chunkIDs = chunkIDs
        self.tableIDs = tableIDs
        self.textBytes = textBytes
    }

    /// 1 MiB for chunks, 0.4 MiB for blocks between two threads, and at the end at most 2.5 MiB for counting.
    package static let usual = IDBudget(
        blockIDs: 4096, partitionBits: 9, chunkIDs: 84, tableIDs: 65_536, textBytes: 64 * 1024)
}

/// Divides ids into partitions, block by block, on a separate thread if possible.
@safe
final class IDSorter {
    private let partitions: IDPartitions
    private let pipe: BlockPipe<Never, any Error>

    /// The data of the thread. It can be sent there because only the thread touches the partitions until the pipe is
    /// finished.
    private struct Work: @unchecked Sendable {
        let partitions: IDPartitions
    }

    init(
        budget: IDBudget, hashing: IDHashing, usesThread: Bool,
        makeSpill: @escaping @Sendable () throws -> any IDSpill
    ) {
        let work = Work(partitions: IDPartitions(budget: budget, hashing: hashing, makeSpill: makeSpill))
        partitions = work.partitions
        let idBytes = MemoryLayout<PackedID>.stride
        pipe = BlockPipe(slots: 3, slotBytes: budget.blockIDs * idBytes, usesThread: usesThread) { block in
            try unsafe block.withUnsafeBytes { bytes in
                try unsafe work.partitions.add(bytes.assumingMemoryBound(to: PackedID.self))
            }
        }
    }

    /// The block to fill.
    var block: UnsafeMutablePointer<PackedID> {
        unsafe UnsafeMutableRawPointer(pipe.room).assumingMemoryBound(to: PackedID.self)
    }

    /// Hands on the block, which has `count` ids; throws the error of an earlier block.
    func add(_ count: Int) throws {
        try pipe.handOn(count * MemoryLayout<PackedID>.stride)
    }

    /// Hands on the last block, which has `count` ids, and waits until everything is done.
    func finish(_ count: Int) throws -> IDPartitions {
        try add(count)
        try pipe.finish()
        return partitions
    }
}
