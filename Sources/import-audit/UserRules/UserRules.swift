import ImportAnalysis

/// The user's own measures: what is known of codes, and the rules that an audit has to meet.
struct UserRules: Sendable {
    var gate: Rules?
    var codes: CodeBook?
    /// All that they were made from, in a fixed order.
    var origin: [[UInt8]] = []

    /// The codes file; empty if there is none.
    var codesOrigin: [UInt8] { codes == nil ? [] : origin.first ?? [] }
    /// What the rules were made from.
    var ruleOrigin: ArraySlice<[UInt8]> { codes == nil ? origin[...] : origin.dropFirst(2) }

    /// Holds jobs against them.
    var ruleTally: RuleTally { RuleTally(gate: gate, codes: codes) }
}

extension RuleResults {
    /// Says on standard error which rules are not met.
    func complain() {
        for result in gate ?? [] where !result.isMet {
            Console.complain("rule not met: \(result.rule.demand): \(result.found)")
        }
    }

    var status: ExitStatus { isMet ? .done : .notPassed }
}
