import ArgumentParser
import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports
import Synchronization

struct RowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Print every row of dumps as one stream.",
        discussion: """
            Prints source, job_id, row, outcome, record_id, error_code and error_message of each row, in the order of the \
            inputs: as CSV, as JSON Lines with null for an empty value, or as an Arrow IPC stream for programs. Each job \
            is printed once, from its latest dump. All inputs are therefore read twice; standard input is kept in an \
            unnamed temporary file, and named pipes are refused.

            EXAMPLES
              import-audit rows dumps/ > rows.csv
              import-audit rows job.json --outcomes failed --format jsonl
              import-audit rows dumps/ --code invalid_email --code rate_limited
              import-audit rows dumps/ --format arrow > rows.arrows
            """
    )

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var printing: Printing
    @OptionGroup(title: Help.output) var csv: CSVFlags

    struct Printing: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Only rows with these outcomes, separated by commas: \(Outcome.allCases.map { $0.rawValue }.joined(separator: ", ")).",
                valueName: "list"),
            completion: .list(Outcome.allCases.map { $0.rawValue }), transform: RowsCommand.outcomes)
        var outcomes: [Outcome]?

        @Option(
            name: .customLong("code"),
            help: ArgumentHelp(
                "Only failed rows with this code; an empty code means rows without one. Repeatable.",
                valueName: "code"))
        var codes: [String] = []

        @Option(.format) var format: RowStream.Format = .csv

        @Flag(
            name: .customLong("every-dump"),
            help: "Print the rows of every dump, including those that a later dump of the same job supersedes.")
        var isEveryDumpPrinted = false

        func validate() throws {
            if format.isBinary, isatty(STDOUT_FILENO) == 1 {
                throw ValidationError("--format \(format.rawValue) is for programs: send it to a file or a pipe.")
            }
        }
    }

    func run() throws {
        try reportingFailures {
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            if let once = options.inputs.first(where: { $0 != "-" && InputPath($0).isReadableOnce }) {
                throw CommandFailure(
                    .usage,
                    "the inputs are read twice, but \((redaction?.names ?? .plain).shown(once)) can be read only once: "
                        + "save it in a file first, or pass it as standard input (-).")
            }
            let folder = TemporaryFolder.parent
            let rewind = try options.inputs.contains("-") ? KeptInput(in: folder) : nil
            let collector = Collector(folder: folder, combinesSnapshots: !printing.isEveryDumpPrinted)
            let attempts = RowAttempts()
            let states = InputStates(names: redaction?.names ?? .plain)
            let first = try InputRun(
                options: options, collector: collector, hashing: false, names: redaction?.names ?? .plain)
            let selector = options.selecting.selector(redaction)
            let end = try first.run(redaction, selector) {
                CountingHandler(
                    SummaryHandler(
                        collector: collector, concurrency: options.concurrency, isStrict: options.isStrict,
                        isVerbose: options.isVerbose), attempts, states)
            }
            guard case .done = end else { throw Interrupted() }
            let results = try collector.results()
            if !options.isQuiet {
                results.ownOutputs.say()
                selector?.say()
            }
            try results.sayWhatWasNotRead()
            try rewind?.rewind()
            let output = Console.Output()
            let stream = RowStream(
                printing.format,
                RowSelection(
                    outcomes: printing.outcomes, codes: printing.codes.isEmpty ? nil : printing.codes),
                options: csv.options
            ) { try output.write($0) }
            if results.jobCount > 0 {
                let second = try InputRun(
                    options.inputs, isQuiet: true, Concurrency(workers: 1), hashing: false, output: nil,
                    encoding: options.encoding, names: redaction?.names ?? .plain
                ) { (0, 0) }
                let printer = try RowPrinter(stream: stream, results: results, attempts)
                let end = try second.run(redaction) { PrintingHandler(printer, states) }
                guard case .done = end else { throw Interrupted() }
                try printer.checkNothingIsLeft()
            }
            try stream.finish()
            return results.status
        }
    }

    fileprivate static func outcomes(_ list: String) throws -> [Outcome] {
        try list.split(separator: ",", omittingEmptySubsequences: false).map { word in
            let word = word.filter { $0 != " " }
            guard let outcome = Outcome(rawValue: String(word)) else {
                throw ValidationError(
                    "“\(shownText(String(word)))” is not an outcome; choose from "
                        + Outcome.allCases.map { $0.rawValue }.joined(separator: ", ") + ".")
            }
            return outcome
        }
    }
}

