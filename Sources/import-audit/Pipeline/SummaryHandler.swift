import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports

/// Folds each dump into its summary.
struct SummaryHandler: DocumentHandler, AuditingSink {
    private let collector: Collector
    let isStrict: Bool
    private let isVerbose: Bool
    var audit: DocumentAudit
    /// Whether jobs are taken as they are if there is nothing to say of them.
    private let takesPlainJobs: Bool
    /// Such jobs, until there are enough of them to be taken in.
    private let plainJobs: PlainJobBatch
    private(set) var source = ""
    private var order = DocumentOrder(input: 0)

    /// - Parameter identity: looks for ids that come back, if they are wanted.
    init(
        collector: Collector, identity: IdentityAudit? = nil, concurrency: Concurrency, isStrict: Bool, isVerbose: Bool
    ) {
        self.collector = collector
        audit = DocumentAudit(identity: identity, usesThread: concurrency.allowsHelpers)
        takesPlainJobs = identity == nil && !isVerbose
        plainJobs = PlainJobBatch(collector, source: "")
        self.isStrict = isStrict
        self.isVerbose = isVerbose
    }

    mutating func begin(source: String, order: DocumentOrder) {
        self.source = source
        self.order = order
        audit.restart()
    }

    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        collector.add(own, source: source, order)
    }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try collector.add(UnreadableInput(source: source, reason: reason), order, status)
        if isVerbose { Console.say("\(source): not read: \(reason)") }
    }

    mutating func consume(
        _ job: PlainJob, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Bool {
        guard takesPlainJobs else { return false }
        try checkIsWanted()
        guard try plainJobs.add(job, runs, text: text, source: (source, position.suffix), order) else { return false }
        order.document += 1
        return true
    }

    func makeTaker() -> (any PlainJobTaker)? {
        takesPlainJobs ? PlainJobBatch(collector, source: source) : nil
    }

    mutating func adopt(_ taker: any PlainJobTaker) throws {
        guard let batch = taker as? PlainJobBatch else { return }
        try batch.flush(from: &order)
    }

    func finish() throws {
        try plainJobs.flush()
    }

    func checkIsWanted() throws {
        if Interruption.isRequested { throw Interrupted() }
    }

    mutating func take(_ document: AuditedDocument, named name: String) throws {
        switch document {
        case .job(let summary):
            try collector.add(summary, order)
            if isVerbose { Console.say("\(name): \(Verdict(summary).word)") }
        case .damaged(let fault):
            try refuse(source: name, reason: fault.refusal, order: order, status: .inputNotReadWhole)
        case .notAJob(let other):
            try refuse(source: name, reason: other.explanation, order: order, status: .inputNotReadWhole)
        case .ownOutput(let own):
            passOver(own, source: name, order: order)
        }
        order.document += 1
    }
}

/// A handler that has a summary made of each document, and takes something else from it besides.
protocol SummaryCompanion: DocumentHandler {
    var summary: SummaryHandler { get }
}

extension SummaryCompanion {
    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        summary.passOver(own, source: source, order: order)
    }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try summary.refuse(source: source, reason: reason, order: order, status: status)
    }
}

extension DumpFault {
    /// Why `--strict` does not take the dump.
    var refusal: String {
        "The dump \(sentence). It is refused because of --strict; without it, the rows before that are reported."
    }
}
