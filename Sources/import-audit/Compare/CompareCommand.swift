import ArgumentParser
import ImportAnalysis
import ImportReports

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show what a second try changed.",
        discussion: """
            Compares two audits by outcome, by code and by message pattern: what is fixed, still failing or new. Each \
            audit is a dump, a folder, an archive, or summary.json of an earlier report. A pattern is undecided if one \
            audit does not list all patterns of its code. A code is undecided if one audit did not see all rows: its job \
            is still processing, or its dump is cut off or has no results.

            Two single dumps with the same total are assumed to contain the same rows, and are also compared row by row: \
            which failed rows succeeded later, and which rows failed only in the second try. This takes two bits for \
            each row of each dump, 50 MB for 100 million rows. Differences are not an error: the exit status is 0.

            --since, --until, --status and --job choose jobs of both audits.

            With --redact, values are replaced with pseudonyms. A summary must have been made with the same key.

            EXAMPLES
              import-audit compare first.json second.json
              import-audit compare before/ after/ --format markdown
              import-audit compare first.json second.json --map rejects/reasons.csv
            """
    )

    enum Format: String, Choice {
        case text, json, markdown

        static let aliases: [String: Self] = ["md": .markdown]
    }

    @Argument(
        help: ArgumentHelp("The dumps or the summary of the first try, or - for standard input.", valueName: "before"),
        completion: .file())
    var before: String

    @Argument(help: ArgumentHelp("The same for the second try.", valueName: "after"), completion: .file())
    var after: String

    @OptionGroup(title: Help.input) var retry: RetryOptions

    struct RetryOptions: ParsableArguments {
        @Option(
            name: .customLong("map"),
            help: ArgumentHelp(
                "reasons.csv that rejects wrote after the first try, if the second try sent those rejects: its rows are then "
                    + "compared with the rows they came from. Repeat it for each try in between, in order. Add #FILE if only "
                    + "that file of rejects was sent.",
                valueName: "reasons.csv"),
            completion: .file())
        var maps: [String] = []
    }

    @OptionGroup var options: ReadingOptions
    @OptionGroup(title: Help.selection) var selecting: SelectionOptions

    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var printing: Printing

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text
    }

    func validate() throws {
        try GivenNames.check(inputs: [before, after])
        try GivenNames.check(retry.maps, of: "--map")
        if !retry.maps.isEmpty, redacting.isOn {
            throw ValidationError("--map compares unredacted rows: give --map or --redact, not both.")
        }
        if !retry.maps.isEmpty, selecting.selector() != nil {
            throw ValidationError(
                "--map finds rows by their places among all jobs of a try: with it, no jobs can be left out.")
        }
    }

    func run() throws {
        try reportingFailures {
            if !retry.maps.isEmpty { return try compareRetry() }
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            guard let first = try ComparedAudit(before, options, redaction, selecting.selector(redaction)),
                let second = try ComparedAudit(after, options, redaction, selecting.selector(redaction))
            else { throw Interrupted() }
            guard first.redaction == second.redaction else {
                throw CommandFailure(
                    .inputNotReadWhole,
                    "\(first.name) and \(second.name) use pseudonyms of different keys, or only one of them uses any: "
                        + "values in them cannot be compared")
            }
            let report = ComparisonReport(
                Comparison(
                    before: (first.name, first.totals, first.messages, first.unreadable),
                    after: (second.name, second.totals, second.messages, second.unreadable),
                    rows: Self.rows(first, second)),
                redaction: first.redaction)
            try print(report)
            return first.status.orWorse(second.status)
        }
    }

    /// Compares a first try with its state after rows were sent again.
    private func compareRetry() throws -> ExitStatus {
        let maps = try retry.maps.map { try RowMap($0) }
        guard let retried = try RetriedAudit(first: before, second: after, maps: maps, options) else {
            throw Interrupted()
        }
        let rows = RowComparison(before: retried.before, after: retried.after, total: retried.total)
        try print(
            ComparisonReport(
                Comparison(
                    before: retried.first,
                    after: (
                        "\(retried.first.name) with \(after)", retried.totals, retried.messages, retried.unreadable
                    ),
                    rows: rows, isRetry: true)))
        return retried.status
    }

    private func print(_ report: ComparisonReport) throws {
        switch printing.format {
        case .text: try Console.write(report.text)
        case .json: try Console.write(report.json)
        case .markdown: try Console.write(report.markdown)
        }
    }

    private static func rows(_ first: ComparedAudit, _ second: ComparedAudit) -> RowComparison? {
        guard let before = first.rows, let after = second.rows, before.total == after.total else { return nil }
        return RowComparison(before: before.outcomes, after: after.outcomes, total: before.total)
    }
}
