/// What people know of the codes of failed rows: who sees to them, what is to be done, which are accepted.
package struct CodeBook: Sendable {
    /// What is known of a code, or of all codes of a pattern.
    package struct Entry: Sendable {
        package var key: Key
        package var title: String?
        package var explanation: String?
        package var owner: String?
        package var action: Action?
        package var acceptance: Acceptance?

        package init(
            _ key: Key, title: String? = nil, explanation: String? = nil, owner: String? = nil, action: Action? = nil,
            acceptance: Acceptance? = nil
        ) {
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
        /// One code; nil stands for rows whose error has no code.
        case code(String?)
        /// All codes that it matches, where `*` stands for any text, also for none.
        case pattern(String)
    }

    /// What is to be done about rows of a code.
    package enum Action: String, Sendable, CaseIterable {
        case retry
        case fixData = "fix-data"
        case fixPermission = "fix-permission"
        case ignore
        case reportToVendor = "report-to-vendor"
    }

    /// The failures are known and put up with.
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
    /// The day against which acceptances are held.
    package let asOf: CalendarDate?
    // By bytes: Swift holds canonically equivalent texts for equal.
    private let exact: [[UInt8]?: Int]
    /// The longest first, then in the order of the file.
    private let patterns: [(pattern: GlobPattern, index: Int)]

    /// - Parameters:
    ///   - entries: no two of one code or pattern; of such, the first one counts.
    ///   - asOf: the day against which acceptances are held; without one, those with a last day count as expired.
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

    /// What is known of a code.
    ///
    /// - Parameter isOther: for the rows of all codes beyond the limit, of which nothing can be known.
    package func standing(of code: String?, isOther: Bool = false) -> CodeStanding {
        guard !isOther, let index = index(of: code) else { return CodeStanding(state: .new, entry: nil) }
        let entry = entries[index]
        guard let acceptance = entry.acceptance else { return CodeStanding(state: .known, entry: entry) }
        guard let until = acceptance.until else { return CodeStanding(state: .accepted, entry: entry) }
        let isCurrent = asOf.map { $0 <= until } ?? false
        return CodeStanding(state: isCurrent ? .accepted : .expired, entry: entry)
    }
}

/// What is known of a code.
package struct CodeStanding: Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// No entry is about it.
        case new
        case known
        /// Known, and put up with.
        case accepted
        /// Accepted up to a day that is over.
        case expired
    }

    package var state: State
    /// Nil for a code that is new.
    package var entry: CodeBook.Entry?

    /// Someone has to look at rows of the code: they are new, or accepted no longer.
    package var isPending: Bool { state == .new || state == .expired }
}
