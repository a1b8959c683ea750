// What `compare` says.

extension Comparison {
    /// How the codes changed, in a sentence.
    package var codesSentence: String {
        let codes = self.codes.filter { !$0.isOther }
        guard !codes.isEmpty else {
            return unseenSentence == nil
                ? "No row failed, before or after." : "No row that was seen failed, before or after."
        }
        if codes.count == 1 { return "The one code\(isUncertain ? " told apart" : "") is \(codes[0].kind.words)." }
        let listed = "\(Wording.grouped(codes.count)) codes"
        let all = isUncertain ? "the \(listed) told apart" : listed
        func count(_ kind: ChangeKind) -> Int { codes.count { $0.kind == kind } }
        let parts = Wording.changes(
            fixed: count(.fixed), stillFailing: count(.stillFailing), new: count(.new), undecided: count(.undecided))
        return "Of \(all), \(parts)."
    }

    /// Why a code that was not seen may still exist; nil if it cannot.
    package var uncertainty: String? {
        guard isUncertain else { return nil }
        return "There are \(Wording.manyCodes): a code that is not listed for a side may be among the others. "
            + Wording.uncertainNumbers
    }

    /// What an uncertain number of messages means; nil if all are certain.
    package var messagesNote: String? {
        guard codes.contains(where: { $0.messages.isUncertain }) else { return nil }
        return
            "Where a code has more patterns of messages than are listed (\(AnalysisLimits.messagesListed) of a job, "
            + "\(Wording.grouped(AnalysisLimits.patternsCompared)) of all), a pattern that is not listed may still be there. "
            + Wording.uncertainNumbers
    }

    /// Where not all rows were seen, and what that means; nil if all were.
    package var unseenSentence: String? {
        let sides = [("before", before), ("after", after)].filter { !$0.1.showsAllRows }
        guard !sides.isEmpty else { return nil }
        let list = sides.map { "\($0.0) (\($0.1.gaps))" }.joined(separator: " or ")
        return
            "Not all rows were seen \(sides.count == 1 ? "" : "either ")\(list): what was not seen there is undecided."
    }

    /// Whether the rows were compared, and why.
    package var rowsSentence: String {
        guard let rows else {
            return probableRetry
                ?? "Not compared row by row: this needs two single dumps of the same kind with the same total, and neither may be inside another document."
        }
        let ground =
            isRetry
            ? "Row by row: rows that were sent again are compared in the places that the map gives them. "
            : "Row by row: both are single dumps that declare \(Wording.rowsWord(rows.total)), assumed to be the same "
                + "\(rows.total == 1 ? "row" : "rows"). "
        var sentence =
            ground
            + "\(Wording.rowsWord(rows.compared)) \(rows.compared == 1 ? "is" : "are") in both"
        if rows.onlyBefore > 0 { sentence += ", \(Wording.grouped(rows.onlyBefore)) only before" }
        if rows.onlyAfter > 0 { sentence += ", \(Wording.grouped(rows.onlyAfter)) only after" }
        return sentence + "."
    }

    /// What a second dump with fewer rows probably is; nil if nothing suggests it.
    private var probableRetry: String? {
        let failed = before.rows.notSucceeded
        guard before.jobs == 1, after.jobs == 1, failed > 0, after.rows.seen == failed, before.rows.seen != failed
        else {
            return nil
        }
        return
            "After has \(Wording.rowsWord(failed)), as many as failed before: a retry? Then the numbers are not about the "
            + "same rows. Give --map reasons.csv, which import-audit rejects wrote, and its rows are put in their places."
    }

    /// How rows changed: a heading, and the rows.
    package var rowLists: [(heading: String, rows: RowRanges)] {
        guard let rows else { return [] }
        return [("Failed before, succeeded after", rows.fixed), ("Failed before and after", rows.stillFailing)]
            + (rows.undecided.rows > 0 ? [("Failed before, unclassified after", rows.undecided)] : [])
            // Rows that were unclassified before are among them.
            + [("Failed only after", rows.newlyFailing)]
    }

    /// The note where a list of codes ends; nil if the list is complete.
    package func cut(_ shown: Int) -> String? {
        guard codes.count > shown else { return nil }
        return isUncertain
            ? "\(shown) of \(Wording.manyCodes)" : "\(shown) of \(Wording.grouped(codes.count)) codes"
    }
}

