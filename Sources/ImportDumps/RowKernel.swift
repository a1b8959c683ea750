internal import CRowScan

/// The vector instructions that a reader uses: those of a kind of processor, or none.
///
/// All kernels give the same results; the choice affects only the speed.
@safe
package struct RowKernel: Sendable {
    // Points to constants of the C library, which are never written.
    nonisolated(unsafe) let functions: UnsafePointer<rowscan_kernel>

    /// The kernels that this processor can run, best first. The last one is scalar and runs everywhere.
    package static let available: [RowKernel] = {
        var kernels: [RowKernel] = []
        while let functions = unsafe rowscan_kernel_at(kernels.count) {
            kernels.append(unsafe RowKernel(functions: functions))
        }
        return kernels
    }()

    /// The best kernel that this processor can run.
    static let best = available[0]

    /// Whether a text is a UUID as RFC 9562 writes it: 8-4-4-4-12 hexadecimal digits of either case.
    func isUUID(_ text: Span<UInt8>) -> Bool {
        guard text.count == 36 else { return false }
        return unsafe text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe functions.pointee.is_uuid(start)
        }
    }

    /// The name, such as "avx2".
    package var name: String {
        unsafe String(cString: functions.pointee.name)
    }
}

/// A record's id in 16 bytes, and the position of its row: what a tally of ids needs to know about a row.
package struct PackedID: Sendable {
    /// The first and the last eight bytes, in memory order.
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
    /// The best kernel that this processor can run.
    package static var preferred: RowKernel { best }

    /// Packs UUIDs that are a fixed distance apart in a text.
    ///
    /// - Parameters:
    ///   - first: the range of the first one, 36 bytes. The texts must be UUIDs; others yield arbitrary ids.
    ///   - stride: the number of bytes from one to the next.
    ///   - count: the number of UUIDs, at least 1.
    ///   - tag: the first one's tag; each further one's is `step` more.
    ///   - target: has room for `count` ids.
    package func packIDs(
        _ first: TextRange, stride: Int, count: Int, of text: Span<UInt8>, tag: UInt64, step: UInt64,
        into target: UnsafeMutablePointer<PackedID>
    ) {
        precondition(count > 0 && first.offset + (count - 1) * stride + 36 <= text.count)
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            // The library's struct has the same layout: 16 bytes and a number.
            unsafe target.withMemoryRebound(to: rowscan_id.self, capacity: count) { ids in
                unsafe functions.pointee.pack_uuids(start + first.offset, stride, count, tag, step, ids)
            }
        }
    }
}
