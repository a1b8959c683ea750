package import ImportAnalysis

/// What `compare` prints, in one of several forms.
package struct ComparisonReport: Sendable {
    /// Codes that a text lists; JSON has all.
    static let codesListed = 50

    let comparison: Comparison
    let redaction: RedactionMark?

    /// - Parameter redaction: what is said of values that are pseudonyms.
    package init(_ comparison: Comparison, redaction: RedactionMark? = nil) {
        self.comparison = comparison
        self.redaction = redaction
    }

    /// The totals by outcome: before, after.
    var outcomes: [(name: String, before: Int, after: Int)] {
        let (before, after) = (comparison.before.rows, comparison.after.rows)
        return [
            ("rows seen", before.seen, after.seen), ("created", before.created, after.created),
            ("existing", before.existing, after.existing),
        ]
            + (before.applied > 0 || after.applied > 0 ? [("applied", before.applied, after.applied)] : []) + [
                ("failed", before.failed, after.failed),
                ("unclassified", before.unclassified, after.unclassified),
                ("missing", before.missing ?? 0, after.missing ?? 0),
            ]
    }

    /// How the codes changed, in a sentence.
    var codesSentence: String {
        let codes = comparison.codes.filter { !$0.isOther }
        guard !codes.isEmpty else {
            return unseenSentence == nil
                ? "No row failed, before or after." : "No row that was seen failed, before or after."
        }
        let listed = codes.count == 1 ? "1 code" : "\(Wording.grouped(codes.count)) codes"
        let all = comparison.isUncertain ? "the \(listed) told apart" : listed
        func count(_ kind: CodeChange.Kind) -> Int { codes.count { $0.kind == kind } }
        return
            "Of \(all), \(Self.parts(count(.fixed), count(.stillFailing), count(.new), undecided: count(.undecided)))."
    }

    /// How many of them are fixed, still failing, new.
    static func parts(_ fixed: Int, _ stillFailing: Int, _ new: Int, undecided: Int = 0) -> String {
        var parts = "\(Wording.grouped(fixed)) \(fixed == 1 ? "is" : "are") fixed, "
        parts += "\(Wording.grouped(stillFailing)) still failing"
        parts += "\(undecided > 0 ? "," : " and") \(Wording.grouped(new)) new"
        return undecided > 0 ? parts + " and \(Wording.grouped(undecided)) undecided" : parts
    }

    /// Why a code that is not seen may yet be there; nil if that cannot be.
    var uncertainty: String? {
        guard comparison.isUncertain else { return nil }
        return "There are \(Wording.manyCodes): one that is not listed for a side may be among the others. "
            + "“?” stands for a number that nobody knows, “12+” for 12 or more."
    }

    /// Where the list of codes ends; nil if it has all.
    func cut(_ shown: Int) -> String? {
        let count = comparison.codes.count
        guard count > shown else { return nil }
        return comparison.isUncertain
            ? "\(shown) of \(Wording.manyCodes)" : "\(shown) of \(Wording.grouped(count)) codes"
    }

    /// Where not all rows were seen, and what that means; nil if all were.
    var unseenSentence: String? {
        let sides = [("before", comparison.before), ("after", comparison.after)].filter { !$0.1.showsAllRows }
        guard !sides.isEmpty else { return nil }
        let list = sides.map { "\($0.0) (\(Self.gaps(in: $0.1)))" }.joined(separator: " nor ")
        return "Not all rows were seen \(list): what was not seen there is undecided."
    }

    /// What of a side was not seen, in a few words.
    private static func gaps(in side: Comparison.Side) -> String {
        var parts: [String] = []
        if side.partialJobs > 0 {
            let many = side.partialJobs > 1
            parts.append(
                side.jobs == 1
                    ? "the job does not show all of its rows"
                    : "\(Wording.grouped(side.partialJobs)) of \(Wording.grouped(side.jobs)) jobs "
                        + "\(many ? "do" : "does") not show all of \(many ? "their" : "its") rows")
        }
        if side.unreadable > 0 {
            parts.append(
                side.unreadable == 1
                    ? "1 input was not read" : "\(Wording.grouped(side.unreadable)) inputs were not read")
        }
        return parts.joined(separator: ", ")
    }

    /// The jobs of a side and how they stand, such as `2 jobs: 1 complete, 1 processing, 1 cut off or broken`.
    static func jobs(of side: Comparison.Side) -> String {
        let jobs = side.jobs == 1 ? "1 job" : "\(Wording.grouped(side.jobs)) jobs"
        var states = side.jobsByStatus.sorted { $0.key < $1.key }.map { status, count in
            let word = status == Totals.noStatus ? "without a status" : status
            return side.jobs == 1 ? word : "\(Wording.grouped(count)) \(word)"
        }
        if side.salvagedJobs > 0 {
            states.append("\(side.jobs == 1 ? "" : Wording.grouped(side.salvagedJobs) + " ")cut off or broken")
        }
        return states.isEmpty ? jobs : "\(jobs): \(states.joined(separator: ", "))"
    }

    /// Whether the rows were compared, and on what ground.
    var rowsSentence: String {
        guard let rows = comparison.rows else {
            return "Not compared row by row: that takes two single dumps with the same total."
        }
        var sentence =
            "Row by row: both are single dumps that declare \(Wording.rowsWord(rows.total)), taken to be the same rows. "
            + "\(Wording.rowsWord(rows.compared)) \(rows.compared == 1 ? "is" : "are") in both"
        if rows.onlyBefore > 0 { sentence += ", \(Wording.grouped(rows.onlyBefore)) only before" }
        if rows.onlyAfter > 0 { sentence += ", \(Wording.grouped(rows.onlyAfter)) only after" }
        return sentence + "."
    }

    /// What became of the rows: a heading, and the rows.
    var rowLists: [(heading: String, rows: RowRanges)] {
        guard let rows = comparison.rows else { return [] }
        return [
            ("Failed before, succeeded after", rows.fixed), ("Failed before and after", rows.stillFailing),
            ("Succeeded before, failed after", rows.newlyFailing),
        ]
    }

    /// By how much a number changed, with its sign.
    static func difference(_ before: Int, _ after: Int) -> String {
        after == before ? "0" : after > before ? "+\(Wording.grouped(after - before))" : Wording.grouped(after - before)
    }
}

