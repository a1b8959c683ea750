import Synchronization

/// Circulates blocks of bytes between an owner and a thread, in order: one side fills them, the other empties them.
///
///     emptied by the thread    owner    room, handOn(_:) … finish()        thread    body(block)
///     filled by the thread     owner    next() …                           thread    body(room)
///
/// - Back pressure: there are as many blocks as slots, and the filling side waits while all of them are full.
/// - End: an empty block, after all the others, marks it. The thread ends with it.
/// - Failure: the first error that the body throws is kept. Later blocks are accepted and discarded, because the
///   filling side must not wait forever; the owner gets the error with the next block, and at the end.
/// - Cancellation: when the owner abandons the pipe, waiting blocks are discarded and the thread is joined.
///
/// If the system cannot start a thread, the owner calls the body itself. A pipe belongs to one thread at a time.
@safe
package final class BlockPipe<Note: Sendable, Failure: Error> {
    /// Empties a block of at least one byte.
    package typealias Emptying = @Sendable (Span<UInt8>) throws(Failure) -> Void
    /// Fills a block and returns its number of bytes with a note about them; 0 bytes mark the end.
    package typealias Filling = @Sendable (Room) throws(Failure) -> (count: Int, note: Note?)

    /// A block to be filled.
    @safe
    package struct Room {
        package let bytes: UnsafeMutablePointer<UInt8>
        /// The capacity in bytes.
        package let count: Int
    }

    /// A block that was filled.
    @safe
    package struct Block {
        /// Valid until the next block is requested, including the padding that follows.
        package let bytes: UnsafeMutablePointer<UInt8>
        package let count: Int
        package let note: Note?
    }

    private enum Body {
        case emptying(Emptying)
        case filling(Filling)
    }

    private let ring: Ring
    private let body: Body
    private var thread: WorkerThread?
    /// The owner's next slot.
    private var slot = 0
    /// Whether the owner has waited for that slot.
    private var holdsBlock = false
    /// Whether the empty block that marks the end has arrived.
    package private(set) var isAtEnd = false

    /// Starts a thread that empties the blocks that its owner fills.
    ///
    /// - Parameters:
    ///   - slotBytes: the size of a block. Waking the other thread costs as much as reading a few hundred kilobytes.
    ///   - usesThread: whether to use a thread; without one, there is only one block.
    package init(slots: Int, slotBytes: Int, usesThread: Bool = true, emptying: @escaping Emptying) {
        let ring = Ring(slots: usesThread ? slots : 1, slotBytes: slotBytes, padding: 0)
        self.ring = ring
        body = .emptying(emptying)
        if usesThread { thread = WorkerThread { ring.emptyAll(emptying) } }
    }

    /// Starts a thread that fills the blocks that its owner empties.
    ///
    /// - Parameter padding: the number of zero bytes after each block, which may be read.
    package init(slots: Int, slotBytes: Int, padding: Int, filling: @escaping Filling) {
        let ring = Ring(slots: slots, slotBytes: slotBytes, padding: padding)
        self.ring = ring
        body = .filling(filling)
        thread = WorkerThread { ring.fillAll(filling) }
    }

    deinit {
        cancel()
        thread = nil
    }

    /// Discards the waiting blocks. Must be the last call; releasing the pipe does the same.
    package func cancel() {
        ring.cancel()
    }

    /// The first error that the body has thrown so far; a filling body may be ahead of the owner.
    package var failure: Failure? { ring.failure.withLock { $0 } }

    private func check() throws(Failure) {
        if let failure { throw failure }
    }

    // MARK: - For an owner who fills

    /// The block to be filled; waits for it if necessary. It stays the same until it is handed on.
    package var room: UnsafeMutablePointer<UInt8> {
        if !holdsBlock, thread != nil { ring.free.wait() }
        holdsBlock = true
        return unsafe ring.block(slot)
    }

    /// Hands the block on with `count` bytes, unless that is 0. Throws the body's first error so far.
    package func handOn(_ count: Int) throws(Failure) {
        try check()
        guard count > 0 else { return }
        guard thread != nil else {
            guard case .emptying(let body) = body else { return }
            ring.empty(slot, count: count, body)
            return try check()
        }
        ring.handOn(slot, count: count, note: nil)
        advance()
    }

    /// Waits until all blocks are emptied, ends the thread, and throws its error. Must be the last call.
    package func finish() throws(Failure) {
        if thread != nil {
            _ = unsafe room
            ring.handOn(slot, count: 0, note: nil)
            thread = nil
        }
        try check()
    }

    // MARK: - For an owner who empties

    /// Returns the next block, which has no bytes at the end and afterward. The previous block will be filled again.
    package func next() -> Block {
        guard !isAtEnd else { return unsafe Block(bytes: ring.block(slot), count: 0, note: nil) }
        if thread != nil {
            if holdsBlock {
                ring.free.post()
                advance()
            }
            ring.filled.wait()
        } else if case .filling(let body) = body {
            _ = ring.fill(slot, body)
        }
        holdsBlock = true
        if ring.count(slot) == 0 {
            isAtEnd = true
            thread = nil
            // Frees the memory for whatever is made from the bytes.
            ring.releaseAll(but: slot)
        }
        return unsafe Block(bytes: ring.block(slot), count: ring.count(slot), note: ring.note(slot))
    }

    private func advance() {
        slot = (slot + 1) % ring.slots
        holdsBlock = false
    }
}

