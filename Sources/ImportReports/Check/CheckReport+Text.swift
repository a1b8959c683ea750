import ImportAnalysis

extension CheckReport {
    /// Lines of a list.
    private static let linesListed = 50

    /// For people at a terminal, with a line feed at its end.
    ///
    /// - Parameter usesColor: marks results in colour; the words are the same without.
    public func text(usesColor: Bool) -> [UInt8] {
        var text = ""
        for result in conclusion.gate ?? [] {
            let word = result.isMet ? "met    " : "NOT MET"
            let mark = usesColor ? "\u{1B}[\(result.isMet ? "1;32" : "1;31")m\(word)\u{1B}[0m" : word
            text += "\(mark)  \(shownText(result.rule.demand)): \(result.found)\n"
        }
        if let sentence = conclusion.sentence { text += "\(sentence)\n" }
        if let sentence = readingSentence { text += "\(sentence)\n" }
        if codes != nil {
            Self.append(newCodes, "Codes that no entry of the codes file is about", to: &text) { code in
                "\(Wording.rowsWord(code.rows))  \(code.code.map { shownText($0) } ?? "(no code)")"
            }
            Self.append(
                conclusion.unusedEntries ?? [], "Entries of the codes file that matched no code", to: &text
            ) { shownText($0.key.words) }
        }
        return Array(text.utf8)
    }

    private static func append<Item>(
        _ items: [Item], _ heading: String, to text: inout String, _ line: (Item) -> String
    ) {
        guard !items.isEmpty else { return }
        text += "\n\(heading)\n"
        for item in items.prefix(linesListed) { text += "  \(line(item))\n" }
        if items.count > linesListed {
            text += "  \(linesListed) of \(Wording.grouped(items.count)); the JSON has all\n"
        }
    }
}
