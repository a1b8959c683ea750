import ImportFoundation
import Synchronization

/// Threads that share a piece of work, and the one that waits for them and handles Ctrl-C.
struct WorkerPool {
    private let threadCount: Int
    /// How many tenths of a second threads have to end after Ctrl-C. One that waits in a read for a program that says
    /// nothing would never end.
    private let patience: Int

    init(_ concurrency: Concurrency, patience: Int = 10) {
        threadCount = concurrency.workers
        self.patience = patience
    }

    /// How the work ended.
    enum End {
        case done
        /// Ctrl-C.
        ///
        /// - Parameter isQuiet: whether all threads have ended, as they have unless one waits for another program that
        ///   does not answer.
        case interrupted(isQuiet: Bool)
    }

    /// Does the work in all threads at once; each takes from it until nothing is left.
    ///
    /// - Parameters:
    ///   - stop: makes the threads find no more work.
    ///   - meanwhile: called ten times a second.
    /// - Throws: what `work` throws first; the other threads end as soon as they can.
    func run(
        stop: @escaping @Sendable () -> Void, meanwhile: () -> Void = {}, _ work: @escaping @Sendable () throws -> Void
    ) throws -> End {
        let state = PoolState(threads: threadCount)
        let body: @Sendable () -> Void = {
            do {
                try work()
            } catch is Interrupted {
            } catch {
                state.fail(error)
                stop()
            }
            state.end()
        }
        var threads: [WorkerThread] = []
        for _ in 0..<threadCount {
            if let thread = WorkerThread(body) {
                threads.append(thread)
            } else {
                // If no thread can be started, the work is done here.
                body()
            }
        }
        var roundsSinceInterruption = 0
        while !state.waitForEnd(milliseconds: 100) {
            meanwhile()
            guard Interruption.isRequested else { continue }
            stop()
            roundsSinceInterruption += 1
            guard roundsSinceInterruption < patience else {
                for thread in threads { thread.detach() }
                return .interrupted(isQuiet: false)
            }
        }
        threads.removeAll()
        if let error = state.error { throw error }
        return Interruption.isRequested ? .interrupted(isQuiet: true) : .done
    }
}

/// What the threads of a pool report to the one that waits for them.
private final class PoolState: Sendable {
    private let first = Lock<(any Error)?>(nil)
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

    /// Whether all threads have ended; waits a while for it.
    func waitForEnd(milliseconds: Int) -> Bool { ended.wait(milliseconds: milliseconds) }
}
