import ImportFoundation

/// What people know about the codes of failed rows: the owner, the action, whether they are accepted.
package struct CodeBook: Sendable {
    /// What is known about a code, or about all codes of a pattern.
    package struct Entry: Sendable {
        package var key: Key
        package var title: String?
        package var explanation: String?
        package var owner: String?
        package var action: Action?
        /// How to send again, if that is the action.
        package var retry: Retry?
        package var acceptance: Acceptance?

        package init(
            _ key: Key, title: String? = nil, explanation: String? = nil, owner: String? = nil, action: Action? = nil,
            retry: Retry? = nil, acceptance: Acceptance? = nil
        ) {
            self.retry = retry
            self.key = key
            self.title = title
            self.explanation = explanation
            self.owner = owner
            self.action = action
            self.acceptance = acceptance
        }
    }

    /// The codes that an entry is about.
    package enum Key: Sendable {
        /// One code; nil means rows whose error has no code.
        case code(String?)
        /// All codes that it matches; `*` matches any text, including none.
        case pattern(String)
    }

    /// What to do about rows of a code.
    package enum Action: String, Sendable, CaseIterable {
        case retry
        case fixData = "fix-data"
        case fixPermission = "fix-permission"
        case ignore
        case reportToVendor = "report-to-vendor"
    }

    /// How rows are sent again that need no change.
    package struct Retry: Sendable, Equatable {
        /// How long to wait before: a number followed by s, m, h or d.
        package var after: String?
        /// Rows of one request, at least 1.
        package var batch: Int?
        /// Tries in all, at least 1.
        package var maxTries: Int?

        package init(after: String? = nil, batch: Int? = nil, maxTries: Int? = nil) {
            self.after = after
            self.batch = batch
            self.maxTries = maxTries
        }
    }

    /// The failures are known and accepted.
    package struct Acceptance: Sendable {
        package var reason: String
        /// The last day on which they are; nil if there is none.
        package var until: CalendarDate?

        package init(reason: String, until: CalendarDate? = nil) {
            self.reason = reason
            self.until = until
        }
    }

    /// In the order of the file.
    package let entries: [Entry]
    /// The day with which acceptances are compared.
    package let asOf: CalendarDate?
    // By bytes, because in Swift canonically equivalent texts are equal.
    private let exact: [[UInt8]?: Int]
    /// The longest first, then in the order of the file.
    private let patterns: [(pattern: GlobPattern, index: Int)]

    /// - Parameters:
    ///   - entries: no two of one code or pattern; of such, the first one counts.
    ///   - asOf: the day with which acceptances are compared; without one, those with a last day count as expired.
    package init(_ entries: [Entry], asOf: CalendarDate?) {
        self.entries = entries
        self.asOf = asOf
        var exact: [[UInt8]?: Int] = [:]
        var patterns: [(pattern: GlobPattern, index: Int)] = []
        for (index, entry) in entries.enumerated() {
            switch entry.key {
            case .code(let code):
                let key = code.map { Array($0.utf8) }
                if exact[key] == nil { exact[key] = index }
            case .pattern(let pattern): patterns.append((GlobPattern(Array(pattern.utf8)), index))
            }
        }
        self.exact = exact
        self.patterns = patterns.sorted { ($1.pattern.count, $0.index) < ($0.pattern.count, $1.index) }
    }

    /// The number of the entry about a code: the one of that very code, else the one of the longest pattern that
    /// matches; nil if nothing is known of it.
    ///
    /// - Parameter code: nil for rows whose error has no code. No pattern matches those.
    package func index(of code: String?) -> Int? {
        guard let code else { return exact[nil] }
        let bytes = Array(code.utf8)
        return exact[bytes] ?? patterns.first { $0.pattern.matches(bytes.span) }?.index
    }

    /// What is known about a code.
    ///
    /// - Parameter isOther: for the rows of all codes beyond the limit, about which nothing is known.
    package func standing(of code: String?, isOther: Bool = false) -> CodeStanding {
        guard !isOther, let index = index(of: code) else { return CodeStanding(state: .new, entry: nil) }
        let entry = entries[index]
        guard let acceptance = entry.acceptance else { return CodeStanding(state: .known, entry: entry) }
        guard let until = acceptance.until else { return CodeStanding(state: .accepted, entry: entry) }
        let isCurrent = asOf.map { $0 <= until } ?? false
        return CodeStanding(state: isCurrent ? .accepted : .expired, entry: entry)
    }
}

/// What is known about a code.
package struct CodeStanding: Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// It has no entry.
        case new
        case known
        /// Known and accepted.
        case accepted
        /// Accepted up to a day that has passed.
        case expired
    }

    package var state: State
    /// Nil for a code that is new.
    package var entry: CodeBook.Entry?

    /// Someone has to look at rows of the code: they are new, or no longer accepted.
    package var isPending: Bool { state == .new || state == .expired }
}

/// A day of the calendar, as in `2026-12-31`.
package struct CalendarDate: Sendable, Hashable, Comparable {
    package let year: Int
    /// From 1 to 12.
    package let month: Int
    /// From 1 on.
    package let day: Int

    /// - Parameter text: `YYYY-MM-DD`; nil for anything else, and for days that no calendar has.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year > 0, (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1970-01-01.
    package var number: Int { DateTime.daysSince1970(year, month, day) }

    /// `YYYY-MM-DD`.
    package var text: String {
        "\(year.digits(4))-\(month.digits(2))-\(day.digits(2))"
    }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A text pattern in which `*` matches any bytes, including none, and everything else matches itself.
package struct GlobPattern: Sendable {
    private static let anything = UInt8(ascii: "*")
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Its length in bytes without stars: the longer of two patterns is more specific.
    var count: Int { bytes.count { $0 != Self.anything } }

    /// Whether it matches a whole text. Takes no more steps than the product of both lengths.
    package func matches(_ text: Span<UInt8>) -> Bool {
        var (at, position) = (0, 0)
        // The position of the last `*`, and how much of the text it has matched.
        var star: (at: Int, position: Int)?
        while position < text.count {
            if at < bytes.count, bytes[at] == Self.anything {
                star = (at, position)
                at += 1
            } else if at < bytes.count, bytes[at] == text[position] {
                at += 1
                position += 1
            } else if let last = star {
                star = (last.at, last.position + 1)
                at = last.at + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return bytes[at...].allSatisfy { $0 == Self.anything }
    }
}

/// Finds the name that someone may have meant by an unknown one.
package enum NearestName {
    /// The name with the fewest edits, at most a third of its length; nil if none is similar.
    package static func of(_ text: String, among names: [String]) -> String? {
        let wrong = Array(text.utf8)
        guard wrong.count <= 64 else { return nil }
        let near = names.map { (distance: edits(from: wrong, to: Array($0.utf8)), name: $0) }
            .filter { $0.distance <= max(1, $0.name.utf8.count / 3) }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Insertions, deletions, substitutions, and swaps of neighbours.
    private static func edits(from first: [UInt8], to second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], other == first[row - 1] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
