import Synchronization

/// How many bytes may come out of one container, which grows with the bytes that went in.
final class ExpansionBudget: Sendable {
    private let limits: InputLimits
    private let progress: InputProgress
    /// The container's size if it is a file: reading a part of it twice does not make it larger.
    private let size: Int?
    private let bytesRead = Atomic(0)

    init(limits: InputLimits, progress: InputProgress, size: Int?) {
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
final class ExpansionMeter: Sendable {
    let budget: ExpansionBudget
    private let expanded = Atomic(0)
    private let exceeded = Atomic(0)

    init(budget: ExpansionBudget) {
        self.budget = budget
    }

    /// The limit that was reached, in bytes; nil if none was.
    var failure: ReadFailure? {
        let limit = exceeded.load(ordering: .relaxed)
        return limit == 0 ? nil : ReadFailure(.expandsTooFar(limit: limit))
    }

    /// How many of `count` bytes that came out may be passed on. If none may, it fails.
    func admit(_ count: Int) throws(ReadFailure) -> Int {
        if let failure { throw failure }
        let before = expanded.wrappingAdd(count, ordering: .relaxed).oldValue
        let allowance = budget.allowance
        guard before + count > allowance else { return count }
        exceeded.store(max(1, allowance), ordering: .relaxed)
        guard before < allowance else { throw ReadFailure(.expandsTooFar(limit: allowance)) }
        return allowance - before
    }
}
