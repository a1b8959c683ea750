/// Failed rows by pattern of their messages over all jobs, as far as the jobs list them.
///
/// Of more than ``AnalysisLimits/patternsCompared``, those with the smallest hashes are kept: a choice that does not
/// depend on the order of the jobs. Until they are settled there may be some more.
public struct MessageTotals: Sendable {
    private struct Key: Hashable, Sendable {
        var code: [UInt8]?
        var family: [UInt8]
    }

    private var totals: [Key: MessageTotal] = [:]
    /// The smallest hash of a pattern that has given way. Those below it never have.
    private(set) var bound: UInt64?
    private var mask = MessageMask()

    public init() {}

    /// Adds a job.
    public mutating func add(_ job: JobSummary) {
        for code in job.failedByCode where !code.isOther {
            var listed: [[UInt8]: MessageTotal] = [:]
            for message in code.messages {
                let family = MessageFamily(message, &mask)
                listed[family.key, default: MessageTotal(family, code: code)].add(family, rows: message.rows)
            }
            let text = code.code.map { Array($0.utf8) }
            for total in listed.values { add(total, Key(code: text, family: total.family.key)) }
        }
    }

    private mutating func add(_ total: MessageTotal, _ key: Key) {
        // Room for some more, so that the largest hashes are sought now and then only.
        if totals.count >= AnalysisLimits.patternsCompared * 5 / 4 { settle() }
        if let bound, total.hash >= bound { return }
        if totals[key]?.merge(total) == nil { totals[key] = total }
    }

    /// Keeps no more than the limit allows.
    private mutating func settle() {
        let limit = AnalysisLimits.patternsCompared
        guard totals.count > limit else { return }
        let bound = totals.values.map { $0.hash }.sorted()[limit]
        self.bound = bound
        totals = totals.filter { $0.value.hash < bound }
    }

    /// What it came to, by the bytes of the code.
    func settled() -> (byCode: [[UInt8]?: [MessageTotal]], bound: UInt64?) {
        var result = self
        result.settle()
        var byCode: [[UInt8]?: [MessageTotal]] = [:]
        for (key, total) in result.totals { byCode[key.code, default: []].append(total) }
        return (byCode, result.bound)
    }

    /// A message of the most frequent pattern of each code, by the bytes of the code; none of codes without messages.
    package func examples() -> [[UInt8]?: String] {
        settled().byCode.compactMapValues { totals in
            totals.filter { $0.family.example != nil }.min(by: MessageTotal.isMoreFrequent)?.family.example
        }
    }
}

/// The rows of one pattern of one code.
struct MessageTotal: Sendable {
    private(set) var family: MessageFamily
    private(set) var rows = 0
    /// Jobs that list it, among those that do not list all patterns of the code.
    private(set) var cappedJobs: Int
    /// Which patterns give way to others: the same ones in whatever order they come.
    let hash: UInt64

    init(_ family: MessageFamily, code: CodeSummary) {
        self.family = family
        cappedJobs = code.listsAllMessages ? 0 : 1
        var bytes = Array((code.code ?? "").utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes += family.key
        hash = TextHash.hash(bytes.span)
    }

    /// Adds rows of the same job.
    mutating func add(_ other: MessageFamily, rows count: Int) {
        family.merge(other)
        rows.addClamped(count)
    }

    /// Adds the rows of the same pattern in other jobs.
    mutating func merge(_ other: MessageTotal) {
        family.merge(other.family)
        rows.addClamped(other.rows)
        cappedJobs.addClamped(other.cappedJobs)
    }

    /// Orders patterns of one code; never two alike.
    static func isMoreFrequent(_ left: MessageTotal, _ right: MessageTotal) -> Bool {
        left.rows != right.rows
            ? left.rows > right.rows : left.family.key.lexicographicallyPrecedes(right.family.key)
    }
}
