import ImportAnalysis
import ImportDumps

// Every member of `summary.json`, object by object. These declarations write the members, read them back and define the
// schema. Why rows failed is in `FailureMembers.swift`, what follows from the jobs in `TotalsMembers.swift`.

/// The members of the document itself. They are written and read piece by piece, job by job.
enum SummaryMember: String, CaseIterable {
    case format, version, redacted, jobs, unreadable, totals, incidents, gate

    var schema: JSONSchema {
        switch self {
        case .format: .constant(SummaryJSON.format)
        case .version: .version(SummaryJSON.version)
        case .redacted: JSONObject.redaction.schema
        case .jobs: .list(JSONObject.job.schema)
        case .unreadable: .list(JSONObject.unreadable.schema)
        case .totals: MemberTable.totals.schema
        case .incidents: .list(MemberTable.timeIncident.schema)
        case .gate: MemberTable.gate.schema
        }
    }

    /// Whether every summary has the member. The others depend on the jobs, or on the options of a run.
    var isRequired: Bool {
        switch self {
        case .format, .version, .jobs, .unreadable, .totals: true
        case .redacted, .incidents, .gate: false
        }
    }
}

extension SummaryJSON {
    /// The JSON Schema of `summary.json`.
    package static var schema: [UInt8] {
        JSONSchema.object(
            SummaryMember.allCases.map { .init($0.rawValue, $0.schema, isRequired: $0.isRequired) }
        ).document(of: "summary.json", version: version)
    }
}

extension JSONObject<RedactionMark> {
    /// The statement about pseudonyms.
    static let redaction = JSONObject(
        RedactionMark(isKeyed: false, keyID: ""),
        [
            .flag("keyed", \.isKeyed),
            Member("key_id", .always, .hexadecimal(8)) { mark, json in
                json.key("key_id")
                json.value(mark.keyID)
            } read: { mark, fields throws(SummaryFault) in
                mark.keyID = try fields.text("key_id")
                let digits = mark.keyID.utf8
                guard digits.count == 8, digits.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
                    throw fields.wrong("key_id", "8 hexadecimal digits")
                }
            },
        ])
}

extension JSONObject<UnreadableInput> {
    static let unreadable = JSONObject(
        UnreadableInput(source: "", reason: ""), [.text("source", \.source), .text("reason", \.reason)])
}

// MARK: - A job

extension JSONObject<JobSummary> {
    static let job = JSONObject(
        JobSummary(
            job: DeclaredJob(), source: "", bytes: 0, sha256: nil, rows: RowCounts(), failedByCode: [], findings: [],
            results: .absent, salvage: nil),
        [
            .optionalText("job_id", \.job.jobID),
            .text("source", \.source),
            .count("bytes", \.bytes),
            .optionalText("sha256", \.sha256),
            .choice(
                "kind", \.job.kind, of: JobKind.allCases, named: { $0.rawValue }, expected: "import or bulk", .later),
            .optionalText("status", \.job.status),
            .declaredCount("total", \.job.total),
            .optionalText("created_at", \.job.createdAt),
            .optionalText("updated_at", \.job.updatedAt),
            .optionalText("expires_at", \.job.expiresAt),
            .optionalObject("error", \.job.error, .error),
            .object("reported", \.job.reported, .reported),
            .choice(
                "results", \.results, of: ResultsState.all, named: { $0.name },
                expected: "one of " + ResultsState.all.map { $0.name }.joined(separator: ", ")),
            .optionalObject("salvaged", \.salvage, .salvage),
            .object("rows", \.rows, .rows),
            .optionalBits("outcomes", \.outcomes, .later),
            .list("failed_by_code", \.failedByCode, of: .code),
            .optionalObject("failure_positions", \.failurePositions, .positions),
            .list("failure_stretches", \.failureStretches, of: .stretch),
            .list("failure_incidents", \.failureIncidents, of: .incident, .later),
            .list("findings", \.findings, of: .finding),
            .optionalObject("superseded", \.supersededIfAny, .superseded),
            .optionalObject("identity", \.identity, .identity, .later),
        ]
    ) { summary, fields throws(SummaryFault) in
        var failed = 0
        for index in summary.failedByCode.indices {
            let rows = summary.failedByCode[index].rows
            failed.addClamped(rows)
            summary.failedByCode[index].share = Share(of: rows, in: summary.rows.seen)
        }
        guard failed == summary.rows.failed else {
            throw fields.wrong("failed_by_code", "of as many rows as rows.failed")
        }
        let missing = summary.job.total.map { max(0, $0 - summary.rows.seen) }
        guard summary.rows.missing == missing else {
            throw fields.wrong("rows.missing", "what total has beyond rows.seen")
        }
    }
}

