import ImportFoundation

extension Rules.Rule {
    /// What the rule demands, in a few words. It may quote a code: hostile text until escaped.
    package var demand: String {
        switch self {
        case .maxFailed(let limit, let onlyPending):
            return "at most \(limit.words) failed\(onlyPending ? " with a code that is new or no longer accepted" : "")"
        case .maxFailedCode(let code, let limit):
            let with = code.map { "with the code \(Wording.quoted($0))" } ?? "without a code"
            return "at most \(limit.words) failed \(with)"
        case .maxFailedPerJob(let share): return "at most \(share.percent)% of the rows of every job failed"
        case .maxFailedAgainstMedian(let multiple):
            return "in every job a share of failed rows of at most \(multiple.text) the median of the earlier runs"
        case .noUnusualRun: return "no job that is unlike the earlier runs"
        case .failOnSeverity(.critical): return "no critical finding"
        case .failOnSeverity(.warning): return "no critical finding and no warning"
        case .failOnSeverity(.note): return "no finding"
        case .failOnFinding(let id): return "no finding \(id.name)"
        case .requireComplete: return "every input is a complete job with all its rows"
        case .minRows(let rows): return "at least \(Wording.rowsWord(rows))"
        }
    }
}

extension Rules.Limit {
    fileprivate var words: String {
        switch self {
        case .rows(let rows): Wording.rowsWord(rows)
        case .percent(let share): "\(share.percent)% of the rows seen"
        }
    }
}

extension Rules.Rule {
    /// The rule as its option is written: `max-failed 2%`. It may contain a code: hostile text until escaped.
    package var title: String {
        [form.name, argument, isOnlyPending == true ? "only-new-codes" : nil].compactMap { $0 }.joined(separator: " ")
    }
}

extension Rules.Value {
    /// How the command's help shows it; nil for a flag.
    package var placeholder: String? {
        switch self {
        case .flag: nil
        case .limit: "N|P%"
        case .limitOfCode: "CODE=N|P%"
        case .share: "P%"
        case .multiple: "Nx"
        case .rows: "n"
        case .findings: "critical|warning|FINDING"
        }
    }

    /// What a value in a rules file must be.
    package var expected: String {
        switch self {
        case .flag: "true or false"
        case .limit, .limitOfCode: "a number of rows, or a percentage from 0% to 100%"
        case .share: "a percentage from 0% to 100%"
        case .multiple: "a multiple such as 2x or 1.5x"
        case .rows: "a number of rows"
        case .findings: "critical, warning or the name of a finding"
        }
    }

    /// Why a text is not the value of an option, in a sentence. It quotes the text: hostile until escaped.
    ///
    /// - Parameter option: the option as the user writes it.
    package func refusal(of text: String, as option: String) -> String {
        let quoted = "“\(shownText(text))”"
        switch self {
        case .flag: return "\(option) takes no value."
        case .limitOfCode where !text.utf8.contains(UInt8(ascii: "=")):
            return "\(quoted) has no =; \(option) takes CODE=N or CODE=P%."
        case .limitOfCode:
            let limit = text.utf8.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false).last
            return Self.limit { _ in .requireComplete }.refusal(
                of: limit.map { String(Substring($0)) } ?? "", as: option)
        case .limit:
            return "\(quoted) is not a limit; \(option) takes a number of rows, or a percentage such as 2.5%."
        case .share: return "\(quoted) is not a percentage; \(option) takes one such as 2.5%."
        case .multiple: return "\(quoted) is not a multiple; \(option) takes one such as 2x or 1.5x."
        case .rows: return "\(quoted) is not a number of rows; \(option) takes one such as 1000."
        case .findings:
            let near = NearestName.of(text, among: Self.findingWords).map { " Did you mean \($0)?" } ?? ""
            return "\(quoted) is neither critical nor warning nor the name of a finding.\(near)"
        }
    }
}

extension JobRuleTally {
    /// What was found in the jobs, in a few words.
    var words: String {
        let notJudged = Wording.notJudged(jobs - judged, fewestRuns: fewestRuns, incomparable: incomparable)
        switch rule {
        case .maxFailedAgainstMedian:
            let words = [Wording.jobsOverMedian(broken, of: judged, worst: worst, median: median), notJudged]
                .compactMap { $0 }
            return words.isEmpty ? "no earlier run has rows" : words.joined(separator: "; ")
        case .noUnusualRun:
            return [Wording.unusualJobs(broken, of: judged), notJudged].compactMap { $0 }.joined(separator: "; ")
        default: return Wording.jobsOverShare(broken, of: jobs, worst: worst)
        }
    }
}

