import Glibc

/// A thread of the system that does one piece of work.
@safe
package struct WorkerThread: ~Copyable {
    private let thread: pthread_t

    /// Starts the thread; nil if the system has none to give.
    package init?(_ work: @escaping @Sendable () -> Void) {
        guard let thread = Self.create(work) else { return nil }
        self.thread = thread
    }

    /// Waits for the end of the work.
    deinit {
        pthread_join(thread, nil)
    }

    /// Starts a thread that nobody waits for; false if the system has none to give.
    package static func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = create(work) else { return false }
        pthread_detach(thread)
        return true
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
