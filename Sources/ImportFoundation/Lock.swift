#if THREAD_SANITIZER
    private import Glibc

    /// A value that one thread at a time uses: what `Mutex` is, but with a lock whose use ThreadSanitizer sees. The library
    /// that `Mutex` is in is not built for it, so it would report all that threads do one after another as a race.
    @safe
    package final class Lock<Value: ~Copyable>: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private var kept: Kept

        /// An empty value shares its address with something else, which looks like a race.
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

    /// A value that one thread at a time uses. `Scripts/test --sanitize thread` builds another one, which that sanitizer
    /// understands.
    package typealias Lock = Mutex
#endif
