import ImportAnalysis
import ImportFoundation
import Spreadsheets

/// The sheet with the overall result, one item per row.
struct SummarySheet {
    private let sheet: Sheet

    init(in workbook: Workbook) throws {
        sheet = try workbook.addSheet(
            "Summary",
            columns: [
                .init("item", width: 30), .init("value", width: 40), .init("detail", width: 70),
                .init("counted", width: 14), .init("result", width: 20),
            ])
    }

    private func addRow(_ name: String, _ style: Sheet.TextStyle = .plain, _ cells: () throws -> Void) throws {
        guard sheet.beginRow() else { return }
        try sheet.add(name, style)
        try cells()
        sheet.endRow()
    }

    /// Begins a group of items.
    func addHeading(_ name: String) throws {
        try addRow(name, .strong) {}
    }

    func add(_ name: String, _ value: String?, detail: String? = nil) throws {
        try addRow(name) {
            try sheet.add(value)
            try sheet.add(detail, .wrapped)
        }
    }

    func add(_ name: String, _ value: Int?) throws {
        try addRow(name) { try sheet.add(value) }
    }

    /// Adds a number of rows, which may be a sum over jobs.
    private func add(_ name: String, rows: Int?) throws {
        try addRow(name) {
            if let rows, rows == .max { try sheet.add(Wording.sum(rows)) } else { try sheet.add(rows) }
        }
    }

    /// Adds a time in UTC and its text in the dump; only the text if it is not a time.
    func add(_ name: String, time: String?) throws {
        try addRow(name) {
            guard let time else { return }
            guard let seconds = DateTime(time)?.seconds, try sheet.add(secondsSince1970: seconds) else {
                return try sheet.add(time)
            }
            try sheet.add("\(time) in the dump")
        }
    }

    func add(_ check: Arithmetic.Check) throws {
        try addRow("declared \(check.field)") {
            try sheet.add(check.declared)
            try sheet.add("against \(check.against)")
            try sheet.add(check.counted)
            try sheet.add(check.agreement.words)
        }
    }

    func add(_ finding: Finding) throws {
        try addRow(finding.id.name) {
            try sheet.add(finding.count)
            try sheet.add(finding.message, .wrapped)
            sheet.skip()
            try sheet.add(finding.severity.rawValue)
        }
    }

    func add(_ rows: RowCounts, imports: Bool, bulk: Bool) throws {
        try addHeading("Rows")
        try add("rows seen", rows: rows.seen)
        for (outcome, count) in rows.shown(imports: imports, bulk: bulk) where outcome != .unclassified {
            try add("rows \(outcome.rawValue)", rows: count)
        }
        try add("rows unclassified", rows: rows.unclassified)
        try add("rows missing", rows: rows.missing)
    }

    /// Adds the results of the user's rules; nothing without rules.
    func add(_ ruleResults: RuleResults?) throws {
        guard let ruleResults, let gate = ruleResults.gate else { return }
        try addHeading("Rules")
        for result in gate {
            try addRow(result.rule.demand) {
                sheet.skip()
                try sheet.add(result.found, .wrapped)
                sheet.skip()
                try sheet.add(result.isMet ? "met" : "not met")
            }
        }
        if let sentence = ruleResults.sentence { try add("all rules", nil, detail: sentence) }
    }

    func addTool(version: String) throws {
        try add("written by", "import-audit \(version)")
    }

    func finish() throws {
        try sheet.finish(isFiltered: false, note: nil)
    }
}
