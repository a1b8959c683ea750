import ImportAnalysis
import ImportDumps

extension ReportModel {
    /// What the audit noticed.
    static let findings = ModelTable<ReportModelBuilder>([
        .text("count", "how many findings, `0` too") { Wording.grouped($0.summary.findings.count) },
        .text("summary", "`2 critical findings, 1 warning.`, or that there is nothing to report") {
            $0.summary.findingsSentence
        },
        .list("groups", "0 to 3: critical, warning, note; only those with findings", of: group) { $0.findingGroups },
    ])

    private static let group = ModelTable<FindingGroup>([
        .text("severity", "`critical`, `warning`, `note`: a class name") { $0.severity.rawValue },
        .flag("critical", "exactly one is true") { $0.severity == .critical },
        .flag("warning", "exactly one is true") { $0.severity == .warning },
        .flag("note", "exactly one is true") { $0.severity == .note },
        .text("label", "`Critical`, `Warnings`, `Notes`") { $0.severity.heading($0.findings.count) },
        .text("count", "how many") { Wording.grouped($0.findings.count) },
        .list("items", "1 or more", of: finding) { group in group.findings.map { ($0, group.builder) } },
    ])

    private static let finding = ModelTable<(finding: Finding, builder: ReportModelBuilder)>([
        .text("id", "the stable id") { $0.finding.id.name },
        .quote("sentence", "the finding's `message`") { $0.builder.limits.sentence($0.finding.message) },
        .text("count", "the finding's `count`") { Wording.grouped($0.finding.count) },
        .optionalObject("rows", "false if it is not about rows", FindingRows.table) {
            FindingRows($0.finding, $0.builder)
        },
    ])
}

/// The findings of one severity.
private struct FindingGroup {
    let severity: Severity
    let findings: [Finding]
    let builder: ReportModelBuilder
}

extension ReportModelBuilder {
    fileprivate var findingGroups: [FindingGroup] {
        Severity.allCases.compactMap { severity in
            let findings = summary.findings.filter { $0.severity == severity }
            return findings.isEmpty ? nil : FindingGroup(severity: severity, findings: findings, builder: self)
        }
    }
}

/// The rows that a finding is about.
private struct FindingRows {
    let label: String
    let list: String
    let cut: ModelCut?

    init?(_ finding: Finding, _ builder: ReportModelBuilder) {
        guard !finding.rows.isEmpty else { return nil }
        let shown = finding.rows.prefix(builder.limits.findingRows)
        let isCounted = finding.id.countsRows
        let about = isCounted ? finding.count : finding.rows.count
        label = about == 1 ? "Row" : "Rows"
        list = shown.map(builder.context.row).joined(separator: ", ")
        // Failed and unclassified rows have a file of their own.
        let isInFailures = finding.id == .failedWithoutCode || finding.id == .rowUnclassified
        // It is not known how many rows the fields are in, if the list has as many as there is room for.
        cut =
            !isCounted && finding.rows.count == AnalysisLimits.rowsListed && finding.count > finding.rows.count
            ? ModelCut(shown.count, of: "\(Wording.grouped(about)) or more", file: nil)
            : builder.cut(shown.count, of: about, file: isInFailures ? .failures : .rows)
    }

    static let table = ModelTable<FindingRows>([
        .text("label", "`Row` or `Rows`") { $0.label },
        .text("list", "`3, 9, 14`: at most 20; with a source `3 (line 4)` if the row failed") { $0.list },
        .cut("false if the list is complete") { $0.cut },
    ])
}

extension FindingID {
    /// Whether the count is a number of rows. Otherwise it is a number of fields or places, of which a row may have
    /// several.
    fileprivate var countsRows: Bool {
        switch self {
        case .wrongType, .unknownField, .duplicateKey, .limitReached, .textRepaired: false
        default: true
        }
    }
}
