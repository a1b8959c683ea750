import ImportDumps

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
        for partition in 0..<count {
            var number = partition
            // As many different ids as fit are counted at once, and the others written anew: exact and within the
            // budget whatever the ids, even if all of them had one hash.
            while unsafe chains[number].waitingIDs + chains[number].writtenIDs > 0 {
                let rest = number == count ? count + 1 : count
                unsafe chains[rest] = Chain()
                try tally.count(Part(partitions: self, number: number, rest: rest), in: &table)
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
