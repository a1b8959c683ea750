/// The positions of the failures of one code, in bounded memory: enough to find the segments in which they are far
/// denser than elsewhere.
///
/// The rows of the first ``blockRows`` failures are stored as they are. If there are more, they are fed in blocks to a
/// few walks. A walk of the density d rises by 1 with each failure and falls by d with each row: it climbs where
/// failures are denser than d, and falls elsewhere. Each walk stores the points where it turned between falling and
/// rising by at least a threshold, the reversal, which doubles when there are too many turns. So each walk knows its
/// longest climbs by their exact rows. Only failures are processed: rows without one cost nothing.
struct FailureTrace: Sendable {
    /// The start or the end of a segment: the row of a failure.
    struct Mark: Sendable, Equatable {
        var row: Int
        /// Failures before the start of the segment, or up to its end.
        var failures: Int
    }

    /// The number of failures that are stored as they are, and that make a block.
    static let blockRows = 128

    /// The densities of the walks: falls ÷ rises.
    private static let densities: [(falls: Int, rises: Int)] = [
        (7, 8), (3, 4), (1, 2), (1, 4), (1, 8), (1, 16), (1, 32), (1, 64), (1, 256), (1, 1024), (1, 4096), (1, 16_384),
        (1, 65_536),
    ]

    /// Numbers of failures over which distances are measured, to decide whether a walk needs to look at each failure.
    fileprivate static let short = 8
    fileprivate static let long = 32

    /// Rows of failures: the last ``long`` that the walks have processed, if any, then those they have not.
    private var recent: [Int] = []
    /// How many of `recent` the walks have processed.
    private var overlap = 0
    /// The number of failures before `recent`.
    private var passed = 0
    private var walks: [Walk] = []

    /// - Parameter row: greater than all previous ones.
    @inline(__always)
    mutating func count(row: Int) {
        if recent.count == Self.blockRows + overlap { walk() }
        recent.append(row)
    }

    /// Removes all failures.
    mutating func clear() {
        recent.removeAll(keepingCapacity: true)
        (overlap, passed) = (0, 0)
        walks = []
    }

    @inline(never)
    private mutating func walk() {
        if walks.isEmpty { walks = Self.densities.map { Walk(falls: $0.falls, rises: $0.rises) } }
        // Moved out of the struct, so that removing the first ones does not copy the array.
        var rows: [Int] = []
        swap(&rows, &recent)
        let distances = Self.distances(rows.span, from: overlap)
        for index in walks.indices {
            walks[index].take(rows.span, from: overlap, distances: distances, failures: passed)
        }
        // The rows that are kept show how far the next ones are from the last ones.
        let kept = min(Self.long, rows.count)
        passed += rows.count - kept
        overlap = kept
        rows.removeFirst(rows.count - kept)
        swap(&rows, &recent)
    }

    /// Returns the smallest distance between two failures with 7 others between them, and the largest with 31 others.
    private static func distances(_ rows: Span<Int>, from first: Int) -> (least: Int, largest: Int) {
        var (least, largest) = (Int.max, Int.min)
        unsafe rows.withUnsafeBufferPointer { rows in
            // The indices are within the buffer: they start at `short` or `long` and end at the count.
            for index in max(short, first)..<max(short, first, rows.count) {
                least = unsafe min(least, rows[index] &- rows[index &- short])
            }
            for index in max(long, first)..<max(long, first, rows.count) {
                largest = unsafe max(largest, rows[index] &- rows[index &- long])
            }
        }
        return (least == .max ? 0 : least, largest == .min ? .max : largest)
    }

    /// Returns the rows at which segments of interest begin and end, each in order. Walks that are less dense than all
    /// rows count too, because the rows outside incidents are less dense than all rows.
    func marks() -> (starts: [Mark], ends: [Mark]) {
        guard !walks.isEmpty else {
            let rows = recent.enumerated()
            return (
                rows.map { Mark(row: $0.element, failures: $0.offset) },
                rows.map { Mark(row: $0.element, failures: $0.offset + 1) }
            )
        }
        var whole = self
        whole.walk()
        var starts: [Mark] = []
        var ends: [Mark] = []
        for walk in whole.walks { walk.add(to: &starts, &ends) }
        return (Self.sorted(starts), Self.sorted(ends))
    }

    private static func sorted(_ marks: [Mark]) -> [Mark] {
        var result: [Mark] = []
        for mark in marks.sorted(by: { $0.row < $1.row }) where result.last != mark { result.append(mark) }
        return result
    }
}

/// The walk of one density, in whole numbers: it rises by `rises` with each failure and falls by `falls` with each row.
private struct Walk: Sendable {
    typealias Mark = FailureTrace.Mark

