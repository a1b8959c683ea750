import Glibc
import Synchronization

/// Ctrl-C: the first asks the run to end in good order, the second ends the process.
enum Interruption {
    private static let isRequestedFlag = Atomic(false)

    /// Whether the run is to end.
    static var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }

    /// Begins to listen.
    static func listen() {
        // Made now, for a signal handler must not make anything.
        isRequestedFlag.store(false, ordering: .relaxed)
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { number in
            Interruption.isRequestedFlag.store(true, ordering: .relaxed)
            _ = signal(number, SIG_DFL)
        }
        unsafe sigaction(SIGINT, &action, nil)
    }
}

/// The run was interrupted.
struct Interrupted: Error {}
