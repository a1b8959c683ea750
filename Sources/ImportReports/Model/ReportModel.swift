package import ImportAnalysis
import ImportDumps

/// What the templates of a job's report can show. `Docs/template-model.md` describes every name.
///
/// Its size is bounded for any job, and every name always exists: the conditions of a template are about values, never
/// about names.
package struct ReportModel: Sendable {
    /// The names of the root.
    package private(set) var root: ModelObject
    private let files: [ReportFile]

    /// Returns the model for one of the files, which does not list itself.
    package func page(_ page: ReportFile) -> ReportModel {
        var model = self
        model.root.replace("files", by: Self.filesValue(files.filter { $0 != page }))
        return model
    }

    private static let filesTable = ModelTable<[ReportFile]>([.files { $0 }])

    private static func filesValue(_ files: [ReportFile]) -> ModelValue {
        filesTable.object(files)["files"] ?? .nothing
    }

    /// - Parameters:
    ///   - title: the title that the user gave; nil for the name of the file.
    ///   - toolVersion: the version that the report names.
    ///   - files: all files in the same folder.
    ///   - codes: what the user knows about codes, shown with each of them.
    ///   - ruleResults: the results of the user's rules, if there is only this job.
    ///   - redaction: the statement about pseudonyms.
    ///   - places: the places in the source of the failed rows that the page names, if they are known.
    ///   - history: the trend of the history that the job was added to, if there is one.
    ///   - limits: the limits of its contents.
    package init(
        _ summary: JobSummary, title: String? = nil, toolVersion: String, files: [ReportFile], codes: CodeBook? = nil,
        ruleResults: RuleResults? = nil, redaction: RedactionMark? = nil, places: ShownPlaces? = nil,
        history: TrendsReport? = nil, limits: ModelLimits = .page
    ) {
        self.files = files
        root = Self.table.object(
            ReportModelBuilder(
                summary,
                ModelContext(
                    title: title, toolVersion: toolVersion, files: files, codes: codes, ruleResults: ruleResults,
                    redaction: redaction, places: places, history: history, limits: limits)))
    }

    /// Returns the name of the file, by which people know the job, rather than by its id.
    static func title(of summary: JobSummary) -> String {
        let name = SourceName.file(of: summary.source)
        return name == "-" ? "standard input" : name
    }
}

/// A job and its data, shared by all code that computes a part of its report. It is a class because every code and
/// every message refers to it.
final class ReportModelBuilder: ModelBuilder {
    let summary: JobSummary
    let context: ModelContext

    init(_ summary: JobSummary, _ context: ModelContext) {
        self.summary = summary
        self.context = context
    }
}

extension ReportModel {
    private static let table = ModelTable<ReportModelBuilder>([
        .quote("title", "the value of `--title`, otherwise the name of the dump's file") {
            $0.limits.name($0.context.title ?? title(of: $0.summary))
        },
        .object("about", "the text below the title", about) { $0 },
        .parts(
            "the parts that are shown: all true, unless `--markdown-limit` leaves some out",
            PagePart.ofReports),
        .shortening(of: PagePart.ofReports),
        .linkedStyle,
        .object("verdict", "the overall result", verdict) { (Verdict($0.summary), $0) },
        .optionalObject(
            "plan", "what to do about the failed rows; false without a codes file, and if no row failed",
            ModelTable([
                .text("sentence", "how many rows to send again, to correct, …") { (sentence: String) in sentence }
            ])
        ) { builder in builder.context.codes.flatMap { RetryPlan(of: builder.summary, $0)?.sentence } },
        .optionalObject(
            "next", "what to do next about the rows that did not succeed; false if all rows succeeded",
            NextSteps.table
        ) { $0.nextSteps },
        .object("rows", "rows by outcome", OutcomeRows.table) { $0.rows },
        .object("arithmetic", "the numbers that the job declares", arithmetic) { Arithmetic($0.summary) },
        .object("findings", "what the audit noticed", findings) { $0 },
        .object("checks", "the totals and the findings, briefly", checks) { $0 },
        .optionalObject(
            "shared_records",
            "records that several rows created or matched; false if there are none, or if they were not looked for",
            ListedRecords.table
        ) { ListedRecords($0) },
        .object("failures", "failed rows", failures) { $0 },
        .gate,
        .history,
        .codeBook,
        .object("job", "the job's own fields", job) { $0 },
        .object("provenance", "what the report was made from, and by which program", provenance) { $0 },
        .files,
    ])

