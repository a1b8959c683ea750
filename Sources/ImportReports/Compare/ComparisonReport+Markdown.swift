import ImportAnalysis

extension ComparisonReport {
    /// GitHub's Markdown, with a line feed at its end.
    public var markdown: [UInt8] {
        func escaped(_ text: String) -> String { MarkdownText.escape(text) }
        var text = """
            # Import audits compared

            | | Before | After | Change |
            | :--- | ---: | ---: | ---: |
            | Audit | \(escaped(comparison.before.name)) | \(escaped(comparison.after.name)) | |
            | Jobs | \(escaped(Self.jobs(of: comparison.before))) | \(escaped(Self.jobs(of: comparison.after))) | |

            """
        for (name, before, after) in outcomes {
            text += "| \(Self.capitalized(name)) | \(Wording.grouped(before)) | \(Wording.grouped(after)) "
            text += "| \(escaped(Self.difference(before, after))) |\n"
        }
        if let unseenSentence { text += "\n\(escaped(unseenSentence))\n" }
        if let redaction { text += "\n\(escaped(redaction.sentence))\n" }
        text += "\n## By code\n\n\(codesSentence)\n"
        if let uncertainty { text += "\n\(uncertainty)\n" }
        let shown = comparison.codes.prefix(Self.codesListed)
        if !shown.isEmpty {
            text += "\n| Code | | Before | After | Change |\n| :--- | :--- | ---: | ---: | ---: |\n"
            for change in shown {
                text += "| \(change.code.map { escaped(ReportModelBuilder.shortened($0)) } ?? "(no code)") "
                text += "| \(change.isOther ? "" : change.kind.words) "
                text += "| \(change.words.before) | \(change.words.after) | \(escaped(change.difference)) |\n"
            }
        }
        if let cut = cut(shown.count) { text += "\n\(cut).\n" }
        text += Self.messages(shown, note: messagesNote)
        text += "\n## By row\n\n\(rowsSentence)\n"
        for (heading, rows) in rowLists {
            text += "\n- **\(heading): \(Wording.rowsWord(rows.rows)).**\(rows.rows > 0 ? " \(rows.words())" : "")"
        }
        if !rowLists.isEmpty { text += "\n" }
        return Array(text.utf8)
    }

    /// A table for each code that is listed.
    private static func messages(_ codes: some Collection<CodeChange>, note: String?) -> String {
        let codes = codes.filter { !$0.messages.patterns.isEmpty }
        guard !codes.isEmpty else { return "" }
        func escaped(_ text: String) -> String { MarkdownText.escape(ReportModelBuilder.shortened(text)) }
        var text = "\n## By message\n"
        if let note { text += "\n\(MarkdownText.escape(note))\n" }
        for code in codes {
            text += "\n### \(code.code.map(escaped) ?? "(no code)")\n"
            text += "\n| Message | | Before | After | Change |\n| :--- | :--- | ---: | ---: | ---: |\n"
            for change in code.messages.patterns.prefix(patternsListed) {
                text += "| \(change.pattern.map(escaped) ?? MessageChange.noMessage) "
                for side in change.sides { text += "(\(side.word): \(escaped(side.pattern))) " }
                text += "| \(change.kind.words) | \(change.before.words) | \(change.after.words) "
                text += "| \(MarkdownText.escape(difference(change))) |\n"
            }
            if code.messages.hasOtherRows {
                let (before, after) = (code.messages.otherRowsBefore, code.messages.otherRowsAfter)
                text += "| \(MessageChanges.otherPatterns) | | \(Wording.grouped(before)) | \(Wording.grouped(after)) "
                text += "| \(MarkdownText.escape(difference(before, after))) |\n"
            }
            if let cut = cut(code.messages) { text += "\n\(cut).\n" }
        }
        return text
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
