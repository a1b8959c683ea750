package import ImportAnalysis
import ImportDumps

/// What the templates of a job's report can show. `Docs/template-model.md` describes every name.
///
/// It is bounded whatever the job, and every name is there in every case: a template's conditions are about values,
/// never about names.
package struct ReportModel: Sendable {
    /// The root's names.
    let root: ModelObject

    /// - Parameters:
    ///   - toolVersion: as the report is to name it.
    ///   - files: all that are written beside each other.
    ///   - codes: what is known of codes, said of each of them.
    ///   - ruleResults: what the user's own rules came to, where the job is all there is.
    ///   - redaction: what is said of values that are pseudonyms.
    ///   - limits: how much it holds.
    package init(
        _ summary: JobSummary, toolVersion: String, files: [ReportFile], codes: CodeBook? = nil,
        ruleResults: RuleResults? = nil, redaction: RedactionMark? = nil, limits: ModelLimits = .page
    ) {
        let builder = ReportModelBuilder(summary: summary, files: files, codes: codes, limits: limits)
        root = [
            "title": .text(limits.name(Self.title(of: summary))),
            "parts": .object(ModelObject(flags: ModelLimits.reportParts, of: limits)),
            "shortening": limits.shortening(of: ModelLimits.reportParts, files: files),
            "verdict": builder.verdict,
            "rows": builder.rows,
            "arithmetic": builder.arithmetic,
            "findings": builder.findings,
            "shared_records": builder.sharedRecords,
            "failures": builder.failures,
            "gate": .gate(ruleResults, files, limits),
            "codebook": .codeBook(ruleResults, limits),
            "job": builder.job,
            "provenance": .object([
                "source": .text(limits.source(summary.source)),
                "bytes": .text(Wording.grouped(summary.bytes)),
                "sha256": .textOrNothing(summary.sha256),
                "tool": .text("import-audit"),
                "version": .text(toolVersion),
                "redacted": .redacted(redaction),
            ]),
            "files": .fileList(files),
        ]
    }

    /// The job's id; for a sync import or without an id the file's name.
    static func title(of summary: JobSummary) -> String {
        if let jobID = summary.job.jobID { return jobID }
        guard summary.source != "-" else { return "standard input" }
        return summary.source.split(separator: "/").last.map { String($0) } ?? summary.source
    }
}

/// Works out the parts of a report's model.
struct ReportModelBuilder {
    let summary: JobSummary
    let files: [ReportFile]
    let codes: CodeBook?
    let limits: ModelLimits

    var verdict: ModelValue {
        let verdict = Verdict(summary)
        let salvaged = summary.salvage.map { salvage -> ModelObject in
            [
                "sentence": .text(limits.sentence(salvage.message)),
                "byte": .text(Wording.grouped(salvage.place.byte)),
                "line": .text(Wording.grouped(salvage.place.line)),
                "column": .text(Wording.grouped(salvage.place.column)),
            ]
        }
        return .object([
            "level": .text(verdict.level.rawValue),
            "good": .flag(verdict.level == .good),
            "warning": .flag(verdict.level == .warning),
            "critical": .flag(verdict.level == .critical),
            "pending": .flag(verdict.level == .pending),
            "word": .text(verdict.word),
            "sentence": .text(verdict.sentence),
            "salvaged": .objectOrNothing(salvaged),
        ])
    }

    var arithmetic: ModelValue {
        let arithmetic = Arithmetic(summary)
        let checks = arithmetic.checks.map { check -> ModelObject in
            let isUnknown = check.agreement == .notDeclared || check.agreement == .cannotBeChecked
            return [
                "field": .text(check.field),
                "against": .text(check.against),
                "declared": .text(check.declared.map(Wording.grouped) ?? "–"),
                "counted": .text(check.counted.map(Wording.grouped) ?? "–"),
                "verdict": .text(check.agreement.words),
                "agrees": .flag(check.agreement == .agrees),
                "differs": .flag(check.agreement != .agrees && !isUnknown),
                "unknown": .flag(isUnknown),
            ]
        }
        return .object(["sentence": .text(arithmetic.sentence), "checks": .list(checks)])
    }

    /// A file that a page may point to, if it is written at all.
    func link(to file: ReportFile) -> ModelValue { .link(to: file, in: files) }
}

extension ModelValue {
    /// What is said of values that are pseudonyms; nothing if they are none.
    static func redacted(_ redaction: RedactionMark?) -> ModelValue {
        guard let redaction else { return .nothing }
        return .object(["sentence": .text(redaction.sentence), "keyed": .flag(redaction.isKeyed)])
    }

    /// Files that are written beside a page.
    static func fileList(_ files: [ReportFile]) -> ModelValue {
        guard !files.isEmpty else { return .nothing }
        let items = files.map { file -> ModelObject in
            ["name": .text(file.name), "description": .text(file.description)]
        }
        return .object(["items": .list(items)])
    }

