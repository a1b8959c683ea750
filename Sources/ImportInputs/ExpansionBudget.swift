import ImportFoundation
import Synchronization

/// How far a container may expand, so that a small hostile file does not keep a machine busy for days.
///
/// A container may expand to `max(expandedBytes, expansionRatio × the bytes read from it so far)`.
package struct InputLimits: Sendable, Equatable {
    /// The default number of bytes that any container may expand to: 4 GiB.
    package static let defaultExpandedBytes = 4 * 1024 * 1024 * 1024

    /// The default ratio of expansion. JSON is usually packed to a tenth of its size, rarely to a hundredth.
    package static let defaultExpansionRatio = 1000

    /// The number of bytes of an entry's name that are shown; a longer name is cut at the end of a character.
    package static let nameBytes = 1000

    /// The number of bytes that any container may expand to, at least 0.
    package var expandedBytes: Int
    /// The multiple of the bytes read so far that a container may expand to, at least 0.
    package var expansionRatio: Int

    package init(
        expandedBytes: Int = Self.defaultExpandedBytes, expansionRatio: Int = Self.defaultExpansionRatio
    ) {
        self.expandedBytes = max(0, expandedBytes)
        self.expansionRatio = max(0, expansionRatio)
    }
}

/// Counts the bytes read from inputs, as they are on disk. Any thread may read the count.
package final class InputProgress: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// The bytes read so far from all inputs that share this counter.
    package var bytesRead: Int { count.load(ordering: .relaxed) }

    package func add(_ bytes: Int) {
        count.wrappingAdd(bytes, ordering: .relaxed)
    }
}

/// How many bytes one container may expand to, which grows with the bytes read from it.
package final class ExpansionBudget: Sendable {
    private let limits: InputLimits
    private let progress: InputProgress
    /// The container's size if it is a file: reading a part of it twice does not make it larger.
    private let size: Int?
    private let bytesRead = Atomic(0)

    package init(limits: InputLimits, progress: InputProgress, size: Int?) {
        self.limits = limits
        self.progress = progress
        self.size = size
    }

    /// Records that bytes of the container were read.
    func add(read count: Int) {
        bytesRead.wrappingAdd(count, ordering: .relaxed)
        progress.add(count)
    }

    /// The number of bytes that may have been delivered so far.
    var allowance: Int {
        var read = bytesRead.load(ordering: .relaxed)
        if let size { read = min(read, size) }
        let (product, overflow) = read.multipliedReportingOverflow(by: limits.expansionRatio)
        return overflow ? .max : max(limits.expandedBytes, product)
    }
}

/// Counts the output of one kind of unpacking in a container, over all its streams.
package final class ExpansionMeter: Sendable {
    let budget: ExpansionBudget
    private let expanded = Atomic(0)
    /// The limit in bytes once it is reached, otherwise 0. It stays set: everything beyond it is dropped.
    private let reached = Atomic(0)
    /// Whether more was requested after that.
    private let hasFailed = Atomic(false)

    package init(budget: ExpansionBudget) {
        self.budget = budget
    }

    /// Set once a stream has been cut at the limit.
    var failure: ReadFailure? {
        hasFailed.load(ordering: .relaxed)
            ? ReadFailure(.expandsTooFar(limit: reached.load(ordering: .relaxed))) : nil
    }

    /// Fails if the limit was reached. Must be called before each read.
    func check() throws(ReadFailure) {
        guard reached.load(ordering: .relaxed) > 0 else { return }
        hasFailed.store(true, ordering: .relaxed)
        if let failure { throw failure }
    }

    /// Returns how many of `count` unpacked bytes may be passed on; fails if there are none.
    func admit(_ count: Int) throws(ReadFailure) -> Int {
        let before = expanded.wrappingAdd(count, ordering: .relaxed).oldValue
        let allowance = budget.allowance
        guard before + count > allowance else { return count }
        reached.store(max(1, allowance), ordering: .relaxed)
        if before >= allowance { try check() }
        return allowance - before
    }
}

/// Records the bytes that are read from an input.
struct CountedSource: ByteSource {
    private var source: any ByteSource
    private let budget: ExpansionBudget

    var isPrompt: Bool { source.isPrompt }

    init(_ source: any ByteSource, budget: ExpansionBudget) {
        self.source = source
        self.budget = budget
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try unsafe source.read(into: buffer)
        budget.add(read: count)
        return count
    }
}
