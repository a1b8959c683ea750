package import ImportAnalysis
import ImportFoundation

/// The output of `compare`, in several formats.
package struct ComparisonReport: Sendable {
    /// The number of codes that a text lists; the JSON has all of them.
    static let codesListed = 50

    let comparison: Comparison
    let redaction: RedactionMark?

    /// - Parameter redaction: the statement about pseudonyms.
    package init(_ comparison: Comparison, redaction: RedactionMark? = nil) {
        self.comparison = comparison
        self.redaction = redaction
    }

    /// The totals by outcome, before and after; nil for a number that the dumps do not tell.
    var outcomes: [(name: String, before: Int?, after: Int?)] {
        let (before, after) = (comparison.before.rows, comparison.after.rows)
        return [
            ("rows seen", before.seen, after.seen), ("created", before.created, after.created),
            ("existing", before.existing, after.existing),
        ]
            + (before.applied > 0 || after.applied > 0 ? [("applied", before.applied, after.applied)] : []) + [
                ("failed", before.failed, after.failed),
                ("unclassified", before.unclassified, after.unclassified),
                ("missing", before.missing, after.missing),
            ]
    }
}

extension ComparisonReport {
    private static func sum(_ number: Int?) -> String { number.map { Wording.sum($0) } ?? "–" }

    private static func difference(_ before: Int?, _ after: Int?) -> String {
        guard let before, let after else { return "" }
        return Wording.difference(before, after)
    }

    /// The comparison in GitHub's Markdown, ending with a line feed.
    package var markdown: [UInt8] {
        func escaped(_ text: String) -> String { MarkdownText.escape(text) }
        var text = """
            \(OwnOutput.comparisonStart)| | Before | After | Change |
            | :--- | ---: | ---: | ---: |
            | Audit | \(escaped(comparison.before.name)) | \(escaped(comparison.after.name)) | |
            | Jobs | \(escaped(comparison.before.jobsWords)) | \(escaped(comparison.after.jobsWords)) | |

            """
        for (name, before, after) in outcomes {
            text += "| \(Self.capitalized(name)) | \(Self.sum(before)) | \(Self.sum(after)) "
            text += "| \(escaped(Self.difference(before, after))) |\n"
        }
        if let unseenSentence = comparison.unseenSentence { text += "\n\(escaped(unseenSentence))\n" }
        if let redaction { text += "\n\(escaped(redaction.sentence))\n" }
        text += "\n## By code\n\n\(comparison.codesSentence)\n"
        if let uncertainty = comparison.uncertainty { text += "\n\(uncertainty)\n" }
        let shown = comparison.codes.prefix(Self.codesListed)
        if !shown.isEmpty {
            text += "\n| Code | | Before | After | Change |\n| :--- | :--- | ---: | ---: | ---: |\n"
            for change in shown {
                text += "| \(Wording.codeInMarkdown(change.code)) "
                text += "| \(change.isOther ? "" : change.kind.words) "
                text += "| \(change.words.before) | \(change.words.after) | \(escaped(change.difference)) |\n"
            }
        }
        if let cut = comparison.cut(shown.count) { text += "\n\(cut).\n" }
        text += Self.messages(shown, note: comparison.messagesNote)
        text += "\n## By row\n\n\(comparison.rowsSentence)\n"
        for (heading, rows) in comparison.rowLists {
            text += "\n- **\(heading): \(Wording.rowsWord(rows.rows)).**\(rows.rows > 0 ? " \(rows.words())" : "")"
        }
        if !comparison.rowLists.isEmpty { text += "\n" }
        return Array(text.utf8)
    }

