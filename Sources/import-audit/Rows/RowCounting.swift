import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import Synchronization

// The first of two readings: it finds out which dump of each job counts.

/// How many times each dump begins `results`, kept only for dumps that do so more than once.
final class RowAttempts: Sendable {
    private let counts = Lock<[DocumentOrder: Int]>([:])

    func note(_ order: DocumentOrder, _ count: Int) {
        if count > 1 { counts.withLock { $0[order] = count } }
    }

    func of(_ order: DocumentOrder) -> Int { counts.withLock { $0[order] ?? 1 } }
}

/// The states of inputs that are read twice, to detect changes in between.
final class InputStates: Sendable {
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

/// Summarizes each dump, and counts how many times it begins `results`.
struct CountingHandler: DocumentHandler {
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
