import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports

/// Writes the report of each dump: the rows as they are read, the rest after the last row.
struct ReportHandler: DocumentHandler {
    private let run: ReportRun
    private let pages: JobPages
    /// The plain jobs that are taken as a whole: they get no report, and there is nothing to note in them.
    let plainJobs: PlainJobs
    private let wishes: PlainJobBatch.Wishes
    /// Such jobs, until there are enough of them to deliver.
    private let batch: PlainJobBatch
    private var source = ""
    private var order = DocumentOrder(input: 0)
    /// The size and hash of the input's only dump. They are those of the input itself unless it is compressed.
    private var whole: (bytes: Int, sha256: String)?
    /// Whether something in the input is an output of this program.
    private var isOwnOutput = false
    /// Whether the system refused a read of the input.
    private var hasReadFailure = false
    /// The state of the input before it was read.
    private var state: InputState?
    /// The report of the current dump, from its first row on.
    private var pass: ReportPass?

    init(_ run: ReportRun) throws {
        self.run = run
        pages = try JobPages(run.settings)
        plainJobs = run.leavesOutPlainJobs ? .withDistinctIDs : .none
        let settings = run.settings
        wishes = PlainJobBatch.Wishes(
            isIdentifying: true, isHashing: true,
            failedRows: settings.formats.contains(.csv)
                ? PlainJobBatch.FailedRowsForm(options: settings.csv, codes: settings.userRules.codes) : nil)
        batch = PlainJobBatch(wishes) { try run.leaveOut($0) }
    }

    mutating func begin(source: String, order: DocumentOrder) {
        self.source = source
        self.order = order
        pass = nil
    }

    mutating func isKnown(_ input: InputPath, size: Int?, number: Int) throws -> Bool {
        (whole, isOwnOutput, hasReadFailure) = (nil, false, false)
        return try run.takeUp(input, size: size, number: number)
    }

    mutating func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        isOwnOutput = true
        run.noteOwnOutput(order)
        run.collector.add(own, source: source, order)
    }

    func noteChange() { run.collector.noteChange() }

    mutating func noteReadFailure() { hasReadFailure = true }

    mutating func open(as state: InputState?) {
        self.state = state
        run.noteOnlyInput(as: state)
    }

    func end(_ input: InputPath, number: Int) throws {
        // The next run must report it again.
        if isOwnOutput || hasReadFailure { return }
        try run.note(input, whole: whole, as: state, number: number)
    }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try refuse(source: source, reason: reason, order: order, status: status, content: nil)
    }

    private func refuse(
        source: String, reason: String, order: DocumentOrder, status: ExitStatus, content: ContentHash?
    ) throws {
        try run.add(UnreadableInput(source: source, reason: reason), order, status, content: content)
        if run.settings.isVerbose { Console.say("\(source): not read: \(reason)") }
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        if pass == nil { pass = try makePass() }
        try pass?.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        if Interruption.isRequested { throw Interrupted() }
        try pass?.consume(runs, text: text)
    }

    mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int {
        // A dump that may be the only document gets its report anyway.
        guard plainJobs != .none, !run.mayBeAlone(order) else { return 0 }
        if Interruption.isRequested { throw Interrupted() }
        let taken = try batch.add(jobs, runs, text: text, source: source, at: position, &order)
        whole = nil
        if position == .whole, taken == 1, let sha256 = batch.lastSHA256 {
            whole = (jobs[0].dump.count, sha256.hexadecimal)
        }
        return taken
    }

    func makeTaker() -> (any PlainJobTaker)? {
        plainJobs == .none ? nil : PlainJobBatch(source: source, wishes) { [run] in try run.leaveOut($0) }
    }

    mutating func adopt(_ taker: any PlainJobTaker) throws {
        guard let ahead = taker as? PlainJobBatch else { return }
        try batch.adopt(ahead, from: &order)
        whole = nil
    }

    func finish() throws {
        try batch.flush()
    }

    mutating func leaveOutDocument() {
        pass?.stage.discard()
        pass = nil
        order.document += 1
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        defer {
            // Discards files that were not published.
            pass?.stage.discard()
            pass = nil
            order.document += 1
        }
        let name = source + position.suffix
        // Keeps documents in order, so they need not be sorted.
        try batch.flush()
        if reading.isCutBySystem { hasReadFailure = true }
        let isAlone = run.isAlone(order, reading, position)
        func refuseAll(_ reason: String) throws(CommandFailure) {
            guard isAlone else { return }
            throw CommandFailure(.inputNotReadWhole, of: name, "\(reason) Nothing was written.")
        }
        switch reading {
        case .notAJob(let other):
            if case .ownOutput(let own) = other.reason { return passOver(own, source: name, order: order) }
            try refuseAll(other.explanation)
            try refuse(
                source: name, reason: other.explanation, order: order, status: .inputNotReadWhole,
                content: ContentHash(bytes: other.byteCount, sha256: other.sha256))
        case .job(let dump):
            if run.settings.isStrict, let fault = dump.firstFault {
                try refuseAll(fault.refusal)
                return try refuse(
                    source: name, reason: fault.refusal, order: order, status: .inputNotReadWhole,
                    content: ContentHash(bytes: dump.byteCount, sha256: dump.sha256))
            }
            try run.settings.lines?.check(order, sha256: dump.sha256, of: name)
            if pass == nil { pass = try makePass() }
            guard let stage = pass?.stage, let summary = try pass?.finish(dump: dump, source: name) else { return }
            whole = position == .whole ? dump.sha256.map { (dump.byteCount, $0) } : nil
            let ruleResults = isAlone ? run.settings.ruleResults(on: summary) : nil
            try pass?.finishWorkbook(summary, ruleResults: ruleResults)
            if isAlone || run.getsReport(summary, order) {
                try pass?.keepFiles(summary)
                // If the job has other dumps, its pages are made after all inputs have been read. An unfinished job
                // probably has some.
                let mayHaveOthers =
                    summary.job.status == JobStatus.processing.rawValue || run.collector.hasDump(of: summary)
                let hasPages = isAlone || !mayHaveOthers
                if hasPages {
                    try pages.write(summary, order, to: stage.folder(), ruleResults: ruleResults, isAlone: isAlone)
                }
                try run.publish(summary, stage.folder(), order, isAlone: isAlone, hasPages: hasPages)
            } else {
                try run.leaveOut(summary, order) { try pass?.keepFailures(of: order, in: $0) }
            }
            if run.settings.isVerbose { Console.say("\(name): \(Verdict(summary).word)") }
        }
    }

    private func makePass() throws -> ReportPass {
        try ReportPass(
            run.settings, of: order, stage: JobStage { [run, order] in try run.folder(for: order) },
            identity: run.makeIdentityAudit(), mayBeAlone: run.mayBeAlone(order))
    }
}
