import ImportDumps

/// Why rows failed, and where they lie.
struct FailureAudit: Sendable {
    private(set) var codes = CodeTable()
    private var stretches = StretchFinder()

    /// Counts the next failed row, whose code and message lie in `text`.
    @inline(__always)
    mutating func count(row: Int, code: TextRange?, message: TextRange?, text: Span<UInt8>) {
        let code = codes.count(row: row, code: code, message: message, text: text)
        stretches.count(row: row, code: code, codes: codes)
    }

    /// No more rows come.
    mutating func finish() {
        codes.settle()
        stretches.finish(codes: codes)
    }

    var longestStretches: [FailureStretch] { stretches.longest }
}