    /// Every name of the model, as it is documented.
    package static let descriptions = table.descriptions

    /// Every name of the model. The checker compares templates with it.
    package static let shape = descriptions.shape

    private static let verdict = ModelTable<(verdict: Verdict, builder: ReportModelBuilder)>(
        ModelName.level("`good`, `warning`, `critical` or `pending`: a class name") { $0.verdict.level } + [
            .text("word", "the status in two to four words; see the table below") { $0.verdict.word },
            .text(
                "sentence",
                "what happened and whether the totals match, in one or two sentences. Contains no text of the dump"
            ) { $0.verdict.sentence },
            .text("headline", "the main fact, in a few words without a full stop. Contains no text of the dump") {
                $0.verdict.headline
            },
            .text("remark", "further facts, for a plain line below the headline. Contains no text of the dump") {
                $0.verdict.remark
            },
            .optionalObject("salvaged", "false unless the dump is cut off or malformed", salvaged) { verdict in
                verdict.builder.summary.salvage.map { ($0, verdict.builder.limits) }
            },
        ])

    private static let salvaged = ModelTable<(salvage: Salvage, limits: ModelLimits)>([
        .text("sentence", "what was found, and that the complete rows before it are reported") {
            $0.limits.sentence($0.salvage.message)
        },
        .text("byte", "the place") { Wording.grouped($0.salvage.place.byte) },
        .text("line", "the place") { Wording.grouped($0.salvage.place.line) },
        .text("column", "the place") { Wording.grouped($0.salvage.place.column) },
    ])

    private static let arithmetic = ModelTable<Arithmetic>([
        .text("sentence", "whether they match the rows") { $0.sentence },
        .list("checks", "4: `total`, `processed`, `succeeded`, `failed`, in this order", of: check) { $0.checks },
    ])

    private static let checks = ModelTable<ReportModelBuilder>([
        .flag("good", "true if no declared number differs and no finding is critical") { builder in
            Arithmetic(builder.summary).differing == 0 && builder.summary.count(of: .critical) == 0
        },
        .text("sentence", "whether the totals match, and how many findings there are") { builder in
            "\(Arithmetic(builder.summary).shortSentence) \(builder.summary.findingsSentence)"
        },
    ])

    private static let check = ModelTable<Arithmetic.Check>([
        .text("field", "the field's name") { $0.field },
        .text(
            "against",
            "what it is compared with: `rows seen`, `declared succeeded + failed`, `rows created + existing` (of a bulk "
                + "job `rows applied`), `rows failed`"
        ) { $0.against },
        .text("declared", "`–` if there is none") { $0.declared.map(Wording.grouped) ?? "–" },
        .text("counted", "`–` if there is none") { $0.counted.map(Wording.grouped) ?? "–" },
        .text("verdict", "`agrees`, `differs by N`, `not declared`, `cannot be checked`") { $0.agreement.words },
        .flag("agrees", oneVerdict) { $0.agreement == .agrees },
        .flag("differs", oneVerdict) { $0.agreement != .agrees && !$0.isUnknown },
        .flag("unknown", oneVerdict) { $0.isUnknown },
    ])

    private static let oneVerdict = "exactly one is true; `unknown` covers the last two verdicts"

    private static let provenance = ModelTable<ReportModelBuilder>([
        .quote("source", "as in `summary.json`; `standard input` for `-`") { $0.limits.source($0.summary.source) },
        .text("bytes", "of the dump, decompressed") { Wording.grouped($0.summary.bytes) },
        .optionalText("sha256", "false if it was not computed", text: "in hexadecimal") { $0.summary.sha256 },
        .tool, .version, .redacted,
    ])
}

extension Arithmetic.Check {
    fileprivate var isUnknown: Bool { agreement == .notDeclared || agreement == .cannotBeChecked }
}
