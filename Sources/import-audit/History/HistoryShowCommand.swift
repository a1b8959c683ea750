import ArgumentParser
import ImportAnalysis
import ImportFoundation
import ImportHistory
import ImportReports

struct HistoryShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print how failures change over time.",
        discussion: """
            Prints rows, failed rows and their share with its interval by day, week or month, when each code was first \
            and last seen, which codes are new, back or gone, and the worst days with their jobs. Days are those of \
            created_at, in UTC.

            EXAMPLES
              import-audit history show imports.sqlite
              import-audit history show imports.sqlite --by day --code rate_limited
              import-audit history show imports.sqlite --format csv
            """
    )

    enum Format: String, Choice {
        case text, json, csv
    }

    @Argument(help: ArgumentHelp("The history.", valueName: "file.sqlite"), completion: .file())
    var file: String
    @OptionGroup(title: Help.input) var selecting: HistorySelecting
    @OptionGroup(title: Help.output) var printing: Printing
    @OptionGroup(title: Help.run) var waiting: HistoryWaiting

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text
    }

    func run() throws {
        try reportingFailures {
            let report = try selecting.report(of: HistoryAccess(file, waitSeconds: waiting.seconds))
            switch printing.format {
            case .text: try Console.write(report.text)
            case .json: try Console.write(report.json)
            case .csv: try Console.write(report.csv(CSVOptions()))
            }
            return .done
        }
    }
}

/// Which part of a history is shown.
struct HistorySelecting: ParsableArguments {
    enum Period: String, Choice {
        case day, week, month

        static let noun = "a period"
    }

    @Option(
        help: ArgumentHelp(
            "The periods: day, week or month; by default the finest with at most 60 of them.", valueName: "period"),
        completion: Period.completion, transform: Period.named)
    var by: Period?

    @Option(help: ArgumentHelp("Only rows that failed with this code; (no code) for those without.", valueName: "code"))
    var code: String?

    @Option(
        help: ArgumentHelp("The first day, in UTC.", valueName: "YYYY-MM-DD"),
        transform: CalendarDay.option("--since"))
    var since: CalendarDay?

    @Option(
        help: ArgumentHelp("The last day, in UTC.", valueName: "YYYY-MM-DD"),
        transform: CalendarDay.option("--until"))
    var until: CalendarDay?

    func validate() throws {
        if let since, let until, since > until {
            throw ValidationError("No day is both --since \(since.text) and --until \(until.text).")
        }
    }

    func report(of history: HistoryAccess) throws -> TrendsReport {
        let selection = HistorySelection(
            since: since?.number, until: until?.number,
            code: code.map { HistoryCode(["", "(no code)"].contains($0) ? nil : $0) })
        return try history.reading { reader in
            if let code = selection.code, case (false, let near) = try reader.knows(code) {
                Console.complain(Wording.unknownCode(code, near: near))
            }
            return TrendsReport(
                try reader.trends(selection), by: by.flatMap { TrendsReport.Period(rawValue: $0.rawValue) },
                redactedBy: try reader.pseudonymsKey())
        }
    }
}
