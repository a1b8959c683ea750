import ImportFoundation
import Synchronization
import TestSupport
import Testing

/// Passes blocks between two threads: no block is lost, changed or out of order, and neither side waits forever.
@Suite struct BlockPipeTests {
    private struct Broken: Error, Equatable {
        var block: Int
    }

    /// A counter that a thread increases.
    private final class Count: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .sequentiallyConsistent) }
        @discardableResult
        func increase() -> Int { count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }
    }

    private final class Bytes: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        var value: [UInt8] { bytes.withLock { $0 } }
        func append(_ block: Span<UInt8>) {
            let more = block.indices.map { block[$0] }
            bytes.withLock { $0 += more }
        }
    }

    private static let slotBytes = 64

    /// Blocks of all sizes, with the expected output.
    private static func blocks() -> [[UInt8]] {
        var random = SplitMix64(seed: Seeds.new)
        return (0..<500).map { _ in
            let count = Int.random(in: 1...slotBytes, using: &random)
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        }
    }

    private static func fill<Failure>(
        _ pipe: BlockPipe<Never, Failure>, _ block: [UInt8]
    ) throws(Failure) {
        let room = pipe.room
        for (index, byte) in block.enumerated() { room[index] = byte }
        try pipe.handOn(block.count)
    }

    // MARK: - The thread empties

    @Test("Delivered blocks are emptied, in order and to the end", .seeded, arguments: [1, 2, 3], [true, false])
    func emptying(slots: Int, usesThread: Bool) {
        let (blocks, emptied) = (Self.blocks(), Bytes())
        let pipe = BlockPipe<Never, Never>(slots: slots, slotBytes: Self.slotBytes, usesThread: usesThread) { block in
            emptied.append(block)
        }
        for block in blocks { Self.fill(pipe, block) }
        pipe.handOn(0)
        pipe.finish()
        #expect(emptied.value == blocks.flatMap { $0 })
    }

    @Test("An empty source also ends", arguments: [true, false])
    func noBlocks(usesThread: Bool) {
        let count = Count()
        let pipe = BlockPipe<Never, Never>(slots: 3, slotBytes: 8, usesThread: usesThread) { _ in count.increase() }
        pipe.finish()
        #expect(count.value == 0)
    }

    @Test("The first failure is reported; anything after it is discarded and delays nothing", arguments: [true, false])
    func emptyingFails(usesThread: Bool) {
        let count = Count()
        let pipe = BlockPipe<Never, Broken>(slots: 2, slotBytes: 8, usesThread: usesThread) {
            (_) throws(Broken) in
            let block = count.increase()
            if block >= 3 { throw Broken(block: block) }
        }
        var thrown: [Broken] = []
        for _ in 0..<100 {
            do throws(Broken) { try Self.fill(pipe, [1]) } catch { thrown.append(error) }
        }
        // With two slots, the third block was emptied before the sixth was handed over.
        #expect(thrown.count >= 95)
        #expect(throws: Broken(block: 3)) { try pipe.finish() }
        #expect(thrown.allSatisfy { $0 == Broken(block: 3) })
        #expect(count.value == 3)
    }

    @Test("No more blocks wait than there are slots")
    func emptyingPressesBack() {
        let (handedOn, emptied, tooMany) = (Count(), Count(), Count())
        let pipe = BlockPipe<Never, Never>(slots: 3, slotBytes: 8) { _ in
            if handedOn.value - emptied.value > 3 { tooMany.increase() }
            emptied.increase()
        }
        for _ in 0..<1000 {
            _ = pipe.room
            handedOn.increase()
            pipe.handOn(1)
        }
        pipe.finish()
        #expect(emptied.value == 1000)
        #expect(tooMany.value == 0)
    }

    @Test("Blocks that wait when the pipe is given up are forgotten")
    func emptyingIsCancelled() {
        let (gate, begun, count) = (Semaphore(), Semaphore(), Count())
        do {
            let pipe = BlockPipe<Never, Never>(slots: 3, slotBytes: 8) { _ in
                begun.post()
                gate.wait()
                count.increase()
            }
            for _ in 0..<3 { Self.fill(pipe, [1]) }
            begun.wait()
            pipe.cancel()
            for _ in 0..<3 { gate.post() }
        }
        #expect(count.value == 1)
    }

    // MARK: - The thread fills

    @Test("Filled blocks are delivered in order, with their notes and padding", .seeded, arguments: [1, 2, 3])
    func filling(slots: Int) {
        let (blocks, count) = (Self.blocks(), Count())
        let pipe = BlockPipe<Int, Never>(slots: slots, slotBytes: Self.slotBytes, padding: 32) { room in
            let number = count.increase() - 1
            guard number < blocks.count else { return (0, -1) }
            for (index, byte) in blocks[number].enumerated() { room.bytes[index] = byte }
            return (blocks[number].count, number)
        }
        var read: [UInt8] = []
        var notes: [Int?] = []
        var isPadded = true
        while true {
            let block = pipe.next()
            for index in 0..<32 where block.bytes[Self.slotBytes + index] != 0 { isPadded = false }
            notes.append(block.note)
            if block.count == 0 { break }
            for index in 0..<block.count { read.append(block.bytes[index]) }
        }
        #expect(read == blocks.flatMap { $0 })
        #expect(notes == blocks.indices.map { $0 } + [-1])
        #expect(isPadded)
        #expect(pipe.isAtEnd)
        // It stays at its end.
        #expect(pipe.next().count == 0)
        #expect(count.value == blocks.count + 1)
    }

    @Test("A failure comes after the blocks before it, as the end")
    func fillingFails() {
        let count = Count()
        let pipe = BlockPipe<Never, Broken>(slots: 2, slotBytes: 8, padding: 0) { (_) throws(Broken) in
            let block = count.increase()
            if block == 4 { throw Broken(block: block) }
            return (block, nil)
        }
        #expect((1...5).map { _ in pipe.next().count } == [1, 2, 3, 0, 0])
        #expect(pipe.failure == Broken(block: 4))
        #expect(count.value == 4)
    }

    @Test("Blocks are filled no further ahead than there are slots, and dropping a pipe ends its thread")
    func fillingPressesBack() {
        let (filled, taken, tooMany) = (Count(), Count(), Count())
        do {
            // This source has no end.
            let pipe = BlockPipe<Never, Never>(slots: 3, slotBytes: 8, padding: 0) { _ in
                if filled.increase() - taken.value > 3 { tooMany.increase() }
                return (1, nil)
            }
            for _ in 0..<1000 {
                // Asking for the next block returns the previous one.
                _ = pipe.next()
                taken.increase()
            }
        }
        #expect(tooMany.value == 0)
        #expect((1000...1002).contains(filled.value))
    }
}
