import ArgumentParser
import CodeFiles
import ImportAnalysis

/// The options of commands that check an audit against rules.
struct RuleOptions: ParsableArguments {
    @Option(.maxFailed) var maxFailed: Rules.Rule?
    @Option(.maxFailedCode) var maxFailedCode: [Rules.Rule] = []
    @Option(.maxFailedPerJob) var maxFailedPerJob: Rules.Rule?
    @Option(.failOn) var failOn: [Rules.Rule] = []
    @Flag(.requireComplete) var requireComplete = false
    @Option(.minRows) var minRows: Rules.Rule?

    /// The rules that were given.
    private var given: [Rules.Rule] {
        [maxFailed, maxFailedPerJob, minRows, requireComplete ? .requireComplete : nil].compactMap { $0 }
            + maxFailedCode + failOn
    }

    @Flag(help: "Make --max-failed count only codes that are not in --codes, or no longer accepted there.")
    var onlyNewCodes = false

    @Option(
        help: ArgumentHelp("A file with rules. Options replace its rules.", valueName: "rules.yml"),
        completion: .file())
    var rules: String?

    func validate() throws { try GivenNames.check(rules, of: "--rules") }

    /// Returns the rules of the file and of the options, together with the codes file.
    ///
    /// - Parameter past: rules that compare with a history; nil in commands without one.
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
        let given = given + (past?.given ?? [])
        all.set(given)
        if onlyNewCodes { all.onlyNewCodes = true }
        if all.onlyNewCodes, userRules.codes == nil {
            throw CommandFailure(.usage, "only-new-codes takes --codes: without it, no code is known")
        }
        if all.onlyNewCodes, !all.has(.maxFailed) {
            throw CommandFailure(
                .usage, "only-new-codes limits what max-failed counts: give --max-failed 0 to allow none")
        }
        userRules.gate = all.gate
        if userRules.gate?.asksForHistory == true, past?.history == nil {
            let names = Rules.Form.all.filter { $0.asksForHistory && all.has($0) }.map { $0.name }
            throw CommandFailure(
                .usage,
                names.count == 1
                    ? "\(names[0]) compares with earlier runs: it needs check with --history FILE"
                    : "\(names.joined(separator: " and ")) compare with earlier runs: they need check with --history FILE"
            )
        }
        if userRules.gate != nil {
            let words = given.map { $0.title } + ["only-new-codes \(onlyNewCodes)"]
            userRules.origin.append(Array(words.joined(separator: "\0").utf8))
        }
        return userRules
    }
}

/// The rules of check that compare jobs with the runs before them.
struct PastRuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The history with which jobs are compared; it is only read.", valueName: "file.sqlite"),
        completion: .file())
    var history: String?

    @Flag(.unusual) var unusual = false
    @Option(.maxFailedAgainstMedian) var maxFailedVsMedian: Rules.Rule?

    /// The rules that were given.
    var given: [Rules.Rule] { [unusual ? .noUnusualRun : nil, maxFailedVsMedian].compactMap { $0 } }

    func validate() throws {
        try GivenNames.check(history, of: "--history")
        if history == nil, let rule = given.first {
            throw ValidationError("--\(rule.form.name) compares with earlier runs: it needs --history FILE.")
        }
    }
}

extension Rules.Form {
    /// Reads a value that is given on the command line or in the project file.
    ///
    /// - Parameter option: the name of the option as the user writes it.
    func rule(of text: String, as option: String) throws -> Rules.Rule {
        guard let rule = value.rule(of: text) else { throw ValidationError(value.refusal(of: text, as: option)) }
        return rule
    }

    fileprivate var optionName: NameSpecification { .customLong(name) }
    fileprivate var completion: CompletionKind {
        if case .findings = value { .list(Rules.Value.findingWords) } else { .default }
    }
    fileprivate var optionHelp: ArgumentHelp { ArgumentHelp("\(help)", valueName: value.placeholder) }
}

extension Option {
    /// The option for a rule.
    init(_ form: Rules.Form) where Value == Rules.Rule? {
        self.init(
            name: form.optionName, parsing: .unconditional, help: form.optionHelp, completion: form.completion,
            transform: { try form.rule(of: $0, as: "--\(form.name)") })
    }

    /// The option for a rule that may be given any number of times.
    init(wrappedValue: [Rules.Rule], _ form: Rules.Form) where Value == [Rules.Rule] {
        self.init(
            wrappedValue: wrappedValue, name: form.optionName, parsing: .unconditionalSingleValue,
            help: form.optionHelp,
            completion: form.completion, transform: { try form.rule(of: $0, as: "--\(form.name)") })
    }
}

extension Flag where Value == Bool {
    /// The option for a rule that takes no value.
    init(wrappedValue: Bool, _ form: Rules.Form) {
        self.init(wrappedValue: wrappedValue, name: form.optionName, help: form.optionHelp)
    }
}

/// The user's codes file, and the rules that an audit has to meet.
struct UserRules: Sendable {
    var gate: Rules?
    var codes: CodeBook?
    /// Everything that both were made from, in a fixed order.
    var origin: [[UInt8]] = []

    /// The codes file; empty if there is none.
    var codesOrigin: [UInt8] { codes == nil ? [] : origin.first ?? [] }
    /// Everything that the rules were made from.
    var ruleOrigin: ArraySlice<[UInt8]> { codes == nil ? origin[...] : origin.dropFirst(2) }

    /// A new tally that checks jobs against the rules.
    var ruleTally: RuleTally { RuleTally(gate: gate, codes: codes) }
}

extension RuleResults {
    /// Reports on standard error which rules are not met.
    func complain() {
        for result in gate ?? [] where !result.isMet {
            Console.complain("FAIL \(result.line)")
        }
    }

    var status: ExitStatus { isMet ? .done : .notPassed }
}
