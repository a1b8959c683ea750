import ArgumentParser
import ImportAnalysis
import ImportReports

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say what a second try changed.",
        discussion: """
            Compares two audits by outcome, by code and by pattern of messages: which are fixed, still failing or new. \
            Each is a dump, a folder, an archive, or the file summary.json of an earlier audit. Where one of them does not \
            list all patterns of a code, one that it does not list is undecided; so is a code that was not seen where not all \
            rows were: in a job that is still processing, of a dump that is cut off, without its results.

            Two single dumps with the same total are taken to be about the same rows, and compared row by row as well: \
            which failed rows succeeded later, and which failed anew. That takes two bits for each row of each dump, \
            50 MB for 100 million rows. Differences are no error: the exit status is 0.

            With --redact, pseudonyms stand in place of values, and a summary must have been made with the same key.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown
    }

    @Argument(help: ArgumentHelp("Dumps or a summary of the first try, or - for standard input.", valueName: "before"))
    var before: String

    @Argument(help: ArgumentHelp("Of the second try.", valueName: "after"))
    var after: String

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "reasons.csv that rejects wrote after the first try, if the second one sent its rejects again: their rows are "
                + "put in their places. Several, in the order of the tries between.",
            valueName: "reasons.csv"))
    var maps: [String] = []

    @OptionGroup var options: ReadingOptions

    @OptionGroup var redacting: RedactionOptions

    @Option(help: "What to print.")
    var format: Format = .text

    func validate() throws {
        if !maps.isEmpty, redacting.isOn {
            throw ValidationError("--map compares rows as they are; --redact cannot be given with it.")
        }
        if before == "-", after == "-" { throw ValidationError("Only one of the two can be standard input.") }
    }

    func run() throws {
        try reportingFailures {
            if !maps.isEmpty { return try compareRetry() }
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            guard let first = try ComparedAudit(before, options, redaction),
                let second = try ComparedAudit(after, options, redaction)
            else { return .interrupted }
            guard first.redaction == second.redaction else {
                throw CommandFailure(
                    .inputNotReadWhole,
                    "\(first.name) and \(second.name) have pseudonyms of different keys, or just one of them has any: "
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

    /// Compares a first try with what came of it once rows were sent again.
    private func compareRetry() throws -> ExitStatus {
        let maps = try maps.map { try RowMap($0) }
        guard let retried = try RetriedAudit(first: before, second: after, maps: maps, options) else {
            return .interrupted
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
        switch format {
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
