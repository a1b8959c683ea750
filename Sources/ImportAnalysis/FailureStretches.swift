/// Consecutive rows that all failed: probably a broken batch rather than wrong data.
package struct FailureStretch: Sendable, Equatable {
    package var firstRow: Int
    package var lastRow: Int
    /// The most frequent code of its rows; nil for no code.
    package var code: String?
    /// The number of its rows with that code; only those since the code was listed, if that was later.
    package var codeRows: Int
    /// Whether the code is among those beyond ``AnalysisLimits/codes``.
    package var isOther = false

    package var rows: Int { lastRow - firstRow + 1 }

    package init(firstRow: Int, lastRow: Int, code: String?, codeRows: Int, isOther: Bool = false) {
        self.firstRow = firstRow
        self.lastRow = lastRow
        self.code = code
        self.codeRows = codeRows
        self.isOther = isOther
    }
}

/// Finds the longest stretches of failed rows while reading.
struct StretchFinder: Sendable {
    private var firstRow = 0
    /// The last failed row; 0 before the first one.
    private var lastRow = 0
    /// The codes of the current stretch's first rows, not counted yet because most stretches are too short to list.
    private var beginning = [CodeTable.CodeID](repeating: .none, count: AnalysisLimits.stretchRows)
    private var beginningCount = 0
    /// The number of rows of each code, after the rows in `beginning`.
    private var rowsByCode: [CodeTable.CodeID: Int] = [:]
    /// The latest code, and its most recent rows, which `rowsByCode` does not include yet.
    private var latest: (code: CodeTable.CodeID, rows: Int) = (.none, 0)
    private(set) var longest: [FailureStretch] = []

    mutating func count(row: Int, code: CodeTable.CodeID, codes: borrowing CodeTable) {
        if row != lastRow + 1 || lastRow == 0 {
            finish(codes: codes)
            firstRow = row
        }
        lastRow = row
        if beginningCount < beginning.count {
            beginning[beginningCount] = code
            beginningCount += 1
            return
        }
        if latest.code == code {
            latest.rows += 1
        } else {
            rowsByCode[latest.code, default: 0] += latest.rows
            latest = (code, 1)
            // Evicted codes are no longer needed, and there may be as many of them as rows.
            if rowsByCode.count > 4 * AnalysisLimits.codes { combineOthers(codes) }
        }
    }

    /// Ends the current stretch.
    mutating func finish(codes: borrowing CodeTable) {
        if beginningCount == beginning.count { take(codes) }
        beginningCount = 0
    }

    private mutating func take(_ codes: borrowing CodeTable) {
        defer {
            rowsByCode = [:]
            latest = (.none, 0)
        }
        let isLong = longest.count == AnalysisLimits.stretchesListed
        if isLong, let shortest = longest.last, shortest.rows >= lastRow - firstRow + 1 { return }
        for code in beginning { rowsByCode[code, default: 0] += 1 }
        rowsByCode[latest.code, default: 0] += latest.rows
        combineOthers(codes)
        let most = rowsByCode.values.max() ?? 0
        let candidates = rowsByCode.filter { $0.value == most }.keys.map { codes.name(of: $0) }
        guard let name = candidates.min(by: { $0.code.sortKey < $1.code.sortKey }) else { return }
        longest.append(
            FailureStretch(
                firstRow: firstRow, lastRow: lastRow, code: name.code, codeRows: most, isOther: name.isOther))
        longest.sort { ($1.rows, $0.firstRow) < ($0.rows, $1.firstRow) }
        longest = Array(longest.prefix(AnalysisLimits.stretchesListed))
    }
    /// Counts the rows of all evicted codes together.
    private mutating func combineOthers(_ codes: borrowing CodeTable) {
        guard let kept = codes.keptIDs else { return }
        var combined: [CodeTable.CodeID: Int] = [:]
        for (code, rows) in rowsByCode { combined[kept.contains(code) ? code : .other, default: 0] += rows }
        rowsByCode = combined
    }
}

/// The distribution of failed rows over the rows.
///
/// Rows are counted in 64 buckets of equal width. The width is a power of two and doubles when a row falls beyond the
/// last bucket, so the result depends only on the rows.
struct PositionCounter: Sendable {
    private var counts: [Int] = []
    /// The base-2 logarithm of the bucket width.
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

    /// Resets the counts, so that later rows can be counted. The buckets keep their width.
    mutating func clear() {
        for index in counts.indices { counts[index] = 0 }
    }

    /// Merges each pair of adjacent buckets.
    private mutating func widen() {
        shift += 1
        guard !counts.isEmpty else { return }
        for index in 0..<FailurePositions.buckets / 2 { counts[index] = counts[2 * index] + counts[2 * index + 1] }
        for index in FailurePositions.buckets / 2..<FailurePositions.buckets { counts[index] = 0 }
    }

    /// Returns the counts over all rows of a job.
    ///
    /// - Parameter rowsSeen: the last row of the job, not before the last one that was counted.
    func positions(rowsSeen: Int) -> FailurePositions? {
        guard !counts.isEmpty, rowsSeen > 0 else { return nil }
        var counter = self
        while (rowsSeen - 1) >> counter.shift >= FailurePositions.buckets { counter.widen() }
        return FailurePositions(
            bucketRows: 1 << counter.shift, counts: Array(counter.counts.prefix(((rowsSeen - 1) >> counter.shift) + 1)))
    }
}

/// The distribution of failed rows over the rows of a job.
package struct FailurePositions: Sendable, Equatable {
    /// The number of rows in a bucket, a power of two; the last bucket may have fewer.
    package var bucketRows: Int
    /// The number of failed rows in each bucket, from the first row on; at most 64 buckets.
    package var counts: [Int]

    /// The maximum number of buckets.
    package static let buckets = 64

    package init(bucketRows: Int, counts: [Int]) {
        self.bucketRows = bucketRows
        self.counts = counts
    }
}
