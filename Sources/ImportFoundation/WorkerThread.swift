import Glibc

/// A system thread that does one piece of work.
@safe
package final class WorkerThread {
    private let thread: pthread_t
    private var isDetached = false

    /// Starts the thread; nil if the system cannot provide one.
    package init?(_ work: @escaping @Sendable () -> Void) {
        guard let thread = Self.create(work) else { return nil }
        self.thread = thread
    }

    /// Waits until the work has ended.
    deinit {
        if !isDetached { pthread_join(thread, nil) }
    }

    /// Stops waiting for the thread. The work continues until the process ends and still owns its data; anything that
    /// others access from now on must be protected by a lock.
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

/// A counting semaphore of the system, which also orders memory accesses.
///
/// Safe to send, because several threads may make the system's calls at once.
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

    /// Increments the count.
    package func post() {
        unsafe sem_post(semaphore)
    }

    /// Waits until the count is positive, then decrements it.
    package func wait() {
        while unsafe sem_wait(semaphore) != 0 {}
    }

    /// Like ``wait()``, for work that another thread is about to finish: yields the processor for up to 0.3 ms before
    /// it sleeps. Waking a sleeping thread may take longer than the wait itself, above all in a virtual machine.
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

    /// Waits with a time limit; returns false if the count stayed 0.
    package func wait(milliseconds: Int) -> Bool {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        time.tv_nsec += milliseconds * 1_000_000
        time.tv_sec += time.tv_nsec / 1_000_000_000
        time.tv_nsec %= 1_000_000_000
        while unsafe sem_timedwait(semaphore, &time) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }
}
