package import ImportAnalysis
import ImportDumps

/// What the templates of an overview can show. `Docs/template-model.md` describes every name.
///
/// Like ``ReportModel`` it is bounded, and every name is there in every case.
package struct OverviewModel: Sendable {
    /// The root's names.
    let root: ModelObject

    /// - Parameters:
    ///   - page: what the model is for: a page links to reports of its own kind where there are any.
    ///   - toolVersion: as the overview is to name it.
    ///   - files: all that are written beside the page, without the page itself.
    ///   - codes: what is known of codes, said of each of them.
    ///   - ruleResults: what the user's own rules came to over all jobs.
    ///   - redaction: what is said of values that are pseudonyms.
    ///   - limits: how much it holds.
    package init(
        _ overview: OverviewBuilder, for page: TemplateSet.Format, toolVersion: String, files: [ReportFile],
        codes: CodeBook? = nil, ruleResults: RuleResults? = nil, redaction: RedactionMark? = nil,
        limits: ModelLimits = .page
    ) {
        let builder = OverviewModelBuilder(
            overview: overview, pages: page == .markdown ? [.markdown, .xhtml] : [.xhtml, .markdown], files: files,
            codes: codes, limits: limits)
        let jobs = overview.totals.jobs
        root = [
            "title": .text(jobs == 1 ? "1 job" : "\(Wording.grouped(jobs)) jobs"),
            "parts": .object(ModelObject(flags: ModelLimits.overviewParts, of: limits)),
            "shortening": limits.shortening(of: ModelLimits.overviewParts, files: files),
            "verdict": builder.verdict,
            "rows": builder.rows,
            "jobs": builder.jobs,
            "failures": builder.failures,
            "gate": .gate(ruleResults, files, limits),
            "codebook": .codeBook(ruleResults, limits),
            "timeline": builder.timeLine,
            "worst": builder.worst,
            "salvaged": builder.salvaged,
            "unreadable": builder.unreadable,
            "superseded": builder.superseded,
            "provenance": .object([
                "tool": .text("import-audit"), "version": .text(toolVersion), "redacted": .redacted(redaction),
            ]),
            "files": .fileList(files),
        ]
    }
}

/// Works out the parts of an overview's model.
struct OverviewModelBuilder {
    let overview: OverviewBuilder
    /// Pages of a report, the one to link to first.
    let pages: [ReportFile]
    let files: [ReportFile]
    let codes: CodeBook?
    let limits: ModelLimits

    var totals: Totals { overview.totals }

    var verdict: ModelValue {
        let verdict = overview.verdict
        return .object(
            ModelObject(
                Self.flags(verdict.level).merging([
                    "word": .text(verdict.word), "sentence": .text(verdict.sentence),
                ]) { first, _ in first }))
    }

    var rows: ModelValue {
        let rows = totals.rows
        let missing = rows.missing ?? 0
        return .rows(
            rows, imports: totals.hasImports, bulk: totals.bulkJobs > 0, seenShare: nil,
            missingShare: .share(missing, of: rows.seen.clampedAdding(missing), basis: "of rows seen and missing"))
    }

    var jobs: ModelValue {
        let labels: [(level: Verdict.Level, label: String)] = [
            (.good, "Clean"), (.warning, "Need a look"), (.critical, "Critical"),
            (.pending, "Still processing, not critical"),
        ]
        let levels = labels.map { level, label in
            ModelObject(
                Self.flags(level).merging([
                    "label": .text(label), "count": .text(Wording.grouped(overview.levels[level, default: 0])),
                ]) { first, _ in first })
        }
        let statuses = totals.jobsByStatus.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let findings = Severity.allCases.map { (totals.findings[$0, default: 0], $0) }.filter { $0.0 > 0 }
        return .object([
            "count": .text(Wording.grouped(totals.jobs)),
            "levels": .list(levels),
            "statuses": .list(
                statuses.map { status, count -> ModelObject in
                    [
                        "status": .text(status), "count": .text(Wording.grouped(count)),
                        "share": .text(Share(of: count, in: totals.jobs).text),
                    ]
                }),
            "findings": .text(
                totals.jobs == 0
                    ? "There is no import job, and so there are no findings."
                    : findings.isEmpty
                        ? "No dump has anything odd about it: there are no findings."
                        : "All findings of all jobs: \(findings.map { $0.1.counted($0.0) }.joined(separator: ", "))."),
        ])
    }

