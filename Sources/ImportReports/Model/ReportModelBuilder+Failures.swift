import ImportAnalysis
import ImportDumps

extension ReportModel {
    /// Failed rows.
    static let failures = ModelTable<ReportModelBuilder>([
        .text("rows", "how many, `0` too") { Wording.grouped($0.summary.rows.failed) },
        .text(
            "sentence",
            "how many failed, with how many codes; or that no row failed, or that there are no rows. Never empty"
        ) { $0.summary.failuresSentence },
        .optionalObject(
            "positions", "where the failed rows are; false if no row failed", ShownPositions.table
        ) { ShownPositions($0.summary, $0.limits) },
        .optionalObject(
            "incidents",
            "rows in which a code fails far more densely than elsewhere ([how](audit.md#incidents)); false if there "
                + "are none",
            ShownIncidents.table
        ) { ShownIncidents($0) },
        .optionalObject(
            "lines", "the lines shown with the numbers of failed rows; false without a source", ShownPlaces.table
        ) { builder in
            builder.context.places.map { ($0, builder.limits) }
        },
        .optionalObject(
            "filters",
            "filters for the codes; false if there is at most one code, or if rows are not listed",
            CodeFilters.table
        ) { CodeFilters($0) },
        .optionalObject("listing", "false if no row failed", listing) { $0.summary.failedByCode.isEmpty ? nil : $0 },
    ])

    /// A note for the documentation of names that show a failed row.
    static let withLine = "; with a source `8 (line 9)` or `8 (sheet row 9)`"

    // MARK: Codes

    private static let listing = ModelTable<ReportModelBuilder>([
        .list("codes", "1 to 20, most rows first, then by code", of: code) { $0.shownCodes },
        .optionalObject("cut", "more codes than shown", CodesCut.table) { $0.codesCut },
        .object("all", "all failed rows. The rows of `codes` and `cut` add up to it", allCodes) { $0 },
    ])

    private static let allCodes = ModelTable<ReportModelBuilder>([
        .text("rows", "over all of them") { Wording.grouped($0.summary.rows.failed) },
        .text("share", "over all of them") { Share(of: $0.summary.rows.failed, in: $0.summary.rows.seen).text },
        .text("first_row", "over all of them" + withLine) { builder in
            builder.context.row(builder.summary.failedByCode.map { $0.firstRow }.min() ?? 0)
        },
        .text("last_row", "over all of them" + withLine) { builder in
            builder.context.row(builder.summary.failedByCode.map { $0.lastRow }.max() ?? 0)
        },
        .text("place", "`row 8`, or `rows 8 to 20` from the first to the last" + withLine) { builder in
            let codes = builder.summary.failedByCode
            return builder.context.rows(codes.map { $0.firstRow }.min() ?? 0, codes.map { $0.lastRow }.max() ?? 0)
        },
    ])