extension JobSummary {
    fileprivate var supersededIfAny: SupersededSnapshots? {
        get { superseded.isEmpty ? nil : superseded }
        set { superseded = newValue ?? SupersededSnapshots() }
    }
}

extension ResultsState {
    fileprivate static let all: [ResultsState] = [.absent, .wrongType, .complete, .cut]

    /// The name in a summary.
    var name: String {
        switch self {
        case .absent: "absent"
        case .wrongType: "wrong-type"
        case .complete: "complete"
        case .cut: "cut"
        }
    }
}

extension JSONObject<JobError> {
    static let error = JSONObject(
        JobError(),
        [
            .optionalText("code", \.code), .optionalText("message", \.message),
            .optionalText("details", \.details, .later),
        ])
}

/// What a job declares about its rows.
struct ReportedCounts: Sendable {
    var processed: Int?
    var succeeded: Int?
    var failed: Int?
}

extension JSONObject<ReportedCounts> {
    static let reported = JSONObject(
        ReportedCounts(),
        [
            .declaredCount("processed", \.processed), .declaredCount("succeeded", \.succeeded),
            .declaredCount("failed", \.failed),
        ])
}

extension DeclaredJob {
    fileprivate var reported: ReportedCounts {
        get { ReportedCounts(processed: processed, succeeded: succeeded, failed: failed) }
        set { (processed, succeeded, failed) = (newValue.processed, newValue.succeeded, newValue.failed) }
    }
}

extension Snapshot.Facts {
    fileprivate var reported: ReportedCounts {
        get { ReportedCounts(processed: processed, succeeded: succeeded, failed: failed) }
        set { (processed, succeeded, failed) = (newValue.processed, newValue.succeeded, newValue.failed) }
    }
}

extension JSONObject<Salvage> {
    static let salvage = JSONObject(
        Salvage(kind: .truncated, place: Place(byte: 0, line: 1, column: 1), rowsKept: 0, message: ""),
        [
            .choice(
                "kind", \.kind, of: Salvage.Kind.allCases, named: { $0.rawValue }, expected: "truncated or malformed"),
            .count("byte", \.place.byte),
            .count("line", \.place.line),
            .count("column", \.place.column),
            .count("rows_kept", \.rowsKept),
            .text("message", \.message),
        ])
}

extension Member<RowCounts> {
    fileprivate static let outcomes: [Member] = [
        .count("created", \.created), .count("existing", \.existing), .count("failed", \.failed),
        .count("unclassified", \.unclassified),
    ]
    fileprivate static let missing = Member.declaredCount("missing", \.missing)
    fileprivate static let applied = Member.count("applied", \.applied, .later)
}

extension Member<Stated<RowCounts>> {
    static let rows: [Member] =
        [.count("seen", \.count)]
        + (Member<RowCounts>.outcomes + [.missing, .applied]).map { $0.within(\Stated<RowCounts>.value) }

    /// Present if sums are beyond the largest number, at which they end.
    static let rowsAtLeast = Member(
        "at_least", .sometimes, .flag,
        write: { rows, json in
            guard rows.value.isAtLeast else { return }
            json.key("at_least")
            json.value(true)
        }, read: nil)
}

extension JSONObject<RowCounts> {
    /// The rows of a job by outcome.
    static let rows = JSONObject(
        Stated(value: RowCounts(), number: 0), Member.rows, of: { Stated(value: $0, number: $0.seen) },
        check: { rows, fields throws(SummaryFault) in
            let (sum, isExact) = rows.value.exactSum
            guard isExact, rows.number == sum else { throw fields.wrong("seen", "the sum of the outcomes") }
        }, value: { $0.value })

    /// The rows of several jobs by outcome.
    static let sums = JSONObject(
        Stated(value: RowCounts(), number: 0), Member.rows + [.rowsAtLeast],
        of: { Stated(value: $0, number: $0.seen) }, check: { _, _ in }, value: { $0.value })

    /// The rows by outcome of a dump that another one supersedes.
    fileprivate static let snapshotRows = JSONObject(RowCounts(), Member.outcomes + [.applied])
}

