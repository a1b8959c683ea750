/// The most frequent of any number of texts, with data about each, in bounded memory.
///
/// This is the Space-Saving algorithm (Metwally, Agrawal, El Abbadi, 2005). Each text has a rank that is at least its
/// number of rows. While there is room, ranks equal the numbers of rows. Beyond the limit, a new text evicts the text
/// with the smallest rank (of several, the one inserted first) and inherits that rank. Counting of a text starts again
/// when it is inserted, and its rank is never shown. With N rows and a limit of k:
///
/// - A text with more than N ÷ k rows is kept, whatever the order of the rows.
/// - The rows counted for a text since its insertion are never more than it has; plus ``floor(of:)``, never fewer.
/// - The rows counted for kept texts and for evicted ones add up to N.
package struct MostFrequent<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var hash: UInt64
        var rank: Int
        /// The rank with which it was inserted.
        var floor: Int
        /// Its number in the order of all insertions.
        var turn: Int
        /// The number + 1 of the next entry in the same bucket of `heads`, or 0.
        var next: Int32
        var key: [UInt8]
    }

    /// An entry in `heap`, with its current or an earlier rank.
    private struct Candidate: Sendable {
        var rank: Int
        var turn: Int
        var number: Int

        static func < (left: Candidate, right: Candidate) -> Bool {
            left.rank != right.rank ? left.rank < right.rank : left.turn < right.turn
        }
    }

    package private(set) var limit: Int
    /// The data about each text, by its number.
    package var elements: [Element] = []
    private var entries: [Entry] = []
    /// Hash buckets: the number + 1 of the first entry in each, or 0. The count is a power of two.
    private var heads: [Int32] = []
    /// A binary heap of all entries, the next to be evicted first, built when needed. Its ranks may lag behind, which
    /// puts an entry too far forward; it is moved when it reaches the front. So counting does not touch the heap.
    private var heap: [Candidate] = []
    private var turns = 0
    /// An upper bound on the rows of any text that is not kept; 0 until one was evicted.
    package private(set) var floor = 0

    /// - Parameter limit: the number of texts to keep, at least 1.
    package init(limit: Int) {
        self.limit = max(1, limit)
    }

    package var count: Int { entries.count }

    /// Returns the number of a text, or nil if it has none. When a text is evicted, its number goes to another text.
    package func find(_ key: Span<UInt8>, hash: UInt64) -> Int? {
        guard !heads.isEmpty else { return nil }
        var next = heads[Int(truncatingIfNeeded: hash) & (heads.count - 1)]
        while next != 0 {
            let number = Int(next) - 1
            if entries[number].hash == hash, entries[number].key.isSame(as: key) { return number }
            next = entries[number].next
        }
        return nil
    }

    /// Counts rows of a text. Updating the text's data is up to the caller.
    package mutating func count(_ number: Int, rows: Int = 1) {
        entries[number].rank.addClamped(rows)
    }

    package func key(_ number: Int) -> [UInt8] { entries[number].key }

    /// The most rows that a text may have had before it was inserted; 0 if all of its rows were counted.
    package func floor(of number: Int) -> Int { entries[number].floor }

    /// Inserts a text that has no number yet. The caller must count its rows next.
    ///
    /// - Parameter fresh: the initial data about it.
    /// - Returns: its number, and whether another text was evicted. If so, the data under that number is still that of
    ///   the evicted text, for the caller to count elsewhere and to replace.
    package mutating func insert(
        _ key: Span<UInt8>, hash: UInt64, _ fresh: @autoclosure () -> Element
    ) -> (number: Int, gaveWay: Bool) {
        turns += 1
        guard entries.count >= limit else {
            elements.append(fresh())
            entries.append(
                Entry(hash: hash, rank: floor, floor: floor, turn: turns, next: 0, key: Array(key)))
            // The heap lacks the new entry, so it must be rebuilt.
            heap = []
            if entries.count > heads.count { rehash() } else { link(entries.count - 1) }
            return (entries.count - 1, false)
        }
        let number = nextToGiveWay()
        floor = max(floor, entries[number].rank)
        unlink(number)
        entries[number].hash = hash
        entries[number].rank = floor
        entries[number].floor = floor
        entries[number].turn = turns
        entries[number].key.removeAll(keepingCapacity: true)
        unsafe key.withUnsafeBufferPointer { unsafe entries[number].key.append(contentsOf: $0) }
        link(number)
        heap[0] = Candidate(rank: floor, turn: turns, number: number)
        siftDown(0)
        return (number, true)
    }

    /// Keeps fewer texts from now on, if `limit` is less than before. Numbers change.
    ///
    /// - Returns: the data about the evicted texts.
    package mutating func shrink(to limit: Int) -> [Element] {
        self.limit = max(1, min(self.limit, limit))
        guard entries.count > self.limit else { return [] }
        let order = entries.indices.sorted { candidate($0) < candidate($1) }
        let leaving = order.prefix(entries.count - self.limit)
        for number in leaving { floor = max(floor, entries[number].rank) }
        let result = leaving.map { elements[$0] }
        let staying = order.dropFirst(leaving.count).sorted()
        entries = staying.map { entries[$0] }
        elements = staying.map { elements[$0] }
        heap = []
        rehash()
        return result
    }

    /// Removes everything, to start again with other texts.
    package mutating func removeAll(limit: Int) {
        self.limit = max(1, limit)
        elements.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        for index in heads.indices { heads[index] = 0 }
        heap = []
        (turns, floor) = (0, 0)
    }
}

// MARK: - By the hash

extension MostFrequent {
    private mutating func rehash() {
        var count = 8
        while count < entries.count * 2 { count *= 2 }
        heads = [Int32](repeating: 0, count: count)
        for number in entries.indices { link(number) }
    }

    private mutating func link(_ number: Int) {
        let place = Int(truncatingIfNeeded: entries[number].hash) & (heads.count - 1)
        entries[number].next = heads[place]
        heads[place] = Int32(number + 1)
    }

    private mutating func unlink(_ number: Int) {
        let place = Int(truncatingIfNeeded: entries[number].hash) & (heads.count - 1)
        let mark = Int32(number + 1)
        if heads[place] == mark {
            heads[place] = entries[number].next
            return
        }
        var before = heads[place]
        while before != 0 {
            let next = entries[Int(before) - 1].next
            if next == mark {
                entries[Int(before) - 1].next = entries[number].next
                return
            }
            before = next
        }
    }
}

// MARK: - By the rank

extension MostFrequent {
    private func candidate(_ number: Int) -> Candidate {
        Candidate(rank: entries[number].rank, turn: entries[number].turn, number: number)
    }

    /// Moves the entry with the smallest rank to the front of the heap and returns its number. There must be an entry.
    private mutating func nextToGiveWay() -> Int {
        if heap.isEmpty {
            heap = entries.indices.map(candidate)
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
        }
        // Ranks only grow, so an entry in front whose rank is up to date precedes all others.
        while heap[0].rank != entries[heap[0].number].rank {
            heap[0].rank = entries[heap[0].number].rank
            siftDown(0)
        }
        return heap[0].number
    }

    private mutating func siftDown(_ start: Int) {
        let moved = heap[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < moved else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = moved
    }
}
