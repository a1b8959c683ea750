import Glibc
import ImportFoundation
import Synchronization

/// The output of a run, for the thread that abandons it without waiting for the others.
///
/// All temporary names of files and folders are created, moved and removed through here, with a
/// lock held: of this for a folder, of its ``PendingNames`` for a file. So once ``declare()`` returns, none of them is
/// left, and none is made any more, wherever the other threads are.
final class Abandonment: Sendable {
    private struct State {
        var isDeclared = false
        var folders: [ObjectIdentifier: PendingNames] = [:]
    }
    private let state = Lock(State())

    /// Adds an existing folder, before other threads know it.
    func add(_ pending: PendingNames) {
        state.withLock { $0.folders[ObjectIdentifier(pending)] = pending }
    }

    /// Creates a folder and adds it.
    ///
    /// - Throws: ``Interrupted`` after the output was abandoned; then nothing was created.
    func makePending(_ make: () throws(CommandFailure) -> PendingNames) throws -> PendingNames {
        try state.withLock { state in
            if state.isDeclared { throw Interrupted() }
            let pending = try make()
            state.folders[ObjectIdentifier(pending)] = pending
            return pending
        }
    }

    /// Removes a folder that nothing is written into any more.
    func remove(_ pending: PendingNames) {
        state.withLock { _ = $0.folders.removeValue(forKey: ObjectIdentifier(pending)) }
    }

    /// Abandons all output. Files that are being published at that moment are moved into place first.
    func declare() {
        state.withLock { state in
            state.isDeclared = true
            for folder in state.folders.values { folder.giveUp() }
        }
    }
}

/// The names in one folder that are not final.
final class PendingNames: Sendable {
    /// Open as long as this is there.
    let folder: Int32
    private let state: Lock<State>

    struct State {
        /// Names that files were made under; some may have been moved into place since.
        fileprivate var made: Set<String> = []
        fileprivate var isGivenUp = false
        /// Where the folder was created, as long as it will be removed if it stays empty.
        fileprivate(set) var madeIn: (folder: Int32, name: String)?
        /// Whether the folder was made, so that nothing of an earlier run is in it.
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

        /// The folder stays, whether or not something is written into it.
        mutating func keepFolder() { madeIn = nil }
    }

    /// - Parameter folder: is closed with this.
    init(in folder: Int32, madeIn: (folder: Int32, name: String)?) {
        self.folder = folder
        state = Lock(State(madeIn: madeIn))
    }

    deinit {
        close(folder)
    }

    /// Changes names in the folder: all of it is done, or nothing. `body` must not call this again.
    ///
    /// - Throws: ``Interrupted`` once the folder is given up.
    func change<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            if state.isGivenUp { throw Interrupted() }
            return try body(&state)
        }
    }

    /// The folder stays, whether or not something is written into it.
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
