import ImportAnalysis

/// The incidents of a job: for each a sentence, and a bracket above the chart of positions.
struct ShownIncidents {
    private let items: [Item]

    /// The height of the lane for a bracket and its name, in pixels.
    private static let lane = 20

    /// The number of characters of a code that are shown beside a bracket.
    private static let labelLength = 24

    private struct Item {
        let incident: FailureIncident
        let number: Int
        let builder: ReportModelBuilder
        /// The ends of the bracket, in hundredths of a percent of the whole width.
        let start: Int
        let end: Int

        /// Whether the name is before the bracket, because there is more room.
        var isNameFirst: Bool { start > 10_000 - end }
        var top: Int { (number - 1) * ShownIncidents.lane }
    }

    /// Creates the incidents; nil if there are none.
    init?(_ builder: ReportModelBuilder) {
        let incidents = builder.summary.failureIncidents
        guard !incidents.isEmpty else { return nil }
        // The chart draws all buckets equally wide, including the last one, which may have fewer rows.
        let positions = builder.summary.failurePositions
        let buckets = positions.map { Int128($0.counts.count) * Int128($0.bucketRows) } ?? 0
        let width = max(buckets, Int128(builder.summary.rows.seen), 1)
        items = incidents.enumerated().map { index, incident in
            Item(
                incident: incident, number: index + 1, builder: builder,
                start: Int(clamping: Int128(incident.firstRow - 1) * 10_000 / width),
                end: min(10_000, Int(clamping: Int128(incident.lastRow) * 10_000 / width)))
        }
    }

    static let table = ModelTable<ShownIncidents>([
        .text("height", "of all brackets, in pixels") { String($0.items.count * lane) },
        .list("items", "1 to 5, those that are least likely by chance first", of: item) { $0.items },
    ])

    private static let item = ModelTable<Item>([
        .text("first_row", "from row … to row …" + ReportModel.withLine) {
            $0.builder.context.row($0.incident.firstRow)
        },
        .text("last_row", "from row … to row …" + ReportModel.withLine) {
            $0.builder.context.row($0.incident.lastRow)
        },
        .text("failed", "`384 of 400`: the rows that failed with the code, out of those from the first to the last") {
            Wording.failed(of: $0.incident)
        },
        .text("elsewhere", "`1% elsewhere`: the share of rows that failed with it outside of its incidents") {
            Wording.elsewhere($0.incident)
        },
        .code("false: no code") { ShownCode($0.incident.code, $0.builder.limits) },
        .object("bracket", "its place above the chart", bracket) { $0 },
    ])

    private static let bracket = ModelTable<Item>([
        .text("x", "where it begins, a percentage") { BarSegments.percent($0.start) },
        .text("width", "a percentage, with a minimum") { BarSegments.percent(max(20, $0.end - $0.start)) },
        .text("end", "where it ends, a percentage") { BarSegments.percent(max($0.start.clampedAdding(20), $0.end)) },
        .text("line", "the top of its line in pixels; the ticks extend 6 pixels down from there") {
            String($0.top + lane - 7)
        },
        .text("base", "the baseline of its name in pixels") { String($0.top + lane - 8) },
        .flag("name_first", "true if the name is to its left, false if it is to its right") { $0.isNameFirst },
        .optionalQuote("name", "false: no code", text: "the first 24 characters of the code") { item in
            item.incident.code.map { Wording.beginning($0, characters: labelLength) }
        },
    ])
}