/// A job whose rows are printed.
private struct PrintedJob {
    var order: DocumentOrder
    var source: String
    var jobID: String?
    /// The number of its rows when they were counted.
    var rows: Int
    /// How many times its dump begins `results`. Only the last one counts.
    var attempts: Int
}

/// How many times each dump begins `results`, kept only for dumps that do so more than once.
private final class RowAttempts: Sendable {
    private let counts = Lock<[DocumentOrder: Int]>([:])

    func note(_ order: DocumentOrder, _ count: Int) {
        if count > 1 { counts.withLock { $0[order] = count } }
    }

    func of(_ order: DocumentOrder) -> Int { counts.withLock { $0[order] ?? 1 } }
}

/// The states of inputs that are read twice, to detect changes in between.
private final class InputStates: Sendable {
    private let names: SourceNames
    private let noted = Lock<[Int: (input: InputPath, state: InputState)]>([:])

    init(names: SourceNames) {
        self.names = names
    }

    /// - Parameter number: the number of the input.
    func note(_ input: InputPath, _ number: Int) {
        guard let state = InputState(of: input) else { return }
        noted.withLock { $0[number] = (input, state) }
    }

    /// Fails if an input has changed since it was noted, or if an input before it was added or removed.
    func check(_ input: InputPath, _ number: Int) throws(CommandFailure) {
        guard let noted = noted.withLock({ $0[number] }) else { return }
        if noted.input != input, noted.state == InputState(of: noted.input) { throw changed(input) }
        if noted.state != InputState(of: noted.input) { throw changed(noted.input) }
    }

    private func changed(_ input: InputPath) -> CommandFailure {
        CommandFailure(.inputNotReadWhole, of: names.shown(input.shown), InputState.complaint)
    }
}

/// A copy of standard input in a file that can be read twice.
private struct KeptInput {
    init(in folder: String) throws {
        let descriptor = try TemporaryFile.open(in: folder)
        defer { close(descriptor) }
        var source = DescriptorSource(descriptor: STDIN_FILENO)
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            if Interruption.isRequested { throw Interrupted() }
            let read = unsafe chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
            }
            if case .failure(let failure) = read {
                // A partial copy would look complete when it is read again.
                throw CommandFailure(.inputNotReadWhole, of: "-", failure.description)
            }
            guard case .success(let count) = read, count > 0 else { break }
            do throws(SystemFailure) {
                try writeAll(chunk.span.extracting(0..<count), to: descriptor)
            } catch {
                throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
            }
        }
        // From here on, the copy is standard input.
        guard dup2(descriptor, STDIN_FILENO) >= 0 else {
            throw CommandFailure(.internalFault, SystemFailure.last.description)
        }
        try rewind()
    }

    func rewind() throws(CommandFailure) {
        guard lseek(STDIN_FILENO, 0, SEEK_SET) == 0 else {
            throw CommandFailure(.internalFault, "a temporary file cannot be read: \(SystemFailure.last.description)")
        }
    }
}

/// Summarizes each dump, and counts how many times it begins `results`.
private struct CountingHandler: DocumentHandler {
    private var summary: SummaryHandler
    private let attempts: RowAttempts
    private let states: InputStates
    private var order = DocumentOrder(input: 0)
    private var begun = 0

    init(_ summary: SummaryHandler, _ attempts: RowAttempts, _ states: InputStates) {
        self.states = states
        self.summary = summary
        self.attempts = attempts
    }

    mutating func begin(source: String, order: DocumentOrder) {
        summary.begin(source: source, order: order)
        (self.order, begun) = (order, 0)
    }

    func isKnown(_ input: InputPath, size: Int?, number: Int) -> Bool {
        states.note(input, number)
        return false
    }

    func end(_ input: InputPath, number: Int) throws { try states.check(input, number) }

    // By then, `end` has already thrown.
    func noteChange() {}

    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        summary.passOver(own, source: source, order: order)
    }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try summary.refuse(source: source, reason: reason, order: order, status: status)
    }

    mutating func beginRows(of job: DeclaredJob) {
        summary.beginRows(of: job)
        begun += 1
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try summary.consume(runs, text: text)
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try summary.endDocument(reading, at: position)
        attempts.note(order, begun)
        order.document += 1
        begun = 0
    }

    func finish() throws { try summary.finish() }

    mutating func leaveOutDocument() throws {
        try summary.leaveOutDocument()
        order.document += 1
        begun = 0
    }
}

/// The stream that rows are printed to, and the jobs to print, one after another in their order: there may be a million.
/// Only one thread uses it, because its run has only one.
private final class RowPrinter: @unchecked Sendable {
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
private struct PrintingHandler: DocumentHandler {
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

extension RowStream.Format: Choice {}
