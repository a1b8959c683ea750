import ImportAnalysis

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
                "share": .text(Percent.text(min(count, rows), of: rows)),
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
