import ImportAnalysis
import ImportDumps

/// The share of failed rows by the time at which the jobs were created.
struct ShownTimeLine {
    private let line: TimeLine
    private let steps: [Step]
    private let builder: OverviewModelBuilder

    typealias Step = (number: Int, sums: TimeLine.Sums)

    init(_ builder: OverviewModelBuilder) {
        self.builder = builder
        line = builder.overview.timeLine
        steps = line.steps
    }

    static let table = ModelTable<ShownTimeLine>([
        .text(
            "sentence",
            "from when to when, when the share of failed rows was highest, and how many jobs have no date"
        ) { $0.sentence },
        .text("heading", "what the steps are: `Day`, `Week from Monday`, `Month`, `Year`, `Years`") {
            $0.line.step.heading
        },
        .flag("dated", "true if there is a step") { !$0.steps.isEmpty },
        .list("steps", "0 to 60: those with jobs, in order", of: step) { line in
            line.steps.map { (line.line.step.name($0.number), $0.sums, line.builder) }
        },
        .optionalObject("chart", "false with fewer than two steps", TimeLineChart.table) { $0.chart },
    ])

    private static let step = ModelTable<(name: String, sums: TimeLine.Sums, builder: OverviewModelBuilder)>([
        .text("name", "`2 March 2026`, `March 2026`, `2026`, `2020 to 2029`") { $0.name },
        .text("jobs", "how many") { Wording.grouped($0.sums.jobs) },
        .text("rows", "how many") { Wording.grouped($0.sums.rows) },
        .text("failed", "how many") { Wording.grouped($0.sums.failed) },
        .text("share", "of the rows of the step, `–` without rows") {
            $0.sums.rows > 0 ? Share(of: $0.sums.failed, in: $0.sums.rows).text : "–"
        },
        .optionalObject("worst", "the job with the most failed rows; false if none failed", ShownJob.table) { step in
            step.sums.worst.map { ShownJob($0, step.builder) }
        },
    ])

    private var sentence: String {
        // If several steps have the highest share, the sentence names none of them.
        let highest = highest.flatMap { highest -> Step? in
            let isAlone = steps.allSatisfy {
                $0.number == highest.number || highest.sums.hasHigherShare(than: $0.sums)
            }
            return steps.count > 1 && isAlone ? highest : nil
        }
        return Wording.timeLine(
            dated: steps.reduce(0) { $0 + $1.sums.jobs },
            days: line.span.map { (TimeStep.inFull(day: $0.lowerBound), TimeStep.inFull(day: $0.upperBound)) },
            highest: highest.map { (line.step.phrase($0.number), $0.sums.failed, $0.sums.rows) },
            undated: line.undated)
    }

    /// The step with the highest share of failed rows, the first of several; nil if no row failed.
    private var highest: Step? {
        var highest: Step?
        for step in steps where step.sums.failed > 0 {
            guard let best = highest?.sums, !step.sums.hasHigherShare(than: best) else {
                highest = step
                continue
            }
        }
        return highest
    }

    private var chart: TimeLineChart? {
        guard let first = steps.first?.number, let last = steps.last?.number, first < last else { return nil }
        return TimeLineChart(line.step, steps, first: first, last: last, highest: highest?.sums)
    }
}

/// Two rows of bars over the same steps: the share of failed rows, and how many rows there were.
struct TimeLineChart {
    private let step: TimeStep
    private let steps: [ShownTimeLine.Step]
    private let first: Int
    private let last: Int
    /// The share at the top of the chart, in thousandths.
    private let top: Int
    /// The number of rows of the step with the most rows.
    private let most: Int

    init(_ step: TimeStep, _ steps: [ShownTimeLine.Step], first: Int, last: Int, highest: TimeLine.Sums?) {
        self.step = step
        self.steps = steps
        self.first = first
        self.last = last
        top = Self.scale(of: highest)
        most = steps.reduce(0) { max($0, $1.sums.rows) }
    }

    static let table = ModelTable<TimeLineChart>([
        .text("caption", "what it shows") { Wording.timeLineCaption(by: $0.step.word, most: $0.most) },
        .text("description", "the shares in words") { $0.description },
        .text("top", "the share at the top") { Share(of: $0.top, in: 1000).text },
        .text("middle", "the share at half the height") { Share(of: $0.top / 2, in: 1000).text },
        .text("first", "the name of the first step") { $0.step.name($0.first) },
        .text("last", "the name of the last step") { $0.step.name($0.last) },
        .list("rates", "0 to 60 bars: of the share of failed rows", of: ChartBar.table) { $0.rates },
        .list("volumes", "2 to 60 bars: of the rows", of: ChartBar.table) { $0.volumes },
    ])

    private var description: String {
        let shares = steps.map { number, sums in
            "\(step.name(number)): \(sums.rows > 0 ? Share(of: sums.failed, in: sums.rows).text : "no rows")"
        }
        return shares.joined(separator: " · ")
    }

    private var rates: [ChartBar] {
        steps.filter { $0.sums.failed > 0 }.map { number, sums in
            let height = Int128(sums.failed) * 1000 * 10_000 / (Int128(max(sums.rows, 1)) * Int128(top))
            return bar(number, height: max(150, Int(clamping: height)))
        }
    }

    private var volumes: [ChartBar] {
        steps.map { number, sums in
            bar(number, height: max(600, Int(clamping: Int128(sums.rows) * 10_000 / Int128(max(most, 1)))))
        }
    }

    /// Returns a bar. Bars are side by side with gaps between them, and none is very wide.
    private func bar(_ number: Int, height: Int) -> ChartBar {
        let whole = 10_000
        let widest = 600
        let (index, count) = (number - first, last - first + 1)
        let (start, end) = (index * whole / count, (index + 1) * whole / count)
        let width = min(widest, (end - start) * 4 / 5)
        return ChartBar(
            x: start + (end - start - width) / 2, y: whole - min(height, whole), width: width,
            height: min(height, whole))
    }

    /// Returns the share at the top of the chart in thousandths: the lowest of a few round values that is high enough.
    private static func scale(of highest: TimeLine.Sums?) -> Int {
        guard let highest, highest.rows > 0 else { return 1000 }
        return [2, 4, 6, 10, 20, 30, 40, 60, 100, 150, 200, 300, 400, 600].first {
            Int128(highest.failed) * 1000 <= Int128(highest.rows) * Int128($0)
        } ?? 1000
    }
}

extension TimeLine.Sums {
    /// Compares the shares exactly, without division.
    fileprivate func hasHigherShare(than other: TimeLine.Sums) -> Bool {
        Int128(failed) * Int128(other.rows) > Int128(other.failed) * Int128(rows)
    }
}
