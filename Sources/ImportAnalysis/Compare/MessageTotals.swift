/// Failed rows by pattern of their messages over all jobs, as far as the jobs list them.
///
/// Of more than ``AnalysisLimits/patternsCompared``, the most frequent ones are kept (``MostFrequent``).
package struct MessageTotals: Sendable {
    // Neither byte is in the UTF-8 of a code.
    private static let noCode: UInt8 = 0xFF
    private static let endOfCode: UInt8 = 0xFE

    private var totals = MostFrequent<MessageTotal>(limit: AnalysisLimits.patternsCompared)
    private var mask = MessageMask()

    package init() {}

    /// Adds a job.
    package mutating func add(_ job: JobSummary) {
        for code in job.failedByCode where !code.isOther {
            // In the order of the job: it decides which pattern gives way.
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
            // The rows of a replaced pattern are among those of its code whose patterns are not listed.
            totals.elements[number] = total
        }
    }

    /// No pattern was replaced by another one.
    var hasAll: Bool { totals.floor == 0 }

    /// The result, by the bytes of the code.
    func byCode() -> [[UInt8]?: [MessageTotal]] {
        var result: [[UInt8]?: [MessageTotal]] = [:]
        for number in totals.elements.indices {
            var total = totals.elements[number]
            if totals.floor(of: number) > 0 { total.isAtLeast = true }
            result[total.code, default: []].append(total)
        }
        return result
    }

    /// A message of the most frequent pattern of each code, by the bytes of the code; none of codes without messages.
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
    /// Jobs that list it with all of its rows, among those that do not list all patterns of the code.
    private(set) var cappedJobs: Int
    /// It may have been counted and replaced before.
    var isAtLeast = false

    init(_ family: MessageFamily, _ message: MessageSummary, of summary: CodeSummary) {
        code = summary.code.map { Array($0.utf8) }
        self.family = family
        rows = message.rows
        cappedJobs = summary.listsAllMessages || message.isAtLeast ? 0 : 1
    }

    /// Adds rows of the same job.
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

    /// Orders patterns of one code; never two alike.
    static func isMoreFrequent(_ left: MessageTotal, _ right: MessageTotal) -> Bool {
        left.rows != right.rows
            ? left.rows > right.rows : left.family.key.lexicographicallyPrecedes(right.family.key)
    }
}
