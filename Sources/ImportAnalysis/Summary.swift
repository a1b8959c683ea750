/// What the audit found out about any number of inputs.
///
/// Two summaries combine into one with nothing lost (``merge(_:)``), wherever the inputs were split.
public struct Summary: Sendable {
    /// In the order of the inputs.
    public var jobs: [JobSummary] = []
    /// Inputs that are no import job, in the order of the inputs.
    public var unreadable: [UnreadableInput] = []
    /// Sums over all jobs.
    public var totals = Totals()
    /// Says that values are pseudonyms, if they are.
    public var redaction: RedactionMark?

    public init() {}

    public mutating func append(_ job: JobSummary) {
        jobs.append(job)
        totals.add(job)
    }

    public mutating func append(_ input: UnreadableInput) {
        unreadable.append(input)
    }

    /// Adds the inputs of another summary after those of this one.
    public mutating func merge(_ other: Summary) {
        // Job by job, so that the totals are those of one audit of them all also beyond the limits.
        for job in other.jobs { append(job) }
        unreadable += other.unreadable
    }

    /// Something could not be read whole: an input that is no import job, or a dump that was salvaged.
    public var hasReadingFaults: Bool {
        !unreadable.isEmpty || totals.salvagedJobs > 0
    }
}

/// An input that is no import job, and why.
public struct UnreadableInput: Sendable, Equatable {
    /// The input, as its user named it.
    public var source: String
    /// A sentence for people. It may quote the input: hostile text until escaped.
    public var reason: String

    public init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }
}