    private static let code = ModelTable<ListedCode>([
        .text("anchor", "`code-1` …, numbered by position, never made from the code") { "code-\($0.number)" },
        .text("classes", "class names for filters, as in `c-1 a-retry o-2`") { code in
            CodeFilters.classes(code.number, code.code, code.builder)
        },
        .flag("first", "true for the first one of the list") { $0.number == 1 },
        .code("false: no code") { ShownCode($0.code.code, $0.limits) },
        .text("rows", "how many") { Wording.grouped($0.code.rows, isAtLeast: $0.code.isAtLeast) },
        .text("share", "of rows seen") { Share(of: $0.code.rows, in: $0.builder.summary.rows.seen).text },
        .text("width", "the bar, relative to the largest code (`100.00%`), none under `0.01%`") {
            BarSegments.width($0.code.rows, largest: $0.largest)
        },
        .text("first_row", "the first and the last row of the code" + withLine) {
            $0.builder.context.row($0.code.firstRow)
        },
        .text("last_row", "the first and the last row of the code" + withLine) {
            $0.builder.context.row($0.code.lastRow)
        },
        .text("place", "`row 8`, or `rows 8 to 20` from the first to the last" + withLine) {
            $0.builder.context.rows($0.code.firstRow, $0.code.lastRow)
        },
        .optionalObject(
            "spark", "where its rows are, as a small chart; false if that is not known",
            .only("path", "bars for the attribute `d` of an SVG path, in a box of 64 by 12")
        ) { $0.code.positions?.spark },
        .standing(ShownStanding.tableWithExplanations) { $0.standing },
        .optionalObject("listed", "its first rows; false if rows are not listed", listed) { code in
            code.code.listedRows.isEmpty ? nil : code
        },
        .optionalObject(
            "details", "other members of an error with this code, besides code and message; false if no row has any",
            details
        ) { code in code.code.exampleDetails.map { ($0.text, $0.row, code.builder) } },
        .list("messages", "1 to 5, the most frequent", of: message) { $0.shownMessages },
        .cut(
            "more messages than shown", numbers: "N of M; `more than 20` if the summary does not tell all apart"
        ) { $0.cut },
    ])

    private static let listed = ModelTable<ListedCode>([
        .flag("sent", "true if a source was given and its cells are shown (`cells`)") {
            $0.builder.context.places?.hasCells == true
        },
        .flag("ids", "true if some of the rows have a record id") { $0.code.listedRows.contains { $0.id != nil } },
        .list("rows", "1 to 500 over all codes, in their order", of: row) { code in
            code.code.listedRows.map { ($0, code.builder) }
        },
        .cut("more rows than shown") { code in
            code.builder.cut(code.code.listedRows.count, of: code.code.rows, file: .failures)
        },
    ])

    private static let row = ModelTable<(row: ListedRow, builder: ReportModelBuilder)>([
        .text("row", "its number" + withLine) { $0.builder.context.row($0.row.row) },
        .optionalQuote("id", "false if it has none", text: "the id of its record") {
            ($0.row.id).map($0.builder.limits.name)
        },
        .optionalQuote("message", "false if it has none", text: "at most 200 characters of the message") {
            ($0.row.message).map($0.builder.limits.rowMessage)
        },
        .list(
            "cells", "0 to 5 cells of the record: those that the message names or quotes, then the first ones",
            of: cell
        ) { $0.builder.context.places?.cells(of: $0.row.row) ?? [] },
    ])

    private static let cell = ModelTable<SentCell>([
        .quote("name", "the name of its column, at most 24 characters") { $0.name },
        .quote("value", "at most 40 characters") { $0.value },
    ])

    private static let details = ModelTable<(text: String, row: Int, builder: ReportModelBuilder)>([
        .quote("text", "a JSON object's text, at most 500 characters of it (`… (cut after 500 characters)`)") {
            $0.builder.limits.details($0.text)
        },
        .text("row", "the row: the first of the code that has details" + withLine) { $0.builder.context.row($0.row) },
    ])

    // MARK: Messages

    private static let message = ModelTable<ListedMessage>([
        .optionalQuote("pattern", "false: no message", text: "the pattern") {
            ($0.message.pattern).map($0.limits.text)
        },
        .list("pieces", "the same pattern in pieces: fixed text, and parts that vary", of: part) {
            ($0.message.pattern).map($0.limits.text).map(PatternPart.parts) ?? []
        },
        .optionalQuote(
            "example", "false if nothing varies in the pattern, or if there is no pattern",
            text: "the message of `example_row`"
        ) {
            // If nothing varies in the pattern, an example would only repeat it.
            $0.message.slots.isEmpty ? nil : ($0.message.example).map($0.limits.text)
        },
        .text("rows", "how many") { Wording.grouped($0.message.rows, isAtLeast: $0.message.isAtLeast) },
        .text("share", "of the rows of the code") { Share(of: $0.message.rows, in: $0.codeRows).text },
        .text("example_row", "the row with the example" + withLine) {
            $0.builder.context.row($0.message.exampleRow)
        },
        .list("slots", "0 to 4: the placeholders of the pattern", of: slot) { message in
            message.message.slots.prefix(message.limits.slots).map { ($0, message.limits) }
        },
    ])

