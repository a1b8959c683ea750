package import ImportFoundation

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
        package var until: CalendarDay?

        package init(reason: String, until: CalendarDay? = nil) {
            self.reason = reason
            self.until = until
        }
    }

    /// In the order of the file.
    package let entries: [Entry]
    /// The day against which acceptances are held.
    package let asOf: CalendarDay?
    // By bytes: Swift holds canonically equivalent texts for equal.
    private let exact: [[UInt8]?: Int]
    /// The longest first, then in the order of the file.
    private let patterns: [(pattern: GlobPattern, index: Int)]

    /// - Parameters:
    ///   - entries: no two of one code or pattern; of such, the first one counts.
    ///   - asOf: the day against which acceptances are held; without one, those with a last day count as expired.
    package init(_ entries: [Entry], asOf: CalendarDay?) {
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

// MARK: - Fields

extension CodeBook {
    /// Something that an entry says in one text. Declared once here, it is a key of codes files and a line of the comment
    /// at the top of a draft, and if it is shown, also a name for templates and a member of `summary.json`.
    package struct Field: Sendable {
        /// The key, the name and the member.
        package let name: String
        /// What there may be in a codes file, in a few words.
        package let values: String
        package let use: Use
        /// Of a field that takes one of a few words, these.
        package let words: [String]
        /// What an entry says; nil if it says nothing.
        package let text: @Sendable (Entry) -> String?
        /// Takes the text of a codes file; false if it is not a value of the field.
        package let take: @Sendable (inout Entry, String) -> Bool

        package enum Use: Sendable {
            /// Shown wherever a code is described.
            case label
            /// Shown where there is room for sentences.
            case explanation
            /// About sending rows again: only in entries with that action, and not shown.
            case retry
        }

        /// In the order of a codes file. Those about retries come after the action.
        package static let all = [
            text("title", \.title, .label), text("explanation", \.explanation, .explanation),
            text("owner", \.owner, .label),
            Field("action", Action.allCases.map { $0.rawValue }.joined(separator: ", "), .label, Action.allCases) {
                $0.action?.rawValue
            } take: { entry, text in
                entry.action = Action(rawValue: text)
                return entry.action != nil
            },
            Field("after", "a time such as 30s, 15m, 2h or 1d", .retry) {
                $0.retry?.after
            } take: { entry, text in
                let digits = text.utf8.dropLast()
                guard let unit = text.utf8.last, "smhd".utf8.contains(unit), (1...6).contains(digits.count),
                    digits.allSatisfy({ 0x30...0x39 ~= $0 })
                else { return false }
                entry.retry?.after = text
                return true
            },
            count("batch", \.batch), count("max_tries", \.maxTries),
        ]

        /// Those that are shown.
        package static let shown = all.filter { $0.use != .retry }

        private init(
            _ name: String, _ values: String, _ use: Use, _ words: [Action] = [],
            text: @escaping @Sendable (Entry) -> String?, take: @escaping @Sendable (inout Entry, String) -> Bool
        ) {
            self.name = name
            self.values = values
            self.use = use
            self.words = words.map { $0.rawValue }
            self.text = text
            self.take = take
        }

        private static func text(
            _ name: String, _ property: WritableKeyPath<Entry, String?> & Sendable, _ use: Use
        ) -> Field {
            Field(name, "a text", use) {
                $0[keyPath: property]
            } take: { entry, text in
                entry[keyPath: property] = text
                return true
            }
        }

        private static func count(_ name: String, _ property: WritableKeyPath<Retry, Int?> & Sendable) -> Field {
            Field(name, "a whole number, 1 or more", .retry) {
                $0.retry?[keyPath: property].map { String($0) }
            } take: { entry, text in
                guard let number = Int(text), (1...1_000_000_000).contains(number) else { return false }
                entry.retry?[keyPath: property] = number
                return true
            }
        }
    }
}

// MARK: - Standing

/// What is known of a code.
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
