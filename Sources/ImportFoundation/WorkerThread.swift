import Glibc

/// A thread of the system that does one piece of work.
@safe
package final class WorkerThread {
    private let thread: pthread_t
    private var isDetached = false

    /// Starts the thread; nil if the system cannot provide one.
    package init?(_ work: @escaping @Sendable () -> Void) {
        guard let thread = Self.create(work) else { return nil }
        self.thread = thread
    }

    /// Waits for the end of the work.
    deinit {
        if !isDetached { pthread_join(thread, nil) }
    }

    /// Gives up waiting: the work continues until the process ends, and still owns its data. Anything
    /// that others access from now on must be protected by a lock.
    package func detach() {
        isDetached = true
        pthread_detach(thread)
    }

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func create(_ work: @escaping @Sendable () -> Void) -> pthread_t? {
        let context = unsafe Unmanaged.passRetained(Work(work))
        let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, run, context.toOpaque()) == 0 else {
            unsafe context.release()
            return nil
        }
        return thread
    }
}

/// A count that threads wait for: a semaphore of the system, which orders memory too.
///
/// Safe to send: the system's calls may be made by several threads at once.
@safe
package final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    package init(_ count: Int = 0) {
        unsafe sem_init(semaphore, 0, UInt32(count))
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Counts one up.
    package func post() {
        unsafe sem_post(semaphore)
    }

    /// Waits until there is one, and counts it down.
    package func wait() {
        while unsafe sem_wait(semaphore) != 0 {}
    }

    /// The same for what another thread is about to finish: keeps the processor for a moment, as far as nothing else wants
    /// it. A thread that sleeps may take longer to wake than it would have waited, above all in a virtual machine.
    package func waitAwake() {
        let end = Self.nanoseconds() + Self.awakeNanoseconds
        while unsafe sem_trywait(semaphore) != 0 {
            guard Self.nanoseconds() < end else { return wait() }
            sched_yield()
        }
    }

    private static let awakeNanoseconds = 300_000

    private static func nanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// The same with a time limit: false if there was none.
    package func wait(milliseconds: Int) -> Bool {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        time.tv_nsec += milliseconds * 1_000_000
        time.tv_sec += time.tv_nsec / 1_000_000_000
        time.tv_nsec %= 1_000_000_000
        return unsafe sem_timedwait(semaphore, &time) == 0
    }
}
