import ArgumentParser
import CodeFiles
import ImportAnalysis

/// The options of commands that check an audit against rules.
struct RuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Fail if more rows failed, or a larger share of the rows seen.", valueName: "N|P%"),
        transform: { try RuleOptions.limit($0, "--max-failed") })
    var maxFailed: Rules.Limit?

    @Option(
        help: ArgumentHelp(
            "The same for the rows of one code. Nothing before the = means rows without a code.", valueName: "CODE=N|P%"
        ),
        transform: RuleOptions.codeLimit)
    var maxFailedCode: [CodeLimit] = []

    @Option(
        help: ArgumentHelp("Fail if a larger share of the rows failed in any job.", valueName: "P%"),
        transform: RuleOptions.share)
    var maxFailedPerJob: Share?

    @Option(
        help: ArgumentHelp(
            "Fail on a critical finding, on any warning too, or on the finding with that name.",
            valueName: "critical|warning|FINDING"
        ),
        transform: RuleOptions.failOn)
    var failOn: [FailOn] = []

    @Flag(help: "Fail unless every input is a whole dump of a complete job with all its rows.")
    var requireComplete = false

    @Option(help: ArgumentHelp("Fail if fewer rows were seen.", valueName: "n"), transform: RuleOptions.rows)
    var minRows: Int?

    @Flag(help: "Make --max-failed count only codes that are not in --codes, or no longer accepted there.")
    var onlyNewCodes = false

    @Option(help: ArgumentHelp("A file with rules. Options replace its rules.", valueName: "rules.yml"))
    var rules: String?

    /// A rule about one code.
    struct CodeLimit: Sendable {
        var text: String
        var code: String?
        var limit: Rules.Limit
    }

    /// A rule about findings.
    struct FailOn: Sendable {
        var word: String
        var rule: Rules.Rule
    }

    /// The rules of the file and of the options, together with the codes file.
    ///
    /// - Parameter past: rules that compare with a history; nil where there is none.
    func userRules(
        _ codes: CodesOptions, past: PastRuleOptions? = nil
    ) throws(CommandFailure) -> UserRules {
        var userRules = try codes.userRules()
        var all = RuleSettings()
        if let rules {
            let bytes = try CodesOptions.bytes(of: rules)
            do throws(FileFault) {
                all = try RulesFile.rules(from: bytes)
            } catch {
                throw CommandFailure(.usage, of: error.place(in: rules), error.explanation)
            }
            userRules.origin.append(bytes)
        }
        if let maxFailed { all.maxFailed = maxFailed }
        if !maxFailedCode.isEmpty { all.maxFailedByCode = maxFailedCode.map { ($0.code, $0.limit) } }
        if !failOn.isEmpty { all.failOn = failOn.map { $0.rule } }
        if requireComplete { all.requiresComplete = true }
        if let minRows { all.minRows = minRows }
        if let maxFailedPerJob { all.maxFailedPerJob = maxFailedPerJob }
        past?.add(to: &all)
        if onlyNewCodes { all.onlyNewCodes = true }
        if all.onlyNewCodes, userRules.codes == nil {
            throw CommandFailure(.usage, "only-new-codes takes --codes: without it, no code is known")
        }
        if all.onlyNewCodes, all.maxFailed == nil {
            throw CommandFailure(
                .usage, "only-new-codes limits what max-failed counts: give --max-failed 0 to allow none")
        }
        userRules.gate = all.gate
        if userRules.gate?.asksForHistory == true, past?.history == nil {
            throw CommandFailure(
                .usage,
                "max-failed-vs-median and unusual compare with earlier runs: they need check with --history FILE")
        }
        if userRules.gate != nil { userRules.origin.append(Array(ownWords.joined(separator: "\0").utf8)) }
        return userRules
    }

    /// The options as they were given.
    private var ownWords: [String] {
        ["\(requireComplete) \(onlyNewCodes) \(maxFailed?.text ?? "") \(minRows.map { String($0) } ?? "")"]
            + (maxFailedPerJob.map { ["per-job \($0.percent)"] } ?? [])
            + maxFailedCode.map { $0.text } + ["fail-on"] + failOn.map { $0.word }
    }

    static func limit(_ text: String, _ option: String) throws -> Rules.Limit {
        guard let limit = Rules.Limit(text) else {
            throw ValidationError(
                "“\(shownText(text))” is not a limit; \(option) takes a number of rows, or a percentage such as 2.5%.")
        }
        return limit
    }

    static func share(_ text: String) throws -> Share {
        guard case .percent(let share)? = Rules.Limit(text) else {
            throw ValidationError(
                "“\(shownText(text))” is not a percentage; --max-failed-per-job takes one such as 2.5%.")
        }
        return share
    }

    static func codeLimit(_ text: String) throws -> CodeLimit {
        // After the last =, because a code may contain one.
        guard let equals = text.utf8.lastIndex(of: UInt8(ascii: "=")) else {
            throw ValidationError("“\(shownText(text))” has no =; --max-failed-code takes CODE=N or CODE=P%.")
        }
        let code = String(text[..<equals])
        let limit = try limit(String(text[text.utf8.index(after: equals)...]), "--max-failed-code")
        return CodeLimit(text: text, code: code.isEmpty ? nil : code, limit: limit)
    }

    static func failOn(_ word: String) throws -> FailOn {
        guard let rule = RuleSettings.failOn(word) else {
            let near = NearestName.of(word, among: RuleSettings.failOnWords).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError(
                "“\(shownText(word))” is neither critical nor warning nor the name of a finding.\(near)")
        }
        return FailOn(word: word, rule: rule)
    }

    static func rows(_ text: String) throws -> Int {
        guard let rows = WholeNumber.of(text.utf8) else {
            throw ValidationError("“\(shownText(text))” is not a number of rows.")
        }
        return rows
    }
}

/// The user's codes file, and the rules that an audit has to meet.
struct UserRules: Sendable {
    var gate: Rules?
    var codes: CodeBook?
    /// Everything that they were made from, in a fixed order.
    var origin: [[UInt8]] = []

    /// The codes file; empty if there is none.
    var codesOrigin: [UInt8] { codes == nil ? [] : origin.first ?? [] }
    /// What the rules were made from.
    var ruleOrigin: ArraySlice<[UInt8]> { codes == nil ? origin[...] : origin.dropFirst(2) }

    /// Checks jobs against them.
    var ruleTally: RuleTally { RuleTally(gate: gate, codes: codes) }
}

extension RuleResults {
    /// Says on standard error which rules are not met.
    func complain() {
        for result in gate ?? [] where !result.isMet {
            Console.complain("FAIL \(result.line)")
        }
    }

    var status: ExitStatus { isMet ? .done : .notPassed }
}
