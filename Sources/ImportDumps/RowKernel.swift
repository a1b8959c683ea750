internal import CRowScan

/// The vector instructions that a reader works with: those of a kind of processor, or plain ones.
///
/// All kernels come to the same results; which one runs is a matter of speed alone.
@safe
public struct RowKernel: Sendable {
    // It points to constants of the C library, which nothing writes.
    nonisolated(unsafe) let functions: UnsafePointer<rowscan_kernel>

    /// What this processor can run, best first. The last one is scalar and runs everywhere.
    public static let available: [RowKernel] = {
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
    public var name: String {
        unsafe String(cString: functions.pointee.name)
    }
}
