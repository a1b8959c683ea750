import ImportAnalysis

/// `trends.xhtml`: the trends of a history as a page. Like all pages, it satisfies the report grammar, loads nothing,
/// and has a bounded size.
package struct TrendsPage {
    let report: TrendsReport
    let periods: [TrendsReport.Sums]
    private let files: [ReportFile]
    var text = ""

    /// - Parameter files: the other files in the same folder.
    package static func render(_ report: TrendsReport, files: [ReportFile]) -> [UInt8] {
        var page = TrendsPage(report, files)
        page.append()
        return Array(page.text.utf8)
    }

    private init(_ report: TrendsReport, _ files: [ReportFile]) {
        self.report = report
        self.files = files
        periods = Array(report.periods.suffix(TrendsReport.periodsShown))
    }

    var trends: HistoryTrends { report.trends }

    private mutating func append() {
        appendHead()
        appendTrend()
        if !trends.days.isEmpty { appendCalendar() }
        appendCodes()
        appendEvents()
        appendWorstDays()
        appendFiles()
        text += """
            </main>
            <footer>
            <p>import-audit \(ToolVersion.current). The page depends only on the history: no clock, no network, no random names.</p>

            """
        if let key = report.redactedBy {
            text += "<p>Redacted: values are pseudonyms of the key \(XMLText.escape(key)).</p>\n"
        }
        text += "</footer>\n</body>\n</html>\n"
    }

    // MARK: - Beginning

    private static let style = ["report.css", "trends.css"].map {
        String(decoding: BuiltInTemplates.files[$0] ?? [], as: UTF8.self)
    }.joined()

    private mutating func appendHead() {
        let jobs = Wording.jobsWord(trends.sums.jobs)
        text += """
            <!DOCTYPE html>
            <html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">
            <head>
            <meta charset="UTF-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-\(StyleSheet.hash(of: Self.style))'; base-uri 'none'; form-action 'none'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="generator" content="import-audit \(ToolVersion.current)"/>
            <title>Trends of \(jobs)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <div hidden="hidden">
            <svg xmlns="http://www.w3.org/2000/svg" width="7" height="7">
            <defs>
            <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" fill="#cb2f3a" width="7" height="7"/><rect class="stripe" fill="#e0707a" width="2" height="7"/></pattern>
            </defs>
            </svg>
            </div>
            <header class="masthead">
            <p class="product">Import audit</p>
            <h1>Trends of \(jobs)</h1>
            </header>
            <nav class="contents" aria-label="On this page">
            <ul>
            <li><a href="#trend">Trend</a></li>

            """
        if !trends.days.isEmpty { text += "<li><a href=\"#calendar\">Days</a></li>\n" }
        text += """
            <li><a href="#codes">Codes <span class="tally">\(Wording.grouped(trends.codeCount))</span></a></li>
            <li><a href="#events">New and gone <span class="tally">\(Wording.grouped(trends.eventCount))</span></a></li>
            <li><a href="#worst">Worst days</a></li>
            <li><a href="#files">Files</a></li>
            </ul>
            </nav>
            <main>

            """
    }

    private func figure(_ name: String, _ count: String, _ share: String) -> String {
        "<div class=\"figure\">\n<dt>\(name)</dt>\n<dd class=\"count\">\(count)</dd>\n<dd class=\"share\">\(share)</dd>\n</div>\n"
    }

    // MARK: - Trend

    private mutating func appendTrend() {
        let sums = trends.sums
        text += """
            <section id="trend" aria-labelledby="trend-heading">
            <h2 id="trend-heading">Failures over time</h2>
            <p>\(XMLText.escape(report.sentence))</p>
            <p><strong>\(XMLText.escape(report.changeSentence))</strong></p>
            <dl class="figures">

            """
        text += figure("Jobs", Wording.grouped(sums.jobs), "on \(Wording.daysWord(trends.days.count))")
        text += figure("Rows seen", Wording.grouped(sums.rows), "in all jobs")
        text += figure(
            "Failed rows", Wording.grouped(sums.failed),
            sums.rows > 0
                ? "<span class=\"number\">\(XMLText.escape(sums.share.text))</span> of rows seen" : "no rows seen")
        text += "</dl>\n"
        if let first = periods.first, let last = periods.last, first.number < last.number {
            appendChart(first.number, last.number)
        }
        if !periods.isEmpty {
            text += "<details>\n<summary>Show data</summary>\n"
            if periods.count < report.periods.count {
                text += "<p class=\"cut\">The last \(periods.count) of \(Wording.grouped(report.periods.count))</p>\n"
            }
            appendSums(
                "Jobs by the time at which they were created, in UTC; times without a job are not listed. Below each share is its 95% interval.",
                report.period.step.heading, periods.map { (report.name($0.number), $0.sums) })
            text += "</details>\n"
        }
        text += "</section>\n\n"
    }

    mutating func appendSums(_ caption: String, _ heading: String, _ rows: [(name: String, sums: HistorySums)]) {
        text += """
            <table class="numbers days">
            <caption>\(caption)</caption>
            <thead>
            <tr><th scope="col">\(heading)</th><th scope="col" class="number">Jobs</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Share</th></tr>
            </thead>
            <tbody>

            """
        for (name, sums) in rows {
            let cells = TrendsReport.cells(sums).map(XMLText.escape)
            let numbers = cells.prefix(3).map { "<td class=\"number\">\($0)</td>" }.joined()
            let share = "<td class=\"number\">\(cells[3]) <span class=\"most\">\(cells[4])</span></td>"
            text += "<tr><th scope=\"row\">\(name)</th>\(numbers)\(share)</tr>\n"
        }
        text += "</tbody>\n</table>\n"
    }

    // MARK: - Codes

    private func shown(_ code: HistoryCode) -> String {
        guard let text = code.code else {
            return "<span class=\"none\">\(code.kind == .none ? "no code" : "other codes")</span>"
        }
        let isBlank = Wording.isBlank(text)
        return "<bdi class=\"code\">\(XMLText.escape(ReportModelBuilder.shortened(text)))</bdi>"
            + (isBlank ? " <span class=\"none\">\(Wording.blankCode)</span>" : "")
    }

    private mutating func appendCodes() {
        text += """
            <section id="codes" aria-labelledby="codes-heading">
            <h2 id="codes-heading">Failures by code</h2>

            """
        if trends.codes.isEmpty {
            text += "<p>No row failed.</p>\n</section>\n\n"
            return
        }
        text += """
            <table class="history">
            <caption>Failed rows by error code, most rows first, with the share of the rows seen by \(report.period.step.word)</caption>
            <thead>
            <tr><th scope="col">Code</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Share</th><th scope="col" class="number">Jobs</th><th scope="col">Over time</th><th scope="col">First seen</th><th scope="col">Last seen</th><th scope="col">State</th></tr>
            </thead>
            <tbody>

            """
        for line in trends.codes {
            let sums = line.sums
            let spark = CodeSpark(line, in: periods, by: report.period).path
            let state = report.state(of: line)
            text += """
                <tr>
                <th scope="row">\(shown(line.code))</th>
                <td class="number" data-label="Rows">\(Wording.grouped(sums.failed))</td>
                <td class="number" data-label="Share">\(XMLText.escape(Share(of: sums.failed, in: trends.sums.rows).text))</td>
                <td class="number" data-label="Jobs">\(Wording.grouped(sums.jobs))</td>
                <td class="spark wide">\(spark.isEmpty ? "" : Self.spark(spark, line))</td>
                <td class="day" data-label="First seen">\(HistoryTime.text(ofDay: line.presence.first.day))</td>
                <td class="day" data-label="Last seen">\(HistoryTime.text(ofDay: line.presence.last.day))</td>
                <td class="state wide">\(state)</td>
                </tr>

                """
        }
        text += "</tbody>\n</table>\n"
        if trends.codeCount > trends.codes.count {
            text += "<p class=\"cut\">\(trends.codes.count) of \(Wording.grouped(trends.codeCount)) codes</p>\n"
        }
        text += "</section>\n\n"
    }

    private static func spark(_ path: String, _ line: HistoryCodeLine) -> String {
        let worst = line.days.max { ($0.sums.failed, $1.day) < ($1.sums.failed, $0.day) }
        let title = worst.map {
            "Most rows on \(TimeStep.inFull(day: $0.day)): \(Wording.grouped($0.sums.failed))"
        }
        return
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"96\" height=\"12\" viewBox=\"0 0 64 12\" preserveAspectRatio=\"none\"><title>\(title ?? "")</title><path fill=\"#cb2f3a\" d=\"\(path)\"/></svg>"
    }

    private mutating func appendEvents() {
        text += """
            <section id="events" aria-labelledby="events-heading">
            <h2 id="events-heading">New, back and gone</h2>
            <p>\(TrendsReport.eventRule)</p>

            """
        if trends.events.isEmpty {
            text += "<p>No code is new, back or gone.</p>\n"
        } else {
            text += """
                <table class="history">
                <caption>New, back and gone codes, the latest first</caption>
                <thead>
                <tr><th scope="col">Day</th><th scope="col">Code</th><th scope="col">What</th></tr>
                </thead>
                <tbody>

                """
            for event in trends.events {
                text += "<tr><td class=\"day wide\">\(HistoryTime.text(ofDay: event.day))</td>"
                text += "<th scope=\"row\">\(shown(event.code))</th>"
                text += "<td class=\"state wide\">\(TrendsReport.words(event))</td></tr>\n"
            }
            text += "</tbody>\n</table>\n"
            if trends.eventCount > trends.events.count {
                text +=
                    "<p class=\"cut\">The latest \(trends.events.count) of \(Wording.grouped(trends.eventCount))</p>\n"
            }
        }
        text += "</section>\n\n"
    }

    private mutating func appendWorstDays() {
        text += """
            <section id="worst" aria-labelledby="worst-heading">
            <h2 id="worst-heading">The worst days</h2>

            """
        if trends.worst.isEmpty {
            text += "<p>No row failed.</p>\n"
        } else {
            text += """
                <p>\(TrendsReport.worstRule)</p>
                <table class="history">
                <caption>Days with the highest shares of failed rows, with the jobs that had the most</caption>
                <thead>
                <tr><th scope="col">Day</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Share</th><th scope="col">Most in</th></tr>
                </thead>
                <tbody>

                """
            for worst in trends.worst {
                let sums = worst.day.sums
                text += """
                    <tr>
                    <th scope="row" class="day">\(TimeStep.inFull(day: worst.day.day))</th>
                    <td class="number" data-label="Rows">\(Wording.grouped(sums.rows))</td>
                    <td class="number" data-label="Failed">\(Wording.grouped(sums.failed))</td>
                    <td class="number" data-label="Share">\(XMLText.escape(sums.share.text)) <span class="of">\(XMLText.escape(sums.interval.text))</span></td>
                    <td class="wide">

                    """
                if !worst.jobs.isEmpty {
                    text += "<ul>\n"
                    for job in worst.jobs {
                        let source = job.source == "-" ? "standard input" : job.source
                        text += "<li><bdi class=\"code\">\(escaped(job.jobID))</bdi> "
                        text += "\(Wording.grouped(job.failed)) of \(Wording.grouped(job.rows)) "
                        text += "<span class=\"of\"><bdi>\(escaped(source))</bdi></span></li>\n"
                    }
                    text += "</ul>\n"
                }
                text += "</td>\n</tr>\n"
            }
            text += "</tbody>\n</table>\n"
        }
        text += "</section>\n\n"
    }

    private func escaped(_ text: String) -> String { XMLText.escape(ReportModelBuilder.shortened(text)) }

    private mutating func appendFiles() {
        text += """
            <section id="files" aria-labelledby="files-heading">
            <h2 id="files-heading">Files of these trends</h2>

            """
        if files.isEmpty {
            text += "<p>No other file was written.</p>\n"
        } else {
            text += "<ul class=\"files\">\n"
            for file in files {
                text += "<li><a href=\"\(file.name)\">\(file.name)</a> <span>\(file.description)</span></li>\n"
            }
            text += "</ul>\n"
        }
        text += "</section>\n"
    }
}

extension ChartBar {
    /// The attributes of an SVG rectangle.
    var attributes: String {
        [("x", x), ("y", y), ("width", width), ("height", height)]
            .map { "\($0.0)=\"\(BarSegments.percent($0.1))\"" }.joined(separator: " ")
    }
}
