/// How many failed rows lie where among the rows.
///
/// Rows are counted in 64 buckets of equal width, a power of two that doubles as rows go beyond the last bucket: what
/// it comes to depends on the rows alone.
struct PositionCounter: Sendable {
    private var counts: [Int] = []
    /// The width of a bucket as a power of two.
    private var shift = 0

    /// - Parameter row: 1 or more.
    mutating func count(row: Int) {
        while (row - 1) >> shift >= FailurePositions.buckets { widen() }
        if counts.isEmpty { counts = [Int](repeating: 0, count: FailurePositions.buckets) }
        counts[(row - 1) >> shift] += 1
    }

    /// Adds the rows of another counter.
    mutating func add(_ other: PositionCounter) {
        var other = other
        while other.shift < shift { other.widen() }
        while shift < other.shift { widen() }
        guard !other.counts.isEmpty else { return }
        if counts.isEmpty { counts = [Int](repeating: 0, count: FailurePositions.buckets) }
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// Begins anew with rows behind those that were counted: what it comes to is as wide at least.
    mutating func clear() {
        for index in counts.indices { counts[index] = 0 }
    }

    /// Puts two buckets together in one.
    private mutating func widen() {
        shift += 1
        guard !counts.isEmpty else { return }
        for index in 0..<FailurePositions.buckets / 2 { counts[index] = counts[2 * index] + counts[2 * index + 1] }
        for index in FailurePositions.buckets / 2..<FailurePositions.buckets { counts[index] = 0 }
    }

    /// The counts over all rows of a job.
    ///
    /// - Parameter rowsSeen: the last row, no less than the last one that was counted.
    func positions(rowsSeen: Int) -> FailurePositions? {
        guard !counts.isEmpty, rowsSeen > 0 else { return nil }
        var counter = self
        while (rowsSeen - 1) >> counter.shift >= FailurePositions.buckets { counter.widen() }
        return FailurePositions(
            bucketRows: 1 << counter.shift, counts: Array(counter.counts.prefix(((rowsSeen - 1) >> counter.shift) + 1)))
    }
}

/// How many failed rows lie where among the rows of a job.
package struct FailurePositions: Sendable, Equatable {
    /// How many rows a bucket stands for, a power of two; the last one may stand for fewer.
    package var bucketRows: Int
    /// Failed rows of each bucket, from the first row on; at most 64.
    package var counts: [Int]

    /// The most buckets.
    package static let buckets = 64

    package init(bucketRows: Int, counts: [Int]) {
        self.bucketRows = bucketRows
        self.counts = counts
    }
}
