/// What plain jobs have in common whose summaries differ only in their ids, sources, sizes, times and digests of outcomes.
package struct PlainJobKind: Hashable, Sendable {
    private let shape: Int
    private let created: Int
    private let existing: Int
    private let failed: Int
    private var failures: ArraySlice<UInt8>

    package init(_ job: PlainJobRecord.Fields) {
        shape = job.shape
        (created, existing, failed) = (job.rows.created, job.rows.existing, job.rows.failed)
        failures = job.failures
    }

    /// The same, without the bytes around those that it has.
    fileprivate var trimmed: PlainJobKind {
        var kind = self
        kind.failures = Array(failures)[...]
        return kind
    }

    /// What there is to remember of it, in bytes.
    fileprivate var size: Int { failures.count }
}

/// Something for each kind of plain jobs, as long as there are not too many: in a log, most jobs are of a few kinds.
package struct PlainJobKinds<Value: Sendable>: Sendable {
    private static var kindLimit: Int { 512 }
    private static var sizeLimit: Int { 2048 }

    private var values: [PlainJobKind: Value] = [:]

    package init() {}

    package subscript(kind: PlainJobKind) -> Value? {
        get { values[kind] }
        set {
            guard kind.size <= Self.sizeLimit else { return }
            if values[kind] == nil, values.count >= Self.kindLimit { values.removeAll(keepingCapacity: true) }
            values[kind.trimmed] = newValue
        }
    }
}

/// Makes the summaries of plain jobs with failed rows: those of one kind from one another.
package struct PlainJobSummaries: Sendable {
    private var kinds = PlainJobKinds<JobSummary>()

    package init() {}

    package mutating func summary(_ job: PlainJobRecord.Fields) -> JobSummary {
        guard job.rows.failed > 0 else { return PlainJobRecord.summary(job) }
        return PlainJobRecord.summary(job, like: like(job))
    }

    /// The summary of the first job of its kind.
    package mutating func like(_ job: PlainJobRecord.Fields) -> JobSummary {
        let kind = PlainJobKind(job)
        if let known = kinds[kind] { return known }
        let summary = PlainJobRecord.summary(job)
        kinds[kind] = summary
        return summary
    }
}
