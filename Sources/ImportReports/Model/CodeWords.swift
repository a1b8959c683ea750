import ImportAnalysis

/// How many codes there are, in words that claim no more than is known.
///
/// Where there are rows of codes that are not told apart, they stand in the last line of a list and are no code of
/// their own: of how many codes they are, nobody knows.
enum CodeWords {
    /// The number in “20 of 1,000 codes”.
    static func total(_ lines: Int, hasOthers: Bool) -> String {
        hasOthers ? "more than \(Wording.grouped(AnalysisLimits.codes))" : Wording.grouped(lines)
    }

    /// What is not shown of a list.
    ///
    /// - Parameter lines: those at its end that are not shown, one at least.
    static func rest(_ lines: Int, hasOthers: Bool) -> String {
        if hasOthers { return lines == 1 ? "other codes" : "more than \(Wording.grouped(lines - 1)) other codes" }
        return lines == 1 ? "1 other code" : "\(Wording.grouped(lines)) other codes"
    }
}
