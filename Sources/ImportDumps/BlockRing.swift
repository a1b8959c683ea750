import Glibc
import Synchronization

/// Blocks of bytes that go round between a thread that fills them and one that empties them.
///
/// Both go round the slots in the same order. `free` counts the slots that may be filled, `filled` those that wait to
/// be emptied, so that no slot is ever touched by both; the semaphores also order their memory. That is why the class
/// can be sent between them.
@safe
package final class BlockRing: @unchecked Sendable {
    package let slotBytes: Int
    package let slots: Int
    private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    private let counts: UnsafeMutablePointer<Int>
    private let free = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let cancelled = Atomic(false)
    /// The only slot that is left at the end.
    private var kept: Int?

    /// - Parameters:
    ///   - slotBytes: what a slot holds. Waking the other thread costs as much as reading a few hundred kilobytes.
    ///   - padding: zero bytes behind each slot, which may be read.
    package init(slots: Int, slotBytes: Int, padding: Int = 0) {
        self.slots = slots
        self.slotBytes = slotBytes
        unsafe blocks = .allocate(capacity: slots)
        unsafe counts = .allocate(capacity: slots)
        for slot in 0..<slots {
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: slotBytes + padding)
            unsafe (block + slotBytes).initialize(repeating: 0, count: padding)
            unsafe (blocks + slot).initialize(to: block)
            unsafe (counts + slot).initialize(to: 0)
        }
        unsafe sem_init(free, 0, UInt32(slots))
        unsafe sem_init(filled, 0, 0)
    }

    deinit {
        for slot in 0..<slots where kept == nil || slot == kept { unsafe blocks[slot].deallocate() }
        unsafe blocks.deallocate()
        unsafe counts.deallocate()
        unsafe sem_destroy(free)
        unsafe sem_destroy(filled)
        unsafe free.deallocate()
        unsafe filled.deallocate()
    }

    /// The bytes of a slot, for the thread whose turn it is.
    package func block(_ slot: Int) -> UnsafeMutablePointer<UInt8> { unsafe blocks[slot] }

    /// Gives the memory of all slots but one back. Once, when both threads are at the end: no other slot is touched any
    /// more.
    package func releaseAll(but slot: Int) {
        for other in 0..<slots where other != slot { unsafe blocks[other].deallocate() }
        kept = slot
    }

    /// How many bytes of a slot were filled.
    package func count(_ slot: Int) -> Int { unsafe counts[slot] }

    /// Waits until the next slot may be filled.
    package func waitForRoom() {
        while unsafe sem_wait(free) != 0 {}
    }

    /// Hands a slot on with so many bytes in it.
    package func handOn(_ slot: Int, count: Int) {
        unsafe counts[slot] = count
        unsafe sem_post(filled)
    }

    /// Waits until the next slot was handed on.
    package func waitForBlock() {
        while unsafe sem_wait(filled) != 0 {}
    }

    /// Gives the oldest slot back to be filled anew.
    package func giveBack() {
        unsafe sem_post(free)
    }

    /// Whether the other side gave up.
    package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Gives up, and wakes the filling thread if it waits.
    package func cancel() {
        cancelled.store(true, ordering: .relaxed)
        unsafe sem_post(free)
    }
}
