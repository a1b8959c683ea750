import ImportAnalysis

// Every member of `plan.json`, object by object. These declarations define both the output and the schema.

extension RetryPlan {
    /// Returns `plan.json`, which ends with a line feed.
    package func json() -> [UInt8] { MemberTable.plan.document(self) }

    /// The JSON Schema of ``json()``.
    package static var schema: [UInt8] { MemberTable.plan.schema.document(of: "plan.json", version: version) }

    fileprivate typealias PlannedAction = (action: CodeBook.Action?, isGuess: Bool, rows: Int, groups: [Group])
}

extension MemberTable<RetryPlan> {
    fileprivate static let plan = MemberTable([
        .format(RetryPlan.format),
        .version(RetryPlan.version),
        .writtenObject("reconciliation", reconciliation) { $0 },
        .writtenList("sources", .planSource) { $0.sources },
        .writtenList("jobs", .planJob) { plan in plan.jobs.map { ($0, plan.sources[$0.source].name) } },
        .writtenObject("pairing", pairing) { $0 },
        .writtenList("actions", .plannedAction) { $0.actions },
        .writtenList("files", .planFile) { $0.files },
        .writtenTexts("maps") { $0.maps },
        .written("reasons_sha256", .nullable(.hexadecimal(64))) { $1.value($0.sha256OfReasons) },
    ])

    private static let reconciliation = MemberTable([
        .writtenCount("source_rows") { $0.sourceRows },
        .writtenCount("succeeded") { $0.succeeded },
        .writtenCount("rejects") { $0.rejects },
        .writtenCount("no_result") { $0.noResult },
    ])

    private static let pairing = MemberTable([
        .written("evidence", .nullable(.oneOf(["none", "confirmed", "shifted", "doubtful"]))) { plan, json in
            json.value(plan.evidence.map { $0.result.word })
        },
        .written("trusts_order", .flag) { $1.value($0.trustsOrder) },
        .writtenCountOrNull("rows_with_values") { $0.evidence?.all.rows },
        .writtenCountOrNull("rows_confirmed") { $0.evidence?.all.confirmed },
        .writtenCountOrNull("values") { $0.evidence?.all.values },
        .writtenCountOrNull("values_found") { $0.evidence?.all.found },
        .writtenCountOrNull("record_ids_found") { $0.evidence?.all.idsFound },
    ])
}

extension MemberTable<RetryPlan.Source> {
    fileprivate static let planSource = MemberTable([
        .written("name", .text) { $1.value($0.name) },
        .written("sha256", .nullable(.hexadecimal(64))) { $1.value($0.sha256) },
        .writtenCount("rows") { $0.rows },
    ])
}

extension MemberTable<(job: RetryPlan.Job, source: String)> {
    fileprivate static let planJob = MemberTable([
        .writtenText("job_id") { $0.job.jobID },
        .written("dump", .text) { $1.value($0.job.dump) },
        .written("sha256", .nullable(.hexadecimal(64))) { $1.value($0.job.sha256) },
        .written("source", .text) { $1.value($0.source) },
        .writtenCountOrNull("first_source_row") { $0.job.firstSourceRow },
        .writtenCount("rows") { $0.job.rows },
    ])
}

extension MemberTable<RetryPlan.PlannedAction> {
    fileprivate static let plannedAction = MemberTable([
        .written("action", .nullable(.oneOf(CodeBook.Action.allCases.map { $0.rawValue }))) {
            $1.value($0.action?.rawValue)
        },
        .written("is_guess", .flag) { $1.value($0.isGuess) },
        .writtenCount("rows") { $0.rows },
        .writtenList("codes", .planGroup) { $0.groups },
    ])
}

extension MemberTable<RetryPlan.Group> {
    /// Members from the codes file are present only if it has an entry for the code.
    fileprivate static let planGroup = MemberTable([
        .writtenText("code") { $0.code },
        .written("unclassified", .flag) { $1.value($0.isUnclassified) },
        .writtenCount("rows") { $0.rows },
        .writtenTexts("files") { $0.files },
        .written("title", .nullable(.text), ifThere: { $0.entry }) { $1.value($0.title) },
        .written("explanation", .nullable(.text), ifThere: { $0.entry }) { $1.value($0.explanation) },
        .written("owner", .nullable(.text), ifThere: { $0.entry }) { $1.value($0.owner) },
        .written("retry", retry.schema, ifThere: { $0.entry?.retry }) { retry.write($0, &$1) },
    ])

    private static let retry = MemberTable<CodeBook.Retry>([
        .writtenText("after") { $0.after },
        .writtenCountOrNull("batch") { $0.batch },
        .writtenCountOrNull("max_tries") { $0.maxTries },
    ])
}

extension MemberTable<RetryPlan.File> {
    fileprivate static let planFile = MemberTable([
        .written("name", .text) { $1.value($0.name) },
        .writtenCount("rows") { $0.rows },
    ])
}

extension JoinEvidence.Result {
    fileprivate var word: String {
        switch self {
        case .none: "none"
        case .confirmed: "confirmed"
        case .shifted: "shifted"
        case .doubtful: "doubtful"
        }
    }
}