    /// The level as a class name and as the flags that choose its icon.
    static func flags(_ level: Verdict.Level) -> [String: ModelValue] {
        [
            "level": .text(level.rawValue), "good": .flag(level == .good), "warning": .flag(level == .warning),
            "critical": .flag(level == .critical), "pending": .flag(level == .pending),
        ]
    }

    /// N of M, and the file that has all; nothing if all are shown.
    func cut(_ shown: Int, of total: Int, file: ReportFile) -> ModelValue {
        guard shown < total else { return .nothing }
        return .object([
            "shown": .text(Wording.grouped(shown)), "total": .text(Wording.grouped(total)),
            "file": .link(to: file, in: files),
        ])
    }

    func link(to report: ReportPlace?) -> ModelValue {
        guard let path = report?.page(of: pages) else { return .nothing }
        return .object(["url": .text(RelativeLink.url(path))])
    }
}

extension OverviewModel {
    /// Where the model departs from ``shape``; nowhere, or it is at fault.
    package var departures: [String] { root.departures(from: Self.shape) }

    private static let optionalText = ModelShape.section(["text": .text])
    private static let optionalFile = ModelShape.section(["name": .text])
    private static let cut = ModelShape.section(["shown": .text, "total": .text, "file": optionalFile])
    private static let link = ModelShape.section(["url": .text])
    private static let level: [String: ModelShape] = [
        "level": .text, "good": .flag, "warning": .flag, "critical": .flag, "pending": .flag,
    ]

    private static func withLevel(_ names: [String: ModelShape]) -> ModelShape {
        .section(level.merging(names) { first, _ in first })
    }

    private static let worstJob = withLevel([
        "word": .text, "name": .text, "source": optionalText, "link": link, "status": optionalText,
        "rows": .text, "failed": .text, "share": optionalText, "width": .text, "missing": .text,
        "finding": .section(["id": .text]),
    ])

    /// Every name of the model. The checker holds templates against it, and a test the model itself.
    package static let shape: [String: ModelShape] = [
        "title": .text,
        "parts": .flags(ModelLimits.overviewParts),
        "shortening": .section(["sentence": .text]),
        "verdict": withLevel(["word": .text, "sentence": .text]),
        "rows": ReportModel.rowsShape,
        "jobs": .section([
            "count": .text,
            "levels": withLevel(["label": .text, "count": .text]),
            "statuses": .section(["status": .text, "count": .text, "share": .text]),
            "findings": .text,
        ]),
        "failures": .section([
            "rows": .text, "sentence": .text,
            "listing": .section([
                "codes": .section([
                    "code": ReportModel.codeShape, "rows": .text, "share": .text, "width": .text, "jobs": .text,
                    "standing": ReportModel.standingShape(withExplanation: false),
                ]),
                "cut": .section([
                    "shown": .text, "total": .text, "label": .text, "rows": .text, "share": .text,
                    "file": optionalFile,
                ]),
                "all": .section(["rows": .text, "share": .text]),
            ]),
        ]),
        "gate": ReportModel.gateShape,
        "codebook": ReportModel.codeBookShape,
        "timeline": timeLineShape,
        "worst": .section([
            "items": worstJob,
            "groups": .section(["summary": .text, "items": worstJob]),
            "cut": cut,
        ]),
        "salvaged": .section([
            "sentence": .text, "items": .section(["source": .text, "sentence": .text, "link": link]), "cut": cut,
        ]),
        "unreadable": .section([
            "sentence": .text, "items": .section(["source": .text, "reason": .text]), "cut": cut,
        ]),
        "superseded": .section(["sentence": .text]),
        "provenance": .section(["tool": .text, "version": .text, "redacted": ReportModel.redacted]),
        "files": .section(["items": .section(["name": .text, "description": .text])]),
    ]
}
