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
        self.init(job, job.failures)
    }

    /// Creates the kind of jobs that only need to have the same codes.
    package init(outlineOf job: PlainJobRecord.Fields) {
        self.init(job, job.outline)
    }

    private init(_ job: PlainJobRecord.Fields, _ failures: ArraySlice<UInt8>) {
        shape = job.shape
        (created, existing, failed) = (job.rows.created, job.rows.existing, job.rows.failed)
        self.failures = failures
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

    private struct Entry {
        var kind: PlainJobKind
        var value: Value
        var isFound = false
    }

    /// For each slot, the place of its kind among ``entries``, counted from 1; 0 if it has none. Most runs have few
    /// kinds, so the entries are not allocated for all slots.
    private var slots = [UInt16](repeating: 0, count: places)
    private var entries: [Entry] = []

    package init() {}

    private func slot(of kind: PlainJobKind) -> Int {
        Int(truncatingIfNeeded: kind.digest >> 32) & (Self.places - 1)
    }

    package subscript(kind: PlainJobKind) -> Value? {
        mutating get {
            let place = Int(slots[slot(of: kind)]) - 1
            guard place >= 0, entries[place].kind == kind else { return nil }
            if !entries[place].isFound { entries[place].isFound = true }
            return entries[place].value
        }
        set {
            guard kind.size <= Self.sizeLimit, let newValue else { return }
            let slot = slot(of: kind)
            let place = Int(slots[slot]) - 1
            if place < 0 {
                entries.append(Entry(kind: kind.trimmed, value: newValue))
                slots[slot] = UInt16(entries.count)
            } else if entries[place].isFound, entries[place].kind != kind {
                entries[place].isFound = false
            } else {
                entries[place] = Entry(kind: kind.trimmed, value: newValue)
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
