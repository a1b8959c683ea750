package import ImportAnalysis
package import ImportRedaction

/// The rules of a gate, as options and files have them.
package struct RuleSettings: Sendable {
    package var maxFailed: Rules.Limit?
    /// A code is nil for rows whose error has none.
    package var maxFailedByCode: [(code: String?, limit: Rules.Limit)] = []
    package var failOn: [Rules.Rule] = []
    package var requiresComplete = false
    package var minRows: Int?
    package var onlyNewCodes = false
    package var maxFailedPerJob: Share?
    package var maxFailedAgainstMedian: Rules.Multiple?
    package var failsOnUnusual = false

    package init() {}

    /// A severity (`critical`, `warning`) or a finding that a rule forbids; nil for anything else.
    package static func failOn(_ word: String) -> Rules.Rule? {
        switch word {
        case Severity.critical.rawValue: .failOnSeverity(.critical)
        case Severity.warning.rawValue: .failOnSeverity(.warning)
        default: FindingID.all.first { $0.name == word }.map { .failOnFinding($0) }
        }
    }

    /// All words that ``failOn(_:)`` turns into a rule.
    package static let failOnWords =
        [Severity.critical.rawValue, Severity.warning.rawValue] + FindingID.all.map { $0.name }

    /// The rules in the order in which they are shown; nil if there is none.
    package var gate: Rules? {
        var rules: [Rules.Rule] = []
        if let maxFailed { rules.append(.maxFailed(maxFailed, onlyPending: onlyNewCodes)) }
        rules += maxFailedByCode.map { .maxFailedCode($0.code, $0.limit) }
        if let maxFailedPerJob { rules.append(.maxFailedPerJob(maxFailedPerJob)) }
        if let maxFailedAgainstMedian { rules.append(.maxFailedAgainstMedian(maxFailedAgainstMedian)) }
        if failsOnUnusual { rules.append(.noUnusualRun) }
        rules += failOn
        if requiresComplete { rules.append(.requireComplete) }
        if let minRows { rules.append(.minRows(minRows)) }
        return rules.isEmpty ? nil : Rules(rules)
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
    private static let keys = [
        "max-failed", "max-failed-code", "fail-on", "require-complete", "min-rows", "only-new-codes",
        "max-failed-per-job", "max-failed-vs-median", "unusual",
    ]

    /// Reads a file.
    ///
    /// - Throws: what is wrong, with line and column.
    package static func rules(from bytes: [UInt8]) throws(FileFault) -> RuleSettings {
        guard let root = try YAMLFile.root(of: bytes) else {
            throw FileFault(.wrongValue("The file", expected: "an object with keys of \(keys.joined(separator: ", "))"))
        }
        let object = try root.object("The file", allowed: keys)
        var rules = RuleSettings()
        if let value = object["max-failed"] { rules.maxFailed = try limit(value, "max-failed") }
        if let value = object["max-failed-code"] {
            for item in try value.list("max-failed-code") {
                let entry = try item.object("An element of max-failed-code", allowed: ["code", "max"])
                let code = try entry.required("code")
                let text = code.isNull ? "" : try code.text("code")
                rules.maxFailedByCode.append(
                    (code: text.isEmpty ? nil : text, limit: try limit(try entry.required("max"), "max")))
            }
        }
        if let value = object["fail-on"] {
            for item in try value.list("fail-on") {
                let word = try item.text("fail-on")
                guard let rule = RuleSettings.failOn(word) else {
                    throw item.fault(.unknownWord(word, allowed: RuleSettings.failOnWords))
                }
                rules.failOn.append(rule)
            }
        }
        if let value = object["require-complete"] { rules.requiresComplete = try value.flag("require-complete") }
        if let value = object["only-new-codes"] { rules.onlyNewCodes = try value.flag("only-new-codes") }
        if let value = object["unusual"] { rules.failsOnUnusual = try value.flag("unusual") }
        if let value = object["max-failed-per-job"] {
            guard case .percent(let share)? = Rules.Limit(try value.text("max-failed-per-job")) else {
                throw value.fault(.wrongValue("max-failed-per-job", expected: "a percentage from 0% to 100%"))
            }
            rules.maxFailedPerJob = share
        }
        if let value = object["max-failed-vs-median"] {
            guard let multiple = Rules.Multiple(try value.text("max-failed-vs-median")) else {
                throw value.fault(.wrongValue("max-failed-vs-median", expected: "a multiple such as 2x or 1.5x"))
            }
            rules.maxFailedAgainstMedian = multiple
        }
        if let value = object["min-rows"] {
            guard let rows = WholeNumber.of(try value.text("min-rows").utf8) else {
                throw value.fault(.wrongValue("min-rows", expected: "a number of rows"))
            }
            rules.minRows = rows
        }
        return rules
    }

    private static func limit(_ value: YAMLValue, _ name: String) throws(FileFault) -> Rules.Limit {
        guard let limit = Rules.Limit(try value.text(name)) else {
            throw value.fault(.wrongValue(name, expected: "a number of rows, or a percentage from 0% to 100%"))
        }
        return limit
    }
}

/// A file that says what else to replace in redacted output, and what to keep:
///
///     words: [Anna Schmidt, Projekt Adler]
///     keys: [name, full_name]
///     patterns: [cust-*, "*-gmbh"]
///     keep: [stage, tier]
package enum RedactionFile {
    private static let keys = ["words", "keys", "patterns", "keep"]
    /// The most patterns in a file; each word of a text is compared with each of them.
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
            // Spaces end a word, and stars alone would match all words.
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
