import ImportAnalysis
import ImportDumps
import ImportFoundation
import Synchronization

/// Collects the results of the threads of a run.
final class Collector: Sendable {
    private struct State {
        let store: ResultStore
        /// The jobs and other documents, if dumps of one job are compared at the end.
        let ledger: JobLedger?
        var status = ExitStatus.done
        var standings = DumpStandings()
        var ownOutputs = OwnOutputs()
    }

    private let state: Lock<State>
    private let combinesSnapshots: Bool

    /// When to decide which dump of a job counts.
    enum Decision {
        /// As dumps arrive, so that callers can react. Memory grows with the number of jobs.
        case atOnce
        case atTheEnd
    }

    private let jobCount = Atomic(0)
    private let problemCount = Atomic(0)

    /// - Parameters:
    ///   - folder: the folder for a temporary file.
    ///   - memoryBytes: beyond this size, results go into the file. A job takes about a hundred bytes, or more if rows failed.
    ///   - combinesSnapshots: whether several dumps of one job count as one job.
    init(
        folder: String, memoryBytes: Int = 8 * 1024 * 1024, combinesSnapshots: Bool = true,
        decision: Decision = .atOnce
    ) {
        let spool = Spool(in: folder, memoryBytes: memoryBytes)
        let ledger =
            decision == .atTheEnd
            ? JobLedger(folder: folder, spool: spool, combinesSnapshots: combinesSnapshots) : nil
        state = Lock(State(store: ResultStore(spool, folder: folder), ledger: ledger))
        self.combinesSnapshots = combinesSnapshots
    }

    /// The number of jobs so far.
    var jobs: Int { jobCount.load(ordering: .relaxed) }
    /// The number of inputs so far that could not be read, or not completely.
    var problems: Int { problemCount.load(ordering: .relaxed) }

    /// What has gone wrong so far.
    var status: ExitStatus { state.withLock { $0.status } }

    /// Notes that an input changed while it was read.
    func noteChange() {
        problemCount.wrappingAdd(1, ordering: .relaxed)
        state.withLock { $0.status = $0.status.orWorse(.inputNotReadWhole) }
    }

    /// Adds a job.
    ///
    /// - Parameter publish: called with its standing, before another dump of the job can be added.
    func add(
        _ job: JobSummary, _ order: DocumentOrder, _ publish: (DumpStandings.Standing) throws -> Void = { _ in }
    ) throws {
        if job.salvage != nil { problemCount.wrappingAdd(1, ordering: .relaxed) }
        jobCount.wrappingAdd(1, ordering: .relaxed)
        // Slow work is done before taking the lock.
        var record: [UInt8] = []
        record.reserveCapacity(512)
        job.appendRecord(to: &record)
        let identity = combinesSnapshots ? JobIdentity(job) : nil
        try state.withLock { state in
            if job.salvage != nil { state.status = state.status.orWorse(.inputNotReadWhole) }
            if let ledger = state.ledger {
                try ledger.append(job: record, order, identity)
                return try publish(.first)
            }
            let store = state.store
            let number = try store.append(job: record, order)
            guard let identity else { return try publish(.first) }
            try publish(try state.standings.add(job, identity, number: number) { try store.job($0) })
        }
    }

    /// Adds plain jobs.
    func add(_ plainJobs: PlainJobBatch.Contents) throws {
        jobCount.wrappingAdd(plainJobs.orders.count, ordering: .relaxed)
        try state.withLock { state in
            if let ledger = state.ledger { return try ledger.append(plainJobs) }
            let store = state.store
            let first = store.jobCount
            try store.append(plainJobs)
            guard combinesSnapshots else { return }
            for (index, identity) in plainJobs.records.identities.enumerated() {
                let number = first + index
                _ = try state.standings.add(try store.job(number), identity, number: number) { try store.job($0) }
            }
        }
    }

    /// Whether a dump of the job was already added.
    func hasDump(of job: JobSummary) -> Bool {
        guard combinesSnapshots, let identity = JobIdentity(job) else { return false }
        return state.withLock { $0.standings.hasDump(of: identity) }
    }

    /// Adds a document that is not a job.
    func add(_ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus) throws {
        if status != .done { problemCount.wrappingAdd(1, ordering: .relaxed) }
        try state.withLock { state in
            state.status = state.status.orWorse(status)
            if let ledger = state.ledger { return try ledger.append(input, order) }
            try state.store.append(input, order, status)
        }
    }

    /// Adds a file that this program wrote.
    func add(_ own: OwnOutput, source: String, _ order: DocumentOrder) {
        state.withLock { $0.ownOutputs.add(UnreadableInput(source: source, reason: own.explanation), order) }
    }

    /// Returns all results in order. Call it when all threads are done.
    func results() throws -> RunResults {
        try state.withLock { state in
            // If there is nothing else, these files are the reason, and must be listed.
            if state.store.jobCount == 0, (state.ledger?.dumpCount ?? 0) == 0, state.ownOutputs.count > 0 {
                for (input, order) in state.ownOutputs.first {
                    state.status = state.status.orWorse(.inputNotReadWhole)
                    if let ledger = state.ledger {
                        try ledger.append(input, order)
                    } else {
                        try state.store.append(input, order, .inputNotReadWhole)
                    }
                }
                state.ownOutputs = OwnOutputs()
            }
            let store = state.store
            if let ledger = state.ledger {
                try ledger.settle()
                return RunResults(
                    status: state.status, store: store, ledger: ledger, allJobs: [], jobs: [], superseded: [],
                    unreadable: [], groups: [:], severalDumps: [], ownOutputs: state.ownOutputs)
            }
            let all = try store.inOrder()
            let superseded = state.standings.superseded
            let severalDumps = state.standings.ofSeveral
            // The table of jobs takes the most memory, and no more dumps will come.
            state.standings.forgetJobs()
            return RunResults(
                status: state.status, store: store, ledger: nil, allJobs: all,
                jobs: superseded.isEmpty ? all : all.filter { !superseded.contains($0) },
                superseded: superseded,
                unreadable: store.unreadable.indices.sorted {
                    store.unreadable[$0].order < store.unreadable[$1].order
                },
                groups: state.standings.groups, severalDumps: severalDumps,
                ownOutputs: state.ownOutputs)
        }
    }
}

/// The files among the inputs that this program wrote.
struct OwnOutputs {
    /// The number of files that are kept: an audit of many jobs has many.
    private static let limit = 100

    private(set) var count = 0
    /// The first of them, in the order of the inputs.
    private(set) var first: [(input: UnreadableInput, order: DocumentOrder)] = []

    mutating func add(_ input: UnreadableInput, _ order: DocumentOrder) {
        count += 1
        let place = first.firstIndex { order < $0.order } ?? first.count
        guard place < Self.limit else { return }
        first.insert((input, order), at: place)
        if first.count > Self.limit { first.removeLast() }
    }

    /// Lists them on standard error.
    func say() {
        let shown = first.prefix(3)
        for (input, _) in shown { Console.say("\(input.source) was skipped: \(input.reason)") }
        let more = count - shown.count
        if more > 0 {
            Console.say(
                more == 1
                    ? "1 more file that import-audit wrote was skipped."
                    : "\(Wording.grouped(more)) more files that import-audit wrote were skipped.")
        }
    }
}
