/// How one job differs from the earlier runs.
///
/// A **share** (of all failed rows, or of one code) is unusual if both conditions are met:
/// - at most 1 in 20 of the earlier runs had a share as high;
/// - given the mean and the spread of the earlier runs' shares, at least as many failed rows occur by chance in fewer
///   than 1 of 10,000 runs (``BetaBinomial``), a level that is divided by the number of shares by which the job is
///   judged. The 2% of the earlier runs with the highest shares, rounded down, are left out of the mean and the spread,
///   because they may be incidents themselves.
///
/// A **size** (rows) and a **duration** are unusual if both conditions are met:
/// - it is at least twice the largest, or at most half the smallest of the earlier runs, after leaving out the largest
///   2% and the smallest 2%, at least one each;
/// - it is farther from their median than 6 standard deviations, estimated robustly as 1.4826 times the median distance
///   from the median.
package struct UnusualRun: Sendable {
    /// The probability that chance makes a share of one run unusual.
    static let level = 0.0001

    package enum Measure: Sendable, Equatable {
        case failed
        case code(HistoryCode)
        case size
        case duration
    }

    /// One unusual value.
    package struct Verdict: Sendable, Equatable {
        package var measure: Measure
        /// A sentence with the numbers. It may quote a code: hostile text until escaped.
        package var sentence: String
    }

    package let verdicts: [Verdict]

    /// Whether a job is unlike the runs before it; false if there are too few of them or it cannot be compared.
    package static func isUnusual(_ job: JobSummary, after earlier: EarlierRuns) -> Bool {
        if case .unlike? = Rules.Rule.noUnusualRun.judgement(of: job, after: earlier) { true } else { false }
    }

    /// - Parameter earlier: at least ``EarlierRuns/fewest`` runs.
    package init(_ job: JobSummary, against earlier: EarlierRuns) {
        var verdicts: [Verdict] = []
        let codes = job.failedByCode.map { (HistoryCode($0.code, isOther: $0.isOther), $0.rows) }
        let level = Self.level / Double(1 + codes.count)
        let runs = earlier.runs.filter { $0.rows > 0 }
        func judge(_ failed: Int, _ measure: Measure, _ count: (EarlierRun) -> Int) {
            let comparison = ShareComparison(
                failed: failed, rows: job.rows.seen, earlier: runs.map { (count($0), $0.rows) })
            guard comparison.isUnusual(level: level) else { return }
            verdicts.append(Verdict(measure: measure, sentence: Wording.unusualShare(measure, comparison)))
        }
        if runs.count >= EarlierRuns.fewest {
            judge(job.rows.failed, .failed) { $0.failed }
            for (code, rows) in codes { judge(rows, .code(code)) { $0.codes[code, default: 0] } }
        }
        let size = AmountComparison(job.rows.seen, earlier: earlier.runs.map { $0.rows })
        if size.isUnusual {
            verdicts.append(Verdict(measure: .size, sentence: Wording.unusualSize(size)))
        }
        let durations = earlier.runs.compactMap { $0.duration }
        if let duration = job.duration, durations.count >= EarlierRuns.fewest {
            let comparison = AmountComparison(duration, earlier: durations)
            if comparison.isUnusual {
                verdicts.append(Verdict(measure: .duration, sentence: Wording.unusualDuration(comparison)))
            }
        }
        self.verdicts = verdicts
    }
}

/// A share compared with those of earlier runs.
package struct ShareComparison: Sendable {
    package let failed: Int
    package let rows: Int
    /// The sums of all earlier runs.
    package private(set) var earlierFailed = 0
    package private(set) var earlierRows = 0
    /// The run with the highest share.
    package private(set) var highest: (failed: Int, rows: Int) = (0, 0)
    package let runs: Int
    private let asHigh: Int
    private let earlier: [(failed: Int, rows: Int)]

    /// - Parameter earlier: at least one run, each with at least one row.
    init(failed: Int, rows: Int, earlier: [(failed: Int, rows: Int)]) {
        (self.failed, self.rows, runs, self.earlier) = (failed, rows, earlier.count, earlier)
        let share = Share(of: failed, in: rows)
        var asHigh = 0
        var highest = Share(of: 0, in: 1)
        for run in earlier {
            earlierFailed.addClamped(run.failed)
            earlierRows.addClamped(run.rows)
            let other = Share(of: run.failed, in: run.rows)
            if other >= share { asHigh += 1 }
            if other >= highest { (highest, self.highest) = (other, run) }
        }
        self.asHigh = asHigh
    }

    func isUnusual(level: Double) -> Bool {
        // This decides nearly all jobs.
        guard failed > 0, rows > 0, asHigh * 20 <= runs else { return false }
        let sorted = earlier.sorted { Share(of: $0.failed, in: $0.rows) < Share(of: $1.failed, in: $1.rows) }
        let kept = sorted.dropLast(earlier.count / 50)
        return kept.count > 1 && Self.distribution(of: kept).tail(failed, of: rows) < level
    }

    /// Estimates the mean from the pooled rows and the spread by the method of moments. Half a failed row and half
    /// another row are added to the mean, so that a failure that never occurred is not impossible.
    private static func distribution(of kept: ArraySlice<(failed: Int, rows: Int)>) -> BetaBinomial {
        let (failed, rows) = kept.reduce((0.0, 0.0)) { ($0.0 + Double($1.failed), $0.1 + Double($1.rows)) }
        let mean = (failed + 0.5) / (rows + 1)
        // Weighted by rows, the sum of n (p - mean)² is expected to be
        // mean (1 - mean) ((k - 1) + r (N - Σn²/N - (k - 1))).
        let squares = kept.reduce(0.0) { $0 + Double($1.rows) * Double($1.rows) }
        let sum = kept.reduce(0.0) { sum, run in
            let distance = Double(run.failed) / Double(run.rows) - mean
            return sum + Double(run.rows) * distance * distance
        }
        let freedom = Double(kept.count - 1)
        let room = rows - squares / rows - freedom
        guard room > 0 else { return BetaBinomial(mean: mean, correlation: 0) }
        let correlation = (sum / (mean * (1 - mean)) - freedom) / room
        // A few runs may look more alike than they are.
        let allowance = 1 + 16 / Double(kept.count)
        return BetaBinomial(mean: mean, correlation: max(0, min(0.99, correlation * allowance)))
    }
}

/// A size or a duration compared with those of earlier runs, in whole numbers.
package struct AmountComparison: Sendable {
    package let amount: Int
    package let runs: Int
    package let median: Int
    /// The smallest and the largest amount, without those left out.
    package let least: Int
    package let most: Int
    package let areAllSame: Bool
    /// The median distance from the median.
    private let spread: Int

    /// - Parameter earlier: at least one amount.
    init(_ amount: Int, earlier: [Int]) {
        let sorted = earlier.sorted()
        let median = sorted[sorted.count / 2]
        self.amount = amount
        self.median = median
        let leftOut = min(max(1, sorted.count / 50), (sorted.count - 1) / 2)
        (runs, least, most) = (sorted.count, sorted[leftOut], sorted[sorted.count - 1 - leftOut])
        areAllSame = sorted.first == sorted.last
        spread = sorted.map { abs($0 - median) }.sorted()[sorted.count / 2]
    }

    package var isLarger: Bool { amount > median }

    var isUnusual: Bool {
        let amount = Int128(amount)
        guard abs(amount - Int128(median)) * 10_000 > 6 * 14_826 * Int128(spread) else { return false }
        return isLarger ? amount >= 2 * Int128(most) : 2 * amount <= Int128(least)
    }
}
