import ImportAnalysis
import ImportDumps

extension ReportModelBuilder {
    var failures: ModelValue {
        let codes = summary.failedByCode
        return .object([
            "rows": .text(Wording.grouped(summary.rows.failed)),
            "sentence": .text(failuresSentence),
            "positions": .objectOrNothing(positions),
            "stretches": .objectOrNothing(stretches),
            "listing": codes.isEmpty ? .nothing : .object(listing(of: codes)),
        ])
    }

    private var failuresSentence: String {
        let rows = summary.rows
        guard rows.failed == 0 else {
            let isAtLeast = summary.failedByCode.contains { code in
                code.isAtLeast || code.messages.contains { $0.isAtLeast }
            }
            return
                "\(Wording.rowsWord(rows.failed)) failed, \(Percent.text(rows.failed, of: rows.seen)) of the rows seen, "
                + "\(Wording.codes(summary.failedByCode.map { ($0.code, $0.isOther) }))."
                + (isAtLeast ? " \(Wording.atLeastSentence)" : "")
        }
        if rows.seen > 0 { return "No row failed: there is nothing to list here." }
        return rows.missing == 0
            ? "The job had no rows, so none failed." : "The dump has no rows, so no failure can be listed by code."
    }

    private func listing(of codes: [CodeSummary]) -> ModelObject {
        let shown = codes.prefix(limits.codes)
        let largest = codes.first?.rows ?? 0
        let rest = codes.dropFirst(shown.count)
        var cut: ModelObject?
        if !rest.isEmpty {
            let rows = rest.reduce(0) { $0 + $1.rows }
            cut = [
                "shown": .text(Wording.grouped(shown.count)),
                "total": .text(CodeWords.total(codes.count, hasOthers: summary.hasOtherCodes)),
                "label": .text(CodeWords.rest(rest.count, hasOthers: summary.hasOtherCodes)),
                "rows": .text(Wording.grouped(rows)),
                "share": .text(Percent.text(rows, of: summary.rows.seen)),
                "file": link(to: .codes),
            ]
        }
        return [
            "codes": .list(
                shown.enumerated().map { index, code in item(code, number: index + 1, largest: largest) }),
            "cut": .objectOrNothing(cut),
            "all": .object([
                "rows": .text(Wording.grouped(summary.rows.failed)),
                "share": .text(Percent.text(summary.rows.failed, of: summary.rows.seen)),
                "first_row": .text(Wording.grouped(codes.map { $0.firstRow }.min() ?? 0)),
                "last_row": .text(Wording.grouped(codes.map { $0.lastRow }.max() ?? 0)),
            ]),
        ]
    }

    private func item(_ code: CodeSummary, number: Int, largest: Int) -> ModelObject {
        let shown = code.messages.prefix(limits.messages)
        var cut: ModelObject?
        if code.messageCount ?? Int.max > shown.count {
            cut = [
                "shown": .text(Wording.grouped(shown.count)),
                "total": .text(
                    code.messageCount.map(Wording.grouped)
                        ?? "more than \(Wording.grouped(code.messages.count))"),
                "file": link(to: .failures),
            ]
        }
        return [
            "anchor": .text("code-\(number)"),
            "code": .code(code.code, limits),
            "rows": .text(Wording.grouped(code.rows, isAtLeast: code.isAtLeast)),
            "share": .text(Percent.text(code.rows, of: summary.rows.seen)),
            "width": .text(BarSegments.width(code.rows, largest: largest)),
            "first_row": .text(Wording.grouped(code.firstRow)),
            "last_row": .text(Wording.grouped(code.lastRow)),
            "standing": .standing(codes?.standing(of: code.code, isOther: code.isOther), limits),
            "details": .objectOrNothing(
                code.exampleDetails.map {
                    ["text": .text(limits.details($0.text)), "row": .text(Wording.grouped($0.row))]
                }),
            "messages": .list(shown.map { item($0, ofRows: code.rows) }),
            "cut": .objectOrNothing(cut),
        ]
    }

    /// Keeps one long text from filling a page; the CSV files have it whole.
    static func shortened(_ text: String) -> String { ModelLimits.page.text(text) }
}
