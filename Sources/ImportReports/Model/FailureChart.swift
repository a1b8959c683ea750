import ImportAnalysis

/// A strip with a bar for each bucket of rows, as high as the share of them that failed.
struct ShownPositions {
    let positions: FailurePositions
    let seen: Int
    /// The codes with the most rows, each with its own color, and the rest.
    let series: [Series]

    /// The rows of a code, or of all codes without their own color.
    struct Series {
        let number: Int
        let code: ShownCode?
        let isOthers: Bool
        let counts: [Int]
    }

    /// The number of codes with their own color: as many as can be distinguished at a glance.
    private static let codesShown = 4

    init?(_ summary: JobSummary, _ limits: ModelLimits) {
        guard let positions = summary.failurePositions else { return nil }
        self.positions = positions
        seen = summary.rows.seen
        // If the positions of a code are not known, its rows are among the others.
        let shown = summary.failedByCode.prefix(Self.codesShown).filter { code in
            !code.isOther && code.positions?.bucketRows == positions.bucketRows
                && code.positions?.counts.count == positions.counts.count
        }
        var others = positions.counts
        var series = shown.enumerated().map { index, code in
            let counts = code.positions?.counts ?? []
            for bucket in others.indices { others[bucket] -= min(others[bucket], counts[bucket]) }
            return Series(number: index + 1, code: ShownCode(code.code, limits), isOthers: false, counts: counts)
        }
        if others.contains(where: { $0 > 0 }) {
            series.append(Series(number: 0, code: nil, isOthers: true, counts: others))
        }
        self.series = series
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
        .text("top", "the share at the top of the chart: `60%`") { "\($0.top)%" },
        .text("middle", "half of it") { $0.top % 2 == 0 ? "\($0.top / 2)%" : "\($0.top / 2).5%" },
        .text("last_row", "the last row of the job; the first is 1") { Wording.grouped($0.seen) },
        .list(
            "series", "1 to 5: the codes with the most rows, each with its own colour, then the others",
            of: seriesTable
        ) {
            $0.series
        },
        .list("columns", "1 to 64: the same bars, divided by the codes of their rows", of: column) { $0.columns },
        .list("buckets", "1 to 64: the numbers of the same bars", of: bucket) { $0.buckets },
    ])

    private static let seriesTable = ModelTable<Series>([
        .text("number", "1 to 4, `0` for the others: part of a class name") { String($0.number) },
        .text("colour", "its colour without a style sheet") { colours[$0.number] },
        .code("false: no code") { $0.code },
        .flag("others", "true for all codes without their own colour") { $0.isOthers },
    ])

    /// A bar of the chart, and the pieces of which it consists.
    private struct Column {
        let label: String
        let bar: ChartBar
        let pieces: [(number: Int, bar: ChartBar)]
    }

    private static let column = ModelTable<Column>([
        .text("label", "`Rows 1 to 4: 3 failed, 75%`") { $0.label },
        .text("x", "percentages for attributes of SVG") { BarSegments.percent($0.bar.x) },
        .text("width", "percentages for attributes of SVG") { BarSegments.percent($0.bar.width) },
        .list("pieces", "1 to 5, from bottom to top", of: piece) { $0.pieces },
    ])

    private static let piece = ModelTable<(number: Int, bar: ChartBar)>([
        .text("number", "that of the series") { String($0.number) },
        .text("colour", "that of the series") { colours[$0.number] },
        .text("x", "percentages for attributes of SVG") { BarSegments.percent($0.bar.x) },
        .text("y", "percentages for attributes of SVG") { BarSegments.percent($0.bar.y) },
        .text("width", "percentages for attributes of SVG") { BarSegments.percent($0.bar.width) },
        .text("height", "percentages for attributes of SVG") { BarSegments.percent($0.bar.height) },
    ])

    /// The colors of the others, then of the codes in order. The style sheet has the same ones, and different ones for
    /// dark mode.
    private static let colours = ["#6d7682", "#cb2f3a", "#b26a00", "#6a4fc0", "#1f7a8c"]

    /// The highest share of a bar in percent, rounded up to a value that reads well.
    private var top: Int {
        let highest =
            positions.counts.indices.map { index in
                Int(
                    clamping: (Int128(positions.counts[index]) * 100 + Int128(rows(ofBucket: index)) - 1)
                        / Int128(rows(ofBucket: index)))
            }.max() ?? 100
        return [1, 2, 4, 5, 10, 20, 40, 60, 80, 100].first { $0 >= highest } ?? 100
    }

    private var columns: [Column] {
        let buckets = positions.counts.count
        let top = top
        return positions.counts.indices.compactMap { index in
            let count = positions.counts[index]
            guard count > 0 else { return nil }
            let rows = rows(ofBucket: index)
            let start = index * 10_000 / buckets
            // A little space separates the bars.
            let width = (index + 1) * 10_000 / buckets - start - (buckets > 1 ? 20 : 0)
            var below = 0
            func height(_ failed: Int) -> Int {
                Int(clamping: Int128(min(failed, rows)) * 10_000 * 100 / (Int128(rows) * Int128(top)))
            }
            let pieces = series.compactMap { series -> (number: Int, bar: ChartBar)? in
                let failed = series.counts[index]
                guard failed > 0 else { return nil }
                let (from, to) = (
                    height(below), min(10_000, max(height(below.clampedAdding(failed)), height(below) + 100))
                )
                below.addClamped(failed)
                return (series.number, ChartBar(x: start, y: 10_000 - to, width: width, height: to - from))
            }
            let first = index.multiplied(by: positions.bucketRows)
            let place =
                rows == 1
                ? "Row \(Wording.grouped(first + 1))"
                : "Rows \(Wording.grouped(first + 1)) to \(Wording.grouped(first.clampedAdding(rows)))"
            return Column(
                label: "\(place): \(Wording.grouped(count)) failed, \(Share(of: min(count, rows), in: rows).text)",
                bar: ChartBar(x: start, y: 0, width: width, height: 10_000), pieces: pieces)
        }
    }

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
        // In hundredths of a percent of the strip. The last bucket is drawn as wide as the others.
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

    /// The bars as characters, in eighths of a line. Only where all rows failed, the line is full.
    private var strip: String {
        let blocks = Array("▁▂▃▄▅▆▇█")
        let characters = positions.counts.enumerated().map { index, count -> Character in
            guard count > 0 else { return "·" }
            let rows = rows(ofBucket: index)
            return count < rows ? blocks[min(6, Int(clamping: Int128(count) * 8 / Int128(rows)))] : blocks[7]
        }
        return String(characters)
    }

    /// Returns the number of rows in a bucket.
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

