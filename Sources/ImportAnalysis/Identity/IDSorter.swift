import ImportDumps
import Synchronization

/// Divides ids into partitions, block by block, on a thread of its own if there is one to be had.
@safe
final class IDSorter {
    private static let slots = 3

    private let partitions: IDPartitions
    private let ring: BlockRing
    private let failure: Failure
    private var thread: WorkerThread?
    private var slot = 0

    /// What dividing the ids met.
    private final class Failure: Sendable {
        let error = Mutex<(any Error)?>(nil)

        func check() throws {
            if let error = error.withLock({ $0 }) { throw error }
        }
    }

    /// What the thread works on. It alone touches the partitions until it has seen an empty block, which stands for the
    /// end: that is why they can be sent there.
    private struct Work: @unchecked Sendable {
        let partitions: IDPartitions
    }

    init(
        budget: IDBudget, hashing: IDHashing, usesThread: Bool,
        makeSpill: @escaping @Sendable () throws -> any IDSpill
    ) {
        let work = Work(partitions: IDPartitions(budget: budget, hashing: hashing, makeSpill: makeSpill))
        let failure = Failure()
        let ring = BlockRing(
            slots: usesThread ? Self.slots : 1, slotBytes: budget.blockIDs * MemoryLayout<PackedID>.stride)
        partitions = work.partitions
        (self.failure, self.ring) = (failure, ring)
        guard usesThread else { return }
        thread = WorkerThread {
            var slot = 0
            while true {
                ring.waitForBlock()
                let count = ring.count(slot)
                if count == 0 { return }
                // After a failure, what comes is taken and forgotten: who makes it must not wait for ever.
                do {
                    try failure.check()
                    try unsafe work.partitions.add(Self.ids(ring.block(slot), count))
                } catch {
                    failure.error.withLock { $0 = error }
                }
                ring.giveBack()
                slot = (slot + 1) % ring.slots
            }
        }
    }

    deinit {
        end()
    }

    /// A block to be filled. To be called once at the beginning.
    func firstBlock() -> UnsafeMutablePointer<PackedID> {
        if thread != nil { ring.waitForRoom() }
        return unsafe block
    }

    /// Takes the block with so many ids in it, and gives another; throws what an earlier one met.
    func next(after count: Int) throws -> UnsafeMutablePointer<PackedID> {
        guard thread != nil else {
            try unsafe partitions.add(Self.ids(ring.block(0), count))
            return unsafe block
        }
        try failure.check()
        ring.handOn(slot, count: count)
        slot = (slot + 1) % ring.slots
        ring.waitForRoom()
        return unsafe block
    }

    /// Takes the last block, with so many ids in it, and waits until all is done.
    func finish(_ count: Int) throws -> IDPartitions {
        if count > 0 { _ = try unsafe next(after: count) }
        end()
        try failure.check()
        return partitions
    }

    private func end() {
        guard thread != nil else { return }
        // The block at hand is free: handed on empty, it stands for the end.
        ring.handOn(slot, count: 0)
        thread = nil
    }

    private var block: UnsafeMutablePointer<PackedID> {
        let start = unsafe UnsafeMutableRawPointer(ring.block(slot))
        return unsafe start.assumingMemoryBound(to: PackedID.self)
    }

    private static func ids(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> UnsafeBufferPointer<PackedID> {
        let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: PackedID.self)
        return unsafe UnsafeBufferPointer(start: start, count: count)
    }
}
