/// The failed rows of one code over all jobs.
public struct CodeTotal: Sendable {
    /// Nil for rows whose error has no code.
    public var code: String?
    public var rows: Int
    /// Jobs that have rows of this code; nil for codes beyond the limit, of which nobody knows whose they were.
    public var jobs: Int?
    /// Of those, jobs that have more patterns of its messages than they list.
    var cappedJobs = 0
    /// Of the rows seen.
    public var share: Share
    /// The rows of all codes beyond ``AnalysisLimits/codes``.
    public var isOther = false
}

/// Failed rows by code over all jobs, bounded like those of one job.
struct CodeTotals: Sendable {
    private struct Key: Hashable, Sendable {
        var code: [UInt8]
        var hash: UInt64

        /// Which keys give way to others: the same ones in whatever order they come.
        var rank: (UInt64, Int) { (hash, code.count) }
    }

    private struct Sum: Sendable {
        var rows = 0
        var jobs = 0
        var cappedJobs = 0

        init() {}

        init(_ code: CodeSummary) {
            rows = code.rows
            jobs = 1
            cappedJobs = code.listsAllMessages ? 0 : 1
        }

        mutating func add(_ other: Sum) {
            rows.addClamped(other.rows)
            jobs.addClamped(other.jobs)
            cappedJobs.addClamped(other.cappedJobs)
        }
    }

    private var withoutCode = Sum()
    private var byCode: [Key: Sum] = [:]
    private var otherRows = 0
    /// The key that is the next to give way, once there are as many as the limit allows.
    private var largest: Key?

    mutating func add(_ code: CodeSummary) {
        if code.isOther {
            otherRows.addClamped(code.rows)
        } else if let text = code.code {
            let bytes = Array(text.utf8)
            add(Sum(code), Key(code: bytes, hash: TextHash.hash(bytes.span)))
        } else {
            withoutCode.add(Sum(code))
        }
    }

    mutating func merge(_ other: CodeTotals) {
        withoutCode.add(other.withoutCode)
        otherRows.addClamped(other.otherRows)
        for (key, sum) in other.byCode { add(sum, key) }
    }

    /// Keeps the codes with the smallest hashes.
    private mutating func add(_ sum: Sum, _ key: Key) {
        if let largest, key.rank > largest.rank {
            otherRows.addClamped(sum.rows)
            return
        }
        byCode[key, default: Sum()].add(sum)
        if byCode.count > AnalysisLimits.codes, let loser = largest ?? nextToGive() {
            otherRows.addClamped(byCode.removeValue(forKey: loser)?.rows ?? 0)
            largest = nil
        }
        if byCode.count == AnalysisLimits.codes, largest == nil { largest = nextToGive() }
    }

    private func nextToGive() -> Key? {
        byCode.keys.max { $0.rank < $1.rank }
    }

    func sorted(rowsSeen: Int) -> [CodeTotal] {
        func total(_ code: String?, _ sum: Sum) -> CodeTotal {
            CodeTotal(
                code: code, rows: sum.rows, jobs: sum.jobs, cappedJobs: sum.cappedJobs,
                share: Share(of: sum.rows, in: rowsSeen))
        }
        var result = byCode.map { total(String(decoding: $0.key.code, as: UTF8.self), $0.value) }
        if withoutCode.jobs > 0 { result.append(total(nil, withoutCode)) }
        result.sort { ($1.rows, $0.code.sortKey) < ($0.rows, $1.code.sortKey) }
        if otherRows > 0 {
            result.append(
                CodeTotal(
                    code: CodeSummary.otherCodes, rows: otherRows, jobs: nil,
                    share: Share(of: otherRows, in: rowsSeen), isOther: true))
        }
        return result
    }
}
