/// The part of a history that is shown.
package struct HistorySelection: Sendable {
    /// The first and the last day, as days since 1970-01-01; nil for the first or last day of the history.
    package var since: Int?
    package var until: Int?
    /// The code whose rows are shown by day; nil for all failed rows.
    package var code: HistoryCode?

    package init(since: Int? = nil, until: Int? = nil, code: HistoryCode? = nil) {
        self.since = since
        self.until = until
        self.code = code
    }
}

/// The trend of a history. Its size is bounded by the number of days and by the limits here, not by the number of jobs.
package struct HistoryTrends: Sendable {
    package static let codesListed = 20
    package static let eventsListed = 20
    package static let worstDaysListed = 10
    package static let jobsOfWorstDay = 3

    package let selection: HistorySelection
    /// The last day with jobs up to the last requested day.
    package let end: JobDay
    /// The requested days that have jobs, in order.
    package let days: [HistoryDay]
    package private(set) var sums = HistorySums()
    /// Jobs that do not say when they were created. They belong to no period.
    package let undatedJobs: Int
    /// The codes with the most rows on these days; of equals, the first ones by code.
    package let codes: [HistoryCodeLine]
    /// The number of all codes on these days.
    package let codeCount: Int
    /// The events of codes on these days, latest first.
    package let events: [CodeEvent]
    package let eventCount: Int
    package let worst: [WorstDay]
    package let change: LevelChange?

    package init(
        selection: HistorySelection, days: [HistoryDay], undatedJobs: Int,
        codes: HistoryCodes, worst: [WorstDay]
    ) {
        self.selection = selection
        end = codes.end
        self.days = days
        self.undatedJobs = undatedJobs
        self.worst = worst
        self.codes = codes.lines
        codeCount = codes.count
        events = codes.events
        eventCount = codes.eventCount
        for day in days { sums.add(day.sums) }
        change = LevelChange.latest(in: days)
    }
}

/// Collects the lines and events of codes, code by code and day by day. Memory does not grow with the number of codes.
package struct HistoryCodes: Sendable {
    package private(set) var lines: [HistoryCodeLine] = []
    package private(set) var count = 0
    package private(set) var events: [CodeEvent] = []
    package private(set) var eventCount = 0
    private let selection: HistorySelection
    /// All days with jobs up to the last requested day, in order.
    private let jobDays: [Int]
    private var line: HistoryCodeLine?

    package init(_ selection: HistorySelection, jobDays: [Int]) {
        self.selection = selection
        self.jobDays = jobDays
    }

    /// The last day with jobs.
    package var end: JobDay { JobDay(day: jobDays.last ?? 0, place: jobDays.count - 1) }

    private func isAskedFor(_ day: Int) -> Bool {
        day >= selection.since ?? .min && day <= selection.until ?? .max
    }

    private func jobDay(_ day: Int) -> JobDay {
        var (low, high) = (0, jobDays.count)
        while low < high {
            let middle = (low + high) / 2
            if jobDays[middle] < day { low = middle + 1 } else { high = middle }
        }
        return JobDay(day: day, place: low)
    }

    /// Adds the jobs and rows of a code on a day. The days of a code must be added consecutively and in order.
    package mutating func add(_ code: HistoryCode, day: Int, jobs: Int, rows: Int) {
        let place = jobDay(day)
        if line?.code == code {
            line?.presence.see(place)
        } else {
            endCode()
            line = HistoryCodeLine(code: code, presence: CodePresence(first: place))
        }
        guard isAskedFor(day) else { return }
        let sums = HistorySums(jobs: jobs, failed: rows)
        line?.days.append(HistoryDay(day: day, sums: sums))
        line?.sums.add(sums)
    }

    /// Ends the last code. Must be called after all codes were added.
    package mutating func finish() { endCode() }

    private mutating func endCode() {
        guard let line else { return }
        self.line = nil
        guard selection.code == nil || selection.code == line.code else { return }
        let all = CodeEvent.all(of: line.presence, line.code, end: end)
        for event in all where isAskedFor(event.day) { add(event) }
        guard line.sums.failed > 0 else { return }
        count += 1
        let place = lines.firstIndex { $0.sums.failed < line.sums.failed } ?? lines.count
        guard place < HistoryTrends.codesListed else { return }
        lines.insert(line, at: place)
        if lines.count > HistoryTrends.codesListed { lines.removeLast() }
    }

    private mutating func add(_ event: CodeEvent) {
        eventCount += 1
        let place = events.firstIndex { $0.day < event.day } ?? events.count
        guard place < HistoryTrends.eventsListed else { return }
        events.insert(event, at: place)
        if events.count > HistoryTrends.eventsListed { events.removeLast() }
    }
}
