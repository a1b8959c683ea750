import ImportAnalysis
import ImportDumps
import ImportReports

/// Folds each dump into its summary.
struct SummaryHandler: DocumentHandler {
    private let collector: Collector
    private let isStrict: Bool
    private let isVerbose: Bool
    private var analyzer: JobAnalyzer
    private let concurrency: Concurrency
    private let identity: IdentityAudit?
    private var source = ""
    private var order = DocumentOrder(input: 0)

    /// - Parameter identity: looks for ids that come back, if they are wanted.
    init(
        collector: Collector, identity: IdentityAudit? = nil, concurrency: Concurrency, isStrict: Bool, isVerbose: Bool
    ) {
        self.collector = collector
        self.concurrency = concurrency
        analyzer = JobAnalyzer(usesThread: concurrency.allowsHelpers)
        self.identity = identity
        self.isStrict = isStrict
        self.isVerbose = isVerbose
    }

    mutating func begin(source: String, order: DocumentOrder) {
        self.source = source
        self.order = order
        analyzer = JobAnalyzer(usesThread: concurrency.allowsHelpers)
    }

    func isKnown(_ input: InputPath, size: Int?, number: Int) -> Bool { false }

    func end(_ input: InputPath, number: Int) {}

    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {
        collector.add(own, source: source, order)
    }

    func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try collector.add(UnreadableInput(source: source, reason: reason), order, status)
        if isVerbose { Console.say("\(source): not read: \(reason)") }
    }

    mutating func beginRows(of job: DeclaredJob) {
        analyzer.beginRows(of: job)
        identity?.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        if Interruption.isRequested { throw Interrupted() }
        analyzer.consume(runs, text: text)
        try identity?.consume(runs, text: text)
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        let name = source + position.suffix
        let shared = try identity?.finish()
        switch reading {
        case .job(let dump):
            if isStrict, let fault = dump.firstFault {
                try refuse(source: name, reason: fault.refusal, order: order, status: .inputNotReadWhole)
            } else {
                var summary = analyzer.summary(of: dump, source: name)
                if let shared { summary.add(shared) }
                try collector.add(summary, order)
                if isVerbose { Console.say("\(name): \(Verdict(summary).word)") }
            }
        case .notAJob(let other):
            if case .ownOutput(let own) = other.reason {
                passOver(own, source: name, order: order)
                break
            }
            try refuse(source: name, reason: other.explanation, order: order, status: .inputNotReadWhole)
        }
        analyzer = JobAnalyzer(usesThread: concurrency.allowsHelpers)
        order.document += 1
    }
}

extension DumpFault {
    /// Why `--strict` does not take the dump.
    var refusal: String {
        "The dump \(sentence). It is refused because of --strict; without it, the rows before that are reported."
    }
}
