import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import XHTMLValidation

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Say where every row stands after several tries.",
        discussion: """
            The first argument is the dump of the first try (or a folder or archive with the dumps of its jobs), the \
            others are those of the tries that followed, each with the file reasons.csv that rejects wrote before it. \
            Says of every row of the first source whether it is in and after which try, still failing and why, never sent \
            again, or sent again although it had succeeded.

            EXAMPLES
              import-audit account first.json second.json --map rejects/reasons.csv
              import-audit account 1.json 2.json 3.json --map r1/reasons.csv --map r2/reasons.csv --format csv
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, csv, xhtml
    }

    @Argument(help: ArgumentHelp("The dumps of the tries, in order.", valueName: "try"))
    var tries: [String]

    @Option(
        name: .customLong("map"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "reasons.csv of each try but the last, in order; with #FILE for one of its files.", valueName: "reasons.csv"
        ))
    var maps: [String]

    @Option(help: "What to print; xhtml is a page.")
    var format: Format = .text

    @OptionGroup var options: ReadingOptions
    @OptionGroup var csv: CSVFlags

    func validate() throws {
        if tries.count < 2 { throw ValidationError("account takes the dumps of two tries or more.") }
        if tries.count > RowAccount.mostTries { throw ValidationError("account takes at most 255 tries.") }
        if maps.count != tries.count - 1 {
            throw ValidationError(
                "\(tries.count) tries take \(tries.count - 1 == 1 ? "1 map" : "\(tries.count - 1) maps"): --map names "
                    + "reasons.csv of each try but the last.")
        }
        if tries.count(where: { $0 == "-" }) > 1 { throw ValidationError("Only one try can be standard input.") }
    }

    func run() throws {
        try reportingFailures {
            let maps = try maps.map { try RowMap($0) }
            guard let first = try Try(tries[0], options) else { return .interrupted }
            var status = first.status
            let space = try RowSpace(first, maps[0])
            var account = RowAccount(rows: space.count)
            for (index, job) in first.jobs.enumerated() {
                try first.visit(job) { row, outcome, code in
                    account.note(space.starts[index] + row, outcome, code: code)
                }
            }
            var hashes = Set(first.jobs.compactMap { $0.summary.sha256 })
            for (index, name) in tries.enumerated().dropFirst() {
                guard let next = try Try(name, options) else { return .interrupted }
                status = status.orWorse(next.status)
                let map = maps[index - 1]
                try map.checkDumps(hashes, tries[index - 1])
                let total = try next.total()
                var rows = try map.rows(for: total, sentAs: nil)
                var reached = map
                for earlier in maps[..<(index - 1)].reversed() where !reached.reachesBehind(earlier) {
                    rows = try earlier.follow(rows, of: reached.sources.first ?? "")
                    reached = earlier
                }
                account.beginTry()
                var start = 0
                for job in next.jobs {
                    try next.visit(job) { row, outcome, code in
                        let target = rows[start + row - 1]
                        account.note(try space.row(of: target, in: reached), outcome, code: code)
                    }
                    start += job.summary.job.total ?? 0
                }
                hashes = Set(next.jobs.compactMap { $0.summary.sha256 })
            }
            try write(account, space)
            return status
        }
    }

    private func write(_ account: RowAccount, _ space: RowSpace) throws {
        let report = AccountReport(AccountTotals(account), tries: tries)
        switch format {
        case .text: try Console.write(report.text)
        case .json: try Console.write(report.json)
        case .csv:
            var bytes = csv.options.opening(AccountReport.header)
            for row in 0..<space.count {
                let (source, number) = space.place(of: row + 1)
                AccountReport.line(account[row + 1], source: source, number: number, csv.options, into: &bytes)
                if bytes.count >= 256 * 1024 {
                    try Console.write(bytes)
                    bytes.removeAll(keepingCapacity: true)
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

/// The jobs of one try, with their rows.
private struct Try {
    struct Job {
        var summary: JobSummary
        var order: DocumentOrder
    }

    let name: String
    let status: ExitStatus
    private(set) var jobs: [Job] = []
    private let spool: RowSpool

    /// Nil if reading was interrupted.
    init?(_ input: String, _ options: ReadingOptions) throws {
        name = input
        let folder = Console.environment("TMPDIR") ?? "/tmp"
        let collector = Collector(folder: folder)
        let spool = try RowSpool(in: folder)
        self.spool = spool
        let run = try InputRun([input], options, collector: collector, hashing: true)
        let end = try run.run {
            SpoolingHandler(
                SummaryHandler(
                    collector: collector, concurrency: options.concurrency, isStrict: options.isStrict,
                    isVerbose: options.isVerbose), spool, keepsAllIDs: false)
        }
        guard case .done = end else { return nil }
        let results = try collector.results()
        if !options.isQuiet { results.ownOutputs.say() }
        try results.sayWhatWasNotRead()
        status = results.status
        guard results.jobCount > 0 else {
            throw CommandFailure(status == .done ? .inputNotReadWhole : status, "\(input): there is no import job")
        }
        for index in 0..<results.jobCount {
            jobs.append(Job(summary: try results.job(index), order: results.order(ofJob: index)))
        }
    }

    /// The rows of all its jobs.
    func total() throws -> Int {
        try jobs.reduce(0) { $0 + (try rows(of: $1)) }
    }

    func rows(of job: Job) throws -> Int {
        guard let total = job.summary.job.total else {
            throw CommandFailure(.notPassed, of: job.summary.source, "the dump does not say how many rows the job had.")
        }
        guard total >= job.summary.rows.seen else {
            throw CommandFailure(
                .notPassed, of: job.summary.source,
                "the job has a total of \(Wording.rowsWord(total)), but results of \(Wording.rowsWord(job.summary.rows.seen))."
            )
        }
        return total
    }

    /// Calls `body` with each row of a job, from 1 on: its outcome, nil if the dump does not have it, and its code.
    func visit(_ job: Job, _ body: (Int, Outcome?, [UInt8]?) throws -> Void) throws {
        let total = try rows(of: job)
        var spooled = spool.rows(of: job.order)
        var row = 0
        while let run = try spooled.next() {
            if run.isDamaged, job.summary.rows.seen != total { break }
            let code = run.code.map { spooled.span($0) { [UInt8](span: $0) } }
            for _ in 0..<run.count {
                row += 1
                try body(row, run.isDamaged ? nil : run.outcome, code)
            }
        }
        while row < total {
            row += 1
            try body(row, nil, nil)
        }
    }
}

/// The rows of all that was sent in the first try, as one sequence.
private struct RowSpace {
    private(set) var count = 0
    /// Rows before those of each job.
    private(set) var starts: [Int] = []
    private var sources: [(name: String, start: Int, rows: Int)] = []

    init(_ first: Try, _ map: RowMap) throws {
        let total = try first.total()
        guard let plan = map.plan, !plan.isComposed, plan.jobs.count == first.jobs.count else {
            // Without plan.json: one source, of which the jobs took their rows one after another.
            for job in first.jobs {
                starts.append(count)
                count += try first.rows(of: job)
            }
            sources = [(map.sources.first ?? "", 0, count)]
            guard map.sources.count <= 1 else {
                throw CommandFailure(
                    .notPassed, of: map.name, "the map is about several sources: plan.json must lie beside it.")
            }
            return
        }
        for source in plan.sources {
            sources.append((source.name, count, source.rows))
            count += source.rows
        }
        for (index, job) in plan.jobs.enumerated() {
            guard let source = sources.first(where: { $0.name == job.source }),
                job.rows == (try first.rows(of: first.jobs[index]))
            else {
                throw CommandFailure(
                    .notPassed, of: map.name,
                    "the map is about a job of \(Wording.rowsWord(job.rows)), but \(first.jobs[index].summary.source) has "
                        + "\(Wording.rowsWord(try first.rows(of: first.jobs[index]))).")
            }
            starts.append(source.start + (job.firstRow ?? 1) - 1)
        }
        guard total <= count else {
            throw CommandFailure(.notPassed, of: map.name, "the map is about fewer rows than \(first.name) has.")
        }
    }

    /// The number of a row among all, from 1 on.
    func row(of target: RowMap.Target, in map: RowMap) throws -> Int {
        let name = map.sources[target.source]
        guard let source = sources.count == 1 ? sources.first : sources.first(where: { $0.name == name }),
            target.row <= source.rows
        else {
            throw CommandFailure(
                .notPassed, of: map.name,
                "the map names row \(Wording.grouped(target.row)) of \(name), which the first try does not have.")
        }
        return source.start + target.row
    }

    /// The source of a row, and its number there.
    func place(of row: Int) -> (source: String, number: Int) {
        let source = sources.last { $0.start < row } ?? sources[0]
        return (source.name, row - source.start)
    }
}

extension RowMap {
    /// Fails if the map is about other dumps than those of the try before.
    fileprivate func checkDumps(_ hashes: Set<String>, _ name: String) throws(CommandFailure) {
        guard let plan else { return }
        for job in plan.jobs {
            guard let hash = job.sha256, !hashes.contains(hash) else { continue }
            throw CommandFailure(
                .notPassed, of: self.name,
                "the map was made from another dump than \(name): their SHA-256 differ. Give tries and maps in their order."
            )
        }
    }
}
