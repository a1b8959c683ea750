package import ImportAnalysis
import ImportDumps

/// What the templates of an overview can show. `Docs/template-model.md` describes every name.
///
/// Like ``ReportModel``, it has a bounded size, and every name always exists.
package struct OverviewModel: Sendable {
    /// The names of the root.
    let root: ModelObject

    /// - Parameters:
    ///   - page: the format of the page, which links to reports of the same format where there are any.
    ///   - title: the title that the user gave; nil for the number of jobs.
    ///   - toolVersion: the version that the overview names.
    ///   - files: all other files in the same folder, without the page itself.
    ///   - codes: what the user knows about codes, shown with each of them.
    ///   - ruleResults: the results of the user's rules over all jobs.
    ///   - redaction: the statement about pseudonyms.
    ///   - history: the trend of the history that the jobs were added to, if there is one.
    ///   - limits: the limits of its contents.
    package init(
        _ overview: OverviewBuilder, for page: TemplateSet.Format, title: String? = nil, toolVersion: String,
        files: [ReportFile],
        codes: CodeBook? = nil, ruleResults: RuleResults? = nil, redaction: RedactionMark? = nil,
        history: TrendsReport? = nil, limits: ModelLimits = .page
    ) {
        root = Self.table.object(
            OverviewModelBuilder(
                overview, pages: page == .markdown ? [.markdown, .xhtml] : [.xhtml, .markdown],
                ModelContext(
                    title: title, toolVersion: toolVersion, files: files, codes: codes, ruleResults: ruleResults,
                    redaction: redaction, history: history, limits: limits)))
    }
}

/// The data of an overview, shared by all code that computes a part of its model.
final class OverviewModelBuilder: ModelBuilder {
    let overview: OverviewBuilder
    /// The pages of a report, the preferred link first.
    let pages: [ReportFile]
    let context: ModelContext
    /// The folder that contains the inputs of all listed jobs, with its `/`; empty if there is none.
    let commonFolder: String

    init(_ overview: OverviewBuilder, pages: [ReportFile], _ context: ModelContext) {
        self.overview = overview
        commonFolder = Self.commonFolder(of: overview.worst.jobs)
        self.pages = pages
        self.context = context
    }

    var totals: Totals { overview.totals }

    /// Returns the address of a job's report; nil if it has none.
    func address(of report: ReportPlace?) -> String? { report?.page(of: pages).map(RelativeLink.url) }
}

extension OverviewModel {
    private static let table = ModelTable<OverviewModelBuilder>([
        .quote("title", "the value of `--title`, otherwise `500 jobs`") { builder in
            builder.context.title.map(builder.limits.name)
                ?? (builder.totals.jobs == 1 ? "1 job" : "\(Wording.grouped(builder.totals.jobs)) jobs")
        },
        .parts("the parts that are shown, as in a report", PagePart.ofOverviews),
        .shortening(of: PagePart.ofOverviews),
        .linkedStyle,
        .object("verdict", "the overall result", verdict) { $0.overview.verdict },
        .object("rows", "rows by outcome, of all jobs", OutcomeRows.table) { $0.rows },
        .object("jobs", "numbers of jobs", jobs) { $0 },
        .optionalObject(
            "timeline",
            "failures by the time when the jobs were created; false if there are no jobs", ShownTimeLine.table
        ) { $0.totals.jobs > 0 ? ShownTimeLine($0) : nil },
        .optionalObject(
            "incidents", "times in which far more jobs stand out than at others; false if there are none",
            ModelTable<[TimeIncident]>([
                .list(
                    "items", "1 to 5, those that are least likely by chance first",
                    of: ModelTable<TimeIncident>([
                        .text("sentence", "when, how many jobs stand out, and how many of the others") {
                            Wording.sentence($0)
                        },
                        .text("rows", "how many rows of that time failed") { Wording.rowsFailed($0) },
                    ])
                ) { $0 }
            ])
        ) { $0.overview.surroundings.incidents.isEmpty ? nil : $0.overview.surroundings.incidents },
        .optionalObject(
            "worst",
            "the jobs, worst first: by level, then by the weight of rows that failed or are missing "
                + "([how](audit.md#levels-of-jobs)). False if there are none",
            worst
        ) { $0.overview.worst.jobs.isEmpty ? nil : $0 },
        .object("failures", "failed rows of all jobs", failures) { $0 },
        .gate,
        .history,
        .codeBook,
        .optionalObject("salvaged", "dumps that are cut off or broken", salvaged) {
            $0.overview.salvaged.count > 0 ? $0 : nil
        },
        .optionalObject("unreadable", "inputs that are not import jobs", unreadable) {
            $0.overview.unreadable.count > 0 ? $0 : nil
        },
        .optionalObject(
            "superseded", "false if there is only one dump of each job",
            .only("sentence", "of how many jobs there are several dumps, and whether finished ones disagree")
        ) { $0.superseded },
        .object("provenance", "which program made the overview", ModelTable([.tool, .version, .redacted])) { $0 },
        .files,
    ])

