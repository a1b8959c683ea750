import ImportAnalysis

// Every member of the JSON that `compare` prints, object by object. These declarations define both the output and the
// schema.

extension ComparisonReport {
    /// The value of the member `format`.
    package static let format = "import-audit.compare"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// The comparison for programs, ending with a line feed.
    package var json: [UInt8] { MemberTable.comparison.document(self) }

    /// The JSON Schema of ``json``.
    package static var schema: [UInt8] {
        MemberTable.comparison.schema.document(of: "compare --format json", version: version)
    }
}

extension MemberTable<ComparisonReport> {
    fileprivate static let comparison = MemberTable([
        .format(ComparisonReport.format),
        .version(ComparisonReport.version),
        .written("redacted", JSONObject.redaction.schema, ifThere: { $0.redaction }) {
            JSONObject.redaction.write($0, &$1)
        },
        .writtenObject("before", .side) { $0.comparison.before },
        .writtenObject("after", .side) { $0.comparison.after },
        .writtenList("codes", .codeChange) { $0.comparison.codes },
        .writtenObjectOrNull("row_by_row", .rowComparison) { $0.comparison.rows },
    ])
}

extension MemberTable<Comparison.Side> {
    fileprivate static let side = MemberTable([
        .written("source", .text) { $1.value($0.name) },
        .writtenCount("jobs") { $0.jobs },
        .written("rows", JSONObject.sums.schema) { JSONObject.sums.write($0.rows, &$1) },
        .writtenCounts("jobs_by_status") { $0.jobsByStatus },
        .writtenCount("jobs_cut_off") { $0.salvagedJobs },
        .writtenCount("jobs_in_part") { $0.partialJobs },
        .writtenCount("unreadable") { $0.unreadable },
        .written("all_rows_seen", .flag) { $1.value($0.showsAllRows) },
    ])
}

// MARK: - Codes and their messages

extension MemberTable<CodeChange> {
    /// The rows of codes that are not told apart have neither a change nor messages.
    fileprivate static let codeChange = MemberTable([
        .written("code", .nullable(.text)) { $1.value($0.code) },
        .written("other", .flag, ifThere: { $0.isOther ? true : nil }) { $1.value($0) },
        .written(
            "change", .oneOf(ChangeKind.allCases.map { $0.rawValue }),
            ifThere: { $0.isOther ? nil : $0.kind.rawValue }
        ) { $1.value($0) },
        .writtenCount("before") { $0.before },
        .falseOnly("before_exact") { $0.isBeforeExact },
        .writtenCount("after") { $0.after },
        .falseOnly("after_exact") { $0.isAfterExact },
        .written("messages", .list(MemberTable<MessageChange>.messageChange.schema), ifThere: { $0.messagesIfTold }) {
            messages, json in
            json.array { json in
                for change in messages.patterns { MemberTable<MessageChange>.messageChange.write(change, &json) }
            }
        },
        .written("other_messages", MemberTable<MessageChanges>.others.schema, ifThere: { $0.messagesIfTold }) {
            MemberTable<MessageChanges>.others.write($0, &$1)
        },
    ])
}

extension CodeChange {
    fileprivate var messagesIfTold: MessageChanges? { isOther ? nil : messages }
}

extension Member<CodeChange> {
    /// A flag that is present only if it is false.
    fileprivate static func falseOnly(
        _ name: String, _ flag: @escaping @Sendable (CodeChange) -> Bool
    ) -> Member {
        Member(
            name, .sometimes, .flag,
            write: { change, json in
                guard !flag(change) else { return }
                json.key(name)
                json.value(false)
            }, read: nil)
    }
}

extension MemberTable<MessageChange> {
    fileprivate static let messageChange = MemberTable([
        .written("pattern", .nullable(.text)) { $1.value($0.pattern) },
        .written("pattern_before", .nullable(.text)) { $1.value($0.patternBefore) },
        .written("pattern_after", .nullable(.text)) { $1.value($0.patternAfter) },
        .written("change", .oneOf(ChangeKind.allCases.map { $0.rawValue })) { $1.value($0.kind.rawValue) },
        .writtenCount("before") { $0.before.rows },
        .written("before_exact", .flag) { $1.value($0.before.isExact) },
        .writtenCount("after") { $0.after.rows },
        .written("after_exact", .flag) { $1.value($0.after.isExact) },
    ])
}

extension MemberTable<MessageChanges> {
    /// Rows whose patterns are not listed.
    fileprivate static let others = MemberTable([
        .writtenCount("before") { $0.otherRowsBefore },
        .writtenCount("after") { $0.otherRowsAfter },
    ])
}

// MARK: - Row by row

extension MemberTable<RowComparison> {
    fileprivate static let rowComparison = MemberTable([
        .writtenCount("total") { $0.total },
        .writtenCount("compared") { $0.compared },
        .writtenCount("only_before") { $0.onlyBefore },
        .writtenCount("only_after") { $0.onlyAfter },
        .writtenObject("outcomes", outcomes) { $0 },
        .writtenObject("fixed", .rowRanges) { $0.fixed },
        .writtenObject("still_failing", .rowRanges) { $0.stillFailing },
        .writtenObject("undecided", .rowRanges) { $0.undecided },
        .writtenObject("newly_failing", .rowRanges) { $0.newlyFailing },
    ])

    /// The number of rows from each outcome before to each outcome after.
    private static let outcomes = MemberTable(
        Outcome.allCases.map { before in
            .writtenObject(
                before.rawValue,
                MemberTable(
                    Outcome.allCases.map { after in
                        .writtenCount(after.rawValue) { $0.count(from: before, to: after) }
                    })
            ) { $0 }
        })
}

extension MemberTable<RowRanges> {
    fileprivate static let rowRanges = MemberTable([
        .writtenCount("rows") { $0.rows },
        .writtenCount("range_count") { $0.rangeCount },
        .written("ranges", .list(.list(.count))) { rows, json in
            json.array { json in
                for range in rows.ranges { json.value([range.lowerBound, range.upperBound]) }
            }
        },
    ])
}
