import ImportAnalysis
import ImportDumps

/// Rows by outcome, of one job or of many, and the bar that shows them.
struct OutcomeRows {
    let seen: Int
    let seenShare: ShownShare?
    let outcomes: [Line]
    /// The caption of the bar; nil if there is no bar.
    let caption: String?

    struct Line {
        let outcome: String
        let label: String
        let count: Int
        let share: ShownShare?
        let segment: (x: String, width: String)?
    }

    /// - Parameters:
    ///   - imports: whether there are imports, whose outcomes are listed even if no row has them.
    ///   - bulk: whether there are bulk jobs.
    init(_ rows: RowCounts, imports: Bool, bulk: Bool, seenShare: ShownShare?, missingShare: ShownShare?) {
        let missing = rows.missing ?? 0
        let whole = rows.seen.clampedAdding(missing)
        var parts = rows.shown(imports: imports, bulk: bulk).map { outcome, count in
            (outcome: outcome.rawValue, label: outcome.label, count: count)
        }
        if missing > 0 { parts.append(("missing", "Missing", missing)) }

        let segments = BarSegments(counts: parts.map { $0.count })
        outcomes = zip(parts, segments.segments).map { part, segment in
            Line(
                outcome: part.outcome, label: part.label, count: part.count,
                share: part.outcome == "missing"
                    ? missingShare
                    : rows.seen == .max ? nil : ShownShare(part.count, of: rows.seen, basis: "of rows seen"),
                segment: segment)
        }
        caption =
            whole > 0
            ? Wording.outcomesCaption(rows: whole, missing: missing, hasWidened: segments.hasWidened) : nil
        seen = rows.seen
        self.seenShare = seenShare
    }

    static let table = ModelTable<OutcomeRows>([
        .object("seen", "the rows of the dump, or of all dumps", seenTable) { $0 },
        .list(
            "outcomes",
            "2 to 6, in this order: `created`, `existing` if there is an import, `applied` if there is a bulk "
                + "job, `failed` always; `unclassified`, `missing` only if above 0",
            of: line
        ) { $0.outcomes },
        .optionalObject(
            "bar", "false if rows seen + missing = 0",
            .only(
                "caption",
                "what the bar shows. The bar is rows seen + missing. A piece under 1.5% is drawn 1.5% wide, and the "
                    + "others share the rest in proportion; the caption then says so")
        ) { $0.caption },
    ])

    private static let seenTable = ModelTable<OutcomeRows>([
        .text("count", "how many") { Wording.sum($0.seen) },
        .optionalObject(
            "share", "false if there is no declared total, and in an overview",
            ShownShare.table("`3.3%`; with a declared total of 0, the number of rows", "`of the 12,000 declared`")
        ) { $0.seenShare },
    ])

    private static let line = ModelTable<Line>([
        .text("outcome", "the contract's word: a class name") { $0.outcome },
        .text("label", "`Created` …") { $0.label },
        .text("colour", "its colour without a style sheet: the fill of an SVG shape") {
            colours[$0.outcome] ?? "#6d7682"
        },
        .text("count", "how many") { Wording.sum($0.count) },
        .optionalObject(
            "share", "false if the base is 0, or larger than the largest number",
            ShownShare.table(
                "`3.3%`", "`of rows seen`, `of the declared total`; in an overview `of rows seen and missing`")
        ) { $0.share },
        .optionalObject("segment", "its piece of the bar; false if its count is 0", segment) { $0.segment },
    ])

    /// The same colors as in the style sheet. If that is refused, missing rows are gray.
    private static let colours = [
        "created": "#17825c", "existing": "#6b93cf", "applied": "#2b8a94", "failed": "#cb2f3a",
        "unclassified": "#a86c00",
        "missing": "#c3cad2",
    ]

    private static let segment: ModelTable<(x: String, width: String)> = {
        let meaning =
            "a percentage for an SVG attribute, a point and two decimals, no space: `41.07%`. Pieces follow each "
            + "other without gaps and end at 100"
        return ModelTable([.text("x", meaning) { $0.x }, .text("width", meaning) { $0.width }])
    }()
}

/// A part of a whole, and what the whole is.
struct ShownShare {
    let text: String
    let basis: String

    init(text: String, basis: String) {
        self.text = text
        self.basis = basis
    }

    /// Creates a share; nil if the whole is 0.
    init?(_ part: Int, of whole: Int, basis: String) {
        guard whole > 0 else { return nil }
        self.init(text: Share(of: part, in: whole).text, basis: basis)
    }

    static func table(_ text: String, _ basis: String) -> ModelTable<ShownShare> {
        ModelTable([.text("text", text) { $0.text }, .text("basis", basis) { $0.basis }])
    }
}

