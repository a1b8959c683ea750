package import ImportAnalysis
import ImportFoundation

/// What to do about the rows of a source that did not succeed, and how the numbers of rows add up.
package struct RetryPlan: Sendable {
    /// A file that was sent.
    package struct Source: Sendable {
        package var name: String
        package var sha256: String?
        package var rows: Int

        package init(name: String, sha256: String?, rows: Int) {
            self.name = name
            self.sha256 = sha256
            self.rows = rows
        }
    }

    /// A job, and where its rows begin in its source.
    package struct Job: Sendable {
        /// The name of its dump in the output.
        package var dump: String
        package var sha256: String?
        package var jobID: String?
        /// The index of its source in ``RetryPlan/sources``.
        package var source: Int
        /// Counted from 1; nil for a job without rows.
        package var firstSourceRow: Int?
        package var rows: Int

        package init(dump: String, sha256: String?, jobID: String?, source: Int, firstSourceRow: Int?, rows: Int) {
            self.dump = dump
            self.sha256 = sha256
            self.jobID = jobID
            self.source = source
            self.firstSourceRow = firstSourceRow
            self.rows = rows
        }
    }

    /// A file that was written.
    package struct File: Sendable {
        package var name: String
        package var rows: Int

        package init(name: String, rows: Int) {
            self.name = name
            self.rows = rows
        }
    }

    /// Rows that failed with one code, or are unclassified.
    package struct Group: Sendable {
        /// Nil for rows without a code.
        package var code: String?
        package var isUnclassified: Bool
        /// Whether these are the rows of all codes that are not told apart.
        package var isOther = false
        package var rows: Int
        /// Whether there may be more rows, because the code was listed late.
        package var isAtLeast = false
        package var files: [String]
        /// The entry of the code in the codes file.
        package var entry: CodeBook.Entry?

        package init(code: String?, isUnclassified: Bool, rows: Int, files: [String], entry: CodeBook.Entry?) {
            self.code = code
            self.isUnclassified = isUnclassified
            self.rows = rows
            self.files = files
            self.entry = entry
        }

        /// The action that the codes file gives, or else the one that the name of the code suggests.
        package var action: CodeBook.Action? { entry?.action ?? (isGuess ? .retry : nil) }

        /// Whether the action is only suggested by the name of the code, because the codes file has no entry for it.
        package var isGuess: Bool { entry?.action == nil && entry == nil && RetryGuess.suggestsRetry(code) }
    }

    package var sources: [Source] = []
    package var jobs: [Job] = []
    package var groups: [Group] = []
    package var files: [File] = []
    package var succeeded = 0
    package var rejects = 0
    package var noResult = 0
    package var evidence: JoinEvidence?
    /// Whether the user vouches for the order, which the evidence does not confirm.
    package var trustsOrder = false
    package var sha256OfReasons: String?
    /// The maps of earlier tries that were followed back, so that rows are those of the first source.
    package var maps: [String] = []

    package init() {}

    package var sourceRows: Int { sources.reduce(0) { $0.clampedAdding($1.rows) } }

    package static let format = "import-audit.plan"
    package static let version = 1
}

/// Suggests actions by the names of codes, for codes about which the codes file says nothing.
package enum RetryGuess {
    private static let words = ["rate", "timeout", "timed", "internal", "lock", "locked", "conflict", "unavailable"]

    /// Returns whether a word of the code's name suggests a temporary failure.
    package static func suggestsRetry(_ code: String?) -> Bool {
        guard let code else { return false }
        var words: [[UInt8]] = [[]]
        var wasLower = false
        for byte in code.utf8 {
            let isUpper = 0x41...0x5A ~= byte
            if isUpper, wasLower { words.append([]) }
            wasLower = 0x61...0x7A ~= byte
            if isUpper || wasLower {
                words[words.count - 1].append(byte | 0x20)
            } else {
                words.append([])
            }
        }
        return words.contains { word in Self.words.contains { Array($0.utf8) == word } }
    }
}

// MARK: - What is to be done

