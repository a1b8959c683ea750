/// Consecutive rows that all failed: probably a broken batch rather than wrong data.
package struct FailureStretch: Sendable, Equatable {
    package var firstRow: Int
    package var lastRow: Int
    /// The code that most of its rows have; nil for no code.
    package var code: String?
    /// How many of its rows have that code: those since it is told apart, if not all of its rows are.
    package var codeRows: Int
    /// The code is among those beyond ``AnalysisLimits/codes``.
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
    /// Codes of the first rows of the current stretch: most stretches are too short to be of interest.
    private var beginning = [CodeTable.CodeID](repeating: .none, count: AnalysisLimits.stretchRows)
    private var beginningCount = 0
    /// Rows of each code, once it is long enough.
    private var rowsByCode: [CodeTable.CodeID: Int] = [:]
    /// The latest code, and its rows that are not in `rowsByCode` yet.
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
            // Replaced codes are no longer needed, and there may be as many as rows.
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
    /// Counts the rows of codes that are not told apart together.
    private mutating func combineOthers(_ codes: borrowing CodeTable) {
        guard let kept = codes.keptIDs else { return }
        var combined: [CodeTable.CodeID: Int] = [:]
        for (code, rows) in rowsByCode { combined[kept.contains(code) ? code : .other, default: 0] += rows }
        rowsByCode = combined
    }
}

/// The distribution of failed rows over the rows.
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

    /// Starts again with rows after those that were counted; the buckets are at least as wide.
    mutating func clear() {
        for index in counts.indices { counts[index] = 0 }
    }

    /// Combines each two buckets into one.
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

/// The distribution of failed rows over the rows of a job.
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
