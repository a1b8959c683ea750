import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports

// The second of two readings: it prints the rows of the dumps that count.

/// A job whose rows are printed.
struct PrintedJob {
    var order: DocumentOrder
    var source: String
    var jobID: String?
    /// The number of its rows when they were counted.
    var rows: Int
    /// How many times its dump begins `results`. Only the last one counts.
    var attempts: Int
}

/// The stream that rows are printed to, and the jobs to print, one after another in their order: there may be a million.
/// Only one thread uses it, because its run has only one.
final class RowPrinter: @unchecked Sendable {
    let stream: RowStream
    private let results: RunResults
    private let attempts: RowAttempts
    /// The next job whose rows are to be printed, and its index among all jobs.
    private var next: (job: PrintedJob?, index: Int) = (nil, -1)
    /// The first job with rows that was not met again in its place.
    private var missing: PrintedJob?
    /// Why inputs are not read, by their numbers.
    private var refusals: [Int: (reason: String, status: ExitStatus)] = [:]

    init(stream: RowStream, results: RunResults, _ attempts: RowAttempts) throws {
        self.stream = stream
        self.results = results
        self.attempts = attempts
        try advance()
    }

    private func advance() throws {
        next = (nil, next.index + 1)
        guard next.index < results.jobCount else { return }
        let (job, order) = (try results.job(next.index), try results.order(ofJob: next.index))
        next.job = PrintedJob(
            order: order, source: job.source, jobID: job.job.jobID, rows: job.rows.seen, attempts: attempts.of(order))
    }

    /// Returns the job at a place, if its rows are to be printed. Places are requested in order.
    func job(at order: DocumentOrder) throws -> PrintedJob? {
        while let job = next.job, job.order < order { try pass(job) }
        return next.job?.order == order ? next.job : nil
    }

    private func pass(_ job: PrintedJob) throws {
        if job.rows > 0, missing == nil { missing = job }
        try advance()
    }

    func refuse(_ order: DocumentOrder, _ reason: String, _ status: ExitStatus) {
        if refusals[order.input] == nil { refusals[order.input] = (reason, status) }
    }

    /// Ends a job of which this many rows were printed.
    func end(_ order: DocumentOrder, rows: Int, _ reading: DumpReading) throws {
        guard let job = try job(at: order) else { return }
        try advance()
        guard job.rows != rows else { return }
        var reason = InputState.complaint
        if reading.isCutBySystem {
            switch reading {
            case .job(let dump): reason = dump.fault.map { "The dump \($0.sentence)." } ?? reason
            case .notAJob(let other): reason = other.explanation
            }
            reason += " Not all of its rows were printed."
        }
        throw CommandFailure(.inputNotReadWhole, of: job.source, reason)
    }

    /// Fails if rows were counted but not printed, because an input could not be read a second time.
    func checkNothingIsLeft() throws {
        while missing == nil, let job = next.job { try pass(job) }
        guard let job = missing else { return }
        guard let refusal = refusals[job.order.input] else {
            throw CommandFailure(.inputNotReadWhole, of: job.source, InputState.complaint)
        }
        throw CommandFailure(refusal.status, of: job.source, "\(refusal.reason) Its rows were not printed.")
    }
}

/// Prints the rows of the dumps that count.
struct PrintingHandler: DocumentHandler {
    private let printer: RowPrinter
    private let states: InputStates
    private var order = DocumentOrder(input: 0)
    private var begun = 0
    private var isPrinting = false
    /// The number of the current job's rows that were printed.
    private var rows = 0

    init(_ printer: RowPrinter, _ states: InputStates) {
        self.states = states
        self.printer = printer
    }

    mutating func begin(source: String, order: DocumentOrder) {
        (self.order, begun, isPrinting, rows) = (order, 0, false, 0)
    }

    // Checked before the rows of an input are printed, and again afterwards.
    func isKnown(_ input: InputPath, size: Int?, number: Int) throws -> Bool {
        try states.check(input, number)
        return false
    }

    func end(_ input: InputPath, number: Int) throws { try states.check(input, number) }

    // By then, `end` has already thrown.
    func noteChange() {}

    // The first reading has already reported it.
    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {}

    // The first reading has already reported it, unless rows are missing because of it.
    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) {
        printer.refuse(order, reason, status)
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        begun += 1
        rows = 0
        guard let printed = try printer.job(at: order), begun == printed.attempts else {
            isPrinting = false
            return
        }
        isPrinting = true
        printer.stream.begin(source: printed.source, jobID: printed.jobID)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        if Interruption.isRequested { throw Interrupted() }
        guard isPrinting else { return }
        try printer.stream.append(runs, text)
        for index in runs.indices { rows += runs[index].count }
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try printer.end(order, rows: rows, reading)
        order.document += 1
        (begun, isPrinting, rows) = (0, false, 0)
    }
}