extension RuleResult {
    /// The rule and what was found, on one line: `max-failed 2%: 53 of 240 rows (22.1%)`. Hostile until escaped.
    package var line: String {
        guard let whole, whole > 0, gap == nil, rule.limit != nil else {
            return "\(rule.title): \(gap == nil ? jobWords ?? found : found)"
        }
        let share = Share(of: measured, in: whole).text
        return "\(rule.title): \(Wording.rowsPart(measured, whole)) (\(share))\(undecidedWords)"
    }

    private var undecidedWords: String {
        undecided > 0
            ? ", and \(Wording.grouped(undecided)) more whose codes are beyond those that are told apart" : ""
    }

    /// What was found, in a few words.
    package var found: String {
        switch gap {
        case .noJob: return "nothing was checked, there is no import job to check"
        case .noResults: return "nothing was checked, no job shows its rows"
        case .noRows: return "there are no rows to take a percentage of"
        case nil: break
        }
        switch rule {
        case .maxFailed, .maxFailedCode:
            return "\(Wording.rowsPart(measured, whole ?? 0))\(undecidedWords)"
        case .maxFailedPerJob, .maxFailedAgainstMedian: return jobWords ?? ""
        case .noUnusualRun: return ([jobWords ?? ""] + verdicts.prefix(3)).joined(separator: "; ")
        case .failOnSeverity, .failOnFinding:
            return measured == 0 ? "none" : measured == 1 ? "1 finding" : "\(Wording.grouped(measured)) findings"
        case .requireComplete:
            guard let whole, whole > 0 else { return "no job" }
            return measured == 0
                ? Wording.part(whole, of: whole, .input, "is complete", "are complete")
                : Wording.part(
                    measured, of: whole, .input, not: "is complete", "is not complete", "are not complete")
        case .minRows: return Wording.rowsWord(measured)
        }
    }
}

extension RuleResults {
    /// How many rules were met; nil without a gate.
    package var sentence: String? {
        guard let gate, !gate.isEmpty else { return nil }
        switch gap {
        case .noJob: return "Nothing was checked: no import job was found, or none was selected."
        case .noResults: return "Nothing was checked: no job shows any of its rows."
        case .noRows, nil: break
        }
        let broken = gate.count { !$0.isMet }
        if gate.count == 1 { return broken == 0 ? "The rule is met." : "The rule is not met." }
        let words =
            broken == 0
            ? Wording.part(gate.count, of: gate.count, .rule, "is met", "are met")
            : Wording.part(broken, of: gate.count, .rule, not: "is met", "is not met", "are not met")
        return Wording.capitalized(words) + "."
    }

    /// How many entries of the code book match no code that was seen; nil without a code book.
    package var unusedSentence: String? {
        guard let unusedEntries else { return nil }
        if entryCount == 0 { return "The codes file has no entries." }
        if entryCount == 1 {
            return "The one entry of the codes file matched \(unusedEntries.isEmpty ? "a" : "no") code."
        }
        let entries = "the \(Wording.grouped(entryCount)) entries of the codes file"
        guard !unusedEntries.isEmpty else { return "Each of \(entries) matched a code." }
        if unusedEntries.count == entryCount {
            return "\(entryCount == 2 ? "Neither" : "None") of \(entries) matched a code."
        }
        return "\(Wording.grouped(unusedEntries.count)) of \(entries) matched no code."
    }
}

extension CodeBook.Key {
    /// The code or the pattern, as it is in the file: hostile text until escaped.
    package var words: String {
        switch self {
        case .code(let code): code ?? "(no code)"
        case .pattern(let pattern): pattern
        }
    }
}

extension CodeStanding {
    /// The state, in a few words. It contains no text of a file.
    package var label: String {
        let until = entry?.acceptance?.until?.text
        switch state {
        case .new: return "New"
        case .known: return "Known"
        case .accepted: return until.map { "Accepted until \($0)" } ?? "Accepted"
        case .expired: return "Acceptance expired on \(until ?? "a day that is over")"
        }
    }
}

extension Wording {
    /// Which inputs were not checked against rules, in a sentence; nil if all were.
    ///
    /// - Parameters:
    ///   - unreadable: inputs that are not import jobs.
    ///   - salvaged: dumps that are cut off or broken.
    ///   - isAllRead: whether every input was read completely, including superseded dumps.
    package static func notAllChecked(unreadable: Int, salvaged: Int, isAllRead: Bool) -> String? {
        guard unreadable + salvaged > 0 else {
            return isAllRead ? nil : "A dump that is cut off or broken is not counted: another one supersedes it."
        }
        var parts: [String] = []
        if unreadable > 0 {
            parts.append(
                "\(grouped(unreadable)) \(unreadable == 1 ? "input is not an import job" : "inputs are not import jobs") or could not be read"
            )
        }
        if salvaged > 0 {
            parts.append("\(grouped(salvaged)) \(salvaged == 1 ? "dump is" : "dumps are") cut off or broken")
        }
        return "Not everything was checked against the rules: \(parts.joined(separator: ", "))."
    }
}