    /// Every name of the model, as it is documented.
    package static let descriptions = table.descriptions

    /// Every name of the model. The checker compares templates with it.
    package static let shape = descriptions.shape

    private static let verdict = ModelTable<OverviewVerdict>(
        ModelName.level("of all jobs") { $0.level } + [
            .text("word", "the state in a few words") { $0.word },
            .text("sentence", "how many jobs there are of each level. Contains no text of the dump") { $0.sentence },
            .optionalText(
                "incident", "false if there is none",
                text: "the time in which far more jobs stand out than at others, in two sentences"
            ) { $0.incident },
        ])

    // MARK: Jobs in numbers

    private static let jobs = ModelTable<OverviewModelBuilder>([
        .text("count", "how many") { Wording.grouped($0.totals.jobs) },
        .list(
            "levels",
            "4 to 6, the worst first: jobs that do not add up, that are unlike the others, with failed rows, with warnings "
                + "(if there are any), still processing (if there are any), clean", of: level
        ) { $0.levels },
        .list("statuses", "most jobs first", of: status) { $0.statuses },
        .text("findings", "how many findings of each severity there are, in a sentence") { $0.totals.findingsSentence },
        .optionalQuote(
            "selection", "false unless `--since`, `--until`, `--status` or `--job` is given",
            text: "how many dumps were left out"
        ) { builder in (builder.overview.selection?.sentence).map(builder.limits.sentence) },
        .optionalObject(
            "left_out", "false unless `--job-reports` leaves some without a page", .only("sentence", "how many")
        ) { $0.overview.leftOut > 0 ? Wording.withoutPage($0.overview.leftOut, of: $0.totals.jobs) : nil },
    ])

    private static let level = ModelTable<(level: Verdict.Level, label: String, count: Int)>(
        ModelName.level("a class name") { $0.level } + [
            .text("label", "`Do not add up`, `Clean` …") { $0.label },
            .text("count", "how many") { Wording.grouped($0.count) },
        ])

    private static let status = ModelTable<(status: String, count: Int, jobs: Int)>([
        .text("status", "`complete`, `failed`, `processing`, `(none)`, `(other)`") { $0.status },
        .text("count", "how many") { Wording.grouped($0.count) },
        .text("share", "of all jobs") { Share(of: $0.count, in: $0.jobs).text },
    ])
}

extension OverviewModelBuilder {
    var rows: OutcomeRows {
        let rows = totals.rows
        let missing = rows.missing ?? 0
        return OutcomeRows(
            rows, imports: totals.hasImports, bulk: totals.bulkJobs > 0, seenShare: nil,
            missingShare: rows.isAtLeast
                ? nil
                : ShownShare(missing, of: rows.seen.clampedAdding(missing), basis: "of rows seen and missing"))
    }

    fileprivate var levels: [(level: Verdict.Level, label: String, count: Int)] {
        JobLevel.allCases.compactMap { level in
            let count = overview.levels[level, default: 0]
            let isRare = level == .warnings || level == .processing
            return isRare && count == 0 ? nil : (level.tone, level.label, count)
        }
    }

    fileprivate var statuses: [(status: String, count: Int, jobs: Int)] {
        let statuses = totals.jobsByStatus.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return statuses.map { ($0.key, $0.value, totals.jobs) }
    }

    fileprivate var superseded: String? {
        guard overview.jobsWithSeveralDumps > 0 else { return nil }
        return Wording.severalDumps(
            jobs: overview.jobsWithSeveralDumps, dumps: overview.supersededDumps,
            isExact: overview.isSupersededCountExact, conflicts: overview.conflicts)
    }
}
