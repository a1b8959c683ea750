import ImportDumps

/// The result of a rule about single jobs. Memory does not grow with their number.
struct JobRuleTally: Sendable {
    /// Sentences that are kept.
    private static let verdictsKept = 100

    private let rule: Rules.Rule
    private var jobs = 0
    /// Jobs that do not meet the rule.
    private var broken = 0
    /// The job with the highest share.
    private var worst: (name: String, failed: Int, rows: Int)?
    /// Of the worst job by then.
    private var median: (failed: Int, rows: Int)?
    /// Jobs that were compared with earlier runs.
    private var judged = 0
    /// The fewest earlier runs of a job that was not compared.
    private var fewestRuns: Int?
    /// Jobs that are not finished, or have missing rows.
    private var incomparable = 0
    private var verdicts: [String] = []

    init(_ rule: Rules.Rule) {
        self.rule = rule
    }

    private var isAboutJobs: Bool {
        switch rule {
        case .maxFailedPerJob, .maxFailedAgainstMedian, .noUnusualRun: true
        default: false
        }
    }

    /// Adds jobs without failed rows. With a history, jobs are added one by one.
    mutating func addClean(_ count: Int) { jobs += count }

    mutating func add(_ job: JobSummary, after earlier: EarlierRuns?) {
        guard isAboutJobs else { return }
        jobs += 1
        let (failed, rows) = (job.rows.failed, job.rows.seen)
        switch rule {
        case .maxFailedPerJob(let share):
            guard rows > 0 else { return }
            if Share(of: failed, in: rows) > share { broken += 1 }
            note(job)
        case .maxFailedAgainstMedian(let multiple):
            guard let earlier, isJudged(job, earlier, needsRows: true), let median = earlier.medianShare else { return }
            if !multiple.allows(failed, of: rows, against: median) { broken += 1 }
            if note(job) { self.median = median }
        case .noUnusualRun:
            guard let earlier, isJudged(job, earlier, needsRows: false) else { return }
            let found = UnusualRun(job, against: earlier).verdicts
            guard !found.isEmpty else { return }
            broken += 1
            verdicts += found.prefix(Self.verdictsKept - verdicts.count).map {
                "\(Wording.quoted(Self.name(job))): \($0.sentence)"
            }
        default: break
        }
    }

    private mutating func isJudged(_ job: JobSummary, _ earlier: EarlierRuns, needsRows: Bool) -> Bool {
        guard job.isComparableRun, !needsRows || job.rows.seen > 0 else {
            incomparable += 1
            return false
        }
        guard earlier.areEnough else {
            fewestRuns = min(fewestRuns ?? .max, earlier.runs.count)
            return false
        }
        judged += 1
        return true
    }

    /// Keeps the job if it is the worst by now; the first of equals stays.
    @discardableResult
    private mutating func note(_ job: JobSummary) -> Bool {
        let share = Share(of: job.rows.failed, in: job.rows.seen)
        if let worst, Share(of: worst.failed, in: worst.rows) >= share { return false }
        worst = (Self.name(job), job.rows.failed, job.rows.seen)
        return true
    }

    private static func name(_ job: JobSummary) -> String { job.source == "-" ? "standard input" : job.source }

    /// Nil for a rule that is not about single jobs.
    var result: RuleResult? {
        guard isAboutJobs else { return nil }
        var result = RuleResult(rule, measured: broken, whole: jobs, isMet: broken == 0)
        result.verdicts = verdicts
        result.jobWords = words
        return result
    }

    private var words: String {
        switch rule {
        case .maxFailedPerJob: Wording.jobsOverShare(broken, of: jobs, worst: worst)
        case .maxFailedAgainstMedian:
            [Wording.jobsOverMedian(broken, of: judged, worst: worst, median: median), notJudged].compactMap { $0 }
                .joined(separator: "; ")
        default:
            [Wording.unusualJobs(broken, of: judged), notJudged].compactMap { $0 }.joined(separator: "; ")
        }
    }

    private var notJudged: String? {
        Wording.notJudged(jobs - judged, fewestRuns: fewestRuns, incomparable: incomparable)
    }
}
