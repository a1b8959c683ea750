import ImportAnalysis
import Mustache

/// What a name of a template stands for.
enum ModelValue: Sendable {
    /// Shown as text; as a section, it is there unless it is empty.
    case text(String)
    /// A section that is there or not.
    case flag(Bool)
    /// A section that is repeated.
    case list([ModelObject])
    /// A section that is there once, with names of its own.
    case object(ModelObject)

    /// A section that is not there; stands for an object or a list of which there is none.
    static let nothing = ModelValue.flag(false)
}

/// The names of one object of the model.
struct ModelObject: Sendable, ExpressibleByDictionaryLiteral {
    let values: [String: ModelValue]

    init(dictionaryLiteral elements: (String, ModelValue)...) {
        values = Dictionary(elements) { _, last in last }
    }

    init(_ values: [String: ModelValue]) {
        self.values = values
    }
}

extension ModelObject: MustacheParent {
    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text): ShownModelText(renderText: text)
        case .flag(let flag): flag
        case .list(let objects): objects
        case .object(let object): object
        case nil: nil
        }
    }
}

/// Text that is falsy when it is empty, as Mustache has it; the library takes any string for true.
private struct ShownModelText: MustacheCustomRenderable {
    let renderText: String
    var isNull: Bool { renderText.isEmpty }
}

extension ModelValue {
    /// The code of an error, of any length; nothing for none.
    static func code(_ code: String?, _ limits: ModelLimits) -> ModelValue {
        guard let code else { return .nothing }
        return .object(["text": .text(limits.name(code)), "blank": .flag(isBlank(code))])
    }

    /// Whether a reader would see nothing of it: it is of white space, marks of no width and the like.
    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
                || $0.properties.generalCategory == .format
        }
    }
}

extension ReportModel {
    static let codeShape = ModelShape.section(["text": .text, "blank": .flag])
}

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

    static func gate(_ ruleResults: RuleResults?, _ files: [ReportFile], _ limits: ModelLimits) -> ModelValue {
        guard let ruleResults, let gate = ruleResults.gate, var sentence = ruleResults.sentence else { return .nothing }
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
            "met": .flag(ruleResults.isMet), "sentence": .text(sentence), "rules": .list(rules),
        ])
    }

    static func codeBook(_ ruleResults: RuleResults?, _ limits: ModelLimits) -> ModelValue {
        guard let entries = ruleResults?.unusedEntries, let sentence = ruleResults?.unusedSentence else {
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

/// What names a template may use, and where: the shape of the model.
package indirect enum ModelShape: Sendable {
    case text
    case flag
    /// A list of objects, or an object that may be missing.
    case section([String: ModelShape])
}

extension ModelObject {
    /// Where this object departs from a shape: paths of names that are missing, in excess or of another kind.
    func departures(from shape: [String: ModelShape], path: String = "") -> [String] {
        var result: [String] = []
        for name in Set(values.keys).symmetricDifference(shape.keys).sorted() { result.append(path + name) }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let here = path + name
            switch (value, shape[name]) {
            case (_, nil), (.text, .text), (.flag, .flag): break
            case (.flag(false), .section): break
            case (.object(let object), .section(let inner)):
                result += object.departures(from: inner, path: here + ".")
            case (.list(let objects), .section(let inner)):
                for object in objects { result += object.departures(from: inner, path: here + "[].") }
            default: result.append(here)
            }
        }
        return result
    }
}

extension ModelObject {
    /// What each name of the object, and of those in it, stands for, by its path, such as `list[].name`; what is not
    /// there stands for `false`.
    func kinds(path: String = "") -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for (name, value) in values {
            let here = path + name
            switch value {
            case .text: result[here, default: []].insert("string")
            case .flag(let flag): result[here, default: []].insert("\(flag)")
            case .object(let object):
                result[here, default: []].insert("object")
                result.merge(object.kinds(path: here + ".")) { $0.union($1) }
            case .list(let objects):
                result[here, default: []].insert("list")
                for object in objects { result.merge(object.kinds(path: here + "[].")) { $0.union($1) } }
            }
        }
        return result
    }
}

extension ReportModel {
    /// What each name stands for in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}

extension OverviewModel {
    /// What each name stands for in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}
