package import ImportDumps

/// What the audit found out about any number of inputs.
///
/// Two summaries combine into one with nothing lost (``merge(_:)``), however the inputs were split.
package struct Summary: Sendable {
    /// In the order of the inputs.
    package var jobs: [JobSummary] = []
    /// Inputs that are not an import job, in the order of the inputs.
    package var unreadable: [UnreadableInput] = []
    /// Sums over all jobs.
    package var totals = Totals()
    /// Marks the values as pseudonyms; nil if they are not.
    package var redaction: RedactionMark?

    package init() {}

    package mutating func append(_ job: JobSummary) {
        jobs.append(job)
        totals.add(job)
    }

    package mutating func append(_ input: UnreadableInput) {
        unreadable.append(input)
    }

    /// Adds the inputs of another summary after those of this one.
    package mutating func merge(_ other: Summary) {
        // Job by job, so that even beyond the limits the totals equal those of one audit of all inputs.
        for job in other.jobs { append(job) }
        unreadable += other.unreadable
    }

    /// Whether something could not be read completely: an input that is not an import job, or a dump that was salvaged.
    package var hasReadingFaults: Bool {
        !unreadable.isEmpty || totals.salvagedJobs > 0
    }
}

/// An input that is not an import job, and why.
package struct UnreadableInput: Sendable, Equatable {
    /// The input's name, as given by the user.
    package var source: String
    /// A sentence for people. It may quote the input: treat it as hostile until it is escaped.
    package var reason: String

    package init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }
}

/// Sums over jobs. Their order matters only for which codes are kept if there are more than ``AnalysisLimits/codes``.
package struct Totals: Sendable {
    package private(set) var jobs = 0
    /// Jobs whose dump was cut off or broken.
    package private(set) var salvagedJobs = 0
    /// Jobs whose dumps do not show all of their rows.
    package private(set) var partialJobs = 0
    /// Jobs by their declared status; those without one are under ``noStatus``.
    package private(set) var jobsByStatus: [String: Int] = [:]
    package private(set) var rows = RowCounts()
    /// Findings by severity.
    package private(set) var findings: [Severity: Int] = [:]
    /// Jobs that are bulk updates or bulk deletes; the others are imports.
    package private(set) var bulkJobs = 0
    private var codes = CodeTotals()

    /// Whether there are imports, or no jobs at all.
    package var hasImports: Bool { bulkJobs < jobs || jobs == 0 }

    /// The name for a job without a status.
    package static let noStatus = "(none)"
    /// Stands for all statuses that the API does not define, of which there could be as many as jobs.
    static let otherStatuses = "(other)"

    package init() {}

    /// Whether the codes of a job can be added, even if all are new, without replacing others. If not, it matters which
    /// jobs were added before.
    package func hasRoom(for job: JobSummary) -> Bool { codes.hasRoom(for: job.failedByCode.count) }

    /// Adds a job, or several that are alike.
    package mutating func add(_ job: JobSummary, times: Int = 1) {
        jobs += times
        bulkJobs += job.job.kind == .bulk ? times : 0
        salvagedJobs += job.salvage == nil ? 0 : times
        partialJobs += job.showsAllRows ? 0 : times
        let status = job.job.status ?? Self.noStatus
        let isKnown = JobStatus(rawValue: status) != nil || status == Self.noStatus
        jobsByStatus[isKnown ? status : Self.otherStatuses, default: 0] += times
        rows.add(job.rows.multiplied(by: times))
        for finding in job.findings { findings[finding.severity, default: 0] += times }
        codes.add(job.failedByCode, times: times)
    }

    /// Adds jobs that are complete, without findings and without failed rows.
    package mutating func add(_ tally: PlainJobTally) {
        jobs += tally.jobs
        jobsByStatus[JobStatus.complete.rawValue, default: 0] += tally.jobs
        rows.add(tally.rows)
    }

    /// Failed rows of all jobs by code: most rows first, then by the bytes of the code. Shares are of the rows seen.
    package var failedByCode: [CodeTotal] { codes.sorted(rowsSeen: rows.seen) }
}

/// Why and where the reading of a dump stopped or, if it did not, first met damage, as a summary keeps it.
package struct Salvage: Sendable, Equatable {
    package var kind: Kind
    package var place: Place
    /// The number of complete rows that were kept.
    package var rowsKept: Int
    /// The fault, and what happened to the rows, as a sentence for people.
    package var message: String

    /// The ways in which a dump can be incomplete.
    package enum Kind: String, Sendable, CaseIterable {
        /// Bytes are missing.
        case truncated
        /// Bytes are wrong.
        case malformed
    }

    package init(kind: Kind, place: Place, rowsKept: Int, message: String) {
        self.kind = kind
        self.place = place
        self.rowsKept = rowsKept
        self.message = message
    }

    /// Creates what a summary keeps of a fault at which reading stopped.
    package init(_ fault: DumpFault) {
        self.init(
            kind: fault.isTruncation ? .truncated : .malformed, place: fault.place, rowsKept: fault.rowsKept,
            message: Wording.salvaged(fault))
    }

    /// Creates what a summary keeps of a dump that is not whole; nil if it is whole.
    init?(_ dump: Dump) {
        if let fault = dump.fault {
            self.init(fault)
        } else if let first = dump.damage.first {
            let kept = dump.rowCount - dump.damage.rows.count
            self.init(
                kind: .malformed, place: first.place, rowsKept: kept, message: Wording.readOn(first, rowsKept: kept))
        } else {
            return nil
        }
    }
}

/// Marks a summary whose values are pseudonyms, and identifies the key.
package struct RedactionMark: Sendable, Equatable {
    /// Whether the key was the user's own; otherwise it was random and used only in that run.
    package var isKeyed: Bool
    /// Eight hexadecimal digits that tell keys apart and reveal nothing about them.
    package var keyID: String

    package init(isKeyed: Bool, keyID: String) {
        self.isKeyed = isKeyed
        self.keyID = keyID
    }

    /// The mark as a sentence for readers.
    package var sentence: String {
        "E-mail addresses, phone numbers, quoted values, ids and names of files are pseudonyms ("
            + (isKeyed ? "key \(keyID))." : "of a random key that no other run has, \(keyID)).")
    }
}
