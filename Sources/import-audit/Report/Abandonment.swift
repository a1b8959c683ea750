import Glibc
import ImportFoundation
import Synchronization

/// The unfinished output of a run, which one thread can abandon without waiting for the others.
///
/// Temporary names of folders are created with this object's lock held. Those of files are created, and names of both
/// are moved into place, with the lock of the folder's ``PendingNames`` held. So once ``declare()`` returns, no
/// temporary name is left and none is created any more, whatever the other threads are doing.
final class Abandonment: Sendable {
    private struct State {
        var isDeclared = false
        var folders: [ObjectIdentifier: PendingNames] = [:]
    }
    private let state = Lock(State())

    /// Adds an existing folder that other threads do not know yet.
    func add(_ pending: PendingNames) {
        state.withLock { $0.folders[ObjectIdentifier(pending)] = pending }
    }

    /// Creates a folder and adds it.
    ///
    /// - Throws: ``Interrupted`` if the output has been abandoned; nothing is created then.
    func makePending(_ make: () throws(CommandFailure) -> PendingNames) throws -> PendingNames {
        try state.withLock { state in
            if state.isDeclared { throw Interrupted() }
            let pending = try make()
            state.folders[ObjectIdentifier(pending)] = pending
            return pending
        }
    }

    /// Forgets a folder that nothing more is written into.
    func remove(_ pending: PendingNames) {
        state.withLock { _ = $0.folders.removeValue(forKey: ObjectIdentifier(pending)) }
    }

    /// Abandons all output. Files that are just being published are moved into place first.
    func declare() {
        state.withLock { state in
            state.isDeclared = true
            for folder in state.folders.values { folder.giveUp() }
        }
    }
}

/// The names in one folder that are still temporary.
final class PendingNames: Sendable {
    /// The folder's file descriptor, open as long as this object exists.
    let folder: Int32
    private let state: Lock<State>

    struct State {
        /// Names under which files were created. Some of these files may have been moved into place since.
        fileprivate var made: Set<String> = []
        fileprivate var isGivenUp = false
        /// Where the folder was created; nil if it must not be removed, even if it stays empty.
        fileprivate(set) var madeIn: (folder: Int32, name: String)?
        /// Whether this run created the folder, so it contains nothing from an earlier run.
        let wasMade: Bool

        fileprivate init(madeIn: (folder: Int32, name: String)?) {
            self.madeIn = madeIn
            wasMade = madeIn != nil
        }

        /// Notes that the folder and everything in it have their final names.
        mutating func settle() {
            made.removeAll()
            madeIn = nil
        }

        /// Notes that a file of this name is about to be created.
        mutating func note(_ name: String) { made.insert(name) }

        /// Keeps the folder, even if nothing is written into it.
        mutating func keepFolder() { madeIn = nil }
    }

    /// - Parameter folder: the folder's file descriptor, which this object closes at the end.
    init(in folder: Int32, madeIn: (folder: Int32, name: String)?) {
        self.folder = folder
        state = Lock(State(madeIn: madeIn))
    }

    deinit {
        close(folder)
    }

    /// Changes names in the folder, either completely or not at all. `body` must not call this method again.
    ///
    /// - Throws: ``Interrupted`` if the folder has been given up.
    func change<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            if state.isGivenUp { throw Interrupted() }
            return try body(&state)
        }
    }

    /// Keeps the folder, even if nothing is written into it.
    func keepFolder() { state.withLock { $0.keepFolder() } }

    /// Removes the folder if it was created and is still empty.
    func removeFolderMadeForNothing() { state.withLock { Self.removeFolder(of: &$0) } }

    /// Removes everything without a final name, and makes ``change(_:)`` throw from now on.
    fileprivate func giveUp() {
        state.withLock { state in
            state.isGivenUp = true
            for name in state.made { unsafe unlinkat(folder, name, 0) }
            Self.removeFolder(of: &state)
        }
    }

    private static func removeFolder(of state: inout State) {
        if let (folder, name) = state.madeIn { unsafe unlinkat(folder, name, AT_REMOVEDIR) }
        state.madeIn = nil
    }
}
