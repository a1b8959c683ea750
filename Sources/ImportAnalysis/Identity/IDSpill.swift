/// Room outside of memory for the ids of a large dump.
///
/// It is used by one thread at a time, and only written to at its end.
package protocol IDSpill: AnyObject {
    /// Appends bytes.
    ///
    /// - Returns: how many bytes were written before them.
    /// - Throws: whatever the caller of the audit is to be told; the audit is over then.
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
