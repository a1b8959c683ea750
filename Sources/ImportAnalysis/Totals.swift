import ImportDumps

/// Sums over jobs. They add up in any order, but for which codes are kept of more than ``AnalysisLimits/codes``.
public struct Totals: Sendable {
    public private(set) var jobs = 0
    /// Jobs whose dump was cut off or broken.
    public private(set) var salvagedJobs = 0
    /// Jobs whose dumps do not show all of their rows.
    public private(set) var partialJobs = 0
    /// Jobs by their declared status; those without one under ``noStatus``.
    public private(set) var jobsByStatus: [String: Int] = [:]
    public private(set) var rows = RowCounts()
    /// Findings by severity.
    public private(set) var findings: [Severity: Int] = [:]
    /// Jobs that are bulk updates or bulk deletes; the others are imports.
    public private(set) var bulkJobs = 0
    private var codes = CodeTotals()

    /// Whether there are imports, or no jobs at all.
    public var hasImports: Bool { bulkJobs < jobs || jobs == 0 }

    /// Stands for a job that declares no status.
    public static let noStatus = "(none)"
    /// Stands for statuses that the API does not define: there could be as many as jobs.
    static let otherStatuses = "(other)"

    public init() {}

    /// Adds a job.
    public mutating func add(_ job: JobSummary) {
        jobs += 1
        bulkJobs += job.job.kind == .bulk ? 1 : 0
        salvagedJobs += job.salvage == nil ? 0 : 1
        partialJobs += job.showsAllRows ? 0 : 1
        let status = job.job.status ?? Self.noStatus
        let isKnown = JobStatus(rawValue: status) != nil || status == Self.noStatus
        jobsByStatus[isKnown ? status : Self.otherStatuses, default: 0] += 1
        rows.add(job.rows)
        for finding in job.findings { findings[finding.severity, default: 0] += 1 }
        codes.add(job.failedByCode)
    }

    /// Failed rows of all jobs by code: most rows first, then by the bytes of the code; shares are of the rows seen.
    public var failedByCode: [CodeTotal] { codes.sorted(rowsSeen: rows.seen) }
}
