import Glibc
import ImportDumps
import Synchronization

/// A thread that writes to a file what another one makes, so that the making does not wait for the system.
///
/// It is for large files: starting it costs more than writing a small one.
final class WriteBehind {
    private static let slots = 3
    private static let slotBytes = 256 * 1024

    private let ring = BlockRing(slots: slots, slotBytes: slotBytes)
    private let failure = Failure()
    /// Of all that was written, worked out by the thread too.
    private let hash: RunningHash
    private var thread: WorkerThread?
    private var slot = 0
    private var count = 0
    private var hasRoom = false

    /// What the thread came upon, as a value of `errno`.
    private final class Failure: Sendable {
        let errorNumber = Atomic<Int32>(0)
    }

    private final class RunningHash: Sendable {
        private let state: Mutex<SHA256>

        init(_ hash: SHA256) {
            state = Mutex(hash)
        }

        var value: SHA256 { state.withLock { $0 } }

        func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBufferPointer { bytes in
                nonisolated(unsafe) let bytes = unsafe bytes
                state.withLock { unsafe $0.update(bytes) }
            }
        }
    }

    /// Starts the thread; nil if the system has none to give.
    ///
    /// - Parameter hash: of what was written before.
    init?(descriptor: Int32, hash: SHA256) {
        let running = RunningHash(hash)
        self.hash = running
        let (ring, failure) = (ring, failure)
        thread = WorkerThread {
            var slot = 0
            while true {
                ring.waitForBlock()
                let count = ring.count(slot)
                if count == 0 { return }
                // After a failure, what comes is taken and forgotten: who makes it must not wait for ever.
                if failure.errorNumber.load(ordering: .relaxed) == 0 {
                    do throws(SystemFailure) {
                        let bytes = unsafe UnsafeBufferPointer(start: ring.block(slot), count: count)
                        unsafe running.update(bytes.span)
                        try unsafe writeAll(bytes.span, to: descriptor)
                    } catch {
                        failure.errorNumber.store(error.errorNumber, ordering: .relaxed)
                    }
                }
                ring.giveBack()
                slot = (slot + 1) % ring.slots
            }
        }
        if thread == nil { return nil }
    }

    deinit {
        end()
    }

    /// Takes bytes to be written; throws what an earlier write met.
    func write(_ bytes: Span<UInt8>) throws(SystemFailure) {
        try check()
        var taken = 0
        while taken < bytes.count {
            if !hasRoom {
                ring.waitForRoom()
                hasRoom = true
            }
            let part = min(bytes.count - taken, Self.slotBytes - count)
            let target = unsafe ring.block(slot) + count
            unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe memcpy(target, start + taken, part)
            }
            taken += part
            count += part
            if count == Self.slotBytes { handOn() }
        }
    }

    /// Waits until all is written, and ends the thread; throws what the writing met.
    ///
    /// - Returns: the hash of all that was written.
    func finish() throws(SystemFailure) -> SHA256 {
        end()
        try check()
        return hash.value
    }

    private func check() throws(SystemFailure) {
        let errorNumber = failure.errorNumber.load(ordering: .relaxed)
        if errorNumber != 0 { throw SystemFailure(errorNumber: errorNumber) }
    }

    private func end() {
        guard thread != nil else { return }
        if count > 0 { handOn() }
        // An empty block stands for the end.
        ring.waitForRoom()
        ring.handOn(slot, count: 0)
        thread = nil
    }

    private func handOn() {
        ring.handOn(slot, count: count)
        slot = (slot + 1) % Self.slots
        count = 0
        hasRoom = false
    }
}
