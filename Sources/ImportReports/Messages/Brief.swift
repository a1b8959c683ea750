package import ImportAnalysis
import ImportDumps
package import ImportFoundation

/// The content of a message about a report, which mails, chat cards and CI annotations share.
///
/// Its texts may come from a dump. They contain no characters that act, such as line breaks, and their lengths are
/// bounded. Each writer escapes what has a meaning in its format.
package struct Brief: Sendable {
    /// The length to which long texts are shortened, in Unicode scalars.
    private static let textLength = 200
    private static let codesShown = 8
    private static let findingsShown = 5
    private static let jobsShown = 5

    /// What the report is about.
    let title: String
    let level: Verdict.Level
    /// The most important fact.
    let headline: String
    let remark: String
    /// When the job ran, how long it took, and its id.
    let facts: [String]
    let figures: [Figure]
    let steps: [Step]
    /// The codes with the most rows, most rows first.
    let codes: [Code]
    /// The number of codes that are not among ``codes``.
    let moreCodes: Int
    /// The most important findings, critical ones first.
    let findings: [Line]
    /// The worst jobs of an overview, worst first: those with failed or missing rows or critical findings.
    let jobs: [Line]
    /// When the job was last changed; for an overview, the last day on which a job was created.
    let date: MessageDate?
    /// The statement about pseudonyms.
    let redaction: String?
    let tool: String

    struct Figure: Sendable {
        let label: String
        let count: String
        /// The share and what it is a share of; empty if there is none.
        let share: String
    }

    /// Rows with the same action.
    struct Step: Sendable {
        let heading: String
        let rows: String
        let note: String?
        let codes: [Code]
        let more: Int
    }

    struct Code: Sendable {
        let name: String
        let rows: Int
        let isAtLeast: Bool
        /// The share of the rows seen; empty if it is not shown.
        var share = ""

        var count: String { Wording.grouped(rows, isAtLeast: isAtLeast) }
    }

    struct Line: Sendable {
        let severity: Severity
        let text: String
    }

    /// - Parameters:
    ///   - title: the title that the user gave; nil for the name of the file.
    ///   - codes: what the user knows about codes.
    ///   - rules: the results of the user's rules.
    ///   - redaction: the statement about pseudonyms.
    package init(
        _ summary: JobSummary, title: String? = nil, toolVersion: String, codes: CodeBook? = nil,
        rules: RuleResults? = nil, redaction: RedactionMark? = nil
    ) {
        let builder = ReportModelBuilder(
            summary,
            ModelContext(
                title: title, toolVersion: toolVersion, files: [], codes: codes, ruleResults: nil, redaction: redaction,
                limits: .page))
        let verdict = Verdict(summary)
        self.title = Self.plain(title ?? ReportModel.title(of: summary))
        let unmet = UnmetRules(rules)
        (level, headline, remark) = unmet.leading(verdict.level, verdict.headline, verdict.remark)
        facts = builder.facts.map { Self.plain($0.text) }
        figures = Self.figures(builder.rows)
        steps = (builder.nextSteps?.steps ?? []).map { step in
            Step(
                heading: step.heading, rows: step.rows, note: step.note,
                codes: step.codes.map { code in
                    Code(
                        name: code.isUnclassified ? "(unclassified)" : Self.name(code.code?.text), rows: code.rows,
                        isAtLeast: code.isAtLeast)
                }, more: step.more)
        }
        let failed = summary.failedByCode.filter { !$0.isOther }
        self.codes = failed.prefix(Self.codesShown).map { code in
            Code(
                name: Self.name(code.code), rows: code.rows, isAtLeast: code.isAtLeast,
                share: Share(of: code.rows, in: summary.rows.seen).text)
        }
        moreCodes = failed.count - self.codes.count
        let findings = Severity.allCases.flatMap { severity in summary.findings.filter { $0.severity == severity } }
            // The headline says that a job is still processing, and the remark what to do then.
            .filter { $0.severity != .note && ($0.id != .stillProcessing || verdict.level != .pending) }
            .prefix(Self.findingsShown)
            .map { Line(severity: $0.severity, text: Self.plain($0.message)) }
        self.findings = Self.lines(unmet) + findings
        jobs = []
        date = [summary.job.updatedAt, summary.job.createdAt].lazy.compactMap { $0.flatMap { DateTime($0) } }.first
            .map { MessageDate($0) }
        self.redaction = redaction?.sentence
        tool = "import-audit \(toolVersion)"
    }

    /// Creates the content for an overview.
    package init(
        _ overview: OverviewBuilder, title: String? = nil, toolVersion: String, codes: CodeBook? = nil,
        rules: RuleResults? = nil, redaction: RedactionMark? = nil
    ) {
        let builder = OverviewModelBuilder(
            overview, pages: [],
            ModelContext(
                title: title, toolVersion: toolVersion, files: [], codes: codes, ruleResults: nil, redaction: redaction,
                limits: .page))
        let totals = overview.totals
        self.title = Self.plain(title ?? Wording.jobsWord(totals.jobs))
        let unmet = UnmetRules(rules)
        (level, headline, remark) = unmet.leading(
            overview.verdict.level, overview.verdict.word, overview.verdict.sentences)
        facts =
            overview.timeLine.span.map { span in
                [
                    span.lowerBound == span.upperBound
                        ? TimeStep.inFull(day: span.lowerBound)
                        : "\(TimeStep.inFull(day: span.lowerBound)) to \(TimeStep.inFull(day: span.upperBound))"
                ]
            } ?? []
        figures = Self.figures(builder.rows)
        steps = []
        let failed = totals.failedByCode.filter { !$0.isOther }
        self.codes = failed.prefix(Self.codesShown).map { code in
            Code(
                name: Self.name(code.code), rows: code.rows, isAtLeast: code.isAtLeast,
                share: Share(of: code.rows, in: totals.rows.seen).text)
        }
        moreCodes = failed.count - self.codes.count
        findings = Self.lines(unmet)
        jobs = overview.worst.jobs.prefix(Self.jobsShown)
            .filter { $0.criticalFindings > 0 || $0.rows.failed > 0 || ($0.rows.missing ?? 0) > 0 }
            .map { job in
                let date = job.createdAt.flatMap { DateTime($0) }.map { "\($0.isoDayInUTC) " } ?? ""
                let source = Self.plain(job.source == "-" ? "standard input" : job.source)
                return Line(
                    severity: job.criticalFindings > 0 ? .critical : .warning,
                    text: "\(date)\(source): \(job.verdict.headline)"
                        + (job.verdict.otherReason.map { "; \($0)" } ?? "")
                        + (job.level != .unlikeOthers
                            ? "" : job.isUnusual ? ", unlike the earlier runs" : ", unlike the others"))
            }
        date = overview.timeLine.span.map { MessageDate(day: $0.upperBound) }
        self.redaction = redaction?.sentence
        tool = "import-audit \(toolVersion)"
    }

    /// The subject or notification, on one line.
    var subject: String { "\(title): \(headline)" }

    private static func lines(_ unmet: UnmetRules) -> [Line] {
        unmet.lines.map { Line(severity: .critical, text: plain($0)) }
    }

    private static func figures(_ rows: OutcomeRows) -> [Figure] {
        [
            Figure(
                label: "Rows seen", count: Wording.sum(rows.seen),
                share: rows.seenShare.map { "\($0.text) \($0.basis)" } ?? "")
        ]
            + rows.outcomes.map { line in
                Figure(
                    label: line.label, count: Wording.sum(line.count),
                    share: line.share.map { "\($0.text) \($0.basis)" } ?? "")
            }
    }

    private static func name(_ code: String?) -> String {
        // In brackets, as in Markdown: a code can be called “no code”.
        guard let code else { return "(\(Wording.noCode))" }
        return Wording.isBlank(code) ? "(\(Wording.blankCode))" : plain(code)
    }

    /// Returns the beginning of a text of a dump on one line, without characters that act.
    private static func plain(_ text: String) -> String { shownText(Wording.shortened(text, to: textLength)) }
}

