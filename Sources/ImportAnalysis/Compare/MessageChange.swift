/// The failed rows of one code by message pattern, before and after.
package struct MessageChanges: Sendable {
    /// The patterns that either side lists, sorted by rows after, then by rows before (both descending), then by
    /// pattern.
    package private(set) var patterns: [MessageChange] = []
    /// The code's rows before whose patterns are not listed. With the rows of `patterns`, they are all of its rows.
    package private(set) var otherRowsBefore = 0
    /// The same for after.
    package private(set) var otherRowsAfter = 0

    init() {}

    init(of code: String?, _ before: ComparedMessages, _ after: ComparedMessages, showsAll: (Bool, Bool)) {
        let (first, second) = (before.code(code), after.code(code))
        var changes: [(change: MessageChange, key: [UInt8])] = []
        for key in Set(first.patterns.keys).union(second.patterns.keys) {
            let sides = (first.patterns[key]?.family, second.patterns[key]?.family)
            var family = sides.0 ?? sides.1
            if let other = sides.1 { family?.merge(other) }
            var change = MessageChange(
                pattern: family?.pattern, patternBefore: sides.0?.pattern, patternAfter: sides.1?.pattern,
                before: first.rows(of: key), after: second.rows(of: key))
            (change.isBeforeSeen, change.isAfterSeen) = showsAll
            // A summary made by another program may list patterns without rows.
            if change.before.rows > 0 || change.after.rows > 0 { changes.append((change, key)) }
        }
        changes.sort { left, right in
            let (one, two) = (left.change, right.change)
            guard (one.after.rows, one.before.rows) == (two.after.rows, two.before.rows) else {
                return (one.after.rows, one.before.rows) > (two.after.rows, two.before.rows)
            }
            if one.pattern.sortKey != two.pattern.sortKey { return one.pattern.sortKey < two.pattern.sortKey }
            return left.key.lexicographicallyPrecedes(right.key)
        }
        patterns = changes.map { $0.change }
        (otherRowsBefore, otherRowsAfter) = (first.otherRows, second.otherRows)
    }

    /// Whether some numbers are minimums.
    package var isUncertain: Bool { patterns.contains { !$0.before.isExact || !$0.after.isExact } }
}

/// The failed rows of one message pattern, before and after.
package struct MessageChange: Sendable {
    /// The pattern for the rows of both sides: values that differ are placeholders. Nil for rows without a message.
    package var pattern: String?
    /// The pattern for the rows before alone; also nil if that side does not list it.
    package var patternBefore: String?
    /// The pattern for the rows after alone.
    package var patternAfter: String?
    package var before: MessageRows
    package var after: MessageRows
    /// Whether all rows before were seen.
    var isBeforeSeen = true
    /// The same for after.
    var isAfterSeen = true

    package var kind: ChangeKind {
        if before.rows > 0, after.rows > 0 { return .stillFailing }
        if before.rows > 0 { return after.isExact && isAfterSeen ? .fixed : .undecided }
        return before.isExact && isBeforeSeen ? .new : .undecided
    }
}

/// The number of rows of a pattern or a code.
package struct MessageRows: Sendable, Equatable {
    /// The rows that are counted under it.
    package var rows: Int
    /// Whether these are all: false if others may be among rows whose patterns or codes are not listed.
    package var isExact: Bool

    package init(rows: Int, isExact: Bool) {
        self.rows = rows
        self.isExact = isExact
    }
}

/// The message patterns of one of the two audits.
struct ComparedMessages {
    private let byCode: [[UInt8]?: [MessageTotal]]
    private let hasAll: Bool
    private let codes: [[UInt8]?: CodeTotal]
    /// Whether there are rows with codes that are not told apart.
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
            // Rows without a code are always counted separately.
            return ComparedCode([], rows: 0, cappedJobs: 0, hasAll: true, isWhole: code == nil || !hasOtherCodes)
        }
        return ComparedCode(
            byCode[key] ?? [], rows: total.rows, cappedJobs: total.cappedJobs, hasAll: hasAll,
            isWhole: !total.isAtLeast)
    }
}

/// The message patterns of one code on one side, and what is uncertain about them.
struct ComparedCode {
    /// The rows of the code.
    let rows: MessageRows
    /// The listed patterns by key.
    let patterns: [[UInt8]: MessageTotal]
    /// Rows of the code whose patterns are not listed.
    let otherRows: Int
    private let cappedJobs: Int
    private let hasAll: Bool

    /// - Parameters:
    ///   - hasAll: whether no pattern was evicted to make room for others.
    ///   - isWhole: whether all rows of the code are counted under it, and none among codes that are not told apart.
    init(_ totals: [MessageTotal], rows: Int, cappedJobs: Int, hasAll: Bool, isWhole: Bool) {
        self.rows = MessageRows(rows: rows, isExact: isWhole)
        let listed = totals.reduce(0) { $0.clampedAdding($1.rows) }
        // A code that was evicted and admitted again has patterns with more rows than are counted under it.
        let isSound = listed <= rows
        patterns = isSound ? Dictionary(totals.map { ($0.family.key, $0) }) { first, _ in first } : [:]
        otherRows = isSound ? rows - listed : rows
        self.cappedJobs = cappedJobs
        self.hasAll = hasAll && isSound
    }

    /// Returns the rows of a pattern, listed or not, and whether there cannot be more.
    func rows(of key: [UInt8]) -> MessageRows {
        let total = patterns[key]
        // Every job that leaves patterns out lists this one, and it was never evicted.
        let isListed = total.map { !$0.isAtLeast && $0.cappedJobs == cappedJobs } ?? (hasAll && cappedJobs == 0)
        return MessageRows(rows: total?.rows ?? 0, isExact: rows.isExact && (isListed || otherRows == 0))
    }
}
