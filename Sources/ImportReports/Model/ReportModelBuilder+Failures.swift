import ImportAnalysis
import ImportDumps

extension ReportModel {
    /// Failed rows.
    static let failures = ModelTable<ReportModelBuilder>([
        .text("rows", "how many, `0` too") { Wording.grouped($0.summary.rows.failed) },
        .text(
            "sentence",
            "how many failed, with how many codes; when none, a good word for it; when there are no rows, that nothing "
                + "can be listed. Never empty"
        ) { $0.summary.failuresSentence },
        .optionalObject(
            "positions", "where the failed rows are; false when no row failed", ShownPositions.table
        ) { ShownPositions($0.summary) },
        .optionalObject(
            "stretches",
            "consecutive rows that all failed; false when there are none that [chance does not "
                + "explain](audit.md#stretches-on-pages)",
            stretches
        ) { $0.stretches },
        .optionalObject(
            "lines", "whose lines stand behind the numbers of failed rows; false without a source", ShownPlaces.table
        ) { builder in
            builder.context.places.map { ($0, builder.limits) }
        },
        .optionalObject("listing", "false when no row failed", listing) { $0.summary.failedByCode.isEmpty ? nil : $0 },
    ])

    /// What is said of names that show a failed row.
    private static let withLine = "; with a source `8 (line 9)` or `8 (sheet row 9)`"

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
    ])

    private static let code = ModelTable<ListedCode>([
        .text("anchor", "`code-1` …, made from the position, never from the code") { "code-\($0.number)" },
        .code("false: no code") { ShownCode($0.code.code, $0.limits) },
        .text("rows", "how many") { Wording.grouped($0.code.rows, isAtLeast: $0.code.isAtLeast) },
        .text("share", "of rows seen") { Share(of: $0.code.rows, in: $0.builder.summary.rows.seen).text },
        .text("width", "the bar, to the scale of the largest code (`100.00%`), none under `0.01%`") {
            BarSegments.width($0.code.rows, largest: $0.largest)
        },
        .text("first_row", "the first and the last row of the code" + withLine) {
            $0.builder.context.row($0.code.firstRow)
        },
        .text("last_row", "the first and the last row of the code" + withLine) {
            $0.builder.context.row($0.code.lastRow)
        },
        .standing(ShownStanding.tableWithExplanations) { $0.standing },
        .optionalObject(
            "details", "what an error of the code has besides its code and message; false if no row has more", details
        ) { code in code.code.exampleDetails.map { ($0.text, $0.row, code.builder) } },
        .list("messages", "1 to 5, the most frequent", of: message) { $0.shownMessages },
        .cut(
            "more messages than shown", numbers: "N of M; `more than 20` where the summary does not tell all apart"
        ) { $0.cut },
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
        .optionalQuote(
            "example", "false when nothing varies in the pattern, or there is none",
            text: "the message of `example_row`"
        ) {
            // An example of a pattern in which nothing varies would be read twice.
            $0.message.slots.isEmpty ? nil : ($0.message.example).map($0.limits.text)
        },
        .text("rows", "how many") { Wording.grouped($0.message.rows, isAtLeast: $0.message.isAtLeast) },
        .text("share", "of the rows of the code") { Share(of: $0.message.rows, in: $0.codeRows).text },
        .text("example_row", "the row that has the example" + withLine) {
            $0.builder.context.row($0.message.exampleRow)
        },
        .list("slots", "0 to 4: the placeholders of the pattern", of: slot) { message in
            message.message.slots.prefix(message.limits.slots).map { ($0, message.limits) }
        },
    ])

    private static let slot = ModelTable<(slot: SlotSummary, limits: ModelLimits)>([
        .text("name", "`{number}`") { "{\($0.slot.name)}" },
        .list("values", "0 to 3, the most frequent", of: value) { slot in
            slot.slot.values.prefix(slot.limits.values).enumerated().map { ($0, $1, slot.limits) }
        },
        .text(
            "others",
            "`, 48 others` behind values, `too many values to list` in place of them; may be empty"
        ) { $0.slot.otherValues(than: min($0.slot.values.count, $0.limits.values)) },
    ])

    private static let value = ModelTable<(index: Int, value: ValueSummary, limits: ModelLimits)>([
        .text("separator", "a comma before all but the first") { $0.index == 0 ? "" : "," },
        .optionalQuote("value", "false when it is empty", text: "the value") {
            $0.value.value.isEmpty ? nil : $0.limits.text($0.value.value)
        },
        .text("rows", "`812 rows`") { Wording.rowsWord($0.value.rows) },
    ])

    // MARK: Stretches

    private static let stretches = ModelTable<[StretchOfJob]>([
        .list("items", "1 to 5, the longest first", of: stretch) { $0 }
    ])

    private static let stretch = ModelTable<StretchOfJob>([
        .text("first_row", "from row … to row …" + withLine) { $0.builder.context.row($0.stretch.firstRow) },
        .text("last_row", "from row … to row …" + withLine) { $0.builder.context.row($0.stretch.lastRow) },
        .text("rows", "`1,250 rows`") { Wording.rowsWord($0.stretch.rows) },
        .text("code_rows", "of these with the code: `all of them`, `9 of them`") {
            "\($0.builder.summary.codeRowsWords(of: $0.stretch, all: "all")) of them"
        },
        .code("the most frequent code; false: no code") { ShownCode($0.stretch.code, $0.builder.limits) },
    ])
}

