import Glibc
import ImportFoundation
import Synchronization

/// A thread that writes the output of another thread to a file, so that the other one does not wait for the system.
///
/// It is for large files: starting it costs more than writing a small one.
final class WriteBehind {
    private static let slotBytes = 256 * 1024

    private let pipe: BlockPipe<Never, SystemFailure>
    /// The hash of everything written, also computed by the thread; nil if it is not needed.
    private let hash: RunningHash?
    private var count = 0

    private final class RunningHash: Sendable {
        private let state: Lock<SHA256>

        init(_ hash: SHA256) {
            state = Lock(hash)
        }

        var value: SHA256 { state.withLock { $0 } }

        func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBufferPointer { bytes in
                nonisolated(unsafe) let bytes = unsafe bytes
                state.withLock { unsafe $0.update(bytes) }
            }
        }
    }

    /// - Parameter hash: the hash of everything written before; nil if it is not needed.
    init(descriptor: Int32, hash: SHA256?) {
        let running = hash.map { RunningHash($0) }
        self.hash = running
        pipe = BlockPipe(slots: 3, slotBytes: Self.slotBytes) { (block) throws(SystemFailure) in
            running?.update(block)
            try writeAll(block, to: descriptor)
        }
    }

    /// Accepts bytes to be written. Throws the error of an earlier write.
    func write(_ bytes: Span<UInt8>) throws(SystemFailure) {
        var taken = 0
        while taken < bytes.count {
            let part = min(bytes.count - taken, Self.slotBytes - count)
            let target = unsafe pipe.room + count
            unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe memcpy(target, start + taken, part)
            }
            taken += part
            count += part
            if count == Self.slotBytes { try handOn() }
        }
    }

    /// Waits until everything is written, and ends the thread. Throws the error of a write.
    ///
    /// - Returns: the hash of everything written; nil if it was not needed.
    func finish() throws(SystemFailure) -> SHA256? {
        try handOn()
        try pipe.finish()
        return hash?.value
    }

    private func handOn() throws(SystemFailure) {
        try pipe.handOn(count)
        count = 0
    }
}
