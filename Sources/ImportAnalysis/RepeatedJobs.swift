import ImportDumps

/// Finds the jobs of which several dumps were added, however many there are: what does not fit into memory spills to a
/// temporary file.
package final class RepeatedJobs {
    /// The number of dumps kept in memory before they are divided, 24 bytes each. A single larger batch may exceed it.
    private static let memoryLimit = 32 * 1024
    /// About 1.5 MiB of chunks, and a table for comparing the dumps of 16,384 jobs at a time.
    private static let budget = IDBudget(
        blockIDs: 4096, partitionBits: 9, chunkIDs: 126, tableIDs: 16_384, textBytes: 1024)

    private let hashing = IDHashing.random()
    private let makeSpill: @Sendable () throws -> any IDSpill
    private var memory: [PackedID] = []
    private var partitions: IDPartitions?

    /// - Parameter makeSpill: makes space for what does not fit into memory.
    package init(makeSpill: @escaping @Sendable () throws -> any IDSpill) {
        self.makeSpill = makeSpill
    }

    /// Adds dumps.
    ///
    /// - Parameter first: the caller's number for the first dump; the others have the numbers that follow. All are
    ///   below 2^60.
    package func add(_ jobs: [JobIdentity], first: Int) throws {
        if memory.count + jobs.count > Self.memoryLimit { try divide() }
        for (index, job) in jobs.enumerated() {
            memory.append(
                PackedID(high: job.bits.first, low: job.bits.second, tag: UInt64(first + index) << 2))
        }
    }

    private func divide() throws {
        let partitions =
            partitions ?? IDPartitions(budget: Self.budget, hashing: hashing, makeSpill: makeSpill)
        self.partitions = partitions
        try unsafe memory.withUnsafeBufferPointer { try unsafe partitions.add($0) }
        memory.removeAll(keepingCapacity: true)
    }

    /// Passes on the numbers of all dumps of jobs with several, for some jobs at a time. Call it only once.
    ///
    /// - Parameters:
    ///   - dump: receives the number of a dump, and a number that all dumps of its job share until `endOfJobs`.
    ///   - endOfJobs: called when all dumps of the jobs so far have been passed on.
    package func visit(
        dump: (_ number: Int, _ job: Int) throws -> Void, endOfJobs: () throws -> Void
    ) throws {
        if partitions != nil { try divide() }
        var table = IDTable(
            capacity: partitions == nil ? max(Self.memoryLimit, memory.count) : Self.budget.tableIDs, hashing: hashing)
        func visit(_ source: any IDSource) throws {
            table.removeAll(expecting: source.count)
            try unsafe source.visitAll { ids in
                for index in ids.indices where unsafe !table.add(ids[index]) { try unsafe source.leave(ids[index]) }
            }
            guard table.hasRepeats else { return }
            try unsafe source.visitAll { ids in
                for index in ids.indices {
                    guard let entry = unsafe table.index(of: ids[index]), table[entry].rows > 1 else { continue }
                    try unsafe dump(ids[index].row, entry)
                }
            }
            try endOfJobs()
        }
        if let partitions { try partitions.visitParts(visit) } else { try visit(Memory(ids: memory)) }
    }

    /// The dumps, when all of them fit into memory and into the table.
    private struct Memory: IDSource {
        let ids: [PackedID]
        var count: Int { ids.count }

        func visitAll(_ body: (UnsafeBufferPointer<PackedID>) throws -> Void) throws {
            try unsafe ids.withUnsafeBufferPointer { try unsafe body($0) }
        }

        func leave(_ id: PackedID) {}
    }
}
