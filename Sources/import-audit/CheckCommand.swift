import ArgumentParser
import ImportAnalysis
import ImportReports

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check dumps against rules, for scripts and CI.",
        discussion: """
            Prints each rule with what was found and whether it is met. Rows are those of all jobs together; \
            percentages are of the rows seen, and exact. The exit status is 1 if a rule is not met. If some input \
            could not be read whole it is 65 or 66 in any case: then the rules were applied to less than all.

            EXAMPLES
              import-audit check dumps/ --max-failed 2% --fail-on critical
              import-audit check job.json --codes codes.yml --only-new-codes --max-failed 0
              import-audit check dumps/ --rules rules.yml --format junit > import.xml
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, junit
    }

    @OptionGroup var options: RunOptions
    @OptionGroup var gate: RuleOptions
    @OptionGroup var codes: CodesOptions
    @OptionGroup var redacting: RedactionOptions

    @Option(help: "What to print.")
    var format: Format = .text

    func run() throws {
        try reportingFailures {
            let userRules = try gate.userRules(codes)
            guard let rules = userRules.gate else {
                throw CommandFailure(
                    .usage, "there is no rule to check the inputs against; give one, such as --fail-on critical")
            }
            guard
                let results = try RunResults(
                    of: options, looksForIdentity: rules.asksForIdentity,
                    redaction: redacting.redaction(isQuiet: options.isQuiet))
            else { return .interrupted }
            var ruleTally = userRules.ruleTally
            var totals = Totals()
            try results.visit { job in
                totals.add(job)
                ruleTally.add(job)
            } tally: { tally in
                totals.add(tally)
                ruleTally.add(tally)
            }
            for index in 0..<results.unreadableCount { ruleTally.add(try results.unreadable(index)) }
            let ruleResults = ruleTally.ruleResults()
            let report = CheckReport(
                ruleResults, totals: totals, codes: userRules.codes, unreadable: results.unreadableCount,
                isAllRead: results.status == .done)
            try Console.write(format.render(report))
            try results.sayWhatWasNotRead()
            return results.status.orWorse(ruleResults.status)
        }
    }
}

extension CheckCommand.Format {
    fileprivate func render(_ report: CheckReport) -> [UInt8] {
        switch self {
        case .text: report.text(usesColor: Console.allowsColor)
        case .json: report.json
        case .junit: report.junit
        }
    }
}
