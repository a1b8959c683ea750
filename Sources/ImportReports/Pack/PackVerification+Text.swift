import ImportAnalysis

extension PackVerification {
    /// Problems that a text lists.
    private static let linesListed = 50

    /// For people at a terminal, with a line feed at its end.
    ///
    /// - Parameter usesColor: marks the result in colour; the words are the same without.
    package func text(usesColor: Bool) -> [UInt8] {
        let word = isVerified ? "verified" : "NOT VERIFIED"
        let mark = usesColor ? "\u{1B}[\(isVerified ? "1;32" : "1;31")m\(word)\u{1B}[0m" : word
        var text = "\(shownText(name)): \(mark)\n"
        text += "  sha256   \(sha256)\(isFolder ? " (of manifest.jsonl)" : "")\n"
        if let toolVersion { text += "  made by  import-audit \(shownText(toolVersion)), as it says itself\n" }
        text += "  files    \(sentence(files, "are in it with the bytes that its manifest says"))\n"
        if let inputs {
            text += "  inputs   \(sentence(inputs, "are the ones that its manifest says"))"
            if inputsByName > 0 {
                let count = Wording.grouped(inputsByName)
                text += "; \(count) could not be read when it was made, and only the name was compared"
            }
            text += "\n"
        } else {
            text += "  inputs   not compared: name them behind the \(isFolder ? "folder" : "zip")\n"
        }
        for problem in problems.prefix(Self.linesListed) { text += "  \(problem.line)\n" }
        let more = problemCount - min(problems.count, Self.linesListed)
        if more > 0 { text += "  and \(Wording.grouped(more)) more\n" }
        text += "\(statement)\n"
        return Array(text.utf8)
    }

    /// What was proved, and what was not.
    package var statement: String {
        guard isVerified else {
            return "This is not what \(isFolder ? "import-audit" : "--pack") wrote, or not of these inputs."
        }
        return
            "Not signed: this proves that nothing differs from the manifest, not who made it. Compare the SHA-256 with "
            + "what the sender tells you."
    }

    private func sentence(_ tally: Tally, _ are: String) -> String {
        "\(Wording.grouped(tally.matching)) of \(Wording.grouped(tally.listed)) \(are)"
    }
}

extension PackVerification.Problem {
    fileprivate var line: String {
        let word =
            switch (kind, subject) {
            case (.changed, .file): "changed:      "
            case (.missing, .file): "missing:      "
            case (.extra, .file): "not listed:   "
            case (.unsound, _): "not sound:    "
            case (.changed, .input): "input changed:"
            case (.missing, .input): "input missing:"
            case (.extra, .input): "other input:  "
            }
        return "\(word) \(shownText(name))\(detail.map { " (\(shownText($0)))" } ?? "")"
    }
}