extension RowCounts {
    /// The number of rows seen, and whether it fits into an `Int`.
    fileprivate var exactSum: (Int, Bool) {
        let sum = Int128(created) + Int128(existing) + Int128(failed) + Int128(unclassified) + Int128(applied)
        return (Int(clamping: sum), sum <= Int128(Int.max))
    }
}

extension JSONObject<Finding> {
    static let finding = JSONObject(
        Finding(.restored("", .note), ""),
        [
            .text("id", \.idName),
            .choice(
                "severity", \.idSeverity, of: Severity.allCases, named: { $0.rawValue },
                expected: "critical, warning or note"),
            .text("message", \.message),
            // By how much a declared number differs, for example.
            .declaredCount("count", \.count),
            .counts("rows", \.rows),
        ])
}

extension Finding {
    // A later version may have written a kind of finding that this one does not know.
    fileprivate var idName: String {
        get { id.name }
        set { id = .restored(newValue, id.severity) }
    }

    fileprivate var idSeverity: Severity {
        get { id.severity }
        set { id = .restored(id.name, newValue) }
    }
}

// MARK: - Other dumps of the job, and records that rows share

extension JSONObject<SupersededSnapshots> {
    static let superseded = JSONObject(
        Stated(value: SupersededSnapshots(), number: nil),
        [
            .optionalCount("count", \.number),
            .list("snapshots", \.value.snapshots, of: .snapshot),
            Member("others", .always, .list(.hexadecimal(16))) { superseded, json in
                json.key("others")
                json.array { json in
                    for identity in superseded.value.others { json.value(bits: identity) }
                }
            } read: { superseded, fields throws(SummaryFault) in
                superseded.value.others = try fields.list("others") { fields throws(SummaryFault) in
                    try fields.bits("")
                }
            },
        ], of: { Stated(value: $0, number: $0.count) },
        check: { superseded, fields throws(SummaryFault) in
            superseded.value = SupersededSnapshots(
                snapshots: superseded.value.snapshots, others: superseded.value.others,
                isBeyondCount: superseded.number == nil)
            guard superseded.value.count == superseded.number else {
                throw fields.wrong("count", "the number of snapshots and others")
            }
        }, value: { $0.value })
}

private struct SnapshotDraft: Sendable {
    var source = ""
    var bytes = 0
    var sha256: String?
    var facts = Snapshot.Facts(job: DeclaredJob(), rows: RowCounts(), codes: 0, outcomes: nil)
    var updatedAt: String?
    var isSalvaged = false
}

extension JSONObject<Snapshot> {
    static let snapshot = JSONObject(
        SnapshotDraft(),
        [
            .text("source", \.source),
            .count("bytes", \.bytes),
            .optionalText("sha256", \.sha256),
            .optionalText("status", \.facts.status),
            .declaredCount("total", \.facts.total),
            .optionalText("updated_at", \.updatedAt),
            .flag("salvaged", \.isSalvaged),
            .object("reported", \.facts.reported, .reported),
            .object("rows", \.facts.rows, .snapshotRows),
            .bits("codes", \.facts.codes),
            .optionalBits("outcomes", \.facts.outcomes, .later),
        ],
        of: {
            SnapshotDraft(
                source: $0.source, bytes: $0.bytes, sha256: $0.sha256, facts: $0.facts, updatedAt: $0.updatedAt,
                isSalvaged: $0.isSalvaged)
        },
        value: {
            Snapshot(
                source: $0.source, bytes: $0.bytes, sha256: $0.sha256, facts: $0.facts, updatedAt: $0.updatedAt,
                isSalvaged: $0.isSalvaged)
        })
}

extension JSONObject<IdentitySummary> {
    static let identity = JSONObject(
        IdentitySummary(),
        [
            .object("created_ids_repeated", \.createdRepeated, .sharedRecords),
            .object("existing_ids_shared", \.existingShared, .sharedRecords),
        ])
}

extension JSONObject<SharedRecords> {
    fileprivate static let sharedRecords = JSONObject(
        SharedRecords(),
        [
            .count("records", \.records), .count("rows", \.rows), .counts("first_rows", \.firstRows),
            .list("top", \.top, of: .sharedRecord),
        ])
}

extension JSONObject<SharedRecord> {
    fileprivate static let sharedRecord = JSONObject(
        SharedRecord(id: "", rows: 0, firstRows: []),
        [.text("id", \.id), .count("rows", \.rows), .counts("first_rows", \.firstRows)])
}
