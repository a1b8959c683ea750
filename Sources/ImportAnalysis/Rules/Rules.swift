import ImportDumps

/// Rules that an audit of any number of jobs meets or breaks.
package struct Rules: Sendable {
    /// The rules in the order in which results are shown.
    package var rules: [Rule]

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }

    /// Whether a rule is about findings that require comparing the ids of rows (``IdentityAudit``).
    package var asksForIdentity: Bool {
        rules.contains { rule in
            switch rule {
            // One of the two findings is critical, so it counts for every severity.
            case .failOnSeverity: true
            case .failOnFinding(let id): id == .createdIDRepeated || id == .existingIDsShared
            default: false
            }
        }
    }

    /// Whether a rule compares with earlier runs, which requires a history.
    package var asksForHistory: Bool { rules.contains { $0.form.asksForHistory } }

    package enum Rule: Sendable {
        /// The maximum of failed rows over all jobs. If `onlyPending`, only codes that are new or no longer accepted
        /// count.
        case maxFailed(Limit, onlyPending: Bool)
        /// The maximum of failed rows with a code; nil means rows whose error has no code.
        case maxFailedCode(String?, Limit)
        /// No job has a larger share of failed rows than this.
        case maxFailedPerJob(Share)
        /// No job has a larger share of failed rows than this many times the median of the earlier runs.
        case maxFailedAgainstMedian(Multiple)
        /// No job is unlike the earlier runs (``UnusualRun``).
        case noUnusualRun
        /// There are no findings of this severity or a worse one.
        case failOnSeverity(Severity)
        /// There are no findings of this kind.
        case failOnFinding(FindingID)
        /// Every input is a whole dump of a complete job with all its rows.
        case requireComplete
        /// The minimum of rows seen over all jobs.
        case minRows(Int)
    }
}

// MARK: - How rules are written

extension Rules {
    /// How a rule is written. Each form is declared only here, which makes it an option of the command, a key of rules
    /// files and a key of the project file.
    package struct Form: Sendable {
        /// The key, which is also the option without its dashes.
        package let name: String
        package let value: Value
        /// The text in the command's help.
        package let help: String
        /// Whether the rule compares with earlier runs.
        package var asksForHistory = false

        /// All forms, in the order in which rules are shown.
        package static let all = [
            maxFailed, maxFailedCode, maxFailedPerJob, maxFailedAgainstMedian, unusual, failOn, requireComplete,
            minRows,
        ]

        package static let maxFailed = Form(
            name: "max-failed", value: .limit { .maxFailed($0, onlyPending: false) },
            help: "Fail if more rows failed, or a larger share of the rows seen.")
        package static let maxFailedCode = Form(
            name: "max-failed-code", value: .limitOfCode { .maxFailedCode($0, $1) },
            help: "The same for the rows of one code. Nothing before the = means rows without a code.")
        package static let maxFailedPerJob = Form(
            name: "max-failed-per-job", value: .share { .maxFailedPerJob($0) },
            help: "Fail if a larger share of the rows failed in any job.")
        package static let maxFailedAgainstMedian = Form(
            name: "max-failed-vs-median", value: .multiple { .maxFailedAgainstMedian($0) },
            help: "Fail if the failure share of a job is more than this many times the median of the earlier runs.",
            asksForHistory: true)
        package static let unusual = Form(
            name: "unusual", value: .flag(.noUnusualRun),
            help:
                "Fail if the failure share, the share of a code, the duration or the size of a job is unlike the earlier "
                + "runs. With fewer than 8 of them, nothing is judged.",
            asksForHistory: true)
        package static let failOn = Form(
            name: "fail-on", value: .findings,
            help: "Fail on a critical finding, on any warning too, or on the finding with that name.")
        package static let requireComplete = Form(
            name: "require-complete", value: .flag(.requireComplete),
            help: "Fail unless every input is a whole dump of a complete job with all its rows.")
        package static let minRows = Form(
            name: "min-rows", value: .rows { .minRows($0) }, help: "Fail if fewer rows were seen.")
    }

