import ImportAnalysis

// Every member of what `account` prints for programs. What is declared here is written and in the schema.

extension AccountReport {
    /// The value of the member `format`.
    package static let format = "import-audit.account"
    /// Raised when a name changes its meaning or goes away; new names may come at any time.
    package static let version = 1

    /// For programs, with a line feed at its end.
    package var json: [UInt8] { MemberTable.account.document(self) }

    /// Describes ``json`` as a JSON Schema.
    package static var schema: [UInt8] {
        MemberTable.account.schema.document(of: "account --format json", version: version)
    }
}

extension MemberTable<AccountReport> {
    fileprivate static let account = MemberTable([
        .format(AccountReport.format),
        .version(AccountReport.version),
        .writtenTexts("tries") { $0.names },
        .writtenCount("rows") { $0.totals.rows },
        .written("succeeded_by_try", .list(.count)) { $1.value($0.totals.succeeded) },
        .writtenCount("succeeded") { $0.totals.succeeded.reduce(0, +) },
        .writtenCount("still_failing") { $0.totals.stillFailing },
        .writtenCount("never_sent_again") { $0.totals.neverSentAgain },
        .writtenCount("unclassified") { $0.totals.unclassified },
        .writtenCount("no_result") { $0.totals.noResult },
        .writtenCount("sent_again_after_success") { $0.totals.sentInVain },
        .writtenList("failing_by_code", code) { $0.totals.failingByCode },
    ])

    private static let code = MemberTable<AccountTotals.Code>([
        .writtenText("code") { $0.code },
        .writtenCount("rows") { $0.rows },
    ])
}
