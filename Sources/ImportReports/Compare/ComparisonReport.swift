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
        guard !codes.isEmpty else { return "No row failed, before or after." }
        let all = codes.count == 1 ? "1 code" : "\(Wording.grouped(codes.count)) codes"
        func count(_ kind: CodeChange.Kind) -> Int { codes.count { $0.kind == kind } }
        return "Of \(all), \(Self.parts(count(.fixed), count(.stillFailing), count(.new)))."
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
        return "There are more codes than the \(Wording.grouped(AnalysisLimits.codes)) that are told apart: "
            + "a code that seems fixed or new may be among the others."
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

extension CodeChange.Kind {
    var words: String { self == .stillFailing ? "still failing" : rawValue }
}
