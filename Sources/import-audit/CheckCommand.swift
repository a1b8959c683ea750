import ArgumentParser
import ImportAnalysis
import ImportReports

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check dumps against rules, for scripts and CI.",
        discussion: """
            Prints each rule, what was found and whether the rule is met. A rule covers the rows of all jobs together; \
            percentages are exact shares of the rows seen. The exit status is 1 if a rule is not met. It is 65 or 66 \
            if an input could not be read completely: the rules were then not checked against everything.

            EXAMPLES
              import-audit check dumps/ --max-failed 2% --fail-on critical
              import-audit check tonight.json --history imports.sqlite --unusual
              import-audit check job.json --codes codes.yml --only-new-codes --max-failed 0
              import-audit check dumps/ --rules rules.yml --format junit > import.xml
            """
    )

    enum Format: String, Choice {
        case text, json, junit
    }

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.rules) var gate: RuleOptions
    @OptionGroup(title: Help.rules) var past: PastRuleOptions
    @OptionGroup(title: Help.codes) var codes: CodesOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var printing: Printing

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text
    }

    func run() throws {
        try reportingFailures {
            let userRules = try gate.userRules(codes, past: past)
            guard let rules = userRules.gate else {
                throw CommandFailure(
                    .usage, "check needs a rule, such as --fail-on critical")
            }
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            let history = try past.history.map { name throws(CommandFailure) in
                try HistoryAccess(name, waitSeconds: HistoryWaiting.defaultSeconds)
            }
            guard
                let results = try RunResults(
                    of: options, looksForIdentity: rules.asksForIdentity, redaction: redaction)
            else { throw Interrupted() }
            var ruleTally = userRules.ruleTally
            var totals = Totals()
            if let history, rules.asksForHistory {
                try results.visit {
                    totals.add($0)
                } tally: {
                    totals.add($0)
                }
                try results.visit(comparing: history, redaction?.mark) { job, earlier, place in
                    ruleTally.add(job, after: earlier, at: place)
                }
            } else {
                try results.visit { job in
                    totals.add(job)
                    ruleTally.add(job)
                } tally: { tally in
                    totals.add(tally)
                    ruleTally.add(tally)
                }
            }
            for index in 0..<results.unreadableCount { ruleTally.add(try results.unreadable(index)) }
            let ruleResults = ruleTally.ruleResults()
            let report = CheckReport(
                ruleResults, totals: totals, codes: userRules.codes, unreadable: results.unreadableCount,
                isAllRead: results.status == .done)
            try Console.write(printing.format.render(report))
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
