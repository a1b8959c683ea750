import ImportDumps

/// Checks jobs against the user's own rules and knowledge: a gate, a code book, or both. Only their sizes determine how
/// much memory it uses.
package struct RuleTally: Sendable {
    package let gate: Rules?
    package let codes: CodeBook?

    /// The counts by which rules about all jobs together are judged.
    struct Seen: Sendable {
        var rows = RowCounts()
        /// Failed rows with codes that are new or no longer accepted.
        var pendingRows = 0
        /// Failed rows with codes beyond the limit. They may have any code.
        var otherRows = 0
        var findings: [FindingID: Int] = [:]
        var inputs = 0
        var incompleteInputs = 0
    }

    private var seen = Seen()
    /// The failed rows of each rule about a code, in the order of the rules.
    private var rowsByRule: [Int]
    /// Jobs that show something that rules can judge.
    private var checkedJobs = 0
    private var jobs = 0
    private var usedEntries: Set<Int> = []
    /// A tally for each rule, in the order of the rules; only those of rules about single jobs are used.
    private var jobTallies: [JobRuleTally]

    package init(gate: Rules?, codes: CodeBook?) {
        self.gate = gate
        self.codes = codes
        rowsByRule = Array(repeating: 0, count: gate?.rules.count ?? 0)
        jobTallies = (gate?.rules ?? []).map { JobRuleTally($0) }
    }

    /// Whether there is nothing to check jobs against.
    package var isIdle: Bool { gate == nil && codes == nil }

    /// - Parameters:
    ///   - earlier: the runs before the job, if a rule asks for them (``Rules/asksForHistory``).
    ///   - place: the position of the job among the others; nil if jobs are added in their order.
    package mutating func add(_ job: JobSummary, after earlier: EarlierRuns? = nil, at place: Int? = nil) {
        guard !isIdle else { return }
        let place = place ?? jobs
        seen.inputs += 1
        jobs += 1
        // An import without rows counts as checked if its dump is whole. A dump that shows none of the job's rows does
        // not.
        if job.rows.seen > 0 || job.isWhollyThere { checkedJobs += 1 }
        if !job.isWhollyThere { seen.incompleteInputs += 1 }
        seen.rows.add(job.rows)
        for index in jobTallies.indices { jobTallies[index].add(job, after: earlier, at: place) }
        for finding in job.findings { seen.findings[finding.id, default: 0] += 1 }
        for code in job.failedByCode { add(code) }
    }

    /// Adds jobs that are complete, without findings and without failed rows.
    package mutating func add(_ tally: PlainJobTally) {
        guard !isIdle else { return }
        seen.inputs += tally.jobs
        jobs += tally.jobs
        checkedJobs += tally.jobs
        for index in jobTallies.indices { jobTallies[index].addClean(tally.jobs) }
        seen.rows.add(tally.rows)
    }

    /// Adds an input that is not an import job.
    package mutating func add(_ input: UnreadableInput) {
        seen.inputs += 1
        seen.incompleteInputs += 1
    }

    private mutating func add(_ code: CodeSummary) {
        if let codes {
            if codes.standing(of: code.code, isOther: code.isOther).isPending { seen.pendingRows.addClamped(code.rows) }
            if !code.isOther, let index = codes.index(of: code.code) { usedEntries.insert(index) }
        }
        if code.isOther { seen.otherRows.addClamped(code.rows) }
        for (index, rule) in (gate?.rules ?? []).enumerated() {
            guard let name = rule.aboutCode, !code.isOther, name.sortKey == code.code.sortKey else { continue }
            rowsByRule[index].addClamped(code.rows)
        }
    }

    /// Returns the results.
    package func ruleResults() -> RuleResults {
        RuleResults(
            gate: gate.map { gate in
                gate.rules.enumerated().map { index, rule in
                    var result = rule.result(over: seen, rowsOfCode: rowsByRule[index]) ?? jobTallies[index].result
                    // If nothing was checked, no rule is met: an audit of nothing must not pass.
                    if let gap {
                        result.gap = gap
                        result.isMet = false
                    } else if rule.isAboutShare, seen.rows.seen == 0 {
                        result.gap = .noRows
                        result.isMet = false
                    }
                    return result
                }
            },
            gap: gate == nil ? nil : gap,
            unusedEntries: codes.map { codes in
                codes.entries.indices.filter { !usedEntries.contains($0) }.map { codes.entries[$0] }
            },
            entryCount: codes?.entries.count ?? 0)
    }

    /// Why nothing was checked; nil if something was.
    private var gap: RuleGap? { checkedJobs > 0 ? nil : jobs == 0 ? .noJob : .noResults }
}

/// The results of the user's rules and codes file.
package struct RuleResults: Sendable {
    /// The result of each rule; nil without a gate.
    package var gate: [RuleResult]?
    /// Why there was nothing to check the rules against; nil if there was something, or without a gate.
    package var gap: RuleGap?
    /// Entries of the code book that match no code of any job; nil without a code book.
    package var unusedEntries: [CodeBook.Entry]?
    /// The number of entries of the code book.
    package var entryCount: Int

    /// Whether no rule was broken.
    package var isMet: Bool { (gate ?? []).allSatisfy { $0.isMet } }
}

/// Why there was nothing to check a rule against.
package enum RuleGap: String, Sendable {
    /// There is no import job among the inputs.
    case noJob = "no-job"
    /// No job shows any of its rows.
    case noResults = "no-results"
    /// There are no rows that a percentage could be of.
    case noRows = "no-rows"
}

/// The result of a rule.
package struct RuleResult: Sendable {
    package var rule: Rules.Rule
    /// The number of rows, findings, inputs or jobs that the rule is about.
    package var measured: Int
    /// The number of all rows seen, inputs or jobs; nil if there is no such number.
    package var whole: Int?
    /// Rows that may have to be added to ``measured``, because their codes are beyond the limit.
    package var undecided: Int
    package var isMet: Bool
    /// Why there was nothing to check the rule against, so that it is not met; nil if there was something.
    package internal(set) var gap: RuleGap?
    /// For a rule about single jobs, what was found in them, in a few words. It may name an input: hostile text until
    /// escaped.
    package internal(set) var jobWords: String?
    /// What is unusual in the first jobs, one sentence each.
    package internal(set) var verdicts: [String] = []

    init(_ rule: Rules.Rule, measured: Int, whole: Int? = nil, undecided: Int = 0, isMet: Bool) {
        self.rule = rule
        self.measured = measured
        self.whole = whole
        self.undecided = undecided
        self.isMet = isMet
    }
}

extension JobSummary {
    /// Whether the dump is whole, the job is complete, and every row that it promises is there.
    var isWhollyThere: Bool {
        (job.status == JobStatus.complete.rawValue || job.kind == .bulk) && salvage == nil && results == .complete
            && rows.missing == 0
    }
}
