import ImportAnalysis

extension ComparisonReport {
    /// Ranges of rows of each list.
    private static let rangesShown = 20

    /// For people at a terminal, with a line feed at its end.
    public var text: [UInt8] {
        var text = ""
        for (word, side) in [("before", comparison.before), ("after", comparison.after)] {
            text += Self.left(word, 14) + "\(shownText(side.name)) (\(shownText(Self.jobs(of: side))))\n"
        }
        if let unseenSentence { text += "\n\(unseenSentence)\n" }
        if let redaction { text += "\n\(redaction.sentence)\n" }
        let width = max(8, outcomes.map { Wording.grouped(max($0.before, $0.after)).count }.max() ?? 0)
        text += "\n" + Self.left("", 14) + Self.right("before", width) + "  " + Self.right("after", width) + "\n"
        for (name, before, after) in outcomes where before > 0 || after > 0 || name == "failed" {
            text += Self.left(name, 14) + Self.right(Wording.grouped(before), width) + "  "
            text += Self.right(Wording.grouped(after), width) + "  \(Self.difference(before, after))\n"
        }
        text += "\n\(codesSentence)\n"
        if let uncertainty { text += "\(uncertainty)\n" }
        if let messagesNote { text += "\(messagesNote)\n" }
        let shown = comparison.codes.prefix(Self.codesListed)
        for change in shown {
            let kind = change.isOther ? "" : change.kind.words
            text += "  " + Self.left(kind, 15) + Self.right(change.words.before, width) + "  "
            text += Self.right(change.words.after, width) + "  "
            text += "\(change.code.map { shownText($0) } ?? "(no code)")\n"
            text += Self.lines(change.messages, width)
        }
        if let cut = cut(shown.count) {
            text += "  \(cut); the JSON has all\(comparison.isUncertain ? " that are told apart" : "")\n"
        }
        text += "\n\(rowsSentence)\n"
        for (heading, rows) in rowLists {
            text += "  \(heading): \(Wording.rowsWord(rows.rows))\n"
            if rows.rows > 0 { text += "    \(rows.words(Self.rangesShown))\n" }
        }
        return Array(text.utf8)
    }

    /// A line for each pattern of a code.
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
        if let cut = cut(messages) { text += "    \(cut); the JSON has all\n" }
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
