public import ImportAnalysis

/// What `compare` prints, in one of several forms.
public struct ComparisonReport: Sendable {
    /// Codes that a text lists; JSON has all.
    static let codesListed = 50

    let comparison: Comparison
    let redaction: RedactionMark?

    /// - Parameter redaction: what is said of values that are pseudonyms.
    public init(_ comparison: Comparison, redaction: RedactionMark? = nil) {
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
