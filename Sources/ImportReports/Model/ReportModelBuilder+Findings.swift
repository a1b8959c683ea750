import ImportAnalysis
import ImportDumps

extension ReportModelBuilder {
    var findings: ModelValue {
        let findings = summary.findings
        let groups = Severity.allCases.compactMap { severity -> ModelObject? in
            let items = findings.filter { $0.severity == severity }
            guard !items.isEmpty else { return nil }
            return [
                "severity": .text(severity.rawValue),
                "critical": .flag(severity == .critical),
                "warning": .flag(severity == .warning),
                "note": .flag(severity == .note),
                "label": .text(severity.heading(items.count)),
                "count": .text(Wording.grouped(items.count)),
                "items": .list(items.map(item)),
            ]
        }
        let parts = Severity.allCases.compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : severity.counted(count)
        }
        return .object([
            "count": .text(Wording.grouped(findings.count)),
            "summary": .text(
                parts.isEmpty
                    ? "Nothing to report: every check that this audit makes was passed."
                    : parts.joined(separator: ", ") + "."),
            "groups": .list(groups),
        ])
    }

    private func item(_ finding: Finding) -> ModelObject {
        var rows: ModelObject?
        if !finding.rows.isEmpty {
            var cut: ModelObject?
            let shown = finding.rows.prefix(limits.findingRows)
            let about = finding.id.countsRows ? finding.count : finding.rows.count
            if about > shown.count {
                // Files that list these rows: failed and unclassified ones have their own.
                let file: ReportFile =
                    finding.id == .failedWithoutCode || finding.id == .rowUnclassified ? .failures : .rows
                cut = [
                    "shown": .text(Wording.grouped(shown.count)),
                    "total": .text(Wording.grouped(about)),
                    "file": link(to: file),
                ]
            }
            rows = [
                "label": .text(about == 1 ? "Row" : "Rows"),
                "list": .text(shown.map(Wording.grouped).joined(separator: ", ")),
                "cut": .objectOrNothing(cut),
            ]
        }
        return [
            "id": .text(finding.id.name),
            "sentence": .text(limits.sentence(finding.message)),
            "count": .text(Wording.grouped(finding.count)),
            "rows": .objectOrNothing(rows),
        ]
    }
}

extension FindingID {
    /// The count is one of rows; else it is one of fields, of which a row may have several.
    fileprivate var countsRows: Bool {
        switch self {
        case .wrongType, .unknownField, .duplicateKey, .limitReached: false
        default: true
        }
    }
}

extension Severity {
    fileprivate func heading(_ count: Int) -> String {
        switch self {
        case .critical: "Critical"
        case .warning: count == 1 ? "Warning" : "Warnings"
        case .note: count == 1 ? "Note" : "Notes"
        }
    }

    func counted(_ count: Int) -> String {
        switch self {
        case .critical: "\(Wording.grouped(count)) critical \(count == 1 ? "finding" : "findings")"
        case .warning: "\(Wording.grouped(count)) \(count == 1 ? "warning" : "warnings")"
        case .note: "\(Wording.grouped(count)) \(count == 1 ? "note" : "notes")"
        }
    }
}
