import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import XHTMLValidation

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Show the state of every row after several tries.",
        discussion: """
            Give the dump of the first try, then the dumps of the tries that followed. A try may also be a folder or an \
            archive with the dumps of its jobs. --map names the reasons.csv that rejects wrote after each try but the last.

            For every row of the first source, account shows whether it was imported and in which try, still fails and \
            why, was never sent again, or was sent again although it had succeeded.

            EXAMPLES
              import-audit account first.json second.json --map rejects/reasons.csv
              import-audit account first.json second.json --map reasons.csv --format html
            """
    )

    enum Format: String, Choice {
        case text, json, csv, xhtml

        static let aliases: [String: Self] = ["html": .xhtml]
    }

    @Argument(help: ArgumentHelp("The dumps of the tries, in order.", valueName: "try"), completion: .file())
    var tries: [String]

    @OptionGroup(title: Help.input) var between: MapOptions

    struct MapOptions: ParsableArguments {
        @Option(
            name: .customLong("map"), parsing: .upToNextOption,
            help: ArgumentHelp(
                "reasons.csv of each try but the last, in order. Add #FILE if only that file of rejects was sent, or "
                    + "#FILE,FILE for several: one for each job, in order.",
                valueName: "reasons.csv"),
            completion: .file())
        var maps: [String]
    }

    @OptionGroup(title: Help.output) var printing: Printing
    @OptionGroup(title: Help.output) var csv: CSVFlags
    @OptionGroup var options: ReadingOptions
    @OptionGroup var selecting: RefusedSelection

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text
    }

    func validate() throws {
        if tries.count < 2 { throw ValidationError("account takes the dumps of two tries or more.") }
        if tries.count > RowAccount.mostTries { throw ValidationError("account takes at most 255 tries.") }
        if between.maps.count != tries.count - 1 {
            throw ValidationError(
                "\(tries.count) tries take \(tries.count - 1 == 1 ? "1 map" : "\(tries.count - 1) maps"): --map names "
                    + "reasons.csv of each try but the last.")
        }
        try GivenNames.check(inputs: tries)
        try GivenNames.check(between.maps, of: "--map")
    }

    func run() throws {
        try reportingFailures {
            var chain = try MapChain(between.maps.map { try RowMap($0) })
            try chain.checkReachesFirst()
            guard var first = try Try(tries[0], options) else { throw Interrupted() }
            var status = first.status
            first.takeRows(from: chain.maps[0].plan)
            let space = try RowSpace(first, chain.maps[0])
            var account = RowAccount(rows: space.count)
            for (index, job) in first.jobs.enumerated() {
                try first.visit(job) { row, outcome, texts in
                    account.note(space.starts[index] + row, outcome, code: texts.code)
                }
            }
            for (index, name) in tries.enumerated().dropFirst() {
                guard var next = try Try(name, options) else { throw Interrupted() }
                status = status.orWorse(next.status)
                if index < chain.maps.count { next.takeRows(from: chain.maps[index].plan) }
                let layout = try chain.layout(of: next, number: index)
                let origins = try chain.follow(layout.sent)
                next.takeRows(ofSent: origins)
                let sources = try space.indices(of: chain.sources)
                account.beginTry()
                for (job, place) in zip(next.jobs, layout.jobs) {
                    let rows = origins[place.sent]
                    try next.visit(job) { row, outcome, texts in
                        let origin = rows[place.start + row - 1]
                        account.note(try space.row(origin.row, of: sources[origin.source]), outcome, code: texts.code)
                    }
                }
            }
            try write(account, space)
            return status
        }
    }

    private func write(_ account: RowAccount, _ space: RowSpace) throws {
        let report = AccountReport(AccountTotals(account), tries: tries)
        switch printing.format {
        case .text: try Console.write(report.text)
        case .json: try Console.write(report.json)
        case .csv:
            var bytes = csv.options.opening(AccountReport.header)
            for source in space.sources {
                for row in 1..<source.rows + 1 {
                    AccountReport.line(
                        account[source.start + row], source: source.name, number: row, csv.options, into: &bytes)
                    if bytes.count >= 256 * 1024 {
                        if Interruption.isRequested { throw Interrupted() }
                        try Console.write(bytes)
                        bytes.removeAll(keepingCapacity: true)
                    }
                }
            }
            try Console.write(bytes)
        case .xhtml:
            let page = report.page(toolVersion: toolVersion)
            let problems = XHTMLValidator(grammar: try XHTMLGrammar(BuiltInTemplates.grammar)).problems(in: page)
            if let problem = problems.first {
                throw CommandFailure(.internalFault, "the page is not valid: \(problem.message)")
            }
            try Console.write(page)
        }
    }
}
