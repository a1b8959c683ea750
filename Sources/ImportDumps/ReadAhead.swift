internal import CRowScan

/// A thread that fills blocks ahead of who reads them, in a ring.
@safe
final class ReadAhead {
    private static let slots = 3
    /// Blocks of a slot: waking the other thread costs as much as reading a few.
    private static let blocksPerSlot = 4

    private let filler: BlockFiller
    private let ring: BlockRing
    private let work: Work
    private var thread: WorkerThread?
    private var slot = 0
    private var holdsBlock = false
    private var isAtEnd = false
    /// Set at the end, when the system refused to deliver more.
    private(set) var failure: ReadFailure?

    /// Starts the thread; nil if the system has none to give.
    init?(filler: BlockFiller) {
        self.filler = filler
        ring = BlockRing(
            slots: Self.slots, slotBytes: Self.blocksPerSlot * filler.capacity, padding: Int(ROWSCAN_PADDING))
        let hashes = UnsafeMutablePointer<SHA256?>.allocate(capacity: Self.slots)
        unsafe hashes.initialize(repeating: nil, count: Self.slots)
        let work = unsafe Work(filler: filler, ring: ring, hashes: hashes)
        self.work = work
        thread = WorkerThread { work.fillUntilEnd() }
        if thread == nil { return nil }
    }

    deinit {
        ring.cancel()
        thread = nil
        unsafe work.hashes.deallocate()
    }

    /// The bytes that follow; none at the end. The block before goes back into the ring.
    func next() -> BlockReader.Block {
        if holdsBlock {
            ring.giveBack()
            slot = (slot + 1) % Self.slots
        }
        holdsBlock = !isAtEnd
        guard !isAtEnd else { return unsafe BlockReader.Block(bytes: ring.block(slot), count: 0, hashBefore: nil) }
        ring.waitForBlock()
        let count = ring.count(slot)
        if count == 0 {
            isAtEnd = true
            failure = filler.failure
            // What is made of the dump now may have the memory.
            ring.releaseAll(but: slot)
        }
        return unsafe BlockReader.Block(bytes: ring.block(slot), count: count, hashBefore: work.hashes[slot])
    }

    /// What the thread does. It alone touches the filler until it has handed on an empty block, which stands for the
    /// end, and of the hashes those of the slots whose turn it is: that is why it can be sent there.
    @safe
    private struct Work: @unchecked Sendable {
        let filler: BlockFiller
        let ring: BlockRing
        /// The hash of all bytes before each slot.
        let hashes: UnsafeMutablePointer<SHA256?>

        func fillUntilEnd() {
            var slot = 0
            while true {
                ring.waitForRoom()
                if ring.isCancelled { return }
                unsafe hashes[slot] = filler.hash
                var count = 0
                // Block by block, so that each is hashed while it is in the processor's cache.
                while count + filler.capacity <= ring.slotBytes {
                    let more = unsafe filler.fill(ring.block(slot) + count)
                    if more == 0 { break }
                    count += more
                }
                ring.handOn(slot, count: count)
                if count == 0 { return }
                slot = (slot + 1) % ring.slots
            }
        }
    }
}
