import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import Synchronization

/// Keeps the outcome of every row of the only dump of a run.
final class RowRecorder: Sendable {
    private struct State {
        var outcomes: RowOutcomes?
        var dumps = 0
    }

    /// Whether the dump may be another than the first, because dumps are left out by a selection.
    let takesEach: Bool
    private let state = Lock(State())

    init(takesEach: Bool) {
        self.takesEach = takesEach
    }

    /// The outcomes of the only dump; nil if there was none, or more than one.
    var outcomes: RowOutcomes? { state.withLock { $0.outcomes } }

    func record(_ outcomes: RowOutcomes) {
        state.withLock { state in
            state.dumps += 1
            state.outcomes = state.dumps == 1 ? outcomes : nil
        }
    }
}

/// Summarizes each dump, and keeps the outcomes of the rows of a dump that may be the only one.
struct CompareHandler: SummaryCompanion {
    private(set) var summary: SummaryHandler
    private let recorder: RowRecorder
    /// The outcomes of the current dump's rows, if it may be the only one.
    private var outcomes: RowOutcomes?

    init(_ summary: SummaryHandler, _ recorder: RowRecorder) {
        self.summary = summary
        self.recorder = recorder
    }

    mutating func begin(source: String, order: DocumentOrder) {
        summary.begin(source: source, order: order)
        outcomes = recorder.takesEach || order == DocumentOrder(input: 0) ? RowOutcomes() : nil
    }

    mutating func beginRows(of job: DeclaredJob) {
        summary.beginRows(of: job)
        outcomes?.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try summary.consume(runs, text: text)
        outcomes?.consume(runs, text: text)
    }

    // A plain job that is alone in its input comes row by row, because its rows may be those to compare.
    var plainJobs: PlainJobs { summary.plainJobs }

    mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int {
        if position == .whole, outcomes != nil { return 0 }
        return try summary.consume(jobs, runs, text: text, at: position)
    }

    mutating func leaveOutDocument() throws {
        outcomes = nil
        try summary.leaveOutDocument()
    }

    func makeTaker() -> (any PlainJobTaker)? { summary.makeTaker() }

    mutating func adopt(_ taker: any PlainJobTaker) throws { try summary.adopt(taker) }

    func finish() throws { try summary.finish() }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try summary.endDocument(reading, at: position)
        if let outcomes, position == .whole, case .job = reading { recorder.record(outcomes) }
        outcomes = nil
    }
}
