import ImportAnalysis

extension OverviewModel {
    static let timeLineShape = ModelShape.section([
        "sentence": .text, "heading": .text, "dated": .flag,
        "chart": .section([
            "caption": .text, "description": .text, "top": .text, "middle": .text, "first": .text, "last": .text,
            "rates": ReportModel.barShape, "volumes": ReportModel.barShape,
        ]),
        "steps": .section(["name": .text, "jobs": .text, "rows": .text, "failed": .text, "share": .text]),
    ])
}

extension OverviewModelBuilder {
    /// The share of failed rows by the time at which the jobs were created; nothing without jobs.
    var timeLine: ModelValue {
        guard totals.jobs > 0 else { return .nothing }
        let line = overview.timeLine
        let steps = line.steps
        return .object([
            "sentence": .text(sentence(line, steps)),
            "heading": .text(line.step.heading),
            "dated": .flag(!steps.isEmpty),
            "chart": .objectOrNothing(chart(line, steps)),
            "steps": .list(
                steps.map { number, sums -> ModelObject in
                    [
                        "name": .text(line.step.name(number)),
                        "jobs": .text(Wording.grouped(sums.jobs)),
                        "rows": .text(Wording.grouped(sums.rows)),
                        "failed": .text(Wording.grouped(sums.failed)),
                        "share": .text(sums.rows > 0 ? Share(of: sums.failed, in: sums.rows).text : "–"),
                    ]
                }),
        ])
    }

    private func sentence(_ line: TimeLine, _ steps: [(number: Int, sums: TimeLine.Sums)]) -> String {
        guard let span = line.span else {
            return "No job says when it was created, in a form that can be read: there is no time line."
        }
        let dated = steps.reduce(0) { $0 + $1.sums.jobs }
        var sentence = dated == 1 ? "1 job was created" : "\(Wording.grouped(dated)) jobs were created"
        let (first, last) = (TimeStep.inFull(day: span.lowerBound), TimeStep.inFull(day: span.upperBound))
        sentence += span.count == 1 ? " on \(first) (UTC)." : " from \(first) to \(last) (UTC)."
        if let highest = highest(steps), steps.count > 1,
            // Among equals, none is the highest.
            steps.allSatisfy({ $0.number == highest.number || highest.sums.hasHigherShare(than: $0.sums) })
        {
            sentence +=
                " The share of failed rows was highest \(line.step.phrase(highest.number)): "
                + "\(Share(of: highest.sums.failed, in: highest.sums.rows).text) of \(Wording.rowsWord(highest.sums.rows))."
        }
        if line.undated > 0 {
            sentence +=
                line.undated == 1
                ? " 1 other job does not say when, in a form that can be read."
                : " \(Wording.grouped(line.undated)) other jobs do not say when, in a form that can be read."
        }
        return sentence
    }

    /// The step with the highest share of failed rows, the first of several; nil if no row failed.
    private func highest(
        _ steps: [(number: Int, sums: TimeLine.Sums)]
    ) -> (number: Int, sums: TimeLine.Sums)? {
        var highest: (number: Int, sums: TimeLine.Sums)?
        for step in steps where step.sums.failed > 0 {
            guard let best = highest?.sums, !step.sums.hasHigherShare(than: best) else {
                highest = step
                continue
            }
        }
        return highest
    }

    /// Two rows of bars over the same steps: the share of failed rows, and how many rows there were.
    private func chart(_ line: TimeLine, _ steps: [(number: Int, sums: TimeLine.Sums)]) -> ModelObject? {
        guard let first = steps.first?.number, let last = steps.last?.number, first < last else { return nil }
        let top = Self.scale(of: highest(steps)?.sums)
        let most = steps.reduce(0) { max($0, $1.sums.rows) }
        let place = BarPlaces(count: last - first + 1)
        let rates = steps.filter { $0.sums.failed > 0 }.map { number, sums -> ModelObject in
            let height = Int128(sums.failed) * 1000 * 10_000 / (Int128(max(sums.rows, 1)) * Int128(top))
            return place.bar(number - first, height: max(150, Int(clamping: height)))
        }
        let volumes = steps.map { number, sums -> ModelObject in
            place.bar(
                number - first, height: max(600, Int(clamping: Int128(sums.rows) * 10_000 / Int128(max(most, 1)))))
        }
        let step = line.step
        let shares = steps.map { number, sums in
            "\(step.name(number)): \(sums.rows > 0 ? Share(of: sums.failed, in: sums.rows).text : "no rows")"
        }
        return [
            "caption": .text(
                "Above, the share of failed rows by the \(step.word) in which the jobs were created; below, in grey, "
                    + "how many rows they had, to scale up to \(Wording.rowsWord(most))."),
            "description": .text(shares.joined(separator: " · ")),
            "top": .text(Share(of: top, in: 1000).text),
            "middle": .text(Share(of: top / 2, in: 1000).text),
            "first": .text(step.name(first)),
            "last": .text(step.name(last)),
            "rates": .list(rates),
            "volumes": .list(volumes),
        ]
    }

    /// The share at the top of the chart in thousandths, the least of a few round ones that is enough.
    private static func scale(of highest: TimeLine.Sums?) -> Int {
        guard let highest, highest.rows > 0 else { return 1000 }
        return [2, 4, 6, 10, 20, 30, 40, 60, 100, 150, 200, 300, 400, 600].first {
            Int128(highest.failed) * 1000 <= Int128(highest.rows) * Int128($0)
        } ?? 1000
    }
}

extension TimeLine.Sums {
    /// Exact, without a division.
    fileprivate func hasHigherShare(than other: TimeLine.Sums) -> Bool {
        Int128(failed) * Int128(other.rows) > Int128(other.failed) * Int128(rows)
    }
}

/// Where the bars of a chart stand: side by side with gaps between them, none of them very wide.
private struct BarPlaces {
    let count: Int
    /// In hundredths of a percent of the chart.
    private let whole = 10_000
    private let widest = 600

    func bar(_ index: Int, height: Int) -> ModelObject {
        let (start, end) = (index * whole / count, (index + 1) * whole / count)
        let width = min(widest, (end - start) * 4 / 5)
        return [
            "x": .text(BarSegments.percent(start + (end - start - width) / 2)),
            "width": .text(BarSegments.percent(width)),
            "y": .text(BarSegments.percent(whole - min(height, whole))),
            "height": .text(BarSegments.percent(min(height, whole))),
        ]
    }
}
