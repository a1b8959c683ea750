import ImportDumps

/// The result of a rule about single jobs. Memory does not grow with their number.
struct JobRuleTally: Sendable {
    /// The maximum number of sentences kept.
    private static let verdictsKept = 100

    let rule: Rules.Rule
    private(set) var jobs = 0
    /// Jobs that break the rule.
    private(set) var broken = 0
    /// The job with the highest share.
    private(set) var worst: (name: String, failed: Int, rows: Int)?
    /// The median of the earlier runs with which the worst job was compared.
    private(set) var median: (failed: Int, rows: Int)?
    /// Jobs that were judged.
    private(set) var judged = 0
    /// The smallest number of earlier runs of a job that had too few for a comparison.
    private(set) var fewestRuns: Int?
    /// Jobs that are not over or lack rows.
    private(set) var incomparable = 0
    private var verdicts: [(place: Int, sentence: String)] = []
    private var worstPlace = 0

    init(_ rule: Rules.Rule) {
        self.rule = rule
    }

    /// Adds jobs without failed rows. With a history, jobs are added one by one.
    mutating func addClean(_ count: Int) { jobs += count }

    /// - Parameter place: the position of the job among the others, whatever the order in which they are added.
    mutating func add(_ job: JobSummary, after earlier: EarlierRuns?, at place: Int) {
        guard let judgement = rule.judgement(of: job, after: earlier) else { return }
        jobs += 1
        switch judgement {
        case .nothing: break
        case .incomparable: incomparable += 1
        case .tooFewRuns(let count): fewestRuns = min(fewestRuns ?? .max, count)
        case .likeBefore: judged += 1
        case .share(let isBroken, let median):
            judged += 1
            if isBroken { broken += 1 }
            note(job, median, at: place)
        case .unlike(let sentences):
            judged += 1
            broken += 1
            keep(sentences.map { "\(Wording.quoted(Self.name(job))): \($0)" }, at: place)
        }
    }

    /// Keeps the sentences of the first jobs.
    private mutating func keep(_ sentences: [String], at place: Int) {
        let next = verdicts.firstIndex { $0.place > place } ?? verdicts.count
        guard next < Self.verdictsKept else { return }
        verdicts.insert(contentsOf: sentences.map { (place, $0) }, at: next)
        verdicts.removeLast(max(0, verdicts.count - Self.verdictsKept))
    }

    /// Keeps the job if it is the worst so far; of equals, the first.
    private mutating func note(_ job: JobSummary, _ median: (failed: Int, rows: Int)?, at place: Int) {
        let share = Share(of: job.rows.failed, in: job.rows.seen)
        if let worst {
            let most = Share(of: worst.failed, in: worst.rows)
            guard most < share || most == share && place < worstPlace else { return }
        }
        worstPlace = place
        worst = (Self.name(job), job.rows.failed, job.rows.seen)
        self.median = median
    }

    private static func name(_ job: JobSummary) -> String { job.source == "-" ? "standard input" : job.source }

    var result: RuleResult {
        var result = RuleResult(rule, measured: broken, whole: jobs, isMet: broken == 0)
        result.verdicts = verdicts.map { $0.sentence }
        result.jobWords = words
        return result
    }
}