    /// The value that follows the name of a rule, and the rule that it makes.
    package enum Value: Sendable {
        /// No value.
        case flag(Rule)
        case limit(@Sendable (Limit) -> Rule)
        /// For a code; any number of times.
        case limitOfCode(@Sendable (String?, Limit) -> Rule)
        case share(@Sendable (Share) -> Rule)
        case multiple(@Sendable (Multiple) -> Rule)
        case rows(@Sendable (Int) -> Rule)
        /// A severity or the name of a finding; any number of times.
        case findings

        /// All words that are allowed for ``findings``.
        package static let findingWords =
            [Severity.critical.rawValue, Severity.warning.rawValue] + FindingID.all.map { $0.name }

        /// Returns the rule for a text; nil if the text is not a valid value.
        package func rule(of text: String) -> Rule? {
            switch self {
            case .flag: return nil
            case .limit(let make): return Limit(text).map(make)
            case .limitOfCode(let make):
                // Splits after the last =, because a code may contain one.
                guard let equals = text.utf8.lastIndex(of: UInt8(ascii: "=")),
                    let limit = Limit(String(text[text.utf8.index(after: equals)...]))
                else { return nil }
                let code = String(text[..<equals])
                return make(code.isEmpty ? nil : code, limit)
            case .share(let make):
                guard case .percent(let share)? = Limit(text) else { return nil }
                return make(share)
            case .multiple(let make): return Multiple(text).map(make)
            case .rows(let make): return WholeNumber.of(text.utf8).map(make)
            case .findings:
                switch text {
                case Severity.critical.rawValue: return .failOnSeverity(.critical)
                case Severity.warning.rawValue: return .failOnSeverity(.warning)
                default: return FindingID.all.first { $0.name == text }.map { .failOnFinding($0) }
                }
            }
        }
    }
}

extension Rules.Rule {
    package var form: Rules.Form {
        switch self {
        case .maxFailed: .maxFailed
        case .maxFailedCode: .maxFailedCode
        case .maxFailedPerJob: .maxFailedPerJob
        case .maxFailedAgainstMedian: .maxFailedAgainstMedian
        case .noUnusualRun: .unusual
        case .failOnSeverity, .failOnFinding: .failOn
        case .requireComplete: .requireComplete
        case .minRows: .minRows
        }
    }

    /// The value after the name; nil if there is none. It may contain a code: hostile text until escaped.
    package var argument: String? {
        switch self {
        case .maxFailed(let limit, _): limit.text
        case .maxFailedCode(let code, let limit): "\(code ?? "")=\(limit.text)"
        case .maxFailedPerJob(let share): "\(share.percent)%"
        case .maxFailedAgainstMedian(let multiple): multiple.text
        case .noUnusualRun, .requireComplete: nil
        case .failOnSeverity(let severity): severity.rawValue
        case .failOnFinding(let id): id.name
        case .minRows(let rows): String(rows)
        }
    }

    /// Whether the rule counts only codes that are new or no longer accepted; nil if it is not a
    /// ``maxFailed(_:onlyPending:)``.
    package var isOnlyPending: Bool? {
        if case .maxFailed(_, let onlyPending) = self { onlyPending } else { nil }
    }

    /// The number or share of failed rows that the rule allows; nil if it is about something else.
    package var limit: Rules.Limit? {
        switch self {
        case .maxFailed(let limit, _), .maxFailedCode(_, let limit): limit
        default: nil
        }
    }

    /// The code that the rule is about; nil if there is none. An inner nil stands for errors without a code.
    package var aboutCode: String?? {
        if case .maxFailedCode(let code, _) = self { .some(code) } else { .none }
    }

    /// Whether the rule is about a share, which cannot be judged without rows.
    var isAboutShare: Bool {
        if case .share = form.value { true } else { limit?.isPercentage == true }
    }
}

// MARK: - How rules are judged

