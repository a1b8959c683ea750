package import ImportFoundation

/// What people know about the codes of failed rows: who owns them, what to do about them, and whether they are
/// accepted.
package struct CodeBook: Sendable {
    /// The knowledge about one code, or about all codes that match a pattern.
    package struct Entry: Sendable {
        package var key: Key
        package var title: String?
        package var explanation: String?
        package var owner: String?
        package var action: Action?
        /// How to send rows again, if that is the action.
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

    /// The codes that an entry describes.
    package enum Key: Sendable {
        /// One code; nil means rows whose error has no code.
        case code(String?)
        /// All codes that match the pattern, in which `*` stands for any text, even an empty one.
        case pattern(String)
    }

    /// What to do about rows with a code.
    package enum Action: String, Sendable, CaseIterable {
        case retry
        case fixData = "fix-data"
        case fixPermission = "fix-permission"
        case ignore
        case reportToVendor = "report-to-vendor"
    }

    /// How to send rows again that need no change.
    package struct Retry: Sendable, Equatable {
        /// How long to wait first: a number followed by s, m, h or d.
        package var after: String?
        /// The number of rows per request, at least 1.
        package var batch: Int?
        /// The total number of tries, at least 1.
        package var maxTries: Int?

        package init(after: String? = nil, batch: Int? = nil, maxTries: Int? = nil) {
            self.after = after
            self.batch = batch
            self.maxTries = maxTries
        }
    }

    /// A statement that failures are known and accepted.
    package struct Acceptance: Sendable {
        package var reason: String
        /// The last day on which they are accepted; nil if there is none.
        package var until: CalendarDay?

        package init(reason: String, until: CalendarDay? = nil) {
            self.reason = reason
            self.until = until
        }
    }

    /// The entries in the order of the file.
    package let entries: [Entry]
    /// The day for which acceptances are judged.
    package let asOf: CalendarDay?
    // Keyed by bytes, because Swift considers canonically equivalent strings equal.
    private let exact: [[UInt8]?: Int]
    /// The patterns, longest first, then in the order of the file.
    private let patterns: [(pattern: GlobPattern, index: Int)]

    /// - Parameters:
    ///   - entries: If several have the same code or pattern, only the first of them counts.
    ///   - asOf: the day for which acceptances are judged; without one, those with a last day count as expired.
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

    /// Returns the index of the entry for a code: the one with exactly this code, or else the one with the longest
    /// matching pattern; nil if there is none.
    ///
    /// - Parameter code: nil for rows whose error has no code. No pattern matches those.
    package func index(of code: String?) -> Int? {
        guard let code else { return exact[nil] }
        let bytes = Array(code.utf8)
        return exact[bytes] ?? patterns.first { $0.pattern.matches(bytes.span) }?.index
    }

    /// Returns what is known about a code.
    ///
    /// - Parameter isOther: true for the rows of all codes beyond the limit, about which nothing is known.
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
    /// A text field of an entry. Each is declared only here, which makes it a key of codes files and a line of the
    /// comment at the top of a draft. A field that is shown is also a name for templates and a member of
    /// `summary.json`.
    package struct Field: Sendable {
        /// The name of the key, the template value and the member.
        package let name: String
        /// The allowed values in a codes file, in a few words.
        package let values: String
        package let use: Use
        /// The allowed words, for a field that takes one of a few.
        package let words: [String]
        /// Returns the field's text in an entry; nil if the entry lacks it.
        package let text: @Sendable (Entry) -> String?
        /// Stores a text from a codes file in an entry; returns false if it is not a valid value.
        package let take: @Sendable (inout Entry, String) -> Bool

        package enum Use: Sendable {
            /// Shown wherever a code is described.
            case label
            /// Shown where there is room for sentences.
            case explanation
            /// About sending rows again: only in entries with that action, and not shown.
            case retry
        }

        /// All fields in the order of a codes file. Those about retries come after the action.
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

        /// The fields that are shown.
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

/// What the code book says about a code.
package struct CodeStanding: Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// The code has no entry.
        case new
        case known
        /// Known and accepted.
        case accepted
        /// Accepted until a day that has passed.
        case expired
    }

    package var state: State
    /// Nil for a new code.
    package var entry: CodeBook.Entry?

    /// Whether someone has to look at the rows: the code is new or no longer accepted.
    package var isPending: Bool { state == .new || state == .expired }
}
