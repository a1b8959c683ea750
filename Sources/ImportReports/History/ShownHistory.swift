import ImportAnalysis

/// What a page shows of the history that the audit was added to.
private struct ShownHistory {
    let report: TrendsReport
    let periods: [TrendsReport.Sums]

    init?(_ context: ModelContext) {
        guard let report = context.history else { return nil }
        self.report = report
        periods = Array(report.periods.suffix(TrendsReport.periodsShown))
    }

    static let table = ModelTable<ShownHistory>([
        .text("sentence", "from when to when, how many jobs, and how much failed") { $0.report.sentence },
        .text("change", "since when the share of failed rows has been higher or lower; may be empty") {
            $0.report.changeSentence
        },
        .text("heading", "what the periods are: `Day`, `Week from Monday`, `Month`") { $0.report.period.step.heading },
        .flag("dated", "true if there is a period") { !$0.periods.isEmpty },
        .list("periods", "0 to 60: the last ones with jobs, in order", of: period) { history in
            history.periods.map { (history.report.name($0.number), $0.sums) }
        },
        .optionalObject("chart", "false with fewer than two periods", TimeLineChart.table) { $0.chart },
    ])

    private static let period = ModelTable<(name: String, sums: HistorySums)>([
        .text("name", "`2 March 2026`, `March 2026`") { $0.name },
        .text("jobs", "how many") { Wording.grouped($0.sums.jobs) },
        .text("rows", "how many") { Wording.grouped($0.sums.rows) },
        .text("failed", "how many") { Wording.grouped($0.sums.failed) },
        .text("share", "of the rows of the period, `–` without rows") { $0.sums.rows > 0 ? $0.sums.share.text : "–" },
        .text("interval", "Wilson's for 95%, `–` without rows") { $0.sums.rows > 0 ? $0.sums.interval.text : "–" },
    ])

    private var chart: TimeLineChart? {
        guard let first = periods.first?.number, let last = periods.last?.number, first < last else { return nil }
        let steps = periods.map { each in
            (each.number, TimeLine.Sums(jobs: each.sums.jobs, rows: each.sums.rows, failed: each.sums.failed))
        }
        let highest = steps.filter { $0.1.failed > 0 }.max {
            Share(of: $0.1.failed, in: $0.1.rows) < Share(of: $1.1.failed, in: $1.1.rows)
        }
        return TimeLineChart(report.period.step, steps, first: first, last: last, highest: highest?.1)
    }
}

extension ModelName where Root: ModelBuilder {
    static var history: ModelName {
        .optionalObject(
            "history",
            "the history that the audit was added to; false without one, and in the report of one job among many",
            ShownHistory.table
        ) { ShownHistory($0.context) }
    }
}
