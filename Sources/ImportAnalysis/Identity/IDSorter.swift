import ImportDumps

/// Divides ids into partitions, block by block, on a thread of its own if there is one to be had.
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

    /// Takes the block with so many ids in it; throws what an earlier one met.
    func add(_ count: Int) throws {
        try pipe.handOn(count * MemoryLayout<PackedID>.stride)
    }

    /// Takes the last block, with so many ids in it, and waits until all is done.
    func finish(_ count: Int) throws -> IDPartitions {
        try add(count)
        try pipe.finish()
        return partitions
    }
}