    /// The maximum number of turns kept. A walk that had more knows only its longer climbs.
    private static let turnsAtMost = 32
    /// The failures beyond the density that make a climb, at first.
    private static let firstReversal = 4

    private let falls: Int
    private let rises: Int
    private var reversal: Int
    /// The turns: the start of a climb, its end, the start of the next one …
    private var turns: [Mark] = []
    private var isRising = false
    /// The lowest height since it turned down, or the highest since it turned up.
    private var extreme = Int.max
    private var mark = Mark(row: 0, failures: 0)

    init(falls: Int, rises: Int) {
        (self.falls, self.rises) = (falls, rises)
        reversal = Self.firstReversal * rises
    }

    /// - Parameters:
    ///   - first: the index of the first failure that was not processed yet.
    ///   - distances: the smallest between two rows with 7 failures between them, and the largest with 31.
    ///   - failures: the number of failures before the first of the rows.
    mutating func take(
        _ rows: Span<Int>, from first: Int, distances: (least: Int, largest: Int), failures: Int
    ) {
        // A falling walk does not climb by more than 7 where no 8 failures are denser than it, and a rising one does
        // not fall where no 32 are less dense. Then the last failures show where it stands.
        let isPlain =
            isRising
            ? distances.largest <= (FailureTrace.long * rises) / falls
            : distances.least >= (FailureTrace.short * rises + falls - 1) / falls
        scan(rows, from: isPlain ? max(first, rows.count - FailureTrace.short) : first, failures: failures)
    }

    private mutating func scan(_ rows: Span<Int>, from first: Int, failures: Int) {
        let (rises, falls) = (rises, falls)
        // During the scan, only the index of the extreme is kept; -1 stands for the mark from before.
        var (place, height, rising) = (-1, extreme, isRising)
        for index in first..<rows.count {
            let row = unsafe rows[unchecked: index]
            let low = rises &* (failures &+ index) &- falls &* (row &- 1)
            let high = low &+ rises &- falls
            if rising {
                if low <= height &- reversal {
                    if place >= 0 { mark = Mark(row: rows[place], failures: failures + place + 1) }
                    extreme = height
                    turnDown()
                    fall(to: low, Mark(row: row, failures: failures + index))
                    rise(to: high, Mark(row: row, failures: failures + index + 1))
                    (place, height, rising) = (-1, extreme, isRising)
                } else if high > height {
                    (height, place) = (high, index)
                }
            } else {
                if low <= height { (height, place) = (low, index) }
                if high &- reversal >= height {
                    if place >= 0 { mark = Mark(row: rows[place], failures: failures + place) }
                    turns.append(mark)
                    isRising = true
                    (place, height, rising) = (index, high, true)
                }
            }
        }
        if place >= 0 { mark = Mark(row: rows[place], failures: failures + place + (rising ? 1 : 0)) }
        (extreme, isRising) = (height, rising)
    }

    private func height(before row: Int, _ failures: Int) -> Int { rises &* failures &- falls &* (row &- 1) }
    private func height(upTo row: Int, _ failures: Int) -> Int { rises &* failures &- falls &* row }

    private mutating func fall(to low: Int, _ place: Mark) {
        if isRising {
            guard low <= extreme &- reversal else { return }
            turnDown()
            fall(to: low, place)
        } else if low <= extreme {
            (extreme, mark) = (low, place)
        }
    }

    private mutating func rise(to high: Int, _ place: Mark) {
        if isRising {
            if high > extreme { (extreme, mark) = (high, place) }
        } else if extreme != .max, high &- reversal >= extreme {
            turns.append(mark)
            isRising = true
            (extreme, mark) = (high, place)
        }
    }

    /// Ends a climb at its highest point. The next height is lower.
    @inline(never)
    private mutating func turnDown() {
        turns.append(mark)
        (isRising, extreme) = (false, .max)
        // Keeps the turns of twice the reversal: the same ones that this reversal would have given from the start.
        while turns.count > Self.turnsAtMost {
            let before = turns + (extreme == .max ? [] : [mark])
            reversal *= 2
            (turns, isRising, extreme) = ([], false, .max)
            for (index, turn) in before.enumerated() {
                if index & 1 == 0 {
                    fall(to: height(before: turn.row, turn.failures), turn)
                } else {
                    rise(to: height(upTo: turn.row, turn.failures), turn)
                }
            }
        }
    }

    func add(to starts: inout [Mark], _ ends: inout [Mark]) {
        for (index, turn) in turns.enumerated() {
            if index & 1 == 0 { starts.append(turn) } else { ends.append(turn) }
        }
        if isRising { ends.append(mark) }
    }
}
