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
                "\(Wording.rowsWord(rows.failed)) failed, \(Share(of: rows.failed, in: rows.seen).text) of the rows seen, "
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
                "share": .text(Share(of: rows, in: summary.rows.seen).text),
                "file": link(to: .codes),
            ]
        }
        return [
            "codes": .list(
                shown.enumerated().map { index, code in item(code, number: index + 1, largest: largest) }),
            "cut": .objectOrNothing(cut),
            "all": .object([
                "rows": .text(Wording.grouped(summary.rows.failed)),
                "share": .text(Share(of: summary.rows.failed, in: summary.rows.seen).text),
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
            "share": .text(Share(of: code.rows, in: summary.rows.seen).text),
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

extension ReportModelBuilder {
    /// One pattern of messages with what varies in it.
    ///
    /// - Parameter rows: those of its code.
    func item(_ message: MessageSummary, ofRows rows: Int) -> ModelObject {
        [
            "pattern": .textOrNothing(message.pattern.map(limits.text)),
            // An example of a pattern in which nothing varies would be read twice.
            "example": .textOrNothing(message.slots.isEmpty ? nil : message.example.map(limits.text)),
            "rows": .text(Wording.grouped(message.rows, isAtLeast: message.isAtLeast)),
            "share": .text(Share(of: message.rows, in: rows).text),
            "example_row": .text(Wording.grouped(message.exampleRow)),
            "slots": .list(message.slots.prefix(limits.slots).map(item)),
        ]
    }

    private func item(_ slot: SlotSummary) -> ModelObject {
        let shown = slot.values.prefix(limits.values)
        let values = shown.enumerated().map { index, value -> ModelObject in
            [
                "separator": .text(index == 0 ? "" : ","),
                "value": .textOrNothing(value.value.isEmpty ? nil : limits.text(value.value)),
                "rows": .text(Wording.rowsWord(value.rows)),
            ]
        }
        return [
            "name": .text("{\(slot.name)}"), "values": .list(values), "others": .text(Self.others(slot, shown.count)),
        ]
    }

    /// The values that a page does not list, in words.
    private static func others(_ slot: SlotSummary, _ shown: Int) -> String {
        guard let distinct = slot.distinctValues else { return "too many values to list" }
        let others = distinct - shown
        guard others > 0 else { return "" }
        return (shown > 0 ? ", " : "") + (others == 1 ? "1 other" : "\(Wording.grouped(others)) others")
    }
}

extension ReportModelBuilder {
    /// A strip with a bar for each stretch of rows, as high as the part of them that failed.
    var positions: ModelObject? {
        guard let positions = summary.failurePositions else { return nil }
        let buckets = positions.counts.count
        // Each bucket in hundredths of a percent of the strip; the last one is drawn as wide as the others.
        let bars = positions.counts.enumerated().compactMap { index, count -> ModelObject? in
            guard count > 0 else { return nil }
            let rows = rows(ofBucket: index, of: positions)
            let height = max(200, Int(clamping: Int128(min(count, rows)) * 10_000 / Int128(rows)))
            let start = index * 10_000 / buckets
            let end = (index + 1) * 10_000 / buckets
            return [
                "x": .text(BarSegments.percent(start)), "width": .text(BarSegments.percent(end - start)),
                "y": .text(BarSegments.percent(10_000 - height)), "height": .text(BarSegments.percent(height)),
            ]
        }
        let width = positions.bucketRows == 1 ? "each row" : "\(Wording.grouped(positions.bucketRows)) rows"
        return [
            "caption": .text(
                "Where the failed rows are, from the first row to the last: a bar for \(width), "
                    + "full where all of them failed."),
            "strip": .text(strip(of: positions)),
            "counts": .text(positions.counts.map(Wording.grouped).joined(separator: " · ")),
            "bars": .list(bars),
            "buckets": .list(numbers(of: positions)),
        ]
    }

    /// The numbers behind the bars that are not empty.
    private func numbers(of positions: FailurePositions) -> [ModelObject] {
        positions.counts.enumerated().compactMap { index, count -> ModelObject? in
            guard count > 0 else { return nil }
            let rows = rows(ofBucket: index, of: positions)
            let before = index.multiplied(by: positions.bucketRows)
            return [
                "rows": .text(
                    rows == 1
                        ? Wording.grouped(before + 1)
                        : "\(Wording.grouped(before + 1)) to \(Wording.grouped(before.clampedAdding(rows)))"),
                "failed": .text(Wording.grouped(count)),
                "share": .text(Share(of: min(count, rows), in: rows).text),
            ]
        }
    }

    /// The bars in characters, in eighths of a line.
    private func strip(of positions: FailurePositions) -> String {
        let blocks = Array("▁▂▃▄▅▆▇█")
        let characters = positions.counts.enumerated().map { index, count -> Character in
            guard count > 0 else { return "·" }
            let rows = rows(ofBucket: index, of: positions)
            return blocks[min(7, Int(clamping: Int128(min(count, rows)) * 8 / Int128(rows)))]
        }
        return String(characters)
    }

    /// How many rows a bucket stands for.
    private func rows(ofBucket index: Int, of positions: FailurePositions) -> Int {
        max(1, min(positions.bucketRows, summary.rows.seen - index.multiplied(by: positions.bucketRows)))
    }

    var stretches: ModelObject? {
        let stretches = summary.tellingStretches
        guard !stretches.isEmpty else { return nil }
        let items = stretches.map { stretch -> ModelObject in
            [
                "first_row": .text(Wording.grouped(stretch.firstRow)),
                "last_row": .text(Wording.grouped(stretch.lastRow)),
                "rows": .text(Wording.rowsWord(stretch.rows)),
                "code_rows": .text("\(summary.codeRowsWords(of: stretch, all: "all")) of them"),
                "code": .code(stretch.code, limits),
            ]
        }
        return ["items": .list(items)]
    }
}

extension Int {
    /// The product, or the largest number if none can hold it.
    fileprivate func multiplied(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
