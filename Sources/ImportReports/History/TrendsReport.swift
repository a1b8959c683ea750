package import ImportAnalysis
import ImportFoundation

/// The trends of a history, in several formats.
package struct TrendsReport: Sendable {
    /// How days are grouped.
    package enum Period: String, Sendable, CaseIterable {
        case day, week, month

        var step: TimeStep {
            switch self {
            case .day: .day
            case .week: .week
            case .month: .month
            }
        }
    }

    /// The sums of the days of one period.
    struct Sums: Sendable {
        var number: Int
        var sums: HistorySums
    }

    let trends: HistoryTrends
    let period: Period
    let periods: [Sums]
    let redactedBy: String?

    /// The most periods that a page shows. By default, periods are the finest of which there are at most this many.
    static let periodsShown = 60

    /// - Parameters:
    ///   - period: nil for the finest that gives at most ``periodsShown`` periods.
    ///   - redactedBy: the key of the pseudonyms in the history; nil if there are none.
    package init(_ trends: HistoryTrends, by period: Period?, redactedBy: String? = nil) {
        self.trends = trends
        self.redactedBy = redactedBy
        let days = trends.days
        let isFineEnough = { (period: Period) in
            guard let first = days.first?.day, let last = days.last?.day else { return true }
            return period.step.count(in: first...last) <= Self.periodsShown
        }
        self.period = period ?? Period.allCases.first(where: isFineEnough) ?? .month
        periods = Self.periods(of: days, by: self.period)
    }

    static func periods(of days: [HistoryDay], by period: Period) -> [Sums] {
        var periods: [Sums] = []
        for day in days {
            let number = period.step.number(ofDay: day.day)
            if periods.last?.number != number { periods.append(Sums(number: number, sums: HistorySums())) }
            periods[periods.count - 1].sums.add(day.sums)
        }
        return periods
    }

    /// Returns the name of a period for programs: its first day, or its month.
    func isoName(_ number: Int) -> String {
        switch period {
        case .day: HistoryTime.text(ofDay: number)
        case .week: HistoryTime.text(ofDay: number * 7 - 3)
        case .month: "\((number / 12).digits(4))-\((number % 12 + 1).digits(2))"
        }
    }

    /// Returns the name of a period for people.
    func name(_ number: Int) -> String { period.step.name(number) }

    /// Whether only the rows of one code are counted as failed.
    package var isOfOneCode: Bool { trends.selection.code != nil }
}

// MARK: - Sentences

extension TrendsReport {
    /// A sentence that says when the jobs were created and how many rows failed.
    package var sentence: String {
        guard let first = trends.days.first?.day, let last = trends.days.last?.day else {
            let undated = trends.undatedJobs > 0 ? ", and \(undatedWords)" : ""
            let (since, until) = (trends.selection.since, trends.selection.until)
            switch (since.map { HistoryTime.text(ofDay: $0) }, until.map { HistoryTime.text(ofDay: $0) }) {
            case (let since?, let until?): return "No job was created from \(since) to \(until)\(undated)."
            case (let since?, nil): return "No job was created on or after \(since)\(undated)."
            case (nil, let until?): return "No job was created on or before \(until)\(undated)."
            case (nil, nil): return "There is no job with a date\(undated)."
            }
        }
        let sums = trends.sums
        let when =
            first == last
            ? "on \(TimeStep.inFull(day: first))"
            : "from \(TimeStep.inFull(day: first)) to \(TimeStep.inFull(day: last))"
        let whose = trends.selection.code.map { " with \(Wording.quoted($0.words))" } ?? ""
        var text = "\(Wording.jobsWord(sums.jobs)) \(when): "
        text += sums.rows > 0 ? "\(Wording.rowsPart(sums.failed, sums.rows)) failed\(whose)" : "no row was seen"
        if sums.rows > 0 { text += " (\(sums.share.text), \(sums.interval.text))" }
        text += "."
        if trends.undatedJobs > 0 { text += " Besides, \(undatedWords)." }
        return text
    }

    private var undatedWords: String {
        let count = trends.undatedJobs
        return count == 1
            ? "1 job does not say when it was created"
            : "\(Wording.grouped(count)) jobs do not say when they were created"
    }

    /// Says since when the share of failed rows has been higher or lower, or that no change was found.
    package var changeSentence: String {
        guard let change = trends.change else {
            return trends.days.count < 2 * LevelChange.fewestDays
                ? "There are too few days to tell whether the share of failed rows has changed."
                : "No lasting change of the share of failed rows was found."
        }
        let direction = change.since.share > change.before.share ? "higher" : "lower"
        return "Since \(TimeStep.inFull(day: change.day)) the share of failed rows has been \(direction): "
            + "\(change.since.share.text) (\(change.since.interval.text)), before that \(change.before.share.text) "
            + "(\(change.before.interval.text))."
    }

    /// Returns the state of a code at the end of the history.
    func state(of line: HistoryCodeLine) -> String {
        switch line.presence.state(on: trends.end) {
        case .new: "new"
        case .back(let days): "back after \(Wording.daysWord(days))"
        case .gone(let days): "gone for \(Wording.daysWord(days))"
        case .usual: ""
        }
    }

    static func words(_ event: CodeEvent) -> String {
        switch event.kind {
        case .new: "first seen"
        case .back(let days): "back after \(Wording.daysWord(days))"
        case .gone(let days): "last seen; gone for \(Wording.daysWord(days))"
        }
    }

    static let eventRule =
        "A code is new if the history has 30 days or more before it. It is back or gone after a break of 30 days or more that "
        + "is three times as long as every earlier break, if it had been seen on 3 days or more. Days without jobs do not count."
    static let intervalRule =
        "95% interval (Wilson): the range of the share over many more such rows, if rows failed independently."
    static let worstRule = "Sorted by the lower end of the interval, so that a day with few rows does not come first."
}

extension Wording {
    static func daysWord(_ count: Int) -> String { count == 1 ? "1 day" : "\(grouped(count)) days" }
}
