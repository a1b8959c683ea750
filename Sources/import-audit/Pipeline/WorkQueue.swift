import Glibc
import ImportDumps
import ImportInputs

/// The work of a run, shared by its threads: inputs, and entries of archives that one thread unpacks for all.
///
/// The state is only accessed with the lock held, which is why the class can be sent between threads.
@safe
final class WorkQueue: @unchecked Sendable {
    /// A piece of work for one thread.
    enum Item {
        /// One input, or a few small ones.
        case inputs([Input])
        case entries(UnpackedEntries)
    }

    typealias Input = (item: InputTreeItem, number: Int)

    /// The maximum number of batches of entries that wait.
    private static let entriesLimit = 16
    /// The number of inputs that are considered together. The largest of them go first, so that no thread is left with
    /// a large one at the end.
    private static let inputsTogether = 1024
    /// The number and the total size of small files that a thread takes at once, so that it need not ask for each.
    private static let filesTogether = (count: 16, bytes: 128 * 1024)

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Only accessed by the thread that has set ``isTakingInputs``, without the lock, because listing a folder takes a
    /// while.
    private var tree: InputTree
    private var isTakingInputs = false
    private var isTreeAtEnd = false
    private var inputCount = 0
    /// Few at the beginning, when the other threads have nothing to do yet. It doubles each time.
    private var nextTogether = 64
    /// The inputs to hand out, the next one last.
    private var inputs: [Input] = []
    private var entries: [UnpackedEntries] = []
    /// The number of threads that may still offer entries.
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

    /// Returns the next piece of work; nil when there is no more. The thread calls ``finish(_:)`` when it is done.
    func next() -> Item? {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while !isStopped {
            if !entries.isEmpty { return .entries(entries.removeFirst()) }
            if inputs.count < (together + 1) / 2, !isTakingInputs, !isTreeAtEnd { takeInputs() }
            let taken = takeTogether()
            if !taken.isEmpty {
                busyThreads += 1
                return .inputs(taken)
            }
            guard busyThreads > 0 || isTakingInputs || !isTreeAtEnd else { break }
            if isTakingInputs || isTreeAtEnd { unsafe pthread_cond_wait(changed, lock) }
        }
        unsafe pthread_cond_broadcast(changed)
        return nil
    }

    /// The number of inputs to take at once. A single thread takes them one by one, so that documents come in the order
    /// of the inputs.
    private var together: Int { threadCount > 1 ? nextTogether : 1 }

    /// The number of idle threads, once no work is left to hand out; 0 before that.
    var idleThreads: Int {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return inputs.isEmpty && isTreeAtEnd && entries.isEmpty ? threadCount - busyThreads : 0
    }

    /// Whether other threads may take entries.
    var sharesEntries: Bool { threadCount > 1 }

    /// Ends a piece of work.
    func finish(_ item: Item) {
        guard case .inputs = item else { return }
        unsafe pthread_mutex_lock(lock)
        busyThreads -= 1
        if busyThreads == 0 { unsafe pthread_cond_broadcast(changed) }
        unsafe pthread_mutex_unlock(lock)
    }

    /// Makes all threads end when they next ask for work.
    func stop() {
        unsafe pthread_mutex_lock(lock)
        isStopped = true
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    /// Offers entries to the other threads; false if they have enough to do.
    func offer(_ entries: UnpackedEntries) -> Bool {
        guard sharesEntries else { return false }
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard self.entries.count < Self.entriesLimit else { return false }
        self.entries.append(entries)
        unsafe pthread_cond_signal(changed)
        return true
    }

    /// Adds more inputs. Meanwhile, other threads continue with those already there.
    private func takeInputs() {
        isTakingInputs = true
        let limit = together
        unsafe pthread_mutex_unlock(lock)
        var more: [Input] = []
        more.reserveCapacity(limit)
        while more.count < limit, let item = tree.next() {
            more.append((item, inputCount))
            inputCount += 1
        }
        unsafe pthread_mutex_lock(lock)
        isTakingInputs = false
        isTreeAtEnd = more.count < limit
        nextTogether = min(2 * nextTogether, Self.inputsTogether)
        inputs += more
        inputs.sort { ($0.item.size, $1.number) < ($1.item.size, $0.number) }
        unsafe pthread_cond_broadcast(changed)
    }

    /// Takes the next input, with further ones if they are small files.
    private func takeTogether() -> [Input] {
        guard let first = inputs.popLast() else { return [] }
        var taken = [first]
        guard var bytes = first.item.smallSize else { return taken }
        // Each thread gets a share of what is left.
        let limit = min(Self.filesTogether.count, inputs.count / (2 * threadCount))
        while taken.count < limit, let size = inputs.last?.item.smallSize, bytes + size <= Self.filesTogether.bytes,
            let next = inputs.popLast()
        {
            taken.append(next)
            bytes += size
        }
        return taken
    }
}

/// Entries of an archive that are small enough to be in memory.
struct UnpackedEntries {
    struct Entry {
        var source: String
        var order: DocumentOrder
        /// The range of its bytes.
        var range: Range<Int>
    }

    /// The number and the total size of entries that are handed over together, because each handover takes a while.
    private static let limit = (count: 64, bytes: 64 * 1024)

    private(set) var entries: [Entry] = []
    /// A zero follows the bytes of each entry.
    private var bytes: [UInt8] = []

    var isFull: Bool { entries.count >= Self.limit.count || bytes.count >= Self.limit.bytes }

    mutating func append(_ content: UnsafeBufferPointer<UInt8>, source: String, order: DocumentOrder) {
        if bytes.isEmpty { bytes.reserveCapacity(Self.limit.bytes + content.count + DumpLimits.paddingBytes + 1) }
        let start = bytes.count
        unsafe bytes.append(contentsOf: content)
        entries.append(Entry(source: source, order: order, range: start..<bytes.count))
        bytes.append(0)
    }

    /// Calls `body` with each entry and its bytes, which are followed by padding.
    mutating func visit(_ body: (Entry, UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
        bytes.append(contentsOf: repeatElement(0, count: DumpLimits.paddingBytes))
        try unsafe bytes.withUnsafeBufferPointer { bytes in
            for entry in entries { try unsafe body(entry, UnsafeBufferPointer(rebasing: bytes[entry.range])) }
        }
    }
}

extension InputTreeItem {
    fileprivate var size: Int {
        if case .file(_, let size) = self { size ?? 0 } else { 0 }
    }

    /// The size of a file that takes no time to read; nil for anything else.
    fileprivate var smallSize: Int? {
        guard case .file(_, let size?) = self, size <= SourceFront.smallFileBytes else { return nil }
        return size
    }
}
