import ImportDumps

/// What two audits of an import say differently, such as before and after a second try.
public struct Comparison: Sendable {
    public let before: Side
    public let after: Side
    /// Codes of either side: most rows after first, then most rows before, then by code.
    public let codes: [CodeChange]
    /// Row by row; nil where the sides are not known to be about the same rows.
    public let rows: RowComparison?

    /// One of the two audits.
    public struct Side: Sendable {
        /// As its user named it.
        public var name: String
        public var jobs: Int
        public var rows: RowCounts
        /// Failed rows with codes beyond the limit: of any code.
        public var otherRows: Int

        init(_ name: String, _ totals: Totals) {
            self.name = name
            jobs = totals.jobs
            rows = totals.rows
            otherRows = totals.failedByCode.reduce(0) { $0.clampedAdding($1.isOther ? $1.rows : 0) }
        }
    }

    /// What an audit is called, and its sums.
    public typealias Audit = (name: String, totals: Totals, messages: MessageTotals)

    /// - Parameter rows: where the two are about the same rows.
    public init(before: Audit, after: Audit, rows: RowComparison? = nil) {
        self.before = Side(before.name, before.totals)
        self.after = Side(after.name, after.totals)
        self.rows = rows
        let (first, second) = (before.totals.failedByCode, after.totals.failedByCode)
        let messages = (ComparedMessages(first, before.messages), ComparedMessages(second, after.messages))
        codes = Self.changes(first, second).map { change in
            var change = change
            if !change.isOther { change.messages = MessageChanges(of: change.code, messages.0, messages.1) }
            return change
        }
    }

    private static func changes(_ before: [CodeTotal], _ after: [CodeTotal]) -> [CodeChange] {
        // By bytes: Swift holds canonically equivalent texts for equal.
        var changes: [[UInt8]?: CodeChange] = [:]
        var other = CodeChange(code: CodeSummary.otherCodes, isOther: true)
        for code in before {
            if code.isOther {
                other.before = code.rows
                continue
            }
            changes[code.code.map { Array($0.utf8) }, default: CodeChange(code: code.code)].before = code.rows
        }
        for code in after {
            if code.isOther {
                other.after = code.rows
                continue
            }
            changes[code.code.map { Array($0.utf8) }, default: CodeChange(code: code.code)].after = code.rows
        }
        let sorted = changes.values.sorted {
            ($1.after, $1.before, $0.code.sortKey) < ($0.after, $0.before, $1.code.sortKey)
        }
        return other.before + other.after > 0 ? sorted + [other] : sorted
    }

    /// Codes of a side beyond the limit may be any: one that is not seen there may yet be among them.
    public var isUncertain: Bool { before.otherRows > 0 || after.otherRows > 0 }
}

/// The failed rows of one code before and after.
public struct CodeChange: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// There are none any more.
        case fixed
        /// There are some before and after.
        case stillFailing = "still-failing"
        /// There were none.
        case new
    }

    /// Nil for rows whose error has no code.
    public var code: String?
    public var before = 0
    public var after = 0
    /// The rows of all codes beyond the limit.
    public var isOther = false
    /// The same rows by pattern of their messages; nothing of the codes beyond the limit.
    public internal(set) var messages = MessageChanges()

    public var kind: Kind { after == 0 ? .fixed : before == 0 ? .new : .stillFailing }
}
