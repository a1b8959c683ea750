import Glibc
import Synchronization

/// Ctrl-C: the first asks the run to end in good order, the second ends the process. The same goes for the signals of a
/// machine that shuts down and of a terminal that is closed, in runs that would else leave half files.
enum Interruption {
    private static let isRequestedFlag = Atomic(false)

    /// Whether the run is to end.
    static var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }

    private static let requestedBy = Atomic<Int32>(0)

    /// Begins to listen for Ctrl-C.
    static func listen() {
        // Made now, for a signal handler must not make anything.
        isRequestedFlag.store(false, ordering: .relaxed)
        requestedBy.store(0, ordering: .relaxed)
        listen(for: SIGINT)
    }

    /// Begins to listen for what else ends a process.
    static func listenForTermination() {
        for number in [SIGTERM, SIGHUP] { listen(for: number) }
    }

    /// Begins to listen for a signal, unless whoever started the process wants it ignored: a shell does so with SIGINT
    /// for what a script runs in the background, nohup with SIGHUP.
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

    /// Ends the process by the signal that has asked for it, so that whoever sent it sees it obeyed; not after Ctrl-C,
    /// which has a status of its own.
    static func endAsAsked() {
        let number = requestedBy.load(ordering: .relaxed)
        if number != 0, number != SIGINT { raise(number) }
    }
}

/// The run was interrupted.
struct Interrupted: Error {}
