import ImportAnalysis
import ImportFoundation

extension TrendsReport {
    /// The trends in GitHub's Markdown, ending with a line feed.
    package var markdown: [UInt8] {
        func escaped(_ text: String) -> String { MarkdownText.escape(ReportModelBuilder.shortened(text)) }
        func shown(_ code: HistoryCode) -> String {
            code.code.map { Wording.codeInMarkdown($0) } ?? code.words
        }
        var text = OwnOutput.trendsStart + "\(MarkdownText.escape(sentence))\n\n"
        text += "**\(MarkdownText.escape(changeSentence))**\n"
        if !periods.isEmpty {
            text +=
                "\n## Failures over time\n\n| \(period.step.heading) | Jobs | Rows | Failed | Share | 95% interval |\n"
            text += "| :--- | ---: | ---: | ---: | ---: | ---: |\n"
            for each in periods.suffix(Self.periodsShown) {
                let cells = Self.cells(each.sums).map(MarkdownText.escape).joined(separator: " | ")
                text += "| \(name(each.number)) | \(cells) |\n"
            }
            if periods.count > Self.periodsShown {
                text += "\nThe last \(Self.periodsShown) of \(Wording.grouped(periods.count)).\n"
            }
            text += "\n\(Self.intervalRule)\n"
        }
        text += "\n## Failures by code\n\n"
        if trends.codes.isEmpty {
            text += "No row failed.\n"
        } else {
            text += "| Code | Rows | Share | Jobs | First seen | Last seen | State |\n"
            text += "| :--- | ---: | ---: | ---: | :--- | :--- | :--- |\n"
            for line in trends.codes {
                let share = MarkdownText.escape(Share(of: line.sums.failed, in: trends.sums.rows).text)
                text += "| \(shown(line.code)) | \(Wording.grouped(line.sums.failed)) | \(share) "
                text += "| \(Wording.grouped(line.sums.jobs)) | \(HistoryTime.text(ofDay: line.presence.first.day)) "
                text += "| \(HistoryTime.text(ofDay: line.presence.last.day)) | \(state(of: line)) |\n"
            }
            if trends.codeCount > trends.codes.count {
                text += "\n\(trends.codes.count) of \(Wording.grouped(trends.codeCount)) codes.\n"
            }
        }
        text += "\n## New, back and gone\n\n"
        if trends.events.isEmpty {
            text += "No code is new, back or gone.\n"
        } else {
            text += "| Day | Code | What |\n| :--- | :--- | :--- |\n"
            for event in trends.events {
                text += "| \(HistoryTime.text(ofDay: event.day)) | \(shown(event.code)) | \(Self.words(event)) |\n"
            }
            if trends.eventCount > trends.events.count {
                text += "\nThe latest \(trends.events.count) of \(Wording.grouped(trends.eventCount)).\n"
            }
        }
        text += "\n\(Self.eventRule)\n\n## The worst days\n\n"
        if trends.worst.isEmpty {
            text += "No row failed.\n"
        } else {
            text += "| Day | Rows | Failed | Share | 95% interval | Most in |\n"
            text += "| :--- | ---: | ---: | ---: | ---: | :--- |\n"
            for worst in trends.worst {
                let sums = worst.day.sums
                let jobs = worst.jobs.map { "\(escaped($0.jobID)): \(Wording.grouped($0.failed))" }
                text += "| \(TimeStep.inFull(day: worst.day.day)) | \(Wording.grouped(sums.rows)) "
                text += "| \(Wording.grouped(sums.failed)) | \(MarkdownText.escape(sums.share.text)) "
                text += "| \(MarkdownText.escape(sums.interval.text)) | \(jobs.joined(separator: ", ")) |\n"
            }
            text += "\n\(Self.worstRule)\n"
        }
        if let redactedBy { text += "\nValues are pseudonyms of the key \(MarkdownText.escape(redactedBy)).\n" }
        return Array(text.utf8)
    }
}
