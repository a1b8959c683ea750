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
            | Jobs | \(Wording.grouped(comparison.before.jobs)) | \(Wording.grouped(comparison.after.jobs)) | |

            """
        for (name, before, after) in outcomes {
            text += "| \(Self.capitalized(name)) | \(Wording.grouped(before)) | \(Wording.grouped(after)) "
            text += "| \(escaped(Self.difference(before, after))) |\n"
        }
        text += "\n## By code\n\n\(codesSentence)\n"
        if let uncertainty { text += "\n\(uncertainty)\n" }
        let shown = comparison.codes.prefix(Self.codesListed)
        if !shown.isEmpty {
            text += "\n| Code | | Before | After | Change |\n| :--- | :--- | ---: | ---: | ---: |\n"
            for change in shown {
                text += "| \(change.code.map { escaped(ReportModelBuilder.shortened($0)) } ?? "(no code)") "
                text += "| \(change.isOther ? "" : change.kind.words) "
                text += "| \(Wording.grouped(change.before)) | \(Wording.grouped(change.after)) "
                text += "| \(escaped(Self.difference(change.before, change.after))) |\n"
            }
        }
        if comparison.codes.count > shown.count {
            text += "\n\(shown.count) of \(Wording.grouped(comparison.codes.count)) codes.\n"
        }
        text += "\n## By row\n\n\(rowsSentence)\n"
        for (heading, rows) in rowLists {
            text += "\n- **\(heading): \(Wording.rowsWord(rows.rows)).**\(rows.rows > 0 ? " \(rows.words())" : "")"
        }
        if !rowLists.isEmpty { text += "\n" }
        return Array(text.utf8)
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
