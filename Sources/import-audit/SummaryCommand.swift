import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports

struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Print the audit of dumps in short.",
        discussion: """
            The counts, the codes of failed rows and all findings. As text for people, or as JSON for programs; the \
            JSON is the same as the file summary.json of a report.

            Folders are walked through, archives and compressed files are read as they are, and a file may hold one \
            dump on each line. Several dumps of one job count as one job, the latest of them; the others are named in \
            a finding. A dump that is given twice counts once.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @OptionGroup var options: RunOptions
    @OptionGroup var codes: CodesOptions
    @OptionGroup var redacting: RedactionOptions

    @Option(help: "What to print.")
    var format: Format = .text

    @Flag(name: .customLong("sha256"), help: "Work out the SHA-256 of each dump.")
    var hashes = false

    @Flag(
        name: .customLong("identity"),
        help:
            "Look for records that several rows created or matched, as report does; takes a while and, for a large dump, room in TMPDIR."
    )
    var looksForIdentity = false

    @Flag(
        name: .customLong("every-dump"),
        help: "Count every dump by itself, also those that a later one of the same job supersedes.")
    var isEveryDumpCounted = false

    func run() throws {
        try reportingFailures {
            let codes = try codes.userRules().codes
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            guard
                let results = try RunResults(
                    of: options, hashing: hashes, combinesSnapshots: !isEveryDumpCounted,
                    looksForIdentity: looksForIdentity, redaction: redaction)
            else { return .interrupted }
            try format.print(results, codes: codes, redaction: redaction?.mark)
            return results.status
        }
    }
}

extension SummaryCommand.Format {
    /// Jobs that a text shows each in full.
    private static var jobsInFull: Int { SummaryText.jobsInFull }

    /// Prints a summary on standard output.
    func print(_ summary: Summary, codes: CodeBook? = nil) throws(CommandFailure) {
        switch self {
        case .text: try Console.write(SummaryText.render(summary, usesColor: Console.allowsColor, codes: codes))
        case .json: try Console.write(SummaryJSON.render(summary, codes: codes))
        }
    }

    /// Prints what a run found out on standard output, job by job.
    func print(_ results: RunResults, codes: CodeBook?, redaction: RedactionMark?) throws {
        switch self {
        case .text where results.jobCount <= Self.jobsInFull && results.unreadableCount <= Self.jobsInFull:
            var summary = try results.summary()
            summary.redaction = redaction
            try print(summary, codes: codes)
        case .text:
            var overview = OverviewBuilder()
            try results.gather(into: &overview)
            for index in 0..<results.unreadableCount { overview.append(try results.unreadable(index)) }
            try Console.write(
                SummaryText.render(overview, usesColor: Console.allowsColor, codes: codes, redaction: redaction))
        case .json:
            var totals = Totals()
            var document = SummaryJSON.Document(to: Console.Output(), codes: codes, redaction: redaction)
            for index in 0..<results.jobCount {
                if let ledger = results.ledger, let (job, isTallied) = try ledger.plain(index),
                    try document.append(plain: job)
                {
                    if !isTallied { totals.add(ledger.job(like: job)) }
                } else {
                    let job = try results.job(index)
                    totals.add(job)
                    try document.append(job)
                }
            }
            for tally in results.ledger?.tallies.all ?? [] { totals.add(tally) }
            for index in 0..<results.unreadableCount { try document.append(try results.unreadable(index)) }
            _ = try document.finish(totals: totals)
        }
    }
}
