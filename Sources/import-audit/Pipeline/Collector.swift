import ImportAnalysis
import ImportDumps
import ImportFoundation
import Synchronization

/// Gathers what the threads of a run found out.
final class Collector: Sendable {
    private struct State {
        let store: ResultStore
        var status = ExitStatus.done
        var standings = DumpStandings()
        var ownOutputs = OwnOutputs()
    }

    private let state: Mutex<State>
    private let combinesSnapshots: Bool
    private let jobCount = Atomic(0)
    private let problemCount = Atomic(0)

    /// - Parameters:
    ///   - folder: where a temporary file may be made.
    ///   - memoryBytes: beyond so many, results go into the file. A job takes some hundred bytes, and more if rows failed.
    ///   - combinesSnapshots: whether several dumps of one job count as one job.
    init(folder: String, memoryBytes: Int = 16 * 1024 * 1024, combinesSnapshots: Bool = true) {
        state = Mutex(State(store: ResultStore(folder: folder, memoryBytes: memoryBytes)))
        self.combinesSnapshots = combinesSnapshots
    }

    /// Jobs so far.
    var jobs: Int { jobCount.load(ordering: .relaxed) }
    /// Inputs that could not be read so far, or not whole.
    var problems: Int { problemCount.load(ordering: .relaxed) }

    /// Takes a job in.
    ///
    /// - Parameter publish: what follows from its standing, before another dump of the job can be taken in.
    func add(
        _ job: JobSummary, _ order: DocumentOrder, _ publish: (DumpStandings.Standing) throws -> Void = { _ in }
    ) throws {
        if job.salvage != nil { problemCount.wrappingAdd(1, ordering: .relaxed) }
        jobCount.wrappingAdd(1, ordering: .relaxed)
        // What takes time is done before others have to wait.
        var record: [UInt8] = []
        record.reserveCapacity(512)
        job.appendRecord(to: &record)
        let identity = combinesSnapshots ? JobIdentity(job) : nil
        try state.withLock { state in
            if job.salvage != nil { state.status = state.status.orWorse(.inputNotReadWhole) }
            let store = state.store
            let number = try store.append(job: record, order)
            guard let identity else { return try publish(.first) }
            try publish(try state.standings.add(job, identity, number: number) { try store.job($0) })
        }
    }

    /// Takes in jobs of which there is nothing to say.
    ///
    /// - Parameters:
    ///   - records: their records, one behind another.
    ///   - jobs: where each of them ends, and what tells it from others.
    func add(plainJobs records: [UInt8], _ jobs: [PlainJobBatch.Job]) throws {
        jobCount.wrappingAdd(jobs.count, ordering: .relaxed)
        try state.withLock { state in
            var start = 0
            let first = try state.store.append(
                jobs: records,
                jobs.map { job in
                    defer { start = job.end }
                    return (job.order, start..<job.end)
                })
            guard combinesSnapshots else { return }
            for (index, job) in jobs.enumerated() {
                if state.standings.addFirst(job.identity, number: first + index) { continue }
                let store = state.store
                _ = try state.standings.add(
                    store.job(first + index), job.identity, number: first + index, earlier: store.job)
            }
        }
    }

    /// Whether a dump of the job was taken in already.
    func hasDump(of job: JobSummary) -> Bool {
        guard combinesSnapshots, let identity = JobIdentity(job) else { return false }
        return state.withLock { $0.standings.hasDump(of: identity) }
    }

    /// Takes in what is no job.
    func add(_ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus) throws {
        if status != .done { problemCount.wrappingAdd(1, ordering: .relaxed) }
        try state.withLock { state in
            state.status = state.status.orWorse(status)
            try state.store.append(input, order, status)
        }
    }

    /// Takes in a file that this program wrote.
    func add(_ own: OwnOutput, source: String, _ order: DocumentOrder) {
        state.withLock { $0.ownOutputs.add(UnreadableInput(source: source, reason: own.explanation), order) }
    }