extension RetryPlan {
    /// Groups with the same action, in the order of ``CodeBook/Action``, each action before its guesses. Those without
    /// an action come last.
    package var actions: [(action: CodeBook.Action?, isGuess: Bool, rows: Int, groups: [Group])] {
        var result: [(action: CodeBook.Action?, isGuess: Bool, rows: Int, groups: [Group])] = []
        for group in groups {
            let index = result.firstIndex { $0.action == group.action && $0.isGuess == group.isGuess }
            if let index {
                result[index].rows.addClamped(group.rows)
                result[index].groups.append(group)
            } else {
                result.append((group.action, group.isGuess, group.rows, [group]))
            }
        }
        func rank(_ action: CodeBook.Action?) -> Int {
            action.flatMap { CodeBook.Action.allCases.firstIndex(of: $0) } ?? CodeBook.Action.allCases.count
        }
        return result.sorted { (rank($0.action), $0.isGuess ? 1 : 0) < (rank($1.action), $1.isGuess ? 1 : 0) }
    }
}

// MARK: - On the page of a job

extension RetryPlan {
    /// Creates the plan for the rows of a job that did not succeed, based on its dump alone; nil if there are none.
    ///
    /// - Parameter codes: what is known about codes; without it, only their names suggest actions.
    init?(of job: JobSummary, _ codes: CodeBook?) {
        guard job.rows.notSucceeded > 0 else { return nil }
        self.init()
        groups = job.failedByCode.map { code in
            var group = Group(
                code: code.isOther ? CodeSummary.otherCodes : code.code, isUnclassified: false, rows: code.rows,
                files: [], entry: codes?.standing(of: code.code, isOther: code.isOther).entry)
            (group.isOther, group.isAtLeast) = (code.isOther, code.isAtLeast)
            return group
        }
        if job.rows.unclassified > 0 {
            groups.append(Group(code: nil, isUnclassified: true, rows: job.rows.unclassified, files: [], entry: nil))
        }
        noResult = job.rows.missing ?? 0
    }

    /// Whether groups may have more rows than were counted: the others are those of codes that are not told apart.
    static func isAtLeast(_ groups: [Group]) -> Bool {
        groups.contains { $0.isAtLeast } && !groups.contains { $0.isOther }
    }

    /// The whole plan in a sentence.
    var sentence: String {
        Wording.plan(actions.map { ($0.action, $0.isGuess, $0.rows, Self.isAtLeast($0.groups)) }, noResult: noResult)
    }
}

// MARK: - As Markdown

extension RetryPlan {
    /// Returns `plan.md`.
    package func markdown() -> [UInt8] {
        var text = "# Retry plan\n\n"
        text += "**\(sentence)**\n\n"
        text += "| rows | |\n|---|--:|\n"
        text += "| sent | \(Wording.grouped(sourceRows)) |\n"
        text += "| succeeded | \(Wording.grouped(succeeded)) |\n"
        text += "| rejects | \(Wording.grouped(rejects)) |\n"
        text += "| without a result | \(Wording.grouped(noResult)) |\n\n"
        if let evidence {
            text += Wording.evidence(evidence.all)
            text += trustsOrder ? " The order was vouched for by --trust-order.\n\n" : "\n\n"
        }
        if noResult > 0 { text += Wording.noResult(noResult) + "\n\n" }
        for action in actions {
            text +=
                "## \(Wording.heading(action.action, isGuess: action.isGuess)): \(Wording.rowsWord(action.rows))\n\n"
            text += "| code | rows | what is known | owner | files |\n|---|--:|---|---|---|\n"
            for group in action.groups {
                let known = [group.entry?.title, group.entry?.explanation, Wording.retry(group.entry?.retry)]
                    .compactMap { $0 }.joined(separator: ". ")
                let cells = [
                    Self.cell(group.isUnclassified ? "(unclassified)" : group.code ?? "(no code)"),
                    Wording.grouped(group.rows), Self.cell(known), Self.cell(group.entry?.owner ?? ""),
                    group.files.map { Self.cell($0) }.joined(separator: ", "),
                ]
                text += "| " + cells.joined(separator: " | ") + " |\n"
            }
            text += "\n"
        }
        text += "## Files\n\n| file | rows |\n|---|--:|\n"
        for file in files { text += "| \(Self.cell(file.name)) | \(Wording.grouped(file.rows)) |\n" }
        return Array(text.utf8)
    }

    /// Returns a text of the dump or of a file, escaped as a cell of a table.
    private static func cell(_ text: String) -> String { MarkdownText.escape(text) }
}
