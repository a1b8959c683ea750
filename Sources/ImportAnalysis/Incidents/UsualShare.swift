import ImportDumps

/// The usual share of failed rows among the jobs of an overview.
///
/// A job is unlike the others if its share is far above that of all rows. Of its n rows k failed, of all N rows K
/// failed, and
///
///     L = k ln(k ÷ n ÷ p) + (n - k) ln((1 - k ÷ n) ÷ (1 - p)),  p = K ÷ N
///
/// must be above ln(100 × jobs), and its share above twice p. If all jobs drew their failures from the same rows in
/// random order, exp(-L) would exceed the probability of k or more failures (Hoeffding, 1963), so that fewer than 1
/// overview in 100 would have such a job. The factor of 2 allows for natural differences between the shares of jobs.
/// With fewer than 3 jobs, none is unlike the others.
package struct UsualShare: Sendable {
    private static let fewestJobs = 3

    package private(set) var jobs = 0
    private var rows = 0
    private var failed = 0
    /// Whether there is a job whose numbers cannot be trusted: such jobs stand out too.
    private var hasCritical = false

    package init() {}

    package mutating func add(_ job: JobSummary) {
        add(job.rows)
        hasCritical = hasCritical || Verdict.level(of: job) == .critical
    }

    /// Adds a job that is complete and has no findings.
    package mutating func add(_ rows: RowCounts) { add(rows, jobs: 1) }

    package mutating func add(_ tally: PlainJobTally) { add(tally.rows, jobs: tally.jobs) }

    package mutating func add(_ other: UsualShare) {
        jobs += other.jobs
        rows.addClamped(other.rows)
        failed.addClamped(other.failed)
        hasCritical = hasCritical || other.hasCritical
    }

    /// Removes a plain job that was added.
    package mutating func remove(_ counts: RowCounts) {
        jobs -= 1
        rows -= counts.seen
        failed -= counts.failed
    }

    private mutating func add(_ counts: RowCounts, jobs more: Int) {
        jobs += more
        rows.addClamped(counts.seen)
        failed.addClamped(counts.failed)
    }

    /// Whether any job may stand out.
    package var mayStandOut: Bool { jobs >= Self.fewestJobs && (failed > 0 || hasCritical) }

    /// Whether the share of failed rows is more than twice the usual one.
    func isHigh(_ counts: RowCounts) -> Bool {
        jobs >= Self.fewestJobs && Int128(counts.failed) * Int128(rows) > 2 * Int128(failed) * Int128(counts.seen)
    }

    /// Whether a job is unlike the others.
    func isUnlikeOthers(_ counts: RowCounts) -> Bool {
        guard isHigh(counts), failed > 0, failed < rows else { return false }
        let (n, k) = (Double(counts.seen), Double(counts.failed))
        let usual = Double(failed) / Double(rows)
        var excess =
            k * (naturalLogarithm(k) - naturalLogarithm(n) - naturalLogarithm(usual)) - naturalLogarithm(100)
            - naturalLogarithm(Double(jobs))
        if n > k { excess += (n - k) * (naturalLogarithm(n - k) - naturalLogarithm(n) - naturalLogarithm(1 - usual)) }
        return excess > 0
    }
}

/// The data with which every job of an overview is compared. It is complete before the first job is shown.
package struct JobSurroundings: Sendable {
    package var usual = UsualShare()
    /// The incidents, strongest first.
    package var incidents: [TimeIncident] = []
    /// Jobs that are unlike the runs before them in a history (``UnusualRun``).
    package var unusual: Set<JobIdentity> = []

    package init(usual: UsualShare = UsualShare()) {
        self.usual = usual
    }

    /// Collects the data of jobs that are all in memory.
    package init(of jobs: some Sequence<JobSummary>) {
        for job in jobs { usual.add(job) }
        guard usual.mayStandOut else { return }
        var times = JobTimes()
        for job in jobs { times.add(job, usual) }
        incidents = times.incidents()
    }

    /// Returns the level of a job among the others.
    package func level(of job: JobSummary) -> JobLevel {
        let level = JobLevel(job, usual)
        return level > .unlikeOthers && isUnusual(job) ? .unlikeOthers : level
    }

    /// Whether a job is unlike the runs before it.
    package func isUnusual(_ job: JobSummary) -> Bool {
        !unusual.isEmpty && JobIdentity(job).map { unusual.contains($0) } ?? false
    }
}

/// The level of a job among the others of an overview, the worst first.
package enum JobLevel: Int, Sendable, CaseIterable, Comparable {
    /// It has critical findings.
    case doesNotAddUp
    /// It adds up, but far more of its rows failed than usual, or it is unlike the runs before it.
    case unlikeOthers
    case failedRows
    /// No row failed, but something should be looked at.
    case warnings
    case processing
    case clean

    fileprivate init(_ job: JobSummary, _ usual: UsualShare) {
        switch Verdict.level(of: job) {
        case .critical: self = .doesNotAddUp
        case .pending: self = .processing
        case .good: self = .clean
        case .warning where job.rows.failed == 0: self = .warnings
        case .warning: self = usual.isUnlikeOthers(job.rows) ? .unlikeOthers : .failedRows
        }
    }

    /// The level of the verdict that it is shown as.
    package var tone: Verdict.Level {
        switch self {
        case .doesNotAddUp: .critical
        case .unlikeOthers, .failedRows, .warnings: .warning
        case .processing: .pending
        case .clean: .good
        }
    }

    /// The heading of a column of numbers.
    package var label: String {
        switch self {
        case .doesNotAddUp: "Do not add up"
        case .unlikeOthers: "Unlike the others"
        case .failedRows: "With failed rows"
        case .warnings: "With warnings"
        case .processing: "Still processing"
        case .clean: "Clean"
        }
    }

    package static func < (left: JobLevel, right: JobLevel) -> Bool { left.rawValue < right.rawValue }
}

extension RowCounts {
    /// The key by which a list of jobs is sorted within a level: the lower bound of the share of rows that failed or
    /// are missing (the lower end of its ``ShareInterval``), times ln(1 + rows). So neither a small job of which all
    /// rows failed nor a large one with many failed rows is far down.
    package var weight: Double {
        let lost = failed.clampedAdding(missing ?? 0)
        let rows = seen.clampedAdding(missing ?? 0)
        guard lost > 0, rows > 0 else { return 0 }
        return max(0, ShareInterval.ends(of: lost, in: rows).low) * naturalLogarithm(1 + Double(rows))
    }
}
