import ImportDumps
import ImportRedaction
import Synchronization

/// Reads all inputs of a command, with as many threads as it is to have.
struct InputRun {
    let inputs: [String]
    let threadCount: Int
    let reader: DumpReader
    let progress: ProgressReport
    /// Makes the names under which inputs are shown.
    let names: SourceNames
    /// Where the command writes, which is no input.
    private let output: OutputPlace?

    init(
        options: RunOptions, collector: Collector, hashing: Bool, names: SourceNames = .plain,
        output: OutputPlace? = nil
    ) throws(CommandFailure) {
        try self.init(
            options.inputs, options.reading.work, hashing: hashing, names: names, output: output
        ) { (collector.jobs, collector.problems) }
    }

    init(
        _ inputs: [String], _ options: ReadingOptions, collector: Collector, hashing: Bool, names: SourceNames = .plain
    ) throws(CommandFailure) {
        try self.init(inputs, options.work, hashing: hashing, names: names) { (collector.jobs, collector.problems) }
    }

    /// - Parameter counts: jobs and problems so far.
    init(
        _ inputs: [String], _ options: WorkOptions, hashing: Bool, names: SourceNames, output: OutputPlace? = nil,
        counts: @escaping @Sendable () -> (jobs: Int, problems: Int)
    ) throws(CommandFailure) {
        self.inputs = inputs
        self.names = names
        threadCount = options.threadCount
        reader = try .ofCommand(
            hashing: hashing, readsAhead: options.threadCount > 1, encoding: options.encoding)
        self.output = output
        progress = ProgressReport(InputTree(inputs, leavingOut: output), isWanted: !options.isQuiet, counts: counts)
    }

    /// How a run ended.
    enum End {
        case done
        /// Ctrl-C. All threads have ended, unless one waits for another program that does not answer.
        case interrupted(isQuiet: Bool)
    }

    /// Reads everything.
    ///
    /// - Parameter makeHandler: makes what a thread hands its documents to.
    /// - Throws: what a handler throws; the others end as soon as they can.
    func run<Handler: DocumentHandler>(_ makeHandler: @escaping @Sendable () throws -> Handler) throws -> End {
        let queue = WorkQueue(InputTree(inputs, leavingOut: output), threadCount: threadCount)
        let state = RunState(threads: threadCount)
        let (reader, bytes, names) = (reader, progress.bytes, names)
        let work: @Sendable () -> Void = {
            do {
                var worker = InputWorker(
                    queue: queue, reader: reader, progress: bytes, names: names, handler: try makeHandler())
                try worker.work()
            } catch is Interrupted {
            } catch {
                state.fail(error)
                queue.stop()
            }
            state.end()
        }
        var threads: [WorkerThread] = []
        for _ in 0..<threadCount {
            if let thread = WorkerThread(work) {
                threads.append(thread)
            } else {
                // Without a thread to be had, the work is done here.
                work()
            }
        }
        var roundsSinceInterruption = 0
        while !state.waitForEnd(milliseconds: 100) {
            progress.show()
            guard Interruption.isRequested else { continue }
            queue.stop()
            roundsSinceInterruption += 1
            // One that waits in a read for a program that says nothing would never end.
            guard roundsSinceInterruption < 10 else {
                for thread in threads { thread.detach() }
                progress.clear()
                return .interrupted(isQuiet: false)
            }
        }
        threads.removeAll()
        progress.clear()
        if let error = state.error { throw error }
        return Interruption.isRequested ? .interrupted(isQuiet: true) : .done
    }
}

/// What the threads of a run tell the one that waits for them.
private final class RunState: Sendable {
    private let first = Mutex<(any Error)?>(nil)
    private let running: Atomic<Int>
    private let ended = Semaphore()

    init(threads: Int) {
        running = Atomic(threads)
    }

    var error: (any Error)? { first.withLock { $0 } }

    func fail(_ error: any Error) {
        first.withLock { first in first = first ?? error }
    }

    func end() {
        if running.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { ended.post() }
    }

    /// Whether all threads have ended; waits for it for a while.
    func waitForEnd(milliseconds: Int) -> Bool { ended.wait(milliseconds: milliseconds) }
}
