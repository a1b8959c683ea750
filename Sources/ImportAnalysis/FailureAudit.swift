import ImportDumps

/// Why rows failed, and where they lie.
struct FailureAudit: Sendable {
    private(set) var codes = CodeTable()
    private var stretches = StretchFinder()
    private var details = DetailExamples()

    /// Counts the next failed row, whose code, message and details lie in `text`.
    @inline(__always)
    mutating func count(
        row: Int, code: TextRange?, message: TextRange?, details: TextRange? = nil, text: Span<UInt8>
    ) {
        let code = codes.count(row: row, code: code, message: message, text: text)
        if let details { self.details.note(row: row, code: code, details: details, text: text, codes: codes) }
        stretches.count(row: row, code: code, codes: codes)
    }

    /// No more rows come.
    mutating func finish() {
        codes.settle()
        stretches.finish(codes: codes)
    }

    /// The failed rows by code, with what else their errors say.
    func summaries(rowsSeen: Int) -> [CodeSummary] {
        var summaries = codes.summaries(rowsSeen: rowsSeen)
        details.add(to: &summaries, codes: codes)
        return summaries
    }

    var longestStretches: [FailureStretch] { stretches.longest }
}
