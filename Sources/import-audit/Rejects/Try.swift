import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// The jobs of one try, with their rows.
struct Try {
    struct Job {
        var summary: JobSummary
        var order: DocumentOrder
    }

    let name: String
    let status: ExitStatus
    /// Inputs that are not import jobs or could not be read.
    let unreadable: Int
    private(set) var jobs: [Job] = []
    private let spool: RowSpool
    private let results: RunResults

    /// Reads the input; nil if that was interrupted.
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
        results = try collector.results()
        if !options.isQuiet { results.ownOutputs.say() }
        try results.sayWhatWasNotRead()
        status = results.status
        unreadable = results.unreadableCount
        guard results.jobCount > 0 else {
            throw CommandFailure(status == .done ? .inputNotReadWhole : status, "\(input): there is no import job")
        }
        for index in 0..<results.jobCount {
            jobs.append(Job(summary: try results.job(index), order: try results.order(ofJob: index)))
        }
    }

    /// Returns the number of rows of all its jobs.
    func total() throws -> Int {
        try jobs.reduce(0) { $0 + (try rows(of: $1)) }
    }

    /// Returns the totals of its dumps.
    func totals() throws -> Totals {
        var totals = Totals()
        try results.visit {
            totals.add($0)
        } tally: {
            totals.add($0)
        }
        return totals
    }

    /// Returns the messages of its failed rows.
    func messages() throws -> MessageTotals {
        var messages = MessageTotals()
        for job in jobs { messages.add(job.summary) }
        return messages
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

    /// The texts of a row besides its outcome.
    typealias Texts = (code: [UInt8]?, message: [UInt8]?)

    /// Calls `body` with each row of a job, from 1 on, its outcome and its texts. The outcome is nil if the dump does
    /// not have the row.
    func visit(_ job: Job, _ body: (Int, Outcome?, Texts) throws -> Void) throws {
        let total = try rows(of: job)
        var spooled = spool.rows(of: job.order)
        var row = 0
        while let run = try spooled.next() {
            if run.isDamaged, job.summary.rows.seen != total { break }
            let texts = (
                code: run.code.map { [UInt8](spooled.text($0)) },
                message: run.message.map { [UInt8](spooled.text($0)) }
            )
            for _ in 0..<run.count {
                row += 1
                try body(row, run.isDamaged ? nil : run.outcome, texts)
            }
        }
        while row < total {
            row += 1
            try body(row, nil, (nil, nil))
        }
    }
}

/// All rows that were sent in the first try, as one sequence.
struct RowSpace {
    private(set) var count = 0
    /// The number of rows before those of each job.
    private(set) var starts: [Int] = []
    private var sources: [(name: String, start: Int, rows: Int)] = []

    init(_ first: Try, _ map: RowMap) throws {
        let total = try first.total()
        guard let plan = map.plan, !plan.isComposed, plan.jobs.count == first.jobs.count else {
            // Without plan.json: one source, from which the jobs took their rows one after another.
            for job in first.jobs {
                starts.append(count)
                count += try first.rows(of: job)
            }
            sources = [(map.sources.first ?? "", 0, count)]
            guard map.sources.count <= 1 else {
                throw CommandFailure(
                    .notPassed, of: map.name, "the map covers several sources: plan.json must be in the same folder.")
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
                    "the map belongs to a job of \(Wording.rowsWord(job.rows)), but \(first.jobs[index].summary.source) has "
                        + "\(Wording.rowsWord(try first.rows(of: first.jobs[index]))).")
            }
            starts.append(source.start + (job.firstRow ?? 1) - 1)
        }
        guard total <= count else {
            throw CommandFailure(.notPassed, of: map.name, "the map has fewer rows than \(first.name).")
        }
    }

    /// Returns the number of a row among all rows, from 1 on.
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

    /// Returns the source of a row, and its number in that source.
    func place(of row: Int) -> (source: String, number: Int) {
        let source = sources.last { $0.start < row } ?? sources[0]
        return (source.name, row - source.start)
    }
}

extension RowMap {
    /// Fails if the map belongs to other dumps than those of the previous try.
    func checkDumps(_ hashes: Set<String>, _ name: String) throws(CommandFailure) {
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

extension ArraySlice<RowMap> {
    /// Returns the origins of the rows of the try after the last of these maps, and the map whose sources they refer
    /// to.
    ///
    /// - Parameters:
    ///   - total: the number of rows of that try.
    ///   - file: the name of what was sent in it, if it is known.
    func follow(total: Int, sentAs file: String? = nil) throws -> (rows: [RowMap.Target], in: RowMap) {
        guard let last else { throw CommandFailure(.internalFault, "there is no map to follow") }
        var rows = try last.rows(for: total, sentAs: file)
        var reached = last
        for earlier in dropLast().reversed() where !reached.reachesBehind(earlier) {
            rows = try earlier.follow(rows, of: reached.sources.first ?? "")
            reached = earlier
        }
        return (rows, reached)
    }
}
