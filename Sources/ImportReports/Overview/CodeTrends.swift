import ImportAnalysis
import ImportFoundation

/// A job that an overview points to.
struct JobReference: Sendable, Equatable {
    /// The name of the input; `standard input` for `-`.
    let source: String
    let report: ReportPlace?
    /// Its position among all jobs, counted from 1.
    let number: Int
    /// The number of failed rows that the reference is about.
    var failed: Int

    init(_ job: JobSummary, number: Int, report: ReportPlace?, failed: Int) {
        source = job.source == "-" ? "standard input" : job.source
        self.report = report
        self.number = number
        self.failed = failed
    }

    /// Returns the job with more failed rows; of two with equally many, the first in the order of the jobs.
    static func worse(_ one: JobReference?, _ other: JobReference?) -> JobReference? {
        guard let one, let other else { return one ?? other }
        return (one.failed, -one.number) >= (other.failed, -other.number) ? one : other
    }
}

/// When the rows of each code failed, and in which job most of them did, for up to ``AnalysisLimits/codes`` codes.
struct CodeTrends: Sendable {
    /// The trend of one code.
    struct Trend: Sendable {
        /// The failed rows of the code, by the day on which their jobs were created.
        var line = TimeLine()
        var worst: JobReference?

        mutating func add(_ job: JobReference, day: Int?) {
            worst = JobReference.worse(worst, job)
            line.add(TimeLine.Sums(jobs: 1, rows: job.failed, failed: job.failed), day: day)
        }
    }

    private var trends: [ExactText?: Trend] = [:]

    /// Adds the failed rows of a job.
    ///
    /// - Parameter day: the day on which it was created, as days since 1970-01-01; nil if it does not say.
    mutating func add(_ job: JobSummary, day: Int?, number: Int, report: ReportPlace?) {
        for code in job.failedByCode where !code.isOther {
            let key = code.code.map { ExactText($0) }
            guard trends[key] != nil || trends.count < AnalysisLimits.codes else { continue }
            trends[key, default: Trend()].add(
                JobReference(job, number: number, report: report, failed: code.rows), day: day)
        }
    }

    subscript(code: String?) -> Trend? { trends[code.map { ExactText($0) }] }
}

/// The share of failed rows with one code in each step of a time line, as bars of a path 64 wide and 12 high.
struct TrendLine {
    let path: String
    /// A description in words, for people who do not see the bars.
    let description: String

    /// Creates the bars; nil if there are fewer than two steps to compare.
    init?(_ trend: TimeLine, in whole: TimeLine) {
        let step = whole.step
        let steps = whole.steps
        guard let first = steps.first?.number, let last = steps.last?.number, first < last else { return nil }
        let failed = Dictionary(uniqueKeysWithValues: trend.steps(by: step).map { ($0.number, $0.sums.failed) })
        // In millionths, which is finer than a bar can show.
        let shares = steps.map { number, sums -> (number: Int, share: Int) in
            let rows = Int128(max(sums.rows, 1))
            return (number, Int(clamping: Int128(failed[number, default: 0]) * 1_000_000 / rows))
        }
        let highest = max(1, shares.reduce(0) { max($0, $1.share) })
        let count = last - first + 1
        path = shares.compactMap { number, share in
            guard failed[number, default: 0] > 0 else { return nil }
            let (start, end) = ((number - first) * 64 / count, (number - first + 1) * 64 / count)
            let height = max(1, share * 12 / highest)
            return "M\(start) 12h\(max(1, end - start))v-\(height)h-\(max(1, end - start))z"
        }.joined()
        let top = shares.max { ($0.share, $1.number) < ($1.share, $0.number) }
        description =
            top.map { top in
                Wording.highestShare(
                    step.phrase(top.number), failed: failed[top.number, default: 0],
                    rows: steps.first { $0.number == top.number }?.sums.rows ?? 0)
            } ?? ""
    }
}
