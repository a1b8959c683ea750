import ImportFoundation
import Synchronization

/// Threads that share a piece of work, together with the thread that waits for them and handles Ctrl-C.
struct WorkerPool {
    private let threadCount: Int
    /// The time that threads have to end after Ctrl-C, in tenths of a second. A thread blocked in a read from a silent
    /// program would never end.
    private let patience: Int

    init(_ concurrency: Concurrency, patience: Int = 10) {
        threadCount = concurrency.workers
        self.patience = patience
    }

    /// How the work ended.
    enum End {
        case done
        /// The work was interrupted by Ctrl-C.
        ///
        /// - Parameter isQuiet: whether all threads have ended. They have, unless one waits for another program that
        ///   does not answer.
        case interrupted(isQuiet: Bool)
    }

    /// Runs `work` on all threads at once. Each takes from it until nothing is left.
    ///
    /// - Parameters:
    ///   - stop: makes the threads find no more work.
    ///   - meanwhile: called ten times a second.
    /// - Throws: the first error that `work` throws; the other threads end as soon as they can.
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
                // If a thread cannot be started, its work is done here.
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

    /// Returns whether all threads have ended, after waiting for that at most the given time.
    func waitForEnd(milliseconds: Int) -> Bool { ended.wait(milliseconds: milliseconds) }
}
