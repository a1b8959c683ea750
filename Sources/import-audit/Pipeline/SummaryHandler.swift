import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports

/// Summarizes each dump.
struct SummaryHandler: DocumentHandler, AuditingSink {
    private let collector: Collector
    let isStrict: Bool
    private let isVerbose: Bool
    var audit: DocumentAudit
    /// The jobs that are taken without an audit, because there is nothing to report about them.
    let plainJobs: PlainJobs
    /// Collects such jobs until there are enough of them to add.
    private let batch: PlainJobBatch
    private let wishes: PlainJobBatch.Wishes
    private(set) var source = ""
    private var order = DocumentOrder(input: 0)

    /// - Parameters:
    ///   - identity: looks for repeated ids, if requested.
    ///   - listsRows: whether summaries keep the failed rows that pages list.
    ///   - hashing: whether the reader computes the SHA-256 of dumps.
    ///   - takesPlainJobs: whether plain jobs may be taken without an audit, because it is decided only at the end
    ///     which dumps count.
    init(
        collector: Collector, identity: IdentityAudit? = nil, concurrency: Concurrency, isStrict: Bool,
        isVerbose: Bool, listsRows: Bool = false, hashing: Bool = false, takesPlainJobs: Bool = false
    ) {
        self.collector = collector
        audit = DocumentAudit(identity: identity, usesThread: concurrency.allowsHelpers, listsRows: listsRows)
        plainJobs = isVerbose || !takesPlainJobs ? .none : identity == nil ? .all : .withDistinctIDs
        wishes = PlainJobBatch.Wishes(isIdentifying: identity != nil, isHashing: hashing)
        batch = PlainJobBatch(wishes) { try collector.add($0) }
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

    func noteChange() { collector.noteChange() }

    mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int {
        guard plainJobs != .none else { return 0 }
        try checkIsWanted()
        return try batch.add(jobs, runs, text: text, source: source, at: position, &order)
    }

    func makeTaker() -> (any PlainJobTaker)? {
        plainJobs == .none ? nil : PlainJobBatch(source: source, wishes) { [collector] in try collector.add($0) }
    }

    mutating func adopt(_ taker: any PlainJobTaker) throws {
        guard let ahead = taker as? PlainJobBatch else { return }
        try batch.adopt(ahead, from: &order)
    }

    func finish() throws {
        try batch.flush()
    }

    mutating func leaveOutDocument() throws {
        try audit.leaveOut()
        order.document += 1
    }

    func checkIsWanted() throws {
        if Interruption.isRequested { throw Interrupted() }
    }

    mutating func take(_ document: AuditedDocument, named name: String) throws {
        switch document {
        case .job(let summary):
            // Keeps the order, because documents in order need not be sorted.
            try batch.afterwards { [collector, order] in try collector.add(summary, order) }
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

/// A handler that summarizes each document, and also uses its data in another way.
protocol SummaryCompanion: DocumentHandler {
    var summary: SummaryHandler { get }
}

extension SummaryCompanion {
    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        summary.passOver(own, source: source, order: order)
    }

    func noteChange() { summary.noteChange() }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try summary.refuse(source: source, reason: reason, order: order, status: status)
    }
}

extension DumpFault {
    /// Why `--strict` refuses the dump.
    var refusal: String {
        "The dump \(sentence). It is refused because of --strict; without --strict, the rows before that are reported."
    }
}
