import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// The jobs of one try, with their rows.
struct Try {
    struct Job {
        var summary: JobSummary
        var order: DocumentOrder
        /// The number of rows, if the dump does not say it, but the plan made from it or the file that was sent does.
        fileprivate var rowsSent: Int?

        /// The number of rows; nil if nothing says it.
        var total: Int? { summary.job.total ?? rowsSent }
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
        let folder = TemporaryFolder.parent
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

    /// Takes the numbers of rows that its dumps do not say from the plan that was made from them.
    mutating func takeRows(from plan: RowMap.Plan?) {
        guard let plan, jobs.contains(where: { $0.total == nil }) else { return }
        let known = Dictionary(plan.jobs.map { ($0.sha256, $0.rows) }) { first, _ in first }
        for index in jobs.indices {
            if let hash = jobs[index].summary.sha256 { jobs[index].rowsSent = known[hash] }
        }
    }

    /// Takes the number of rows of its only job from the file that was sent, if its dump does not say it.
    mutating func takeRows(ofSent rows: [[RowMap.Target]]) {
        if jobs.count == 1, rows.count == 1, jobs[0].total == nil { jobs[0].rowsSent = rows[0].count }
    }

    /// Returns the number of rows of all its jobs.
    func total() throws -> Int {
        try jobs.reduce(0) { sum, job in
            let (total, overflows) = sum.addingReportingOverflow(try rows(of: job))
            if overflows { throw CommandFailure(.notPassed, of: name, "the sum of the jobs' totals is too large.") }
            return total
        }
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
        guard let total = job.total else {
            throw CommandFailure(
                .notPassed, of: job.summary.source,
                "the dump does not say how many rows the job had. The plan.json of its rejects does: keep it beside the map."
            )
        }
        guard total >= job.summary.rows.seen else {
            let had = job.summary.job.total == nil ? "had" : "has a total of"
            throw CommandFailure(
                .notPassed, of: job.summary.source,
                "the job \(had) \(Wording.rowsWord(total)), but results of \(Wording.rowsWord(job.summary.rows.seen)).")
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
            if Interruption.isRequested { throw Interrupted() }
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