    /// One of the files that are written beside a page; nothing if it is not among them.
    static func link(to file: ReportFile, in files: [ReportFile]) -> ModelValue {
        files.contains(file) ? .object(["name": .text(file.name)]) : .nothing
    }

    /// A text that may not be there: an object with the name `text`, so that an empty text is told from none.
    static func textOrNothing(_ text: String?) -> ModelValue {
        text.map { .object(["text": .text($0)]) } ?? .nothing
    }

    static func objectOrNothing(_ object: ModelObject?) -> ModelValue {
        object.map { .object($0) } ?? .nothing
    }
}

extension ReportModel {
    /// Where the model departs from ``shape``; nowhere, or it is at fault.
    package var departures: [String] { root.departures(from: Self.shape) }

    private static let optionalText = ModelShape.section(["text": .text])
    static let redacted = ModelShape.section(["sentence": .text, "keyed": .flag])
    private static let optionalFile = ModelShape.section(["name": .text])
    private static let time = ModelShape.section(["text": .text, "datetime": .section(["value": .text])])

    /// A bar of a chart.
    static let barShape = ModelShape.section(["x": .text, "y": .text, "width": .text, "height": .text])

    /// Rows by outcome, of a job or of many.
    static let rowsShape = ModelShape.section([
        "seen": .section(["count": .text, "share": .section(["text": .text, "basis": .text])]),
        "outcomes": .section([
            "outcome": .text, "label": .text, "count": .text,
            "share": .section(["text": .text, "basis": .text]),
            "segment": .section(["x": .text, "width": .text]),
        ]),
        "bar": .section(["caption": .text]),
    ])

    /// Every name of the model. The checker holds templates against it, and a test the model itself.
    package static let shape: [String: ModelShape] = [
        "title": .text,
        "parts": .flags(ModelLimits.reportParts),
        "shortening": .section(["sentence": .text]),
        "verdict": .section([
            "level": .text, "good": .flag, "warning": .flag, "critical": .flag, "pending": .flag,
            "word": .text, "sentence": .text,
            "salvaged": .section(["sentence": .text, "byte": .text, "line": .text, "column": .text]),
        ]),
        "rows": rowsShape,
        "arithmetic": .section([
            "sentence": .text,
            "checks": .section([
                "field": .text, "against": .text, "declared": .text, "counted": .text, "verdict": .text,
                "agrees": .flag, "differs": .flag, "unknown": .flag,
            ]),
        ]),
        "findings": .section([
            "count": .text, "summary": .text,
            "groups": .section([
                "severity": .text, "critical": .flag, "warning": .flag, "note": .flag, "label": .text, "count": .text,
                "items": .section([
                    "id": .text, "sentence": .text, "count": .text,
                    "rows": .section([
                        "label": .text, "list": .text,
                        "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
                    ]),
                ]),
            ]),
        ]),
        "shared_records": .section([
            "items": .section(["id": .text, "outcome": .text, "rows": .text, "first_rows": .text, "more": .flag]),
            "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
        ]),
        "failures": .section([
            "rows": .text, "sentence": .text,
            "positions": .section([
                "caption": .text, "strip": .text, "counts": .text,
                "bars": barShape,
                "buckets": .section(["rows": .text, "failed": .text, "share": .text]),
            ]),
            "stretches": .section([
                "items": .section([
                    "first_row": .text, "last_row": .text, "rows": .text, "code": codeShape, "code_rows": .text,
                ])
            ]),
            "listing": .section([
                "codes": .section([
                    "anchor": .text, "code": codeShape, "rows": .text, "share": .text, "width": .text,
                    "first_row": .text, "last_row": .text, "standing": standingShape(withExplanation: true),
                    "details": .section(["text": .text, "row": .text]),
                    "messages": .section([
                        "pattern": optionalText, "example": optionalText, "rows": .text, "share": .text,
                        "example_row": .text,
                        "slots": .section([
                            "name": .text, "others": .text,
                            "values": .section(["separator": .text, "value": optionalText, "rows": .text]),
                        ]),
                    ]),
                    "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
                ]),
                "cut": .section([
                    "shown": .text, "total": .text, "label": .text, "rows": .text, "share": .text,
                    "file": optionalFile,
                ]),
                "all": .section(["rows": .text, "share": .text, "first_row": .text, "last_row": .text]),
            ]),
        ]),
        "gate": gateShape,
        "codebook": codeBookShape,
        "job": .section([
            "job_id": optionalText, "bulk": .flag, "status": optionalText,
            "created_at": time, "updated_at": time, "expires_at": time,
            "error": .section(["code": optionalText, "message": optionalText, "details": optionalText]),
        ]),
        "provenance": .section([
            "source": .text, "bytes": .text, "sha256": optionalText, "tool": .text, "version": .text,
            "redacted": redacted,
        ]),
        "files": .section(["items": .section(["name": .text, "description": .text])]),
    ]
}