extension FailurePositions {
    /// The positions of a code's rows as bars of an SVG path, scaled to the highest of them.
    var spark: String {
        let highest = max(1, counts.max() ?? 1)
        // A path is as wide as the strip, whatever the number of buckets.
        let width = max(1, FailurePositions.buckets / max(1, counts.count))
        return counts.enumerated().compactMap { index, count in
            guard count > 0 else { return nil }
            let height = max(1, Int(clamping: Int128(count) * 12 / Int128(highest)))
            return "M\(index * width) 12h\(width)v-\(height)h-\(width)z"
        }.joined()
    }
}

/// A piece of a pattern: fixed text of its messages, or a placeholder for values that vary.
struct PatternPart {
    let text: String
    let varies: Bool

    /// Splits a pattern into its parts. In a pattern, braces of the messages are doubled, and single braces enclose a
    /// placeholder.
    static func parts(_ pattern: String) -> [PatternPart] {
        var parts: [PatternPart] = []
        var text = String.UnicodeScalarView()
        func take() {
            if !text.isEmpty { parts.append(PatternPart(text: String(text), varies: false)) }
            text = String.UnicodeScalarView()
        }
        let scalars = Array(pattern.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let isDoubled = index + 1 < scalars.count && scalars[index + 1] == scalar
            if scalar == "{" || scalar == "}", isDoubled {
                text.append(scalar)
                index += 2
            } else if scalar == "{", let end = scalars[index...].firstIndex(of: "}") {
                take()
                var name = String.UnicodeScalarView()
                name.append(contentsOf: scalars[index + 1..<end])
                parts.append(PatternPart(text: String(name), varies: true))
                index = end + 1
            } else {
                text.append(scalar)
                index += 1
            }
        }
        take()
        return parts
    }
}

extension Int {
    /// Returns the product, or the largest `Int` if it overflows.
    fileprivate func multiplied(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
