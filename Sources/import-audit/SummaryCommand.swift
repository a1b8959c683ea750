import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports

struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Print a short audit of dumps.",
        discussion: """
            Prints the counts, the codes of failed rows and all findings: as text for people, or as JSON for programs. \
            The JSON is the same as summary.json in a report.

            Folders are searched, archives and compressed files are read without unpacking, and a file may contain one \
            dump per line. Of several dumps of one job, the latest counts, and a finding names the others. A dump that \
            is given twice counts once.

            EXAMPLES
              import-audit summary job.json
              import-audit summary dumps/ --format json
              curl … | import-audit summary -
            """
    )

    enum Format: String, Choice {
        case text, json
    }

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.codes) var codes: CodesOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var printing: Printing

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text

        @Flag(name: .customLong("sha256"), help: "Print the SHA-256 of each dump.")
        var hashes = false

        @Flag(
            name: .customLong("identity"),
            help: ArgumentHelp(
                "Look for records that several rows created or matched, as report does. "
                    + "This takes time and, for a large dump, space in TMPDIR."))
        var looksForIdentity = false

        @Flag(
            name: .customLong("every-dump"),
            help: "Count every dump separately, including those that a later dump of the same job supersedes.")
        var isEveryDumpCounted = false
    }

    func run() throws {
        try reportingFailures {
            let codes = try codes.userRules().codes
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            guard
                let results = try RunResults(
                    of: options, hashing: printing.hashes, combinesSnapshots: !printing.isEveryDumpCounted,
                    looksForIdentity: printing.looksForIdentity, redaction: redaction)
            else { throw Interrupted() }
            try printing.format.print(results, codes: codes, redaction: redaction?.mark)
            return results.status
        }
    }
}

extension SummaryCommand.Format {
    /// The largest number of jobs that a text shows in full.
    private static var jobsInFull: Int { SummaryText.jobsInFull }

    /// Prints a summary on standard output.
    func print(_ summary: Summary, codes: CodeBook? = nil) throws(CommandFailure) {
        switch self {
        case .text: try Console.write(SummaryText.render(summary, usesColor: Console.allowsColor, codes: codes))
        case .json: try Console.write(SummaryJSON.render(summary, codes: codes))
        }
    }

    /// Prints the results of a run on standard output, job by job.
    func print(_ results: RunResults, codes: CodeBook?, redaction: RedactionMark?) throws {
        switch self {
        case .text where results.jobCount <= Self.jobsInFull && results.unreadableCount <= Self.jobsInFull:
            var summary = try results.summary()
            summary.redaction = redaction
            if results.selection != nil, summary.jobs.isEmpty, summary.unreadable.isEmpty {
                return try Console.write(Array("\(Wording.noJobSelected)\n".utf8))
            }
            try print(summary, codes: codes)
        case .text:
            try Console.write(
                SummaryText.render(
                    try results.overview(), usesColor: Console.allowsColor, codes: codes, redaction: redaction))
        case .json:
            var totals = Totals()
            var document = SummaryJSON.Document(to: Console.Output(), codes: codes, redaction: redaction)
            for index in 0..<results.jobCount {
                if let ledger = results.ledger, let (job, isTallied) = try ledger.plain(index),
                    try document.append(plain: job)
                {
                    if !isTallied { totals.add(ledger.outline(of: job)) }
                } else {
                    let job = try results.job(index)
                    totals.add(job)
                    try document.append(job)
                }
            }
            for tally in results.ledger?.tallies.all ?? [] { totals.add(tally) }
            for index in 0..<results.unreadableCount { try document.append(try results.unreadable(index)) }
            _ = try document.finish(totals: totals, incidents: results.surroundings().incidents)
        }
    }
}