extension ReportModelBuilder {
    var rows: OutcomeRows {
        let rows = summary.rows
        let total = summary.job.total
        return OutcomeRows(
            rows, imports: summary.job.kind == .import, bulk: summary.job.kind == .bulk,
            seenShare: total.flatMap {
                // A share of 0 cannot be computed, but the total is declared.
                $0 == 0
                    ? ShownShare(text: Wording.grouped(rows.seen), basis: "of the 0 declared")
                    : ShownShare(rows.seen, of: $0, basis: "of the \(Wording.grouped($0)) declared")
            },
            missingShare: ShownShare(rows.missing ?? 0, of: total ?? 0, basis: "of the declared total"))
    }
}

extension Outcome {
    fileprivate var label: String {
        switch self {
        case .created: "Created"
        case .existing: "Existing"
        case .failed: "Failed"
        case .unclassified: "Unclassified"
        case .applied: "Applied"
        }
    }
}

/// Records that several rows created, then those that several rows matched.
struct ListedRecords {
    let items: [Item]
    let cut: ModelCut?

    typealias Item = (record: SharedRecord, outcome: String, limits: ModelLimits)

    /// Creates the list; nil if there are no such records, or if they were not looked for.
    init?(_ builder: ReportModelBuilder) {
        guard let identity = builder.summary.identity else { return nil }
        let limits = builder.limits
        let outcomes = [("created", identity.createdRepeated), ("existing", identity.existingShared)]
        let items = outcomes.flatMap { outcome, shared -> [Item] in
            shared.top.prefix(limits.records).map { ($0, outcome, limits) }
        }
        guard !items.isEmpty else { return nil }
        self.items = items
        let total = identity.createdRepeated.records.clampedAdding(identity.existingShared.records)
        cut = builder.cut(items.count, of: total, file: .rows)
    }

    static let table = ModelTable<ListedRecords>([
        .list(
            "items",
            "1 to 20: at most 10 that were created more than once, then at most 10 that several rows matched; in each group "
                + "those with the most rows, then by the first row",
            of: item
        ) { $0.items },
        .cut("more records than shown") { $0.cut },
    ])

    private static let item = ModelTable<Item>([
        .quote("id", "a UUID in lower case; otherwise the first 256 bytes") { $0.limits.id($0.record.id) },
        .text("outcome", "`created` or `existing`") { $0.outcome },
        .text("rows", "how many rows, 2 or more") { Wording.grouped($0.record.rows) },
        .text("first_rows", "`3, 9, 14`: at most 5") { item in
            item.record.firstRows.prefix(item.limits.recordRows).map(Wording.grouped).joined(separator: ", ")
        },
        .flag("more", "true if there are more rows than these") {
            $0.record.rows > min($0.record.firstRows.count, $0.limits.recordRows)
        },
    ])
}

/// The segments of one stacked bar, as percentages of its width.
package struct BarSegments {
    /// The segments in the order of the counts; nil where there is nothing to draw.
    package private(set) var segments: [(x: String, width: String)?] = []
    /// Whether some segment is drawn wider than its share.
    package private(set) var hasWidened = false

    /// The width of the whole bar and the smallest width that can be seen, in hundredths of a percent.
    private static let whole = 10_000
    private static let least = 150

    package init(counts: [Int]) {
        let sum = counts.reduce(Int128(0)) { $0 + Int128($1) }
        func isSmall(_ count: Int) -> Bool {
            count > 0 && Int128(count) * Int128(Self.whole) < sum * Int128(Self.least)
        }
        let small = counts.count { isSmall($0) }
        hasWidened = small > 0
        let room = Int128(Self.whole - small * Self.least)
        let large = counts.reduce(Int128(0)) { $0 + (isSmall($1) ? 0 : Int128($1)) }
        var x = 0
        var before: Int128 = 0
        for count in counts {
            guard count > 0 else {
                segments.append(nil)
                continue
            }
            var width = Self.least
            if !isSmall(count) {
                // Computed from the sums, so that rounding leaves no gap at the end.
                width = Int((before + Int128(count)) * room / large - before * room / large)
                before += Int128(count)
            }
            segments.append((Self.percent(x), Self.percent(width)))
            x += width
        }
    }

    /// Returns the width of the bar for `count`, in a chart whose largest bar takes the whole width.
    static func width(_ count: Int, largest: Int) -> String {
        guard largest > 0 else { return percent(0) }
        return percent(max(1, min(whole, Int(clamping: Int128(count) * Int128(whole) / Int128(largest)))))
    }

    /// Returns hundredths of a percent as an SVG attribute.
    static func percent(_ hundredths: Int) -> String {
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)%"
    }
}
