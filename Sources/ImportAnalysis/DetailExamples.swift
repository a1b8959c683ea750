import ImportDumps

/// What an error says besides its code and its message, of one row as an example.
package struct ErrorDetails: Sendable, Equatable {
    /// The text of a JSON object; of a longer one the first ``AnalysisLimits/groupingBytes`` (rounded down to a whole
    /// character), and an ellipsis.
    package var text: String
    /// The first row of its code that has details.
    package var row: Int

    package init(text: String, row: Int) {
        self.text = text
        self.row = row
    }
}

/// The details of the first row of each code that has some. Rows without details cost one test.
struct DetailExamples: Sendable {
    private var examples: [CodeTable.CodeID: ErrorDetails] = [:]

    /// Takes note of a row whose code was counted, and whose details lie in `text`.
    mutating func note(row: Int, code: CodeTable.CodeID, details: TextRange, text: Span<UInt8>, codes: CodeTable) {
        guard code != .other, details.count > 0, examples[code] == nil else { return }
        if examples.count >= 2 * AnalysisLimits.codes { keep(of: codes) }
        let whole = text.extracting(details.offset..<details.offset + details.count)
        let kept = whole.extracting(0..<whole.wholeCharacters(within: AnalysisLimits.groupingBytes))
        let bytes = kept.indices.map { kept[$0] }
        let isCut = kept.count < whole.count
        examples[code] = ErrorDetails(text: String(decoding: bytes, as: UTF8.self) + (isCut ? "…" : ""), row: row)
    }

    /// Forgets those of codes that gave way to others.
    private mutating func keep(of codes: CodeTable) {
        guard let kept = codes.keptIDs else { return }
        examples = examples.filter { kept.contains($0.key) }
    }

    /// Gives codes their examples.
    func add(to summaries: inout [CodeSummary], codes: CodeTable) {
        guard !examples.isEmpty else { return }
        var byCode: [TextKey: ErrorDetails] = [:]
        for (id, details) in examples {
            let (code, isOther) = codes.name(of: id)
            if !isOther { byCode[TextKey(code)] = details }
        }
        for index in summaries.indices where !summaries[index].isOther {
            summaries[index].exampleDetails = byCode[TextKey(summaries[index].code)]
        }
    }

    /// A code by its bytes: Swift holds canonically equivalent texts for one.
    private struct TextKey: Hashable {
        let bytes: [UInt8]?

        init(_ text: String?) { bytes = text.map { Array($0.utf8) } }
    }
}
