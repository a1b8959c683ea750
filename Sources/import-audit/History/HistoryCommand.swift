import ArgumentParser
import ImportAnalysis

/// The commands for runs over time.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Keep the results of audits in one file, and show how they change over time.",
        discussion: """
            A history is an SQLite file with all jobs that were added to it. Its contents depend only on their dumps, \
            not on the order or the day on which they were added. Other programs can read it: sqlite3 imports.sqlite \
            .schema prints its tables.

            EXAMPLES
              import-audit history add imports.sqlite dumps/
              import-audit history show imports.sqlite --by month
              import-audit history report imports.sqlite -o trends
            """,
        subcommands: [HistoryAddCommand.self, HistoryShowCommand.self, HistoryReportCommand.self]
    )
}

/// The history that `report` adds to.
struct HistoryOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Add the jobs to this history, and show its trend on the page.", valueName: "file.sqlite"),
        completion: .file())
    var history: String?

    func validate() throws { try GivenNames.check(history, of: "--history") }

    func access() throws(CommandFailure) -> HistoryAccess? {
        guard let history else { return nil }
        return try HistoryAccess(history, waitSeconds: HistoryWaiting.defaultSeconds)
    }
}

/// How a history is opened.
struct HistoryWaiting: ParsableArguments {
    @Option(
        name: .customLong("wait"), parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for another process that writes to the history, from 0 to 86400; 30 by default.",
            valueName: "seconds"),
        transform: WholeNumber.option("--wait", "from 0 to 86400", in: 0...86_400))
    var seconds = HistoryWaiting.defaultSeconds

    static let defaultSeconds = 30
}
