import ArgumentParser
import ImportAnalysis
import ImportFoundation
import ImportReports

/// The options that select jobs, for all commands that take many dumps and do not need all of them.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only jobs that were created on this day (UTC) or later, such as 2026-03-01.", valueName: "day"),
        transform: CalendarDay.option("--since"))
    var since: CalendarDay?

    @Option(
        help: ArgumentHelp("Only jobs that were created on this day (UTC) or earlier.", valueName: "day"),
        transform: CalendarDay.option("--until"))
    var until: CalendarDay?

    @Option(
        name: .customLong("status"),
        help: ArgumentHelp(
            "Only jobs with this status: complete, processing, failed, or none for jobs without one. Repeatable.",
            valueName: "name"),
        completion: .list(["complete", "processing", "failed", "none"]),
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

    /// The selector; nil if everything is selected.
    ///
    /// - Parameter redaction: replaces the values in the conditions where they are shown.
    func selector(_ redaction: Redaction? = nil) -> JobSelector? {
        var selection = JobSelection()
        (selection.since, selection.until) = (since, until)
        (selection.statuses, selection.jobs) = (statuses, jobs)
        return selection.isEverything ? nil : JobSelector(selection, redaction)
    }

    static func text(_ text: String, of option: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("--\(option) takes a text of one character or more.") }
        return text
    }
}

/// The same options for commands that find rows by their positions among those of all jobs. These commands refuse the
/// options, and say why.
struct RefusedSelection: ParsableArguments {
    @Option(help: .hidden) var since: String?
    @Option(help: .hidden) var until: String?
    @Option(name: .customLong("status"), help: .hidden) var statuses: [String] = []
    @Option(name: .customLong("job"), help: .hidden) var jobs: [String] = []

    func validate() throws {
        let given = [
            since.map { _ in "--since" }, until.map { _ in "--until" }, statuses.isEmpty ? nil : "--status",
            jobs.isEmpty ? nil : "--job",
        ]
        guard let option = given.lazy.compactMap({ $0 }).first else { return }
        throw ValidationError(
            "\(option) is not for this command: it finds the rows that were sent by their places among those of all jobs, "
                + "so none can be left out. Give the dumps of the jobs that you want, each with its own source.")
    }
}
