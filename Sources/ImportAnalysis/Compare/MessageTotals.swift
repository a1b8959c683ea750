/// The failed rows of all jobs by message pattern, as far as the jobs list the patterns.
///
/// If there are more than ``AnalysisLimits/patternsCompared`` patterns, the most frequent ones are kept
/// (``MostFrequent``).
package struct MessageTotals: Sendable {
    // Neither byte occurs in UTF-8, so neither can be part of a code.
    private static let noCode: UInt8 = 0xFF
    private static let endOfCode: UInt8 = 0xFE

    private var totals = MostFrequent<MessageTotal>(limit: AnalysisLimits.patternsCompared)
    private var mask = MessageMask()

    package init() {}

    /// Adds a job.
    package mutating func add(_ job: JobSummary) {
        for code in job.failedByCode where !code.isOther {
            // Kept in the order of the job, because it decides which pattern is evicted.
            var listed: [MessageTotal] = []
            var numbers: [[UInt8]: Int] = [:]
            for message in code.messages {
                let family = MessageFamily(message, &mask)
                if let number = numbers[family.key] {
                    listed[number].add(family, message)
                } else {
                    numbers[family.key] = listed.count
                    listed.append(MessageTotal(family, message, of: code))
                }
            }
            let prefix = (code.code.map { Array($0.utf8) } ?? [Self.noCode]) + [Self.endOfCode]
            for total in listed { add(total, prefix + total.family.key) }
        }
    }

    private mutating func add(_ total: MessageTotal, _ key: [UInt8]) {
        let hash = TextHash.hash(key.span)
        if let number = totals.find(key.span, hash: hash) {
            totals.count(number, rows: total.rows)
            totals.elements[number].merge(total)
        } else {
            let (number, _) = totals.insert(key.span, hash: hash, total)
            totals.count(number, rows: total.rows)
            // The rows of the evicted pattern now count among those of its code whose patterns are not listed.
            totals.elements[number] = total
        }
    }

    /// Whether no pattern was evicted.
    var hasAll: Bool { totals.floor == 0 }

    /// Returns the totals of each code, keyed by the bytes of the code.
    func byCode() -> [[UInt8]?: [MessageTotal]] {
        var result: [[UInt8]?: [MessageTotal]] = [:]
        for number in totals.elements.indices {
            var total = totals.elements[number]
            if totals.floor(of: number) > 0 { total.isAtLeast = true }
            result[total.code, default: []].append(total)
        }
        return result
    }

    /// Returns a message of the most frequent pattern of each code that has messages, keyed by the bytes of the code.
    package func examples() -> [[UInt8]?: String] {
        byCode().compactMapValues { totals in
            totals.filter { $0.family.example != nil }.min(by: MessageTotal.isMoreFrequent)?.family.example
        }
    }
}

/// The rows of one pattern of one code.
struct MessageTotal: Sendable {
    /// The bytes of the code.
    let code: [UInt8]?
    private(set) var family: MessageFamily
    private(set) var rows: Int
    /// Jobs that list the pattern with all its rows, but do not list all patterns of the code.
    private(set) var cappedJobs: Int
    /// Whether the pattern may have been counted and evicted before.
    var isAtLeast = false

    init(_ family: MessageFamily, _ message: MessageSummary, of summary: CodeSummary) {
        code = summary.code.map { Array($0.utf8) }
        self.family = family
        rows = message.rows
        cappedJobs = summary.listsAllMessages || message.isAtLeast ? 0 : 1
    }

    /// Adds rows of the same pattern in the same job.
    mutating func add(_ other: MessageFamily, _ message: MessageSummary) {
        family.merge(other)
        rows.addClamped(message.rows)
        if message.isAtLeast { cappedJobs = 0 }
    }

    /// Adds the rows of the same pattern in other jobs.
    mutating func merge(_ other: MessageTotal) {
        family.merge(other.family)
        rows.addClamped(other.rows)
        cappedJobs.addClamped(other.cappedJobs)
    }

    /// Orders the patterns of one code; no two of them are equal.
    static func isMoreFrequent(_ left: MessageTotal, _ right: MessageTotal) -> Bool {
        left.rows != right.rows
            ? left.rows > right.rows : left.family.key.lexicographicallyPrecedes(right.family.key)
    }
}