extension Comparison.Side {
    /// The jobs and their states, such as `2 jobs: 1 complete, 1 processing, 1 cut off or broken`.
    package var jobsWords: String {
        let words = jobs == 1 ? "1 job" : "\(Wording.grouped(jobs)) jobs"
        var states = jobsByStatus.sorted { $0.key < $1.key }.map { status, count in
            let word = status == Totals.noStatus ? "without a status" : status
            return jobs == 1 ? word : "\(Wording.grouped(count)) \(word)"
        }
        if salvagedJobs > 0 {
            states.append("\(jobs == 1 ? "" : Wording.grouped(salvagedJobs) + " ")cut off or broken")
        }
        return states.isEmpty ? words : "\(words): \(states.joined(separator: ", "))"
    }

    /// What was not seen, in a few words.
    fileprivate var gaps: String {
        var parts: [String] = []
        if partialJobs > 0 {
            parts.append(
                jobs == 1
                    ? "the job does not show all of its rows"
                    : Wording.part(
                        partialJobs, of: jobs, .job, not: "shows all of its rows", "does not show all of its rows",
                        "do not show all of their rows"))
        }
        if unreadable > 0 {
            parts.append(
                unreadable == 1 ? "1 input was not read" : "\(Wording.grouped(unreadable)) inputs were not read")
        }
        return parts.joined(separator: ", ")
    }
}

extension CodeChange {
    /// The rows before and after, in words.
    package var words: (before: String, after: String) {
        (MessageRows(rows: before, isExact: isBeforeExact).words, MessageRows(rows: after, isExact: isAfterExact).words)
    }

    /// The change in the number of rows; empty if it is not known.
    package var difference: String { isBeforeExact && isAfterExact ? Wording.difference(before, after) : "" }
}

extension ChangeKind {
    package var words: String { self == .stillFailing ? "still failing" : rawValue }
}

extension MessageChanges {
    package static let otherPatterns = "(patterns that are not listed)"

    /// The note where a list of patterns ends, and how all of them changed; nil if the list is complete.
    package func cut(_ shown: Int) -> String? {
        guard patterns.count > shown else { return nil }
        func count(_ kind: ChangeKind) -> Int { patterns.count { $0.kind == kind } }
        let parts = Wording.changes(
            fixed: count(.fixed), stillFailing: count(.stillFailing), new: count(.new), undecided: count(.undecided))
        return "\(shown) of \(Wording.grouped(patterns.count)) patterns, of which \(parts)"
    }
}

extension MessageChange {
    /// The text for rows without a message.
    package static let noMessage = "(no message)"

    /// The pattern of each side alone, if it is more specific. It shows which of many values no longer fail, or still
    /// do.
    package var sides: [(word: String, pattern: String)] {
        guard let pattern else { return [] }
        return [("before", patternBefore), ("after", patternAfter)].compactMap { word, own in
            guard let own, !own.utf8.elementsEqual(pattern.utf8) else { return nil }
            return (word, own)
        }
    }

    /// The change in the number of rows; empty if it is not known.
    package var difference: String {
        before.isExact && after.isExact ? Wording.difference(before.rows, after.rows) : ""
    }
}

extension MessageRows {
    package var words: String {
        isExact ? Wording.grouped(rows) : rows == 0 ? "?" : Wording.grouped(rows) + "+"
    }
}

extension RowRanges {
    /// The ranges in words, such as `3, 7–9`, and how many more there are.
    package func words(_ limit: Int = RowComparison.rangesListed) -> String {
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

extension Wording {
    fileprivate static let uncertainNumbers = "“?” means that the number is not known, “12+” that it is 12 or more."

    /// How many codes or patterns are fixed, still failing, new.
    fileprivate static func changes(fixed: Int, stillFailing: Int, new: Int, undecided: Int) -> String {
        var parts = "\(grouped(fixed)) \(fixed == 1 ? "is" : "are") fixed, "
        parts += "\(grouped(stillFailing)) still failing"
        parts += "\(undecided > 0 ? "," : " and") \(grouped(new)) new"
        return undecided > 0 ? parts + " and \(grouped(undecided)) undecided" : parts
    }

    /// By how much a number changed, with its sign.
    package static func difference(_ before: Int, _ after: Int) -> String {
        // The difference of minimums is not known.
        if before == .max || after == .max { return "?" }
        return after == before ? "0" : after > before ? "+\(grouped(after - before))" : grouped(after - before)
    }
}
