/// What one of two audits says of the patterns of messages.
struct ComparedMessages {
    private let byCode: [[UInt8]?: [MessageTotal]]
    private let hasAll: Bool
    private let codes: [[UInt8]?: CodeTotal]
    /// There are rows of codes that are not told apart.
    private let hasOtherCodes: Bool

    init(_ codes: [CodeTotal], _ messages: MessageTotals) {
        byCode = messages.byCode()
        hasAll = messages.hasAll
        hasOtherCodes = codes.contains { $0.isOther }
        var byCode: [[UInt8]?: CodeTotal] = [:]
        for code in codes where !code.isOther { byCode[code.code.map { Array($0.utf8) }] = code }
        self.codes = byCode
    }

    func code(_ code: String?) -> ComparedCode {
        let key = code.map { Array($0.utf8) }
        guard let total = codes[key] else {
            // Rows without a code never are among those that are not told apart.
            return ComparedCode([], rows: 0, cappedJobs: 0, hasAll: true, isWhole: code == nil || !hasOtherCodes)
        }
        return ComparedCode(
            byCode[key] ?? [], rows: total.rows, cappedJobs: total.cappedJobs, hasAll: hasAll,
            isWhole: !total.isAtLeast)
    }
}

/// The patterns of one code on one side, and what they leave open.
struct ComparedCode {
    /// The rows of the code.
    let rows: MessageRows
    /// Those that are listed, by their keys.
    let patterns: [[UInt8]: MessageTotal]
    /// Rows of the code whose patterns are not listed.
    let otherRows: Int
    private let cappedJobs: Int
    private let hasAll: Bool

    /// - Parameters:
    ///   - hasAll: whether no pattern gave way to others.
    ///   - isWhole: whether no rows of the code are among those of codes that are not told apart.
    init(_ totals: [MessageTotal], rows: Int, cappedJobs: Int, hasAll: Bool, isWhole: Bool) {
        self.rows = MessageRows(rows: rows, isExact: isWhole)
        let listed = totals.reduce(0) { $0.clampedAdding($1.rows) }
        // A code that gave way and was taken up again has patterns of more rows than are counted under it.
        let isSound = listed <= rows
        patterns = isSound ? Dictionary(totals.map { ($0.family.key, $0) }) { first, _ in first } : [:]
        otherRows = isSound ? rows - listed : rows
        self.cappedJobs = cappedJobs
        self.hasAll = hasAll && isSound
    }

    /// The rows of a pattern, listed or not, and whether there cannot be more.
    func rows(of key: [UInt8]) -> MessageRows {
        let total = patterns[key]
        // Every job that leaves patterns out lists this one, and it has not given way to others.
        let isListed = total.map { !$0.isAtLeast && $0.cappedJobs == cappedJobs } ?? (hasAll && cappedJobs == 0)
        return MessageRows(rows: total?.rows ?? 0, isExact: rows.isExact && (isListed || otherRows == 0))
    }
}
