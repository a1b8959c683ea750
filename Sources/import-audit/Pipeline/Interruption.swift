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

    /// Starts handling the other signals that end a process.
    static func listenForTermination() {
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