extension RowRanges {
    /// The ranges in words, such as `3, 7–9`, and how many more there are.
    func words(_ limit: Int = RowComparison.rangesListed) -> String {
        let shown = ranges.prefix(limit)
        let list = shown.map { range in
            range.count == 1
                ? Wording.grouped(range.lowerBound)
                : "\(Wording.grouped(range.lowerBound))–\(Wording.grouped(range.upperBound))"
        }
        let cut = rangeCount > shown.count ? " … \(shown.count) of \(Wording.grouped(rangeCount)) ranges" : ""
        return list.joined(separator: ", ") + cut
    }
}

extension CodeChange {
    /// Its rows before, in words, and after.
    var words: (before: String, after: String) {
        (MessageRows(rows: before, isExact: isBeforeExact).words, MessageRows(rows: after, isExact: isAfterExact).words)
    }

    /// By how much the rows changed; nothing if nobody knows.
    var difference: String {
        isBeforeExact && isAfterExact ? ComparisonReport.difference(before, after) : ""
    }
}

extension CodeChange.Kind {
    var words: String { self == .stillFailing ? "still failing" : rawValue }
}

extension ComparisonReport {
    /// GitHub's Markdown, with a line feed at its end.
    package var markdown: [UInt8] {
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

// What became of the patterns of messages, in words that text and Markdown share.
extension ComparisonReport {
    /// Patterns of each code that a text lists; JSON has all.
    static let patternsListed = 10

    /// What an uncertain number means; nil if all are certain.
    var messagesNote: String? {
        guard comparison.codes.contains(where: { $0.messages.isUncertain }) else { return nil }
        return
            "Where a code has more patterns of messages than are listed (\(AnalysisLimits.messagesListed) of a job, "
            + "\(Wording.grouped(AnalysisLimits.patternsCompared)) of all), one that is not listed may "
            + "yet be there: “?” stands for a number that nobody knows, “12+” for 12 or more."
    }

    /// Where a list ends, and how all of its patterns changed; nil if it has all.
    static func cut(_ messages: MessageChanges) -> String? {
        let patterns = messages.patterns
        guard patterns.count > patternsListed else { return nil }
        func count(_ kind: MessageChange.Kind) -> Int { patterns.count { $0.kind == kind } }
        let parts = parts(count(.fixed), count(.stillFailing), count(.new), undecided: count(.undecided))
        return "\(patternsListed) of \(Wording.grouped(patterns.count)) patterns, of which \(parts)"
    }

    /// By how much the rows of a pattern changed; nothing if nobody knows.
    static func difference(_ change: MessageChange) -> String {
        change.before.isExact && change.after.isExact ? difference(change.before.rows, change.after.rows) : ""
    }
}

extension MessageRows {
    var words: String {
        isExact ? Wording.grouped(rows) : rows == 0 ? "?" : Wording.grouped(rows) + "+"
    }
}

extension MessageChange {
    /// What stands for no message.
    static let noMessage = "(no message)"

    /// The pattern as of each side alone, where it says more: which of many values fail no more, or still.
    var sides: [(word: String, pattern: String)] {
        guard let pattern else { return [] }
        return [("before", patternBefore), ("after", patternAfter)].compactMap { word, own in
            guard let own, !own.utf8.elementsEqual(pattern.utf8) else { return nil }
            return (word, own)
        }
    }
}

extension MessageChange.Kind {
    var words: String { self == .stillFailing ? "still failing" : rawValue }
}

extension MessageChanges {
    static let otherPatterns = "(patterns that are not listed)"

    var hasOtherRows: Bool { otherRowsBefore > 0 || otherRowsAfter > 0 }
}

extension ComparisonReport {
    /// Ranges of rows of each list.
    private static let rangesShown = 20

    /// For people at a terminal, with a line feed at its end.
    package var text: [UInt8] {
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