/// The rules of a user that are not met. A message must not give the all-clear for them.
private struct UnmetRules {
    private static let rulesShown = 5
    private let results: [RuleResult]

    init(_ rules: RuleResults?) {
        results = (rules?.gate ?? []).filter { !$0.isMet }
    }

    /// Each rule with what was found.
    var lines: [String] { results.prefix(Self.rulesShown).map { "Rule not met: \($0.line)" } }

    /// Returns what leads a message: that rules are not met, unless something critical does.
    func leading(
        _ level: Verdict.Level, _ headline: String, _ remark: String
    ) -> (level: Verdict.Level, headline: String, remark: String) {
        guard !results.isEmpty, level != .critical else { return (level, headline, remark) }
        let words = results.count == 1 ? "A rule is not met" : "\(Wording.grouped(results.count)) rules are not met"
        return (.critical, words, "\(headline). \(remark)")
    }
}

/// A date in the format of mails (RFC 5322, section 3.3).
package struct MessageDate: Sendable, Equatable {
    package let text: String

    package init(_ date: DateTime) {
        self.init(
            date.year, date.month, date.day,
            "\(date.hour.digits(2)):\(date.minute.digits(2)):\(min(date.second, 59).digits(2))",
            offset: date.offsetMinutes)
    }

    /// Creates the date of the beginning of a day in UTC.
    ///
    /// - Parameter day: days since 1970-01-01.
    init(day: Int) {
        let date = CalendarDay(number: day)
        self.init(date.year, date.month, date.day, "00:00:00", offset: 0)
    }

    private init(_ year: Int, _ month: Int, _ day: Int, _ time: String, offset: Int) {
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let number = DateTime.daysSince1970(year, month, day)
        let weekday = names[((number % 7) + 7) % 7]
        let month = DateTime.monthNames[month - 1].prefix(3)
        let zone = "\(offset < 0 ? "-" : "+")\((abs(offset) / 60).digits(2))\((abs(offset) % 60).digits(2))"
        text = "\(weekday), \(day) \(month) \(year.digits(4)) \(time) \(zone)"
    }
}
