import ImportAnalysis
import ImportDumps
import ImportFoundation

// Members that follow from the jobs of a summary, which readers check, and members that depend on the codes file and
// the rules of a run, which readers skip.

extension MemberTable<Totals> {
    static let totals = MemberTable([
        .known("jobs") { $0.jobs },
        .writtenCounts("jobs_by_status") { $0.jobsByStatus },
        .knownObject("rows", MemberTable<Stated<RowCounts>>(Member.rows.map { $0.known() } + [.rowsAtLeast])) {
            Stated(value: $0.rows, number: $0.rows.seen)
        },
        .writtenList("failed_by_code", .code) { $0.failedByCode },
        .knownObject(
            "findings",
            MemberTable<Totals>(
                Severity.allCases.map { severity in
                    .known(severity.rawValue) { $0.findings[severity, default: 0] }
                })
        ) { $0 },
    ])
}

extension MemberTable<CodeTotal> {
    fileprivate static let code = MemberTable([
        .optionalText("code", \.code),
        .mark("other", \.isOther),
        .count("rows", \.rows),
        .mark("rows_at_least", \.isAtLeast),
        .share("share", \.share),
        .standing { ($0.code, $0.isOther) },
    ])
}

extension MemberTable<TimeIncident> {
    /// A time in which far more jobs stand out than at others.
    static let timeIncident = MemberTable([
        .written("first", .text) { $1.value(DateTime.text(ofSecond: $0.first)) },
        .written("last", .text) { $1.value(DateTime.text(ofSecond: $0.last)) },
        .writtenCount("jobs") { $0.jobs },
        .writtenCount("jobs_standing_out") { $0.standingOut },
        .writtenCount("rows") { $0.rows },
        .writtenCount("rows_failed") { $0.failed },
        .writtenCount("jobs_elsewhere") { $0.jobsElsewhere },
        .writtenCount("jobs_standing_out_elsewhere") { $0.standingOutElsewhere },
        .written("sentence", .text) { $1.value(Wording.sentence($0)) },
    ])
}

// MARK: - Codes

extension Member {
    /// What the codes file says about a code: null for a new code; omitted without a codes file.
    static func standing(of code: @escaping @Sendable (Root) -> (code: String?, isOther: Bool)) -> Member {
        Member(
            "known", .sometimes, .nullable(MemberTable<CodeStanding>.standing.schema),
            write: { root, json in
                let (code, isOther) = code(root)
                guard let standing = json.codes?.standing(of: code, isOther: isOther) else { return }
                json.key("known")
                guard standing.entry != nil else { return json.value(String?.none) }
                MemberTable<CodeStanding>.standing.write(standing, &json)
            }, read: nil)
    }
}

extension MemberTable<CodeStanding> {
    fileprivate static let standing = MemberTable(
        [
            .written("state", .oneOf(CodeStanding.State.allCases.map { $0.rawValue })) { $1.value($0.state.rawValue) },
            .written("entry", .text) { $1.value($0.entry?.key.words) },
        ]
            + CodeBook.Field.shown.map { field in
                .written(field.name, .nullable(.text)) { $1.value($0.entry.flatMap(field.text)) }
            } + [.writtenObjectOrNull("accepted", .accepted) { $0.entry?.acceptance }])
}

extension MemberTable<CodeBook.Acceptance> {
    fileprivate static let accepted = MemberTable([
        .written("reason", .text) { $1.value($0.reason) },
        .written("until", .nullable(.text)) { $1.value($0.until?.text) },
    ])
}

// MARK: - Rules

extension MemberTable<[RuleResult]> {
    /// The results of rules.
    static let gate = MemberTable([
        .written("met", .flag) { $1.value($0.allSatisfy { $0.isMet }) },
        .writtenList("rules", .rule) { $0 },
    ])
}

extension MemberTable<RuleResult> {
    fileprivate static let rule = MemberTable([
        .written("rule", .text) { $1.value($0.rule.form.name) },
        // Null for rows whose error has no code.
        .written("code", .nullable(.text), ifThere: { $0.rule.aboutCode }) { $1.value($0) },
        .written("limit", .text, ifThere: { $0.rule.limitText }) { $1.value($0) },
        .written("only_new_codes", .flag, ifThere: { $0.rule.isOnlyPending }) { $1.value($0) },
        .written("finding", .text, ifThere: { $0.rule.aboutFinding }) { $1.value($0) },
        .written("measured", .count) { $1.value($0.measured) },
        .written("of", .nullable(.count)) { $1.value($0.whole) },
        .written("undecided", .count, ifThere: { $0.undecided > 0 ? $0.undecided : nil }) { $1.value($0) },
        .written("met", .flag) { $1.value($0.isMet) },
        .written("verdicts", .list(.text), ifThere: { $0.verdicts.isEmpty ? nil : $0.verdicts }) { verdicts, json in
            json.array { json in
                for verdict in verdicts { json.value(verdict) }
            }
        },
        .written("sentence", .text) { $1.value("\($0.rule.demand): \($0.found)") },
    ])
}

extension Rules.Rule {
    fileprivate var limitText: String? {
        switch form.value {
        case .limit, .share, .multiple, .rows: argument
        case .limitOfCode: limit?.text
        case .flag, .findings: nil
        }
    }

    fileprivate var aboutFinding: String? {
        if case .findings = form.value { argument } else { nil }
    }
}
