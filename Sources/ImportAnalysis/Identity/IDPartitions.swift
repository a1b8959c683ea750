import ImportDumps
import ImportFoundation

/// Ids, divided by their hashes so that a part of them fits into memory, in chunks that are written out when full.
///
/// A chunk in the spill names the one before it of its partition, so that memory holds nothing of them but where the
/// last one is:
///
///     offset of the chunk before, or -1 (8 bytes) · unused (8) · ids (24 each)
@safe
final class IDPartitions {
    /// The ids of a partition.
    struct Chain {
        /// Where the last chunk lies that was written out; -1 if there is none.
        var last = -1
        var writtenIDs = 0
        /// Ids that are in memory.
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
    /// The partitions', and two for what a count leaves over.
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

    /// Takes ids in.
    func add(_ ids: UnsafeBufferPointer<PackedID>) throws {
        for index in ids.indices {
            let id = unsafe ids[index]
            try append(id, to: Int(truncatingIfNeeded: hashing.hash(id) >> shift))
        }
    }

    /// Counts everything, partition by partition.
    func count(into tally: inout IDTally) throws {
        var table = IDTable(capacity: budget.tableIDs, hashing: hashing)
        try visitParts { try tally.count($0, in: &table) }
    }

    /// Passes on everything, partition by partition.
    ///
    /// - Parameter body: takes all ids of a part in, but for those that it leaves.
    func visitParts(_ body: (any IDSource) throws -> Void) throws {
        for partition in 0..<count {
            var number = partition
            // As many different ids as fit are counted at once, and the others rewritten: exact and within the
            // budget whatever the ids, even if all of them had one hash.
            while unsafe chains[number].waitingIDs + chains[number].writtenIDs > 0 {
                let rest = number == count ? count + 1 : count
                unsafe chains[rest] = Chain()
                try body(Part(partitions: self, number: number, rest: rest))
                number = rest
            }
        }
    }

    /// A partition, or what the count before left over.
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

    /// Hands over all ids of a chain, some at a time, in any order.
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

/// Space outside of memory for the ids of a large dump.
///
/// It is used by one thread at a time, and only written to at its end.
package protocol IDSpill: AnyObject {
    /// Appends bytes.
    ///
    /// - Returns: how many bytes were written before them.
    /// - Throws: any error, which is passed to the caller of the audit and ends it.
    func append(_ bytes: Span<UInt8>) throws -> Int

    /// Fills `target` with the bytes that were written from `offset` on.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws
}

/// How much memory a tally of ids may take, in parts.
package struct IDBudget: Sendable {
    /// Ids of a block, which go on their way together: 24 bytes each. A dump with no more stays in memory.
    package var blockIDs: Int
    /// The ids are divided among 2 to this power of partitions; 1 to 16.
    package var partitionBits: Int
    /// Ids that a partition gathers before they are written out as a chunk: 24 bytes each.
    package var chunkIDs: Int
    /// Different ids that are counted at once: 32 bytes each, and up to 16 for finding them.
    package var tableIDs: Int
    /// Bytes of texts that wait to be written out; more than 600.
    package var textBytes: Int

    package init(blockIDs: Int, partitionBits: Int, chunkIDs: Int, tableIDs: Int, textBytes: Int) {
        self.blockIDs = blockIDs
        self.partitionBits = partitionBits
        self.chunkIDs = chunkIDs
        self.tableIDs = tableIDs
        self.textBytes = textBytes
    }

    /// 1 MiB of chunks, 0.4 MiB of blocks between two threads, and at the end at most 2.5 MiB to count in.
    package static let usual = IDBudget(
        blockIDs: 4096, partitionBits: 9, chunkIDs: 84, tableIDs: 65_536, textBytes: 64 * 1024)
}

/// Divides ids into partitions, block by block, on a separate thread if possible.
@safe
final class IDSorter {
    private let partitions: IDPartitions
    private let pipe: BlockPipe<Never, any Error>

    /// What the thread works on. It alone touches the partitions until the pipe is finished: that is why they can be
    /// sent there.
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

    /// The block to be filled.
    var block: UnsafeMutablePointer<PackedID> {
        unsafe UnsafeMutableRawPointer(pipe.room).assumingMemoryBound(to: PackedID.self)
    }

    /// Takes the block with this many ids; throws the error of an earlier one.
    func add(_ count: Int) throws {
        try pipe.handOn(count * MemoryLayout<PackedID>.stride)
    }

    /// Takes the last block with this many ids, and waits until everything is done.
    func finish(_ count: Int) throws -> IDPartitions {
        try add(count)
        try pipe.finish()
        return partitions
    }
}
