import ImportDumps

/// The differences between two audits of an import, such as before and after a second try.
package struct Comparison: Sendable {
    package let before: Side
    package let after: Side
    /// The codes of both sides, sorted by rows after, then by rows before (both descending), then by code.
    package let codes: [CodeChange]
    /// The row-by-row comparison; nil if the sides are not known to have the same rows.
    package let rows: RowComparison?
    /// Whether `after` is the first try, updated with the rows of a second one.
    let isRetry: Bool

    /// One of the two audits.
    package struct Side: Sendable {
        /// The name that the user gave it.
        package var name: String
        package var jobs: Int
        package var rows: RowCounts
        /// Failed rows whose codes are beyond the limit. They may have any code.
        package var otherRows: Int
        /// Jobs by their declared status, as in ``Totals/jobsByStatus``.
        package var jobsByStatus: [String: Int]
        /// Jobs whose dumps do not show all of their rows: they are not finished, or rows are missing.
        package var partialJobs: Int
        /// Of those, jobs whose dump was cut off or broken.
        package var salvagedJobs: Int
        /// Inputs that are not import jobs or could not be read.
        package var unreadable: Int

        /// Whether all rows were seen, so that anything not seen does not exist.
        package var showsAllRows: Bool { partialJobs == 0 && unreadable == 0 }

        init(_ name: String, _ totals: Totals, unreadable: Int) {
            jobsByStatus = totals.jobsByStatus
            partialJobs = totals.partialJobs
            salvagedJobs = totals.salvagedJobs
            self.unreadable = unreadable

            self.name = name
            jobs = totals.jobs
            rows = totals.rows
            otherRows = totals.failedByCode.reduce(0) { $0.clampedAdding($1.isOther ? $1.rows : 0) }
        }
    }

    /// One audit: its name and its sums.
    package typealias Audit = (name: String, totals: Totals, messages: MessageTotals, unreadable: Int)

    /// - Parameter rows: the row-by-row comparison, if the two have the same rows.
    /// - Parameter isRetry: whether after is the first try, updated with the rows of a second one.
    package init(before: Audit, after: Audit, rows: RowComparison? = nil, isRetry: Bool = false) {
        self.isRetry = isRetry
        self.before = Side(before.name, before.totals, unreadable: before.unreadable)
        self.after = Side(after.name, after.totals, unreadable: after.unreadable)
        self.rows = rows
        let (first, second) = (before.totals.failedByCode, after.totals.failedByCode)
        let messages = (ComparedMessages(first, before.messages), ComparedMessages(second, after.messages))
        let showsAll = (self.before.showsAllRows, self.after.showsAllRows)
        let hasOthers = (self.before.otherRows > 0, self.after.otherRows > 0)
        codes = Self.changes(first, second).map { change in
            var change = change
            // Rows without a code are always counted separately.
            change.isKnownBefore = showsAll.0 && (change.code == nil || !hasOthers.0)
            change.isKnownAfter = showsAll.1 && (change.code == nil || !hasOthers.1)
            change.isBeforeExact = change.before < .max
            change.isAfterExact = change.after < .max
            if !change.isOther {
                change.isBeforeExact = change.isBeforeExact && messages.0.code(change.code).rows.isExact
                change.isAfterExact = change.isAfterExact && messages.1.code(change.code).rows.isExact
                change.messages = MessageChanges(of: change.code, messages.0, messages.1, showsAll: showsAll)
            }
            return change
        }
    }

    private static func changes(_ before: [CodeTotal], _ after: [CodeTotal]) -> [CodeChange] {
        // Keyed by bytes, because Swift considers canonically equivalent strings equal.
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
        return other.before > 0 || other.after > 0 ? sorted + [other] : sorted
    }

    /// Whether there are rows with codes beyond the limit: a code that is not listed may still be among them.
    package var isUncertain: Bool { before.otherRows > 0 || after.otherRows > 0 }
}

/// How the failed rows of a code, or of a message pattern, changed.
package enum ChangeKind: String, Sendable, CaseIterable {
    /// None are left.
    case fixed
    /// Some before and after.
    case stillFailing = "still-failing"
    /// None before.
    case new
    /// Some on one side, and perhaps on the other too, where not everything was seen or is listed.
    case undecided
}

/// The failed rows of one code before and after.
package struct CodeChange: Sendable {
    /// Nil for rows whose error has no code.
    package var code: String?
    package var before = 0
    package var after = 0
    /// Whether this stands for all codes beyond the limit.
    package var isOther = false
    /// The same rows by message pattern; empty for the codes beyond the limit.
    package internal(set) var messages = MessageChanges()
    /// Whether ``before`` is exact: false if further rows may be among codes that are not told apart.
    package internal(set) var isBeforeExact = true
    /// The same for ``after``.
    package internal(set) var isAfterExact = true
    /// Whether a code that was not seen before did not exist then.
    var isKnownBefore = true
    /// The same for after.
    var isKnownAfter = true

    package var kind: ChangeKind {
        if before > 0, after > 0 { return .stillFailing }
        if before > 0 { return isKnownAfter ? .fixed : .undecided }
        return isKnownBefore ? .new : .undecided
    }
}
