/// What one of two audits says of the patterns of messages.
struct ComparedMessages {
    private let byCode: [[UInt8]?: [MessageTotal]]
    private let bound: UInt64?
    private let codes: [[UInt8]?: CodeTotal]
    /// There are rows of codes that are not told apart.
    private let hasOtherCodes: Bool

    init(_ codes: [CodeTotal], _ messages: MessageTotals) {
        (byCode, bound) = messages.settled()
        hasOtherCodes = codes.contains { $0.isOther }
        var byCode: [[UInt8]?: CodeTotal] = [:]
        for code in codes where !code.isOther { byCode[code.code.map { Array($0.utf8) }] = code }
        self.codes = byCode
    }

    func code(_ code: String?) -> ComparedCode {
        let key = code.map { Array($0.utf8) }
        guard let total = codes[key] else {
            // Rows without a code never are among those that are not told apart.
            return ComparedCode([], rows: 0, cappedJobs: 0, bound: nil, isSurelyAbsent: code == nil || !hasOtherCodes)
        }
        return ComparedCode(byCode[key] ?? [], rows: total.rows, cappedJobs: total.cappedJobs, bound: bound)
    }
}

/// The patterns of one code on one side, and what they leave open.
struct ComparedCode {
    /// Those that are listed, by their keys.
    let patterns: [[UInt8]: MessageTotal]
    /// Rows of the code whose patterns are not listed.
    let otherRows: Int
    private let cappedJobs: Int
    private let bound: UInt64?
    private let isSurelyAbsent: Bool

    init(_ totals: [MessageTotal], rows: Int, cappedJobs: Int, bound: UInt64?, isSurelyAbsent: Bool = true) {
        patterns = Dictionary(totals.map { ($0.family.key, $0) }) { first, _ in first }
        otherRows = max(0, rows - totals.reduce(0) { $0.clampedAdding($1.rows) })
        self.cappedJobs = cappedJobs
        self.bound = bound
        self.isSurelyAbsent = isSurelyAbsent
    }

    var hashes: [[UInt8]: UInt64] { patterns.mapValues { $0.hash } }

    /// The rows of a pattern, listed or not, and whether there cannot be more.
    func rows(of key: [UInt8], hash: UInt64) -> MessageRows {
        let total = patterns[key]
        // Every job that leaves patterns out lists this one, and it has not given way to others.
        let isListed = total?.cappedJobs ?? 0 == cappedJobs && bound.map { hash < $0 } ?? true
        return MessageRows(rows: total?.rows ?? 0, isExact: isSurelyAbsent && (isListed || otherRows == 0))
    }
}
