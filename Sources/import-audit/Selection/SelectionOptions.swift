import ArgumentParser
import ImportAnalysis
import ImportReports

/// The selection of jobs: options of all commands that take many dumps and do not need all of them.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only jobs that were created on this day (UTC) or later, such as 2026-03-01.", valueName: "day"),
        transform: CalendarDate.option("--since"))
    var since: CalendarDate?

    @Option(
        help: ArgumentHelp("Only jobs that were created on this day (UTC) or earlier.", valueName: "day"),
        transform: CalendarDate.option("--until"))
    var until: CalendarDate?

    @Option(
        name: .customLong("status"),
        help: ArgumentHelp(
            "Only jobs with this status: complete, processing, failed, or none for jobs without one. Repeatable.",
            valueName: "name"),
        transform: { try SelectionOptions.text($0, of: "status") })
    var statuses: [String] = []

    @Option(
        name: .customLong("job"),
        help: ArgumentHelp(
            "Only jobs whose id matches this, where * matches any text and ? one character; for a job without an id, "
                + "the name of its file. Repeatable.",
            valueName: "glob"),
        transform: { try SelectionOptions.text($0, of: "job") })
    var jobs: [String] = []

    func validate() throws {
        if let since, let until, since > until {
            throw ValidationError("No day is both --since \(since.text) and --until \(until.text).")
        }
    }

    /// Nil if it is everything.
    var selector: JobSelector? {
        var selection = JobSelection()
        (selection.since, selection.until) = (since, until)
        (selection.statuses, selection.jobs) = (statuses, jobs)
        return selection.isEverything ? nil : JobSelector(selection)
    }

    static func text(_ text: String, of option: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("--\(option) takes a text of one character or more.") }
        return text
    }
}