private typealias StretchOfJob = (stretch: FailureStretch, builder: ReportModelBuilder)

// MARK: - What is listed

/// A code that a page lists.
private struct ListedCode {
    let code: CodeSummary
    /// Its place in the list, from 1.
    let number: Int
    /// The rows of the code with most of them.
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

/// One pattern of messages with what varies in it.
private struct ListedMessage {
    let message: MessageSummary
    let codeRows: Int
    let builder: ReportModelBuilder

    var limits: ModelLimits { builder.limits }
}

extension ReportModelBuilder {
    /// Keeps one long text from filling a page; the CSV files have it whole.
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
            rows: rest.reduce(0) { $0 + $1.rows }, seen: summary.rows.seen, file: name(of: .codes))
    }

    fileprivate var stretches: [StretchOfJob]? {
        let stretches = summary.tellingStretches
        return stretches.isEmpty ? nil : stretches.map { ($0, self) }
    }
}

/// A strip with a bar for each stretch of rows, as high as the part of them that failed.
private struct ShownPositions {
    let positions: FailurePositions
    let seen: Int

    init?(_ summary: JobSummary) {
        guard let positions = summary.failurePositions else { return nil }
        self.positions = positions
        seen = summary.rows.seen
    }

    static let table = ModelTable<ShownPositions>([
        .text("caption", "what the bars show") {
            Wording.positionsCaption(bucketRows: $0.positions.bucketRows)
        },
        .text("strip", "the bars in characters: `▁` … `█`, `·` for none") { $0.strip },
        .text("counts", "their numbers of failed rows") {
            $0.positions.counts.map(Wording.grouped).joined(separator: " · ")
        },
        .list("bars", "1 to 64: those that are not empty", of: ChartBar.table) { $0.bars },
        .list("buckets", "1 to 64: the numbers of the same bars", of: bucket) { $0.buckets },
    ])

    private typealias Bucket = (before: Int, rows: Int, failed: Int)

    private static let bucket = ModelTable<Bucket>([
        .text("rows", "`1 to 4`, or `5`") { bucket in
            bucket.rows == 1
                ? Wording.grouped(bucket.before + 1)
                : "\(Wording.grouped(bucket.before + 1)) to \(Wording.grouped(bucket.before.clampedAdding(bucket.rows)))"
        },
        .text("failed", "how many of them failed") { Wording.grouped($0.failed) },
        .text("share", "the share of those rows") { Share(of: min($0.failed, $0.rows), in: $0.rows).text },
    ])

    private var bars: [ChartBar] {
        let buckets = positions.counts.count
        // Each bucket in hundredths of a percent of the strip; the last one is drawn as wide as the others.
        return positions.counts.enumerated().compactMap { index, count in
            guard count > 0 else { return nil }
            let rows = rows(ofBucket: index)
            let height = max(200, Int(clamping: Int128(min(count, rows)) * 10_000 / Int128(rows)))
            let start = index * 10_000 / buckets
            let end = (index + 1) * 10_000 / buckets
            return ChartBar(x: start, y: 10_000 - height, width: end - start, height: height)
        }
    }

    /// The numbers behind the bars that are not empty.
    private var buckets: [Bucket] {
        positions.counts.enumerated().compactMap { index, count in
            count > 0 ? (index.multiplied(by: positions.bucketRows), rows(ofBucket: index), count) : nil
        }
    }

    /// The bars in characters, in eighths of a line.
    private var strip: String {
        let blocks = Array("▁▂▃▄▅▆▇█")
        let characters = positions.counts.enumerated().map { index, count -> Character in
            guard count > 0 else { return "·" }
            let rows = rows(ofBucket: index)
            return blocks[min(7, Int(clamping: Int128(min(count, rows)) * 8 / Int128(rows)))]
        }
        return String(characters)
    }

    /// How many rows a bucket stands for.
    private func rows(ofBucket index: Int) -> Int {
        max(1, min(positions.bucketRows, seen - index.multiplied(by: positions.bucketRows)))
    }
}

/// A bar of a chart, in hundredths of a percent of the chart.
struct ChartBar {
    let x: Int
    let y: Int
    let width: Int
    let height: Int

    static let table: ModelTable<ChartBar> = {
        let meaning = "percentages for attributes of SVG"
        return ModelTable([
            .text("x", meaning) { BarSegments.percent($0.x) }, .text("y", meaning) { BarSegments.percent($0.y) },
            .text("width", meaning) { BarSegments.percent($0.width) },
            .text("height", meaning) { BarSegments.percent($0.height) },
        ])
    }()
}

extension Int {
    /// The product, or the largest number if none can hold it.
    fileprivate func multiplied(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
