import ImportDumps

/// Sums over jobs. They add up in any order.
public struct Totals: Sendable {
    public private(set) var jobs = 0
    /// Jobs whose dump was cut off or broken.
    public private(set) var salvagedJobs = 0
    /// Jobs by their declared status; those without one under ``noStatus``.
    public private(set) var jobsByStatus: [String: Int] = [:]
    public private(set) var rows = RowCounts()
    /// Findings by severity.
    public private(set) var findings: [Severity: Int] = [:]
    private var codes = CodeTotals()

    /// Stands for a job that declares no status.
    public static let noStatus = "(none)"
    /// Stands for statuses that the API does not define: there could be as many as jobs.
    static let otherStatuses = "(other)"

    public init() {}

    mutating func add(_ job: JobSummary) {
        jobs += 1
        salvagedJobs += job.fault == nil ? 0 : 1
        add(1, status: job.job.status ?? Self.noStatus)
        rows.add(job.rows)
        for finding in job.findings { findings[finding.severity, default: 0] += 1 }
        for code in job.failedByCode { codes.add(code) }
    }

    mutating func merge(_ other: Totals) {
        jobs += other.jobs
        salvagedJobs += other.salvagedJobs
        for (status, count) in other.jobsByStatus { add(count, status: status) }
        rows.add(other.rows)
        for (severity, count) in other.findings { findings[severity, default: 0] += count }
        codes.merge(other.codes)
    }

    /// Failed rows of all jobs by code: most rows first, then by the bytes of the code; shares are of the rows seen.
    public var failedByCode: [(code: String?, rows: Int, share: Share, isOther: Bool)] {
        codes.sorted(rowsSeen: rows.seen)
    }

    private mutating func add(_ count: Int, status: String) {
        let isKnown = JobStatus(rawValue: status) != nil || status == Self.noStatus
        jobsByStatus[isKnown ? status : Self.otherStatuses, default: 0] += count
    }
}

/// Failed rows by code over all jobs, bounded like those of one job.
struct CodeTotals: Sendable {
    private struct Key: Hashable, Sendable {
        var code: [UInt8]
        var hash: UInt64
    }

    private var rowsWithoutCode = 0
    private var rowsByCode: [Key: Int] = [:]
    private var otherRows = 0

    mutating func add(_ code: CodeSummary) {
        if code.isOther {
            otherRows += code.rows
        } else if let text = code.code {
            let bytes = Array(text.utf8)
            add(code.rows, Key(code: bytes, hash: TextHash.hash(bytes.span)))
        } else {
            rowsWithoutCode += code.rows
        }
    }

    mutating func merge(_ other: CodeTotals) {
        rowsWithoutCode += other.rowsWithoutCode
        otherRows += other.otherRows
        for (key, rows) in other.rowsByCode { add(rows, key) }
    }

    /// Keeps the codes with the smallest hashes: the same ones in whatever order they come.
    private mutating func add(_ rows: Int, _ key: Key) {
        rowsByCode[key, default: 0] += rows
        guard rowsByCode.count > AnalysisLimits.codes,
            let loser = rowsByCode.keys.max(by: { ($0.hash, $0.code.count) < ($1.hash, $1.code.count) })
        else { return }
        otherRows += rowsByCode.removeValue(forKey: loser) ?? 0
    }

    func sorted(rowsSeen: Int) -> [(code: String?, rows: Int, share: Share, isOther: Bool)] {
        var result: [(code: String?, rows: Int, share: Share, isOther: Bool)] = rowsByCode.map { key, rows in
            (String(decoding: key.code, as: UTF8.self), rows, Share(of: rows, in: rowsSeen), false)
        }
        if rowsWithoutCode > 0 {
            result.append((nil, rowsWithoutCode, Share(of: rowsWithoutCode, in: rowsSeen), false))
        }
        result.sort { ($1.rows, $0.code.sortKey) < ($0.rows, $1.code.sortKey) }
        if otherRows > 0 {
            result.append((CodeSummary.otherCodes, otherRows, Share(of: otherRows, in: rowsSeen), true))
        }
        return result
    }
}