    /// Returns a table for each listed code.
    private static func messages(_ codes: some Collection<CodeChange>, note: String?) -> String {
        let codes = codes.filter { !$0.messages.patterns.isEmpty }
        guard !codes.isEmpty else { return "" }
        func escaped(_ text: String) -> String { MarkdownText.escape(ReportModelBuilder.shortened(text)) }
        var text = "\n## By message\n"
        if let note { text += "\n\(MarkdownText.escape(note))\n" }
        for code in codes {
            text += "\n### \(Wording.codeInMarkdown(code.code))\n"
            text += "\n| Message | | Before | After | Change |\n| :--- | :--- | ---: | ---: | ---: |\n"
            for change in code.messages.patterns.prefix(patternsListed) {
                text += "| \(change.pattern.map(escaped) ?? MessageChange.noMessage) "
                for side in change.sides { text += "(\(side.word): \(escaped(side.pattern))) " }
                text += "| \(change.kind.words) | \(change.before.words) | \(change.after.words) "
                text += "| \(MarkdownText.escape(change.difference)) |\n"
            }
            if code.messages.hasOtherRows {
                let (before, after) = (code.messages.otherRowsBefore, code.messages.otherRowsAfter)
                text += "| \(MessageChanges.otherPatterns) | | \(Wording.grouped(before)) | \(Wording.grouped(after)) "
                text += "| \(MarkdownText.escape(Wording.difference(before, after))) |\n"
            }
            if let cut = code.messages.cut(patternsListed) { text += "\n\(cut).\n" }
        }
        return text
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension ComparisonReport {
    /// The number of patterns that a text lists for each code; the JSON has all of them.
    private static let patternsListed = 10
}

extension MessageChanges {
    fileprivate var hasOtherRows: Bool { otherRowsBefore > 0 || otherRowsAfter > 0 }
}

extension ComparisonReport {
    /// The number of ranges that each list of rows shows.
    private static let rangesShown = 20

    /// The comparison for people at a terminal, ending with a line feed.
    package var text: [UInt8] {
        var text = ""
        for (word, side) in [("before", comparison.before), ("after", comparison.after)] {
            text += Self.left(word, 14) + "\(shownText(side.name)) (\(shownText(side.jobsWords)))\n"
        }
        if let unseenSentence = comparison.unseenSentence { text += "\n\(unseenSentence)\n" }
        if let redaction { text += "\n\(redaction.sentence)\n" }
        let width = max(8, outcomes.map { Wording.sum(max($0.before ?? 0, $0.after ?? 0)).count }.max() ?? 0)
        text += "\n" + Self.left("", 14) + Self.right("before", width) + "  " + Self.right("after", width) + "\n"
        for (name, before, after) in outcomes where before ?? 0 > 0 || after ?? 0 > 0 || name == "failed" {
            text += Self.left(name, 14) + Self.right(Self.sum(before), width) + "  "
            text += Self.right(Self.sum(after), width) + "  \(Self.difference(before, after))\n"
        }
        text += "\n\(comparison.codesSentence)\n"
        if let uncertainty = comparison.uncertainty { text += "\(uncertainty)\n" }
        if let messagesNote = comparison.messagesNote { text += "\(messagesNote)\n" }
        let shown = comparison.codes.prefix(Self.codesListed)
        for change in shown {
            let kind = change.isOther ? "" : change.kind.words
            text += "  " + Self.left(kind, 15) + Self.right(change.words.before, width) + "  "
            text += Self.right(change.words.after, width) + "  "
            text += "\(Wording.code(change.code))\n"
            text += Self.lines(change.messages, width)
        }
        if let cut = comparison.cut(shown.count) {
            text += "  \(cut); the JSON has all\(comparison.isUncertain ? " that are told apart" : "")\n"
        }
        text += "\n\(comparison.rowsSentence)\n"
        for (heading, rows) in comparison.rowLists {
            text += "  \(heading): \(Wording.rowsWord(rows.rows))\n"
            if rows.rows > 0 { text += "    \(rows.words(Self.rangesShown))\n" }
        }
        return Array(text.utf8)
    }

    /// Returns a line for each pattern of a code.
    private static func lines(_ messages: MessageChanges, _ width: Int) -> String {
        func line(_ kind: String, _ before: String, _ after: String, _ name: String) -> String {
            "    " + left(kind, 13) + right(before, width) + "  " + right(after, width) + "    \(name)\n"
        }
        var text = ""
        for change in messages.patterns.prefix(patternsListed) {
            let pattern = change.pattern.map { shownText(ReportModelBuilder.shortened($0)) }
            text += line(
                change.kind.words, change.before.words, change.after.words, pattern ?? MessageChange.noMessage)
            for side in change.sides {
                text += line("", "", "", "  \(side.word): \(shownText(ReportModelBuilder.shortened(side.pattern)))")
            }
        }
        if let cut = messages.cut(patternsListed) { text += "    \(cut); the JSON has all\n" }
        if messages.hasOtherRows {
            text += line(
                "", Wording.grouped(messages.otherRowsBefore), Wording.grouped(messages.otherRowsAfter),
                MessageChanges.otherPatterns)
        }
        return text
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
