import Glibc
import ImportInputs

/// The work of a run, shared by its threads: inputs, and entries of archives that one thread unpacks for all.
///
/// The state is only touched with the lock held, which is why the class can be sent between threads.
@safe
final class WorkQueue: @unchecked Sendable {
    /// A piece of work for one thread.
    enum Item {
        case input(InputTreeItem, number: Int)
        case entry(UnpackedEntry)
    }

    /// An entry of an archive that is small enough to be in memory.
    struct UnpackedEntry {
        var source: String
        var order: DocumentOrder
        var bytes: [UInt8]
    }

    /// Entries that may wait.
    private static let entryLimit = 16
    /// Inputs that are looked at together: of these, the largest go first, so that none of them is left to one thread
    /// at the end.
    private static let inputsTogether = 1024

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var tree: InputTree
    private var inputCount = 0
    /// The next inputs, the next one last.
    private var inputs: [(item: InputTreeItem, number: Int)] = []
    private var entries: [UnpackedEntry] = []
    /// Threads that may still offer entries.
    private var busyThreads = 0
    private let threadCount: Int
    private var isStopped = false

    init(_ tree: InputTree, threadCount: Int) {
        self.tree = tree
        self.threadCount = threadCount
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe pthread_cond_destroy(changed)
        unsafe lock.deallocate()
        unsafe changed.deallocate()
    }

    /// The next piece of work; nil when there is none any more. The thread calls ``finish(_:)`` when it is done.
    func next() -> Item? {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while !isStopped {
            if !entries.isEmpty { return .entry(entries.removeFirst()) }
            if inputs.isEmpty { takeInputs() }
            if let (item, number) = inputs.popLast() {
                busyThreads += 1
                return .input(item, number: number)
            }
            guard busyThreads > 0 else { break }
            unsafe pthread_cond_wait(changed, lock)
        }
        unsafe pthread_cond_broadcast(changed)
        return nil
    }

    /// How many threads have nothing to do, now that no inputs are left.
    var idleThreads: Int {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        if inputs.isEmpty { takeInputs() }
        return inputs.isEmpty && entries.isEmpty ? threadCount - busyThreads : 0
    }

    /// Ends a piece of work.
    func finish(_ item: Item) {
        guard case .input = item else { return }
        unsafe pthread_mutex_lock(lock)
        busyThreads -= 1
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    /// Ends all work as soon as the threads ask for more.
    func stop() {
        unsafe pthread_mutex_lock(lock)
        isStopped = true
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    /// Leaves an entry to the other threads; false if they have enough to do.
    func offer(_ entry: UnpackedEntry) -> Bool {
        guard threadCount > 1 else { return false }
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard entries.count < Self.entryLimit else { return false }
        entries.append(entry)
        unsafe pthread_cond_signal(changed)
        return true
    }

    private func takeInputs() {
        // One thread takes them as they come: then documents come in the order of the inputs.
        let together = threadCount > 1 ? Self.inputsTogether : 1
        while inputs.count < together, let item = tree.next() {
            inputs.append((item, inputCount))
            inputCount += 1
        }
        inputs.sort { ($0.item.size, $1.number) < ($1.item.size, $0.number) }
    }
}

extension InputTreeItem {
    fileprivate var size: Int {
        if case .file(_, let size) = self { size ?? 0 } else { 0 }
    }
}