    private static let part = ModelTable<PatternPart>([
        .quote("text", "a piece of the message; for a part that varies, the name of its kind: `number`") { $0.text },
        .flag("varies", "true if it is a placeholder for values that differ from row to row") { $0.varies },
    ])

    private static let slot = ModelTable<(slot: SlotSummary, limits: ModelLimits)>([
        .text("name", "`{number}`") { "{\($0.slot.name)}" },
        .list("values", "0 to 3, the most frequent", of: value) { slot in
            slot.slot.values.prefix(slot.limits.values).enumerated().map { ($0, $1, slot.limits) }
        },
        .flag("repeats", "true if a value occurs more than once, so that the values are worth showing") { slot in
            slot.slot.values.contains { $0.rows > 1 }
        },
        .text(
            "others",
            "`, 48 others` after values, `too many values to list` instead of them; may be empty"
        ) { $0.slot.otherValues(than: min($0.slot.values.count, $0.limits.values)) },
    ])

    private static let value = ModelTable<(index: Int, value: ValueSummary, limits: ModelLimits)>([
        .text("separator", "a comma, except before the first") { $0.index == 0 ? "" : "," },
        .optionalQuote("value", "false if it is empty", text: "the value") {
            $0.value.value.isEmpty ? nil : $0.limits.text($0.value.value)
        },
        .text("rows", "`812 rows`") { Wording.rowsWord($0.value.rows) },
    ])
}

// MARK: - What is listed

/// A code that a page lists.
private struct ListedCode {
    let code: CodeSummary
    /// Its position in the list, counted from 1.
    let number: Int
    /// The number of rows of the code with the most rows.
    let largest: Int
    let builder: ReportModelBuilder

    var limits: ModelLimits { builder.limits }

    var standing: ShownStanding? {
        ShownStanding(builder.context.codes?.standing(of: code.code, isOther: code.isOther), limits)
    }

    var shownMessages: [ListedMessage] {
        code.messages.prefix(limits.messages).map {
            ListedMessage(message: $0, codeRows: code.rows, builder: builder)
        }
    }

    var cut: ModelCut? {
        let shown = min(code.messages.count, limits.messages)
        guard code.messageCount ?? Int.max > shown else { return nil }
        return ModelCut(
            shown,
            of: code.messageCount.map(Wording.grouped) ?? "more than \(Wording.grouped(code.messages.count))",
            file: builder.name(of: .failures))
    }
}

/// A pattern of messages, with the values that vary in it.
private struct ListedMessage {
    let message: MessageSummary
    let codeRows: Int
    let builder: ReportModelBuilder

    var limits: ModelLimits { builder.limits }
}

extension ReportModelBuilder {
    /// Shortens a long text so that it does not fill a page; the CSV files have all of it.
    static func shortened(_ text: String) -> String { ModelLimits.page.text(text) }

    fileprivate var shownCodes: [ListedCode] {
        let codes = summary.failedByCode
        let largest = codes.first?.rows ?? 0
        return codes.prefix(limits.codes).enumerated().map { index, code in
            ListedCode(code: code, number: index + 1, largest: largest, builder: self)
        }
    }

    fileprivate var codesCut: CodesCut? {
        let codes = summary.failedByCode
        let rest = codes.dropFirst(limits.codes)
        guard !rest.isEmpty else { return nil }
        return CodesCut(
            codes.count - rest.count, of: codes.count, hasOthers: summary.hasOtherCodes,
            rows: rest.reduce(0) { $0.clampedAdding($1.rows) }, seen: summary.rows.seen, file: name(of: .codes))
    }
}
