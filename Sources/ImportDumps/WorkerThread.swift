import Glibc

/// A thread of the system that does one piece of work.
@safe
package final class WorkerThread {
    private let thread: pthread_t
    private var isDetached = false

    /// Starts the thread; nil if the system has none to give.
    package init?(_ work: @escaping @Sendable () -> Void) {
        guard let thread = Self.create(work) else { return nil }
        self.thread = thread
    }

    /// Waits for the end of the work.
    deinit {
        if !isDetached { pthread_join(thread, nil) }
    }

    /// Gives up waiting: the work goes on until the process ends.
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
