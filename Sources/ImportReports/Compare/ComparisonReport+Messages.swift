import ImportAnalysis

// What became of the patterns of messages, in words that text and Markdown share.
extension ComparisonReport {
    /// Patterns of each code that a text lists; JSON has all.
    static let patternsListed = 10

    /// What an uncertain number means; nil if all are certain.
    var messagesNote: String? {
        guard comparison.codes.contains(where: { $0.messages.isUncertain }) else { return nil }
        return "Where a code has more patterns of messages than are listed (\(AnalysisLimits.messagesListed) of a job), "
            + "one that is not listed may yet be there: “?” stands for a number that nobody knows, “12+” for 12 or more."
    }

    /// How the patterns of a code changed, in a sentence.
    static func sentence(_ messages: MessageChanges) -> String {
        let patterns = messages.patterns
        let all = patterns.count == 1 ? "1 pattern" : "\(Wording.grouped(patterns.count)) patterns"
        func count(_ kind: MessageChange.Kind) -> Int { patterns.count { $0.kind == kind } }
        let parts = parts(count(.fixed), count(.stillFailing), count(.new), undecided: count(.undecided))
        return "Of \(all) of messages, \(parts)."
    }

    /// Why a list ends; nil if it has all.
    static func cut(_ messages: MessageChanges) -> String? {
        guard messages.patterns.count > patternsListed else { return nil }
        return "\(patternsListed) of \(Wording.grouped(messages.patterns.count)) patterns"
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
    /// The pattern, short enough for a line, or what stands for none; hostile until escaped.
    var shortened: String { pattern.map { ReportModelBuilder.shortened($0) } ?? "(no message)" }
}

extension MessageChange.Kind {
    var words: String { self == .stillFailing ? "still failing" : rawValue }
}

extension MessageChanges {
    static let otherPatterns = "(patterns that are not listed)"

    var hasOtherRows: Bool { otherRowsBefore > 0 || otherRowsAfter > 0 }
}
