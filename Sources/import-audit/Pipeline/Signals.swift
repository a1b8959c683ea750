import Glibc
import Synchronization

/// Handles Ctrl-C: the first one asks the run to end cleanly, the second one ends the process. In runs that would
/// otherwise leave partial files, the same applies to the signals sent when the machine shuts down or the terminal is
/// closed.
enum Interruption {
    private static let isRequestedFlag = Atomic(false)

    /// Whether the run should end.
    static var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }

    private static let requestedBy = Atomic<Int32>(0)

    /// Starts handling Ctrl-C.
    static func listen() {
        // Initializes both variables now, because a signal handler must not allocate anything.
        isRequestedFlag.store(false, ordering: .relaxed)
        requestedBy.store(0, ordering: .relaxed)
        listen(for: SIGINT)
    }

    /// Starts handling the other signals that end a process, unless one of them has asked the run to end already.
    static func listenForTermination() {
        guard requestedBy.load(ordering: .relaxed) == 0 else { return }
        for number in [SIGTERM, SIGHUP] { listen(for: number) }
    }

    /// Starts handling a signal, unless the process was started with the signal ignored: a shell ignores SIGINT for
    /// background commands of a script, and nohup ignores SIGHUP.
    private static func listen(for number: Int32) {
        var before = sigaction()
        guard unsafe sigaction(number, nil, &before) == 0,
            unsafe unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
                != unsafeBitCast(SIG_IGN, to: Int.self)
        else { return }
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { number in
            Interruption.isRequestedFlag.store(true, ordering: .relaxed)
            Interruption.requestedBy.store(number, ordering: .relaxed)
            _ = signal(number, SIG_DFL)
        }
        unsafe sigaction(number, &action, nil)
    }

    /// Ends the process with the signal that it received, so that the sender sees it obeyed. Does nothing after Ctrl-C,
    /// which has its own status.
    static func endAsAsked() {
        let number = requestedBy.load(ordering: .relaxed)
        if number != 0, number != SIGINT { raise(number) }
    }
}

/// The run was interrupted.
struct Interrupted: Error {}

/// Ends the process with a sentence and a documented status where the runtime or a library would end it without: at a
/// trap, or where there is no memory left.
enum InternalFault {
    /// Starts handling the signals of faults, except those that something else handles already, such as the Swift
    /// runtime's backtraces or a sanitizer.
    static func report() {
        useOwnStack()
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV] {
            var before = sigaction()
            guard unsafe sigaction(number, nil, &before) == 0,
                unsafe unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
                    == unsafeBitCast(SIG_DFL, to: Int.self)
            else { continue }
            var action = sigaction()
            action.sa_flags = SA_ONSTACK
            // Must not allocate anything, or take a lock.
            unsafe action.__sigaction_handler.sa_handler = { _ in
                let words = InternalFault.words
                _ = unsafe write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
                _exit(ExitStatus.internalFault.rawValue)
            }
            unsafe sigaction(number, &action, nil)
        }
    }

    /// Kept for the life of the process, by the system and where a leak checker sees it.
    private nonisolated(unsafe) static var ownStack: UnsafeMutableRawPointer?

    /// Lets the main thread report that its stack is exhausted. The other threads do not recurse.
    private static func useOwnStack() {
        let size = 64 * 1024
        var stack = unsafe stack_t()
        unsafe ownStack = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        unsafe stack.ss_sp = ownStack
        unsafe stack.ss_size = size
        unsafe sigaltstack(&stack, nil)
    }

    // Not stored, because a stored one might have to be made first.
    private static var words: StaticString {
        """
        import-audit: internal fault, or not enough memory. Files that were finished stay; unfinished ones have names that \
        begin with a dot. Run it again with more memory; if that does not help, report this with the command.

        """
    }
}
