import Synchronization

/// How many bytes may come out of one container, which grows with the bytes that went in.
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

    /// Bytes that may have come out by now.
    var allowance: Int {
        var read = bytesRead.load(ordering: .relaxed)
        if let size { read = min(read, size) }
        let (product, overflow) = read.multipliedReportingOverflow(by: limits.expansionRatio)
        return overflow ? .max : max(limits.expandedBytes, product)
    }
}

/// Counts what comes out of one kind of unpacking in a container, all streams of it together.
package final class ExpansionMeter: Sendable {
    let budget: ExpansionBudget
    private let expanded = Atomic(0)
    /// The limit that was reached, in bytes; 0 if none was. It stays: what lay beyond it is dropped.
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

    /// Fails if the limit was reached. To be asked before each read.
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
