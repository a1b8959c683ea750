import ImportFoundation

/// The state of each row of a source after several tries.
///
/// A row that was imported once stays imported, whatever a later try says about it. Uses eight bytes per row.
package struct RowAccount: Sendable {
    /// The state of a row.
    package enum State: String, Sendable, CaseIterable {
        case succeeded
        /// It failed in the last try that included it.
        case failed
        /// The last try that included it says neither that it failed nor that it succeeded.
        case unclassified
        /// The dump of the last try that included it does not have it: it may have been imported.
        case noResult = "no-result"
    }

    /// One row.
    package struct Row: Sendable {
        package var state: State
        /// The number of the try that says so, from 1 on.
        package var lastTry: Int
        /// The number of tries that included it.
        package var tries: Int
        /// Whether it was sent again although it had succeeded.
        package var wasSentInVain: Bool
        /// The code of a failed row; nil if it has none.
        package var code: String?
    }

    private struct Entry {
        var state: UInt8 = UInt8(RowAccount.noResult)
        /// Tries are counted up to 255.
        var lastTry: UInt8 = 1
        var tries: UInt8 = 1
        var isInVain = false
        var code: Int32 = -1
    }

    private static let states = State.allCases
    private static let noResult = 3
    /// The maximum number of tries that are told apart.
    package static let mostTries = 255

    private var entries: [Entry]
    private var codes: [String] = []
    private var indexes: [ExactText: Int32] = [:]
    package private(set) var tries = 1

    /// Creates an account at the start of the first try, about which nothing is known yet.
    package init(rows: Int) {
        entries = Array(repeating: Entry(), count: rows)
    }

    package var count: Int { entries.count }

    /// Begins the next try.
    package mutating func beginTry() { tries += 1 }

    /// Records what the current try says about a row; nil if its dump does not have an outcome for it.
    ///
    /// - Parameters:
    ///   - row: from 1 on.
    ///   - code: the code of a failed row.
    package mutating func note(_ row: Int, _ outcome: Outcome?, code: [UInt8]? = nil) {
        var entry = entries[row - 1]
        if tries > 1 { entry.tries = min(entry.tries &+ 1, 255) }
        guard tries == 1 || entry.state != 0 else {
            entry.isInVain = true
            entries[row - 1] = entry
            return
        }
        entry.lastTry = UInt8(clamping: tries)
        entry.code = -1
        switch outcome {
        case .created, .existing, .applied: entry.state = 0
        case .failed:
            entry.state = 1
            entry.code = code.map { index(of: $0) } ?? -1
        case .unclassified: entry.state = 2
        case nil: entry.state = UInt8(Self.noResult)
        }
        entries[row - 1] = entry
    }

    private mutating func index(of code: [UInt8]) -> Int32 {
        let key = ExactText(bytes: code)
        if let index = indexes[key] { return index }
        codes.append(key.text)
        indexes[key] = Int32(codes.count - 1)
        return Int32(codes.count - 1)
    }

    /// - Parameter row: from 1 on.
    package subscript(row: Int) -> Row {
        let entry = entries[row - 1]
        return Row(
            state: Self.states[Int(entry.state)], lastTry: Int(entry.lastTry), tries: Int(entry.tries),
            wasSentInVain: entry.isInVain, code: entry.code < 0 ? nil : codes[Int(entry.code)])
    }
}

/// The rows of a source by state. The groups add up to all rows.
package struct AccountTotals: Sendable {
    package struct Code: Sendable {
        /// Nil for rows without one.
        package var code: String?
        package var rows: Int
    }

    package let rows: Int
    package let tries: Int
    /// Rows that succeeded, by try.
    package private(set) var succeeded: [Int]
    /// Rows that were sent again at least once and failed in the last try that included them.
    package private(set) var stillFailing = 0
    /// Rows that failed in the first try and were never sent again.
    package private(set) var neverSentAgain = 0
    package private(set) var unclassified = 0
    package private(set) var noResult = 0
    /// Rows that were sent again although they had succeeded. They are counted as succeeded too.
    package private(set) var sentInVain = 0
    /// Rows that still fail, by code, most rows first.
    package private(set) var failingByCode: [Code] = []

    package init(_ account: RowAccount) {
        rows = account.count
        tries = account.tries
        succeeded = Array(repeating: 0, count: account.tries)
        var byCode: [ExactText?: Int] = [:]
        for number in 1..<account.count + 1 {
            let row = account[number]
            if row.wasSentInVain { sentInVain += 1 }
            switch row.state {
            case .succeeded: succeeded[row.lastTry - 1] += 1
            case .failed:
                if row.tries > 1 { stillFailing += 1 } else { neverSentAgain += 1 }
                byCode[row.code.map { ExactText($0) }, default: 0] += 1
            case .unclassified: unclassified += 1
            case .noResult: noResult += 1
            }
        }
        failingByCode = byCode.map { Code(code: $0.key?.text, rows: $0.value) }.sorted {
            ($1.rows, $0.code.sortKey) < ($0.rows, $1.code.sortKey)
        }
    }
}
