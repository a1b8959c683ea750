public import ImportAnalysis
import ImportDumps

/// What the templates of a job's report can show. `Docs/template-model.md` describes every name.
///
/// It is bounded whatever the job, and every name is there in every case: a template's conditions are about values,
/// never about names.
public struct ReportModel: Sendable {
    /// The root's names.
    let root: ModelObject

    /// - Parameters:
    ///   - toolVersion: as the report is to name it.
    ///   - files: all that are written beside each other.
    ///   - codes: what is known of codes, said of each of them.
    ///   - conclusion: what the user's own rules came to, where the job is all there is.
    ///   - redaction: what is said of values that are pseudonyms.
    ///   - limits: how much it holds.
    public init(
        _ summary: JobSummary, toolVersion: String, files: [ReportFile], codes: CodeBook? = nil,
        conclusion: Conclusion? = nil, redaction: RedactionMark? = nil, limits: ModelLimits = .page
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
            "gate": .gate(conclusion, files, limits),
            "codebook": .codeBook(conclusion, limits),
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
            let isUnknown = check.verdict == .notDeclared || check.verdict == .cannotBeChecked
            return [
                "field": .text(check.field),
                "against": .text(check.against),
                "declared": .text(check.declared.map(Wording.grouped) ?? "–"),
                "counted": .text(check.counted.map(Wording.grouped) ?? "–"),
                "verdict": .text(check.verdict.words),
                "agrees": .flag(check.verdict == .agrees),
                "differs": .flag(check.verdict != .agrees && !isUnknown),
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
