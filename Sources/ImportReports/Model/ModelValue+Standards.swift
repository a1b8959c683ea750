import ImportAnalysis

/// What is known of codes, and what rules came to: nothing unless the user gave a codes file or rules.
extension ModelValue {
    /// What is known of a code.
    static func standing(
        _ standing: CodeStanding?, withExplanation: Bool = true, _ limits: ModelLimits
    ) -> ModelValue {
        guard let standing else { return .nothing }
        let entry = standing.entry
        var names: [String: ModelValue] = [
            "state": .text(standing.state.rawValue), "label": .text(standing.label),
            "title": .textOrNothing((entry?.title).map(limits.name)),
            "owner": .textOrNothing((entry?.owner).map(limits.name)), "action": .textOrNothing(entry?.action?.rawValue),
        ]
        if withExplanation {
            names["explanation"] = .textOrNothing((entry?.explanation).map(limits.text))
            names["reason"] = .textOrNothing((entry?.acceptance?.reason).map(limits.text))
        }
        return .object(ModelObject(names))
    }

    static func gate(_ conclusion: Conclusion?, _ files: [ReportFile], _ limits: ModelLimits) -> ModelValue {
        guard let conclusion, let gate = conclusion.gate, var sentence = conclusion.sentence else { return .nothing }
        var shown = gate
        if gate.count > limits.rules {
            shown = Array((gate.filter { !$0.isMet } + gate.filter { $0.isMet }).prefix(limits.rules))
            if limits.parts.contains(.rules) {
                let rest = files.first { $0.name == ReportFile.summary.name }.map { "; all are in \($0.name)" } ?? ""
                sentence +=
                    " \(Wording.grouped(shown.count)) of \(Wording.grouped(gate.count)) are listed, those that are not "
                    + "met first\(rest)."
            }
        }
        let rules = shown.map { result -> ModelObject in
            [
                "holds": .flag(result.isMet), "demand": .text(limits.sentence(result.rule.demand)),
                "found": .text(result.found),
            ]
        }
        return .object([
            "met": .flag(conclusion.isMet), "sentence": .text(sentence), "rules": .list(rules),
        ])
    }

    static func codeBook(_ conclusion: Conclusion?, _ limits: ModelLimits) -> ModelValue {
        guard let entries = conclusion?.unusedEntries, let sentence = conclusion?.unusedSentence else {
            return .nothing
        }
        let shown = entries.prefix(limits.unusedEntries)
        let cut: ModelObject? =
            entries.count > shown.count
            ? ["shown": .text(Wording.grouped(shown.count)), "total": .text(Wording.grouped(entries.count))] : nil
        return .object([
            "sentence": .text(sentence),
            "unused": .list(shown.map { ["key": .text(limits.name($0.key.words))] }),
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