extension Rules.Rule {
    /// Returns the result of the rule over all jobs together; nil if it is about single jobs.
    ///
    /// - Parameter rowsOfCode: the failed rows with the code that the rule is about.
    func result(over seen: RuleTally.Seen, rowsOfCode: Int) -> RuleResult? {
        switch self {
        case .maxFailed(let limit, let onlyPending):
            let failed = onlyPending ? seen.pendingRows : seen.rows.failed
            return RuleResult(
                self, measured: failed, whole: seen.rows.seen, isMet: limit.allows(failed, of: seen.rows.seen))
        case .maxFailedCode(_, let limit):
            // Rows with codes beyond the limit may have this code: what is unknown must not pass.
            let most = rowsOfCode.clampedAdding(seen.otherRows)
            return RuleResult(
                self, measured: rowsOfCode, whole: seen.rows.seen, undecided: seen.otherRows,
                isMet: limit.allows(most, of: seen.rows.seen))
        case .failOnSeverity(let severity):
            let count = seen.findings.reduce(0) { $0 + ($1.key.severity <= severity ? $1.value : 0) }
            return RuleResult(self, measured: count, isMet: count == 0)
        case .failOnFinding(let id):
            let count = seen.findings[id, default: 0]
            return RuleResult(self, measured: count, isMet: count == 0)
        case .requireComplete:
            return RuleResult(
                self, measured: seen.incompleteInputs, whole: seen.inputs,
                isMet: seen.incompleteInputs == 0 && seen.inputs > 0)
        case .minRows(let least):
            return RuleResult(self, measured: seen.rows.seen, isMet: seen.rows.seen >= least)
        case .maxFailedPerJob, .maxFailedAgainstMedian, .noUnusualRun: return nil
        }
    }

    /// Returns how a job meets the rule; nil if the rule is about all jobs together.
    ///
    /// - Parameter earlier: the runs before it; nil without a history.
    func judgement(of job: JobSummary, after earlier: EarlierRuns?) -> JobJudgement? {
        let (failed, rows) = (job.rows.failed, job.rows.seen)
        switch self {
        case .maxFailedPerJob(let share):
            return rows == 0 ? .nothing : .share(isBroken: Share(of: failed, in: rows) > share, median: nil)
        case .maxFailedAgainstMedian(let multiple):
            return .comparing(job, with: earlier, needsRows: true) { earlier in
                guard let median = earlier.medianShare else { return .likeBefore }
                return .share(isBroken: !multiple.allows(failed, of: rows, against: median), median: median)
            }
        case .noUnusualRun:
            return .comparing(job, with: earlier) { earlier in
                let verdicts = UnusualRun(job, against: earlier).verdicts
                return verdicts.isEmpty ? .likeBefore : .unlike(verdicts.map { $0.sentence })
            }
        case .maxFailed, .maxFailedCode, .failOnSeverity, .failOnFinding, .requireComplete, .minRows: return nil
        }
    }
}

/// How one job meets a rule about single jobs.
enum JobJudgement {
    /// There is nothing to judge.
    case nothing
    /// The job is not over, or lacks rows.
    case incomparable
    /// There are only this many earlier runs, too few to judge the job.
    case tooFewRuns(Int)
    /// Its share of failed rows was judged, perhaps compared with the median of the earlier runs.
    case share(isBroken: Bool, median: (failed: Int, rows: Int)?)
    case likeBefore
    /// It is unlike the earlier runs, for these reasons, one sentence each.
    case unlike([String])

    /// Judges a job by its earlier runs if that is possible.
    ///
    /// - Parameter needsRows: whether a job without rows cannot be compared.
    fileprivate static func comparing(
        _ job: JobSummary, with earlier: EarlierRuns?, needsRows: Bool = false, _ judge: (EarlierRuns) -> JobJudgement
    ) -> JobJudgement {
        guard let earlier else { return .nothing }
        guard job.isComparableRun, !needsRows || job.rows.seen > 0 else { return .incomparable }
        return earlier.areEnough ? judge(earlier) : .tooFewRuns(earlier.runs.count)
    }
}
