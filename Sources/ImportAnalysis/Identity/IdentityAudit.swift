package import ImportDumps
import ImportFoundation

/// Finds records that several rows share: created more than once, or existing and matched by several rows.
///
/// The result is exact for any number of rows, in a few megabytes of memory. The ids of a small dump are counted in
/// memory. Those of a large one are divided into partitions in a spill, then counted partition by partition. A UUID is
/// identified by its 128 bits, any other id by the first 128 bits of its SHA-256.
@safe
package final class IdentityAudit: RowSink {
    private let budget: IDBudget
    private let hashing: IDHashing
    private let usesThread: Bool
    private let makeSpill: @Sendable () throws -> any IDSpill
    private let kernel = RowKernel.preferred
    /// The block being filled: first the one of this audit, then one of the sorter.
    private var block: UnsafeMutablePointer<PackedID>
    private var filled = 0
    private let ownBlock: UnsafeMutablePointer<PackedID>
    private var sorter: IDSorter?
    private var texts: IDTexts

    /// - Parameters:
    ///   - usesThread: whether a separate thread may divide the ids of a large dump.
    ///   - makeSpill: creates storage outside of memory; called only for large dumps, on any thread.
    package convenience init(usesThread: Bool, makeSpill: @escaping @Sendable () throws -> any IDSpill) {
        self.init(budget: .usual, hashing: .random(), usesThread: usesThread, makeSpill: makeSpill)
    }

    package init(
        budget: IDBudget, hashing: IDHashing, usesThread: Bool, makeSpill: @escaping @Sendable () throws -> any IDSpill
    ) {
        self.budget = budget
        self.hashing = hashing
        self.usesThread = usesThread
        self.makeSpill = makeSpill
        unsafe ownBlock = .allocate(capacity: budget.blockIDs)
        unsafe block = unsafe ownBlock
        texts = IDTexts(chunkBytes: budget.textBytes, makeSpill: makeSpill)
    }

    deinit {
        unsafe ownBlock.deallocate()
    }

    package func beginRows(of job: DeclaredJob) {
        reset()
    }

    package func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        for index in runs.indices { try consume(runs[index], text: text) }
    }

    package func consume(_ run: RowRun, text: Span<UInt8>) throws {
        let outcome = Outcome(run.facts)
        guard outcome == .created || outcome == .existing, let id = run.id, id.count > 0 else { return }
        guard !run.facts.contains(.idNotUUID) else { return try addTexts(run, id, outcome, text) }
        var index = 0
        while index < run.count {
            if filled == budget.blockIDs { try handOn() }
            let count = min(run.count - index, budget.blockIDs - filled)
            unsafe kernel.packIDs(
                id.advanced(by: index * run.idStride), stride: run.idStride, count: count, of: text,
                tag: PackedID.tag(row: run.firstRow + index, isHash: false, isExisting: outcome == .existing),
                step: PackedID.tagStep, into: block + filled)
            filled += count
            index += count
        }
    }

    /// Returns the results for the rows since the last call. The next rows belong to another dump.
    ///
    /// - Throws: what the spill throws.
    package func finish() throws -> IdentitySummary {
        defer { reset() }
        var tally = IDTally()
        if let sorter {
            try sorter.finish(filled).count(into: &tally)
        } else if filled > 0 {
            var table = IDTable(capacity: filled, hashing: hashing)
            try tally.count(unsafe Block(ids: block, count: filled), in: &table)
        }
        let both = [tally.created, tally.existing]
        let texts = try texts.texts(of: Set(both.flatMap { $0.top }.filter { $0.id.isHash }.map { $0.id.row }))
        return IdentitySummary(
            createdRepeated: SharedRecords(tally.created, texts), existingShared: SharedRecords(tally.existing, texts))
    }

    /// All ids of a dump that has at most one block of them.
    @safe
    private struct Block: IDSource {
        let ids: UnsafeMutablePointer<PackedID>
        let count: Int

        func visitAll(_ body: (UnsafeBufferPointer<PackedID>) throws -> Void) throws {
            try unsafe body(UnsafeBufferPointer(start: ids, count: count))
        }

        /// Never called, because there is room for all ids.
        func leave(_ id: PackedID) {}
    }

    private func reset() {
        sorter = nil
        unsafe block = unsafe ownBlock
        filled = 0
        texts = IDTexts(chunkBytes: budget.textBytes, makeSpill: makeSpill)
    }

    /// Adds ids that are not UUIDs.
    private func addTexts(_ run: RowRun, _ id: TextRange, _ outcome: Outcome, _ text: Span<UInt8>) throws {
        for index in 0..<run.count {
            let start = id.offset + index * run.idStride
            let own = text.extracting(start..<start + id.count)
            var hash = SHA256()
            hash.update(own)
            let (high, low) = hash.finishDigest().halves
            let row = run.firstRow + index
            if filled == budget.blockIDs { try handOn() }
            unsafe block[filled] = PackedID(
                high: high, low: low,
                tag: PackedID.tag(row: row, isHash: true, isExisting: outcome == .existing))
            filled += 1
            try texts.add(row: row, own)
        }
    }

    /// Hands on the full block and continues with an empty one.
    private func handOn() throws {
        if sorter == nil {
            let sorter = IDSorter(budget: budget, hashing: hashing, usesThread: usesThread, makeSpill: makeSpill)
            unsafe sorter.block.update(from: block, count: filled)
            self.sorter = sorter
        }
        guard let sorter else { return }
        try sorter.add(filled)
        unsafe block = unsafe sorter.block
        filled = 0
    }
}
