#if THREAD_SANITIZER
    private import Glibc

    /// A value that one thread at a time uses: a `Mutex` whose lock ThreadSanitizer can see. The real `Mutex` is in a
    /// library that is not built for the sanitizer, which would report the accesses that it serializes as races.
    @safe
    package final class Lock<Value: ~Copyable>: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private var kept: Kept

        /// Pads an empty value, which would share its address with something else and look like a race.
        private struct Kept: ~Copyable {
            var value: Value
            let size: UInt8 = 1
        }

        package init(_ value: consuming sending Value) {
            kept = Kept(value: value)
            unsafe mutex.initialize(to: pthread_mutex_t())
            unsafe pthread_mutex_init(mutex, nil)
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }

        package func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try body(&kept.value)
        }
    }
#else
    package import Synchronization

    /// A value that one thread at a time uses. `Scripts/test --sanitize thread` builds a variant that the sanitizer
    /// understands.
    package typealias Lock = Mutex
#endif
