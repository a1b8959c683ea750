internal import CRowScan

/// The vector instructions that a reader uses: those of a kind of processor, or none.
///
/// All kernels give the same results; the choice affects only the speed.
@safe
package struct RowKernel: Sendable {
    // It points to constants of the C library, which are never written.
    nonisolated(unsafe) let functions: UnsafePointer<rowscan_kernel>

    /// What this processor can run, best first. The last one is scalar and runs everywhere.
    package static let available: [RowKernel] = {
        var kernels: [RowKernel] = []
        while let functions = unsafe rowscan_kernel_at(kernels.count) {
            kernels.append(unsafe RowKernel(functions: functions))
        }
        return kernels
    }()

    /// The best one that this processor can run.
    static let best = available[0]

    /// Whether a text is a UUID as RFC 9562 writes it: 8-4-4-4-12 hexadecimal digits of either case.
    func isUUID(_ text: Span<UInt8>) -> Bool {
        guard text.count == 36 else { return false }
        return unsafe text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe functions.pointee.is_uuid(start)
        }
    }

    /// Its name, such as "avx2".
    package var name: String {
        unsafe String(cString: functions.pointee.name)
    }
}

/// A record's id in 16 bytes, and where it stands: what a tally of ids needs to know of a row.
package struct PackedID: Sendable {
    /// The first and the last eight bytes, in the order of memory.
    package var high: UInt64
    package var low: UInt64
    /// Other data about the row.
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
    ///   - target: has room for `count` of them.
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
