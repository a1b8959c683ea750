import ImportAnalysis

/// What is known of codes, and what rules came to: nothing unless the user gave a codes file or rules.
extension ModelValue {
    /// Entries of a codes file that a page lists as unused.
    private static let entriesListed = 50

    /// What is known of a code.
    static func standing(_ standing: CodeStanding?, withExplanation: Bool = true) -> ModelValue {
        guard let standing else { return .nothing }
        let entry = standing.entry
        func text(_ text: String?) -> ModelValue { .textOrNothing(text.map { ReportModelBuilder.shortened($0) }) }
        var names: [String: ModelValue] = [
            "state": .text(standing.state.rawValue), "label": .text(standing.label), "title": text(entry?.title),
            "owner": text(entry?.owner), "action": text(entry?.action?.rawValue),
        ]
        if withExplanation {
            names["explanation"] = text(entry?.explanation)
            names["reason"] = text(entry?.acceptance?.reason)
        }
        return .object(ModelObject(names))
    }

    static func gate(_ conclusion: Conclusion?) -> ModelValue {
        guard let conclusion, let gate = conclusion.gate, let sentence = conclusion.sentence else { return .nothing }
        let rules = gate.map { result -> ModelObject in
            [
                "holds": .flag(result.isMet), "demand": .text(result.rule.demand), "found": .text(result.found),
            ]
        }
        return .object([
            "met": .flag(conclusion.isMet), "sentence": .text(sentence), "rules": .list(rules),
        ])
    }

    static func codeBook(_ conclusion: Conclusion?) -> ModelValue {
        guard let entries = conclusion?.unusedEntries, let sentence = conclusion?.unusedSentence else {
            return .nothing
        }
        let shown = entries.prefix(entriesListed)
        let cut: ModelObject? =
            entries.count > shown.count
            ? ["shown": .text(Wording.grouped(shown.count)), "total": .text(Wording.grouped(entries.count))] : nil
        return .object([
            "sentence": .text(sentence),
            "unused": .list(shown.map { ["key": .text(ReportModelBuilder.shortened($0.key.words))] }),
            "cut": .objectOrNothing(cut),
        ])
    }
}

extension ReportModel {
    static func standingShape(withExplanation: Bool) -> ModelShape {
        let text = ModelShape.section(["text": .text])
        var names: [String: ModelShape] = [
            "state": .text, "label": .text, "title": text, "owner": text, "action": text,
        ]
        if withExplanation {
            names["explanation"] = text
            names["reason"] = text
        }
        return .section(names)
    }

    static let gateShape = ModelShape.section([
        "met": .flag, "sentence": .text,
        "rules": .section(["holds": .flag, "demand": .text, "found": .text]),
    ])

    static let codeBookShape = ModelShape.section([
        "sentence": .text, "unused": .section(["key": .text]),
        "cut": .section(["shown": .text, "total": .text]),
    ])
}