extension BlockPipe {
    /// The state shared by the owner and the thread.
    ///
    /// Both sides go around the slots in the same order. `free` counts the slots that may be filled, `filled` those
    /// that wait to be emptied, so the two sides never touch the same slot, and the semaphores also order their memory
    /// accesses. That makes it safe to send.
    @safe
    private final class Ring: @unchecked Sendable {
        let slots: Int
        let free: Semaphore
        let filled = Semaphore()
        let failure = Lock<Failure?>(nil)
        private let isCancelled = Atomic(false)
        private let slotBytes: Int
        private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
        private let counts: UnsafeMutablePointer<Int>
        private let notes: UnsafeMutablePointer<Note?>
        /// The only slot whose block is still allocated after the end.
        private var kept: Int?

        init(slots: Int, slotBytes: Int, padding: Int) {
            self.slots = slots
            self.slotBytes = slotBytes
            free = Semaphore(slots)
            unsafe blocks = .allocate(capacity: slots)
            unsafe counts = .allocate(capacity: slots)
            unsafe notes = .allocate(capacity: slots)
            unsafe counts.initialize(repeating: 0, count: slots)
            unsafe notes.initialize(repeating: nil, count: slots)
            for slot in 0..<slots {
                let block = UnsafeMutablePointer<UInt8>.allocate(capacity: slotBytes + padding)
                unsafe (block + slotBytes).initialize(repeating: 0, count: padding)
                unsafe (blocks + slot).initialize(to: block)
            }
        }

        deinit {
            for slot in 0..<slots where kept == nil || slot == kept { unsafe blocks[slot].deallocate() }
            unsafe notes.deinitialize(count: slots)
            unsafe notes.deallocate()
            unsafe blocks.deallocate()
            unsafe counts.deallocate()
        }

        func block(_ slot: Int) -> UnsafeMutablePointer<UInt8> { unsafe blocks[slot] }
        func count(_ slot: Int) -> Int { unsafe counts[slot] }
        func note(_ slot: Int) -> Note? { unsafe notes[slot] }

        /// Frees the blocks of all other slots after the thread has ended.
        func releaseAll(but slot: Int) {
            for other in 0..<slots where other != slot { unsafe blocks[other].deallocate() }
            kept = slot
        }

        func handOn(_ slot: Int, count: Int, note: Note?) {
            unsafe counts[slot] = count
            unsafe notes[slot] = note
            filled.post()
        }

        /// Wakes the thread wherever it waits, so that it ends.
        func cancel() {
            isCancelled.store(true, ordering: .releasing)
            free.post()
            filled.post()
        }

        private var hasEnded: Bool { isCancelled.load(ordering: .acquiring) }

        /// Empties one block, unless an earlier one failed.
        func empty(_ slot: Int, count: Int, _ body: Emptying) {
            guard failure.withLock({ $0 == nil }) else { return }
            do throws(Failure) {
                let bytes = unsafe UnsafeBufferPointer(start: block(slot), count: count)
                try unsafe body(bytes.span)
            } catch {
                failure.withLock { $0 = error }
            }
        }

        /// Fills one block and returns whether more may follow: false at the end and after a failure.
        func fill(_ slot: Int, _ body: Filling) -> Bool {
            var result: (count: Int, note: Note?) = (0, nil)
            do throws(Failure) {
                result = try unsafe body(Room(bytes: block(slot), count: slotBytes))
            } catch {
                failure.withLock { $0 = error }
            }
            unsafe counts[slot] = result.count
            unsafe notes[slot] = result.note
            return result.count > 0
        }

        /// The work of a thread that empties blocks.
        func emptyAll(_ body: Emptying) {
            var slot = 0
            while true {
                filled.wait()
                if hasEnded || count(slot) == 0 { return }
                empty(slot, count: count(slot), body)
                free.post()
                slot = (slot + 1) % slots
            }
        }

        /// The work of a thread that fills blocks.
        func fillAll(_ body: Filling) {
            var slot = 0
            while true {
                free.wait()
                if hasEnded { return }
                let hasMore = fill(slot, body)
                filled.post()
                guard hasMore else { return }
                slot = (slot + 1) % slots
            }
        }
    }
}
