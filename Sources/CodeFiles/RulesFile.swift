package import ImportAnalysis
package import ImportRedaction

/// The rules of a gate, from options and files.
package struct RuleSettings: Sendable {
    /// The rules by the names of their forms.
    private var rules: [String: [Rules.Rule]] = [:]
    /// Whether `max-failed` counts only codes that are new or no longer accepted.
    package var onlyNewCodes = false

    package init() {}

    /// Sets rules, which replace earlier ones of the same forms.
    package mutating func set(_ rules: [Rules.Rule]) {
        self.rules.merge(Dictionary(grouping: rules) { $0.form.name }) { $1 }
    }

    /// Returns whether there is a rule of a form.
    package func has(_ form: Rules.Form) -> Bool { rules[form.name] != nil }

    /// The rules in the order in which they are shown; nil if there are none.
    package var gate: Rules? {
        let all = Rules.Form.all.flatMap { rules[$0.name] ?? [] }.map { rule in
            guard case .maxFailed(let limit, _) = rule else { return rule }
            return .maxFailed(limit, onlyPending: onlyNewCodes)
        }
        return all.isEmpty ? nil : Rules(all)
    }
}

/// A file with the rules of a gate:
///
///     max-failed: 2.5%
///     max-failed-code:
///       - {code: invalid_email, max: 100}
///     fail-on: [critical, row-contradictory]
///     require-complete: true
///     min-rows: 1000
///     only-new-codes: true
///     max-failed-per-job: 5%
///     max-failed-vs-median: 2x
///     unusual: true
package enum RulesFile {
    private static let onlyNewCodes = "only-new-codes"
    private static let keys = Rules.Form.all.map { $0.name } + [onlyNewCodes]

    /// Reads a file.
    ///
    /// - Throws: what is wrong, with line and column.
    package static func rules(from bytes: [UInt8]) throws(FileFault) -> RuleSettings {
        guard let root = try YAMLFile.root(of: bytes) else {
            throw FileFault(.wrongValue("The file", expected: "an object with keys of \(keys.joined(separator: ", "))"))
        }
        let object = try root.object("The file", allowed: keys)
        var settings = RuleSettings()
        for form in Rules.Form.all {
            if let value = object[form.name] { settings.set(try rules(of: form, value)) }
        }
        if let value = object[onlyNewCodes] { settings.onlyNewCodes = try value.flag(onlyNewCodes) }
        return settings
    }

    private static func rules(of form: Rules.Form, _ value: YAMLValue) throws(FileFault) -> [Rules.Rule] {
        var rules: [Rules.Rule] = []
        switch form.value {
        case .flag(let rule):
            if try value.flag(form.name) { rules.append(rule) }
        case .limitOfCode(let make):
            // By their bytes: for `String`, texts are equal whose characters are composed in another way.
            var lines: [[UInt8]: Int] = [:]
            for item in try entries(of: form, value) {
                let entry = try item.object("An element of \(form.name)", allowed: ["code", "max"])
                let code = try entry.required("code")
                let text = code.isNull ? "" : try code.text("code")
                let max = try entry.required("max")
                guard let limit = Rules.Limit(try max.text("max")) else {
                    throw max.fault(.wrongValue("max", expected: form.value.expected))
                }
                if let firstLine = lines.updateValue(item.line, forKey: Array(text.utf8)) {
                    throw item.fault(.repeatedEntry(text.isEmpty ? "(no code)" : text, firstLine: firstLine))
                }
                rules.append(make(text.isEmpty ? nil : text, limit))
            }
        case .findings:
            var lines: [String: Int] = [:]
            for item in try entries(of: form, value) {
                let word = try item.text(form.name)
                if let firstLine = lines.updateValue(item.line, forKey: word) {
                    throw item.fault(.repeatedEntry(word, firstLine: firstLine))
                }
                guard let rule = form.value.rule(of: word) else {
                    throw item.fault(.unknownWord(word, allowed: Rules.Value.findingWords))
                }
                rules.append(rule)
            }
        case .limit, .share, .multiple, .rows:
            guard let rule = form.value.rule(of: try value.text(form.name)) else {
                throw value.fault(.wrongValue(form.name, expected: form.value.expected))
            }
            rules.append(rule)
        }
        return rules
    }

    private static func entries(of form: Rules.Form, _ value: YAMLValue) throws(FileFault) -> [YAMLValue] {
        let list = try value.list(form.name)
        guard list.count <= CodeFile.maximumEntries else { throw value.fault(.tooManyEntries) }
        return list
    }
}

/// A file with more values to replace in redacted output, and values to keep:
///
///     words: [Anna Schmidt, Projekt Adler]
///     keys: [name, full_name]
///     patterns: [cust-*, "*-gmbh"]
///     keep: [stage, tier]
package enum RedactionFile {
    private static let keys = ["words", "keys", "patterns", "keep"]
    /// The most patterns in a file; each word of a text is matched against each of them.
    package static let maximumPatterns = 100

    /// Reads a file.
    ///
    /// - Throws: what is wrong, with line and column.
    package static func rules(from bytes: [UInt8]) throws(FileFault) -> RedactionRules {
        guard let root = try YAMLFile.root(of: bytes) else {
            throw FileFault(.wrongValue("The file", expected: "an object with keys of \(keys.joined(separator: ", "))"))
        }
        let object = try root.object("The file", allowed: keys)
        var rules = RedactionRules()
        rules.words = try texts("words", of: object)
        rules.keys = try texts("keys", of: object)
        rules.keep = try texts("keep", of: object)
        rules.patterns = try texts("patterns", of: object, limit: maximumPatterns) { pattern in
            // Spaces end a word, and stars alone would match every word.
            !pattern.contains(" ") && pattern.contains { $0 != "*" }
        }
        return rules
    }

    private static func texts(
        _ name: String, of object: YAMLObject, limit: Int = CodeFile.maximumEntries,
        isSound: (String) -> Bool = { _ in true }
    ) throws(FileFault) -> [String] {
        guard let list = object[name], !list.isNull else { return [] }
        var texts: [String] = []
        for item in try list.list(name) {
            let text = try item.text("An element of \(name)")
            guard !text.isEmpty, text.utf8.count <= RedactionRules.longestName, isSound(text) else {
                let expected =
                    name == "patterns"
                    ? "a word of at most 256 bytes that is more than stars, such as \"cust-*\""
                    : "a text of at most 256 bytes that is not empty"
                throw item.fault(.wrongValue("An element of \(name)", expected: expected))
            }
            texts.append(text)
            guard texts.count <= limit else { throw item.fault(.wrongValue(name, expected: "at most \(limit) texts")) }
        }
        return texts
    }
}
