import Glibc
import Synchronization

/// A thread that fills blocks ahead of who reads them, in a ring.
@safe
final class ReadAhead {
    private let ring: ReadAheadRing
    private var thread = pthread_t()
    private var slot = 0
    private var holdsBlock = false
    private var isAtEnd = false
    /// Set at the end, when the system refused to deliver more.
    private(set) var failure: ReadFailure?

    /// Starts the thread; nil if the system has none to give.
    init?(filler: BlockFiller) {
        ring = ReadAheadRing(filler: filler)
        let context = unsafe Unmanaged.passRetained(ring)
        let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<ReadAheadRing>.fromOpaque(context).takeRetainedValue().fillUntilEnd()
            return nil
        }
        guard unsafe pthread_create(&thread, nil, run, context.toOpaque()) == 0 else {
            unsafe context.release()
            return nil
        }
    }

    deinit {
        ring.cancel()
        pthread_join(thread, nil)
    }

    /// The bytes that follow; none at the end. The block before goes back into the ring.
    func next() -> BlockReader.Block {
        if holdsBlock {
            ring.giveBack()
            slot = (slot + 1) % ReadAheadRing.slots
        }
        holdsBlock = !isAtEnd
        guard !isAtEnd else { return unsafe BlockReader.Block(bytes: ring.blocks[slot], count: 0) }
        ring.waitForBlock()
        let count = unsafe ring.counts[slot]
        if count == 0 {
            isAtEnd = true
            failure = ring.filler.failure
        }
        return unsafe BlockReader.Block(bytes: ring.blocks[slot], count: count)
    }
}

/// What the two threads share.
///
/// Both go round the slots in the same order. `free` counts the slots that may be filled, `filled` those that wait to
/// be read, so that no slot is ever touched by both; the semaphores also order their memory. That is why the class can
/// be sent between them.
@safe
private final class ReadAheadRing: @unchecked Sendable {
    static let slots = 4
    /// Bytes of a slot. Waking the other thread costs as much as reading a few blocks: a slot holds several.
    private static let slotBytes = 4 * DumpLimits.windowBytes

    let filler: BlockFiller
    let blocks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    let counts: UnsafeMutablePointer<Int>
    private let free = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let isCancelled = Atomic(false)

    init(filler: BlockFiller) {
        self.filler = filler
        unsafe blocks = .allocate(capacity: Self.slots)
        unsafe counts = .allocate(capacity: Self.slots)
        for slot in 0..<Self.slots {
            unsafe (blocks + slot).initialize(to: filler.allocate(capacity: Self.slotBytes))
            unsafe (counts + slot).initialize(to: 0)
        }
        unsafe sem_init(free, 0, UInt32(Self.slots))
        unsafe sem_init(filled, 0, 0)
    }

    deinit {
        for slot in 0..<Self.slots { unsafe blocks[slot].deallocate() }
        unsafe blocks.deallocate()
        unsafe counts.deallocate()
        unsafe sem_destroy(free)
        unsafe sem_destroy(filled)
        unsafe free.deallocate()
        unsafe filled.deallocate()
    }

    /// The thread's work. Ends after an empty block, which stands for the end.
    func fillUntilEnd() {
        var slot = 0
        while true {
            while unsafe sem_wait(free) != 0 {}
            if isCancelled.load(ordering: .relaxed) { return }
            var count = 0
            while count + filler.capacity <= Self.slotBytes {
                let more = unsafe filler.fill(blocks[slot] + count)
                if more == 0 { break }
                count += more
            }
            unsafe counts[slot] = count
            unsafe sem_post(filled)
            if count == 0 { return }
            slot = (slot + 1) % Self.slots
        }
    }

    func waitForBlock() {
        while unsafe sem_wait(filled) != 0 {}
    }

    func giveBack() {
        unsafe sem_post(free)
    }

    /// Ends the thread's work after the block that it is reading.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        unsafe sem_post(free)
    }
}
