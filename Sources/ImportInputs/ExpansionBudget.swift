import ImportFoundation
import Synchronization

/// How far a container may expand: a small hostile file must not keep a machine busy for days.
///
/// One container may expand to `max(expandedBytes, expansionRatio × the bytes of it that were read so far)`.
package struct InputLimits: Sendable, Equatable {
    /// Bytes that any container may expand to: 4 GiB.
    package static let defaultExpandedBytes = 4 * 1024 * 1024 * 1024

    /// How many times its own size a container may expand to. JSON is packed to a tenth, rarely to a hundredth.
    package static let defaultExpansionRatio = 1000

    /// Bytes of an entry's name that are shown; a longer one is cut at a character's end.
    package static let nameBytes = 1000

    /// Bytes that any container may expand to, at least 0.
    package var expandedBytes: Int
    /// How many times the bytes read so far a container may expand to, at least 0.
    package var expansionRatio: Int

    package init(
        expandedBytes: Int = Self.defaultExpandedBytes, expansionRatio: Int = Self.defaultExpansionRatio
    ) {
        self.expandedBytes = max(0, expandedBytes)
        self.expansionRatio = max(0, expansionRatio)
    }
}

/// Counts the bytes that were read of inputs, as they are on the disk. Any thread may look.
package final class InputProgress: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// Bytes read so far, of all inputs that were read with it.
    package var bytesRead: Int { count.load(ordering: .relaxed) }

    package func add(_ bytes: Int) {
        count.wrappingAdd(bytes, ordering: .relaxed)
    }
}

/// How many bytes one container may expand to; this grows with the bytes that were read from it.
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

    /// Notes that bytes of the container were read.
    func add(read count: Int) {
        bytesRead.wrappingAdd(count, ordering: .relaxed)
        progress.add(count)
    }

    /// Bytes that may have been delivered so far.
    var allowance: Int {
        var read = bytesRead.load(ordering: .relaxed)
        if let size { read = min(read, size) }
        let (product, overflow) = read.multipliedReportingOverflow(by: limits.expansionRatio)
        return overflow ? .max : max(limits.expandedBytes, product)
    }
}

/// Counts the output of one kind of unpacking in a container, for all its streams together.
package final class ExpansionMeter: Sendable {
    let budget: ExpansionBudget
    private let expanded = Atomic(0)
    /// The limit that was reached, in bytes; 0 if none was. It stays set: everything beyond it is dropped.
    private let reached = Atomic(0)
    /// Whether more was asked for after that.
    private let hasFailed = Atomic(false)

    package init(budget: ExpansionBudget) {
        self.budget = budget
    }

    /// Set once a stream was cut at the limit.
    var failure: ReadFailure? {
        hasFailed.load(ordering: .relaxed)
            ? ReadFailure(.expandsTooFar(limit: reached.load(ordering: .relaxed))) : nil
    }

    /// Fails if the limit was reached. Call it before each read.
    func check() throws(ReadFailure) {
        guard reached.load(ordering: .relaxed) > 0 else { return }
        hasFailed.store(true, ordering: .relaxed)
        if let failure { throw failure }
    }

    /// How many of `count` bytes that came out may be passed on. If none may, it fails.
    func admit(_ count: Int) throws(ReadFailure) -> Int {
        let before = expanded.wrappingAdd(count, ordering: .relaxed).oldValue
        let allowance = budget.allowance
        guard before + count > allowance else { return count }
        reached.store(max(1, allowance), ordering: .relaxed)
        if before >= allowance { try check() }
        return allowance - before
    }
}

/// Notes the bytes that are read of an input.
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
