/// What plain jobs have in common if their summaries differ only in ids, sources, sizes, hashes, times and digests of
/// outcomes.
package struct PlainJobKind: Equatable, Sendable {
    private let shape: Int
    private let created: Int
    private let existing: Int
    private let failed: Int
    /// The data about failed rows that the jobs have in common.
    private var failures: ArraySlice<UInt8>

    package init(_ job: PlainJobRecord.Fields) {
        shape = job.shape
        (created, existing, failed) = (job.rows.created, job.rows.existing, job.rows.failed)
        failures = job.failures
    }

    /// Creates the kind of jobs that only need to have the same codes.
    package init(outlineOf job: PlainJobRecord.Fields) {
        self.init(job)
        failures = job.outline
    }

    /// The same kind with a copy of its bytes, so that it does not keep the bytes around them in memory.
    fileprivate var trimmed: PlainJobKind {
        var kind = self
        kind.failures = Array(failures)[...]
        return kind
    }

    /// The size of the kind's data in bytes.
    fileprivate var size: Int { failures.count }

    fileprivate var digest: UInt64 {
        let rows = UInt64(truncatingIfNeeded: (created << 16 ^ existing) << 16 ^ failed << 9 ^ shape)
        return unsafe failures.withUnsafeBufferPointer { unsafe TextHash.hash($0.span) } ^ rows &* 0x9E37_79B9_7F4A_7C15
    }
}

/// A cache with a value for each kind of plain job: in a log, most jobs are of a few kinds. Each kind has one slot. A
/// value that was found since another kind last claimed the slot survives one such claim, so that kinds with a single
/// job do not evict kinds with many.
package struct PlainJobKinds<Value: Sendable>: Sendable {
    private static var places: Int { 512 }
    private static var sizeLimit: Int { 2048 }

    private var kept = [(kind: PlainJobKind, value: Value, isFound: Bool)?](repeating: nil, count: places)

    package init() {}

    private func place(of kind: PlainJobKind) -> Int {
        Int(truncatingIfNeeded: kind.digest >> 32) & (Self.places - 1)
    }

    package subscript(kind: PlainJobKind) -> Value? {
        mutating get {
            let place = place(of: kind)
            guard let known = kept[place], known.kind == kind else { return nil }
            if !known.isFound { kept[place]?.isFound = true }
            return known.value
        }
        set {
            guard kind.size <= Self.sizeLimit, let newValue else { return }
            let place = place(of: kind)
            if let known = kept[place], known.isFound, known.kind != kind {
                kept[place]?.isFound = false
            } else {
                kept[place] = (kind.trimmed, newValue, false)
            }
        }
    }
}

/// Makes the summaries of plain jobs. Those with failed rows are derived from that of a job of the same kind.
package struct PlainJobSummaries: Sendable {
    private var kinds = PlainJobKinds<JobSummary>()
    private var outlines = PlainJobKinds<JobSummary>()

    package init() {}

    package mutating func summary(_ job: PlainJobRecord.Fields) -> JobSummary {
        guard job.rows.failed > 0 else { return PlainJobRecord.summary(job) }
        return PlainJobRecord.summary(job, like: like(job))
    }

    /// Returns what sums over jobs need of a job. The id, source, size, hash, times and digest of outcomes may be those
    /// of any other job; the codes have no messages, and there is nothing about where rows failed.
    package mutating func outline(_ job: PlainJobRecord.Fields) -> JobSummary {
        let kind = PlainJobKind(outlineOf: job)
        if let known = outlines[kind] { return known }
        let outline = PlainJobRecord.outline(job)
        outlines[kind] = outline
        return outline
    }

    /// Returns the summary of an earlier job of the same kind, or of this job if there is none.
    private mutating func like(_ job: PlainJobRecord.Fields) -> JobSummary {
        let kind = PlainJobKind(job)
        if let known = kinds[kind] { return known }
        let summary = PlainJobRecord.summary(job)
        kinds[kind] = summary
        return summary
    }
}
