import ImportAnalysis
import ImportDumps

extension ReportModelBuilder {
    var rows: ModelValue {
        let rows = summary.rows
        let total = summary.job.total
        return .rows(
            rows, imports: summary.job.kind == .import, bulk: summary.job.kind == .bulk,
            seenShare: total.flatMap {
                // There is no share of nothing, but the total is declared.
                $0 == 0
                    ? ["text": .text(Wording.grouped(rows.seen)), "basis": .text("of the 0 declared")]
                    : .share(rows.seen, of: $0, basis: "of the \(Wording.grouped($0)) declared")
            },
            missingShare: .share(rows.missing ?? 0, of: total ?? 0, basis: "of the declared total"))
    }
}

extension ModelObject {
    /// A part of a whole, and what the whole is; nil for a part of nothing.
    static func share(_ part: Int, of whole: Int, basis: String) -> ModelObject? {
        guard whole > 0 else { return nil }
        return ["text": .text(Share(of: part, in: whole).text), "basis": .text(basis)]
    }
}

extension ModelValue {
    /// Rows by outcome, and the bar that shows them.
    ///
    /// - Parameters:
    ///   - imports: whether there are imports, whose outcomes are there even if no row has them.
    ///   - bulk: whether there are bulk jobs.
    static func rows(_ rows: RowCounts, imports: Bool, bulk: Bool, seenShare: ModelObject?, missingShare: ModelObject?)
        -> ModelValue
    {
        let missing = rows.missing ?? 0
        let whole = rows.seen.clampedAdding(missing)
        var parts = rows.shown(imports: imports, bulk: bulk).map { outcome, count in
            (outcome: outcome.rawValue, label: outcome.label, count: count)
        }
        if missing > 0 { parts.append(("missing", "Missing", missing)) }

        let segments = BarSegments(counts: parts.map { $0.count })
        let outcomes = zip(parts, segments.segments).map { part, segment -> ModelObject in
            let share =
                part.outcome == "missing"
                ? missingShare : ModelObject.share(part.count, of: rows.seen, basis: "of rows seen")
            return [
                "outcome": .text(part.outcome),
                "label": .text(part.label),
                "count": .text(Wording.grouped(part.count)),
                "share": .objectOrNothing(share),
                "segment": .objectOrNothing(
                    segment.map { ["x": .text($0.x), "width": .text($0.width)] }),
            ]
        }
        let declared = missing > 0 ? "declared " : ""
        let widened = segments.hasWidened ? "; an outcome under 1.5 % is drawn wider so that it can be seen" : ""
        let caption =
            "\(Wording.grouped(whole)) \(declared)\(whole == 1 ? "row" : "rows") by outcome, to scale\(widened)."
        return .object([
            "seen": .object([
                "count": .text(Wording.grouped(rows.seen)), "share": .objectOrNothing(seenShare),
            ]),
            "outcomes": .list(outcomes),
            "bar": whole > 0 ? .object(["caption": .text(caption)]) : .nothing,
        ])
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

extension ReportModelBuilder {
    /// Records that several rows created, then those that several rows matched.
    var sharedRecords: ModelValue {
        guard let identity = summary.identity else { return .nothing }
        let outcomes = [("created", identity.createdRepeated), ("existing", identity.existingShared)]
        let items = outcomes.flatMap { outcome, shared in
            shared.top.prefix(limits.records).map { item($0, outcome: outcome) }
        }
        guard !items.isEmpty else { return .nothing }
        let total = identity.createdRepeated.records.clampedAdding(identity.existingShared.records)
        var cut: ModelObject?
        if total > items.count {
            cut = [
                "shown": .text(Wording.grouped(items.count)),
                "total": .text(Wording.grouped(total)),
                "file": link(to: .rows),
            ]
        }
        return .object(["items": .list(items), "cut": .objectOrNothing(cut)])
    }

    private func item(_ record: SharedRecord, outcome: String) -> ModelObject {
        let rows = record.firstRows.prefix(limits.recordRows)
        return [
            "id": .text(limits.id(record.id)),
            "outcome": .text(outcome),
            "rows": .text(Wording.grouped(record.rows)),
            "first_rows": .text(rows.map(Wording.grouped).joined(separator: ", ")),
            "more": .flag(record.rows > rows.count),
        ]
    }
}

/// The parts of one stacked bar, as percentages of its width.
package struct BarSegments {
    /// In the order of the counts; nil where there is nothing to draw.
    package private(set) var segments: [(x: String, width: String)?] = []
    /// Some part is drawn wider than its share.
    package private(set) var hasWidened = false

    /// In hundredths of a percent: the whole bar, and the least that can be seen.
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
                // From the sums, so that rounding leaves no gap at the end.
                width = Int((before + Int128(count)) * room / large - before * room / large)
                before += Int128(count)
            }
            segments.append((Self.percent(x), Self.percent(width)))
            x += width
        }
    }

    /// The width of a bar that stands for `count`, with the largest as the whole width.
    static func width(_ count: Int, largest: Int) -> String {
        guard largest > 0 else { return percent(0) }
        return percent(max(1, Int(Int128(count) * Int128(whole) / Int128(largest))))
    }

    /// Hundredths of a percent, for an attribute of SVG.
    static func percent(_ hundredths: Int) -> String {
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)%"
    }
}
