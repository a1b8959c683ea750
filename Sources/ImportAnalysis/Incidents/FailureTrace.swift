/// Where the failures of one code lie, in bounded memory: enough to find the segments in which they lie far more densely
/// than elsewhere.
///
/// The rows of the first ``blockRows`` failures are kept as they are. If there are more, they go in blocks through a few
/// walks. A walk of the density d rises by 1 with each failure and falls by d with each row: it climbs where failures are
/// denser than d, and else falls. Of each walk the places are kept where it turned from falling to rising and back, by no
/// less than a reversal that doubles when there are too many such places. So of each walk the longest climbs are known by
/// their exact rows, and what takes part in that is failures alone: rows without one cost nothing.
struct FailureTrace: Sendable {
    /// The beginning or the end of a segment: the row of a failure.
    struct Mark: Sendable, Equatable {
        var row: Int
        /// Failures before the segment begins, or up to its end.
        var failures: Int
    }

    /// Failures that are kept as they are.
    static let blockRows = 128

    /// The densities of the walks: falls ÷ rises.
    private static let densities: [(falls: Int, rises: Int)] = [
        (7, 8), (3, 4), (1, 2), (1, 4), (1, 8), (1, 16), (1, 32), (1, 64), (1, 256), (1, 1024), (1, 4096), (1, 16_384),
        (1, 65_536),
    ]

    /// Rows of failures that did not go through the walks yet.
    private var recent: [Int] = []
    /// Failures that did.
    private var walked = 0
    private var walks: [Walk] = []

    /// - Parameter row: higher than all before.
    @inline(__always)
    mutating func count(row: Int) {
        if recent.count == Self.blockRows { walk() }
        if recent.isEmpty { recent.reserveCapacity(8) }
        recent.append(row)
    }

    /// Starts again.
    mutating func clear() {
        recent.removeAll(keepingCapacity: true)
        walked = 0
        walks = []
    }

    @inline(never)
    private mutating func walk() {
        if walks.isEmpty { walks = Self.densities.map { Walk(falls: $0.falls, rises: $0.rises) } }
        var gaps = Int.max...Int.max
        for (row, next) in zip(recent, recent.dropFirst()) {
            let gap = next - row
            gaps = min(gaps.lowerBound, gap)...(gaps.upperBound == .max ? gap : max(gaps.upperBound, gap))
        }
        let rows = recent
        for index in walks.indices { walks[index].take(rows.span, gaps: gaps, walked: walked) }
        walked += recent.count
        recent.removeAll(keepingCapacity: true)
    }

    /// The rows at which segments of interest begin and end, each in order.
    ///
    /// - Parameter density: only segments that are denser.
    func marks(above density: Double) -> (starts: [Mark], ends: [Mark]) {
        guard walked > 0 else {
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
        for walk in whole.walks where walk.density > density { walk.add(to: &starts, &ends) }
        return (Self.sorted(starts), Self.sorted(ends))
    }

    private static func sorted(_ marks: [Mark]) -> [Mark] {
        var result: [Mark] = []
        for mark in marks.sorted(by: { $0.row < $1.row }) where result.last != mark { result.append(mark) }
        return result
    }
}

/// The walk of one density, in whole numbers: it rises by `rises` with each failure, and falls by `falls` with each row.
private struct Walk: Sendable {
    typealias Mark = FailureTrace.Mark

    /// Turns that are kept: a walk that has more of them knows longer climbs only.
    private static let turnsAtMost = 32
    /// Failures beyond the density that make a climb, at first.
    private static let firstReversal = 4

    private let falls: Int
    private let rises: Int
    private var reversal: Int
    /// Where it turned: the beginning of a climb, its end, the beginning of the next …
    private var turns: [Mark] = []
    private var isRising = false
    /// The lowest place since it falls, the highest since it rises.
    private var extreme = Int.max
    private var mark = Mark(row: 0, failures: 0)

    init(falls: Int, rises: Int) {
        (self.falls, self.rises) = (falls, rises)
        reversal = Self.firstReversal * rises
    }

    var density: Double { Double(falls) / Double(rises) }

    /// - Parameters:
    ///   - gaps: from one of the rows to the next, at least and at most.
    ///   - walked: failures before these.
    mutating func take(_ rows: Span<Int>, gaps: ClosedRange<Int>, walked: Int) {
        guard rows.count > 0 else { return }
        let (first, last) = (rows[0], rows[rows.count - 1])
        let low = height(before: first, walked)
        if isRising, falls &* gaps.upperBound < rises, low > extreme &- reversal {
            // Each failure is higher than the one before.
            rise(to: height(upTo: last, walked + rows.count), Mark(row: last, failures: walked + rows.count))
            return
        }
        if !isRising, falls &* gaps.lowerBound >= rises, low <= extreme {
            // None is.
            fall(to: height(before: last, walked + rows.count - 1), Mark(row: last, failures: walked + rows.count - 1))
            return
        }
        for index in rows.indices {
            let low = height(before: rows[index], walked &+ index)
            fall(to: low, Mark(row: rows[index], failures: walked &+ index))
            rise(to: low &+ rises &- falls, Mark(row: rows[index], failures: walked &+ index &+ 1))
        }
    }

    private func height(before row: Int, _ failures: Int) -> Int { rises &* failures &- falls &* (row &- 1) }
    private func height(upTo row: Int, _ failures: Int) -> Int { rises &* failures &- falls &* row }

    @inline(__always)
    private mutating func fall(to low: Int, _ place: Mark) {
        if isRising {
            guard low <= extreme &- reversal else { return }
            turn(rising: false)
            (extreme, mark) = (low, place)
        } else if low <= extreme {
            (extreme, mark) = (low, place)
        }
    }

    @inline(__always)
    private mutating func rise(to high: Int, _ place: Mark) {
        if isRising {
            if high > extreme { (extreme, mark) = (high, place) }
        } else if high &- reversal >= extreme {
            turn(rising: true)
            (extreme, mark) = (high, place)
        }
    }

    @inline(never)
    private mutating func turn(rising: Bool) {
        turns.append(mark)
        isRising = rising
        // An odd number ends with the beginning of a climb, whose end is to come.
        if turns.count > Self.turnsAtMost, !rising { simplify() }
    }

    /// Keeps the turns of twice the reversal: they are the ones that it would have had from the beginning.
    private mutating func simplify() {
        while turns.count > Self.turnsAtMost {
            let before = turns
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
