/// The failed rows of one code over all jobs.
package struct CodeTotal: Sendable {
    /// Nil for rows whose error has no code.
    package var code: String?
    package var rows: Int
    /// Whether there may be more: rows of the code, and jobs with such rows, among those counted as other codes, or a sum
    /// beyond the largest number.
    package var isAtLeast = false
    /// The number of jobs with rows of this code; nil for codes beyond the limit, whose rows are not kept by job.
    package var jobs: Int?
    /// How many of these jobs have more message patterns of the code than they list.
    var cappedJobs = 0
    /// The share of the rows seen.
    package var share: Share
    /// Whether this stands for all codes beyond ``AnalysisLimits/codes``.
    package var isOther = false
}

/// Failed rows by code over all jobs, bounded like those of one job.
///
/// Jobs are added in the order of the inputs, regardless of which was read first, so the codes that are kept depend
/// only on the inputs.
struct CodeTotals: Sendable {
    private struct Sum: Sendable {
        var rows = 0
        var jobs = 0
        var cappedJobs = 0
        /// Jobs that have more codes than the limit, but have counted all rows of this code.
        var surelyListed = 0

        mutating func add(_ code: CodeSummary, ofJobWithOthers hasOthers: Bool, times: Int) {
            rows.addClamped(code.rows.clampedMultiplying(by: times))
            jobs.addClamped(times)
            cappedJobs.addClamped(code.listsAllMessages ? 0 : times)
            surelyListed.addClamped(hasOthers && !code.isAtLeast ? times : 0)
        }
    }

    private var withoutCode = Sum()
    private var byCode = MostFrequent<Sum>(limit: AnalysisLimits.codes)
    private var otherRows = 0
    /// Jobs that have more codes than the limit.
    private var jobsWithOthers = 0

    /// Whether so many new codes would replace none.
    func hasRoom(for codes: Int) -> Bool { byCode.elements.count + codes <= byCode.limit }

    /// Adds the failed rows of a job, or of several that are alike.
    mutating func add(_ codes: [CodeSummary], times: Int = 1) {
        let hasOthers = codes.contains { $0.isOther }
        if hasOthers { jobsWithOthers.addClamped(times) }
        for code in codes {
            if code.isOther {
                otherRows.addClamped(code.rows.clampedMultiplying(by: times))
            } else if let text = code.code {
                let key = Array(text.utf8)
                let hash = TextHash.hash(key.span)
                let number = byCode.find(key.span, hash: hash) ?? insert(key, hash: hash)
                byCode.count(number, rows: code.rows.clampedMultiplying(by: times))
                byCode.elements[number].add(code, ofJobWithOthers: hasOthers, times: times)
            } else {
                withoutCode.add(code, ofJobWithOthers: hasOthers, times: times)
            }
        }
    }

    private mutating func insert(_ key: [UInt8], hash: UInt64) -> Int {
        let (number, gaveWay) = byCode.insert(key.span, hash: hash, Sum())
        if gaveWay {
            otherRows.addClamped(byCode.elements[number].rows)
            byCode.elements[number] = Sum()
        }
        return number
    }

    func sorted(rowsSeen: Int) -> [CodeTotal] {
        func total(_ code: String?, _ sum: Sum, isAtLeast: Bool) -> CodeTotal {
            CodeTotal(
                code: code, rows: sum.rows, isAtLeast: isAtLeast || sum.rows == .max, jobs: sum.jobs,
                cappedJobs: sum.cappedJobs,
                share: Share(of: sum.rows, in: rowsSeen))
        }
        var result = byCode.elements.indices.map { number in
            let sum = byCode.elements[number]
            return total(
                String(decoding: byCode.key(number), as: UTF8.self), sum,
                isAtLeast: byCode.floor(of: number) > 0 || sum.surelyListed < jobsWithOthers)
        }
        // Rows without a code are never counted as other codes.
        if withoutCode.jobs > 0 { result.append(total(nil, withoutCode, isAtLeast: false)) }
        result.sort { ($1.rows, $0.code.sortKey) < ($0.rows, $1.code.sortKey) }
        if otherRows > 0 {
            result.append(
                CodeTotal(
                    code: CodeSummary.otherCodes, rows: otherRows, isAtLeast: otherRows == .max, jobs: nil,
                    share: Share(of: otherRows, in: rowsSeen), isOther: true))
        }
        return result
    }
}
