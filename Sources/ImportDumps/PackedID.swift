internal import CRowScan

/// A record's id in 16 bytes, and where it stands: what a tally of ids needs to know of a row.
package struct PackedID: Sendable {
    /// The first and the last eight bytes, in the order of memory.
    package var high: UInt64
    package var low: UInt64
    /// Whatever else is to be known of the row.
    package var tag: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64, tag: UInt64) {
        self.high = high
        self.low = low
        self.tag = tag
    }
}

extension RowKernel {
    /// The best one that this processor can run.
    package static var preferred: RowKernel { best }

    /// Packs UUIDs that lie a fixed distance apart in a text.
    ///
    /// - Parameters:
    ///   - first: where the first one lies: 36 bytes. They must be UUIDs; others come to some id or other.
    ///   - stride: bytes from one to the next.
    ///   - count: how many there are, at least 1.
    ///   - tag: the first one's tag; each next one's is `step` more.
    ///   - target: where there is room for `count` of them.
    package func packIDs(
        _ first: TextRange, stride: Int, count: Int, of text: Span<UInt8>, tag: UInt64, step: UInt64,
        into target: UnsafeMutablePointer<PackedID>
    ) {
        precondition(count > 0 && first.offset + (count - 1) * stride + 36 <= text.count)
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            // The struct of the library has the same layout: 16 bytes and a number.
            unsafe target.withMemoryRebound(to: rowscan_id.self, capacity: count) { ids in
                unsafe functions.pointee.pack_uuids(start + first.offset, stride, count, tag, step, ids)
            }
        }
    }
}
