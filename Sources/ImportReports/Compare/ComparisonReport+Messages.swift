import ImportAnalysis

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