    /// Everything, in order. To be called when all threads are done.
    func results() throws -> RunResults {
        try state.withLock { state in
            // Where there is nothing else, that is why.
            if state.store.jobs.isEmpty, state.ownOutputs.count > 0 {
                for (input, order) in state.ownOutputs.first {
                    state.status = state.status.orWorse(.inputNotReadWhole)
                    try state.store.append(input, order, .inputNotReadWhole)
                }
                state.ownOutputs = OwnOutputs()
            }
            let store = state.store
            let all = store.inOrder
            let superseded = state.standings.superseded
            return RunResults(
                status: state.status, store: store, allJobs: all,
                jobs: superseded.isEmpty ? all : all.filter { !superseded.contains($0) },
                unreadable: store.unreadable.indices.sorted {
                    store.unreadable[$0].order < store.unreadable[$1].order
                },
                groups: state.standings.groups, severalDumps: state.standings.ofSeveral,
                ownOutputs: state.ownOutputs)
        }
    }
}

/// Files among the inputs that this program wrote.
struct OwnOutputs {
    /// An audit of many jobs has many files.
    private static let limit = 100

    private(set) var count = 0
    /// Those that come first.
    private(set) var first: [(input: UnreadableInput, order: DocumentOrder)] = []

    mutating func add(_ input: UnreadableInput, _ order: DocumentOrder) {
        count += 1
        let place = first.firstIndex { order < $0.order } ?? first.count
        guard place < Self.limit else { return }
        first.insert((input, order), at: place)
        if first.count > Self.limit { first.removeLast() }
    }

    /// Says on standard error what they are.
    func say() {
        let shown = first.prefix(3)
        for (input, _) in shown { Console.say("\(input.source) was passed over: \(input.reason)") }
        let more = count - shown.count
        if more > 0 {
            Console.say(
                more == 1
                    ? "1 more file that import-audit wrote was passed over."
                    : "\(Wording.grouped(more)) more files that import-audit wrote were passed over.")
        }
    }
}

/// Plain jobs that one thread read, as records: many are taken in at once, so that threads need not wait for each other.
///
/// One thread at a time uses it: that of a handler, or one that reads ahead for it.
final class PlainJobBatch: PlainJobTaker, @unchecked Sendable {
    struct Job {
        var order: DocumentOrder
        var identity: JobIdentity
        /// Where its record ends.
        var end: Int
    }

    private static let limit = 64 * 1024

    private let collector: Collector
    /// The input of all jobs that are taken ahead.
    private let source: String
    private var records: [UInt8] = []
    private var jobs: [Job] = []

    init(_ collector: Collector, source: String) {
        self.collector = collector
        self.source = source
    }

    /// False, and nothing is done, if something is to be said of the job.
    func add(
        _ job: PlainJob, _ runs: Span<RowRun>, text: Span<UInt8>, source: (name: String, suffix: String),
        _ order: DocumentOrder
    ) throws -> Bool {
        guard append(job, runs, text, source, order) else { return false }
        if records.count >= Self.limit { try flush() }
        return true
    }

    private func append(
        _ job: PlainJob, _ runs: Span<RowRun>, _ text: Span<UInt8>, _ source: (name: String, suffix: String),
        _ order: DocumentOrder
    ) -> Bool {
        guard job.appendRecord(runs, text: text, source: source, to: &records) else { return false }
        jobs.append(Job(order: order, identity: JobIdentity(job, text), end: records.count))
        return true
    }

    func take(
        _ job: PlainJob, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) -> Bool {
        append(job, runs, text, (source, position.suffix), DocumentOrder(input: 0))
    }

    func forget() {
        records.removeAll(keepingCapacity: true)
        jobs.removeAll(keepingCapacity: true)
    }

    /// Has the collector take in what was taken ahead, as the documents that come next.
    func flush(from order: inout DocumentOrder) throws {
        for index in jobs.indices {
            jobs[index].order = order
            order.document += 1
        }
        try flush()
    }

    /// Has the collector take in what there is.
    func flush() throws {
        guard !jobs.isEmpty else { return }
        try collector.add(plainJobs: records, jobs)
        forget()
    }
}
