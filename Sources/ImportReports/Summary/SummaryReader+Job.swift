import ImportAnalysis
import ImportDumps

// Reads what `SummaryJSON+Job.swift` writes, member by member.
extension SummaryFields {
    mutating func readJob() throws(SummaryFault) -> JobSummary {
        var summary = JobSummary(
            job: DeclaredJob(), source: "", bytes: 0, sha256: nil, rows: RowCounts(), failedByCode: [], findings: [],
            results: .absent, salvage: nil)
        // Summaries of earlier versions did not have these.
        try object("", members: Self.jobMembers, optional: ["identity", "outcomes", "kind"]) {
            fields, name throws(SummaryFault) in
            switch name {
            case "job_id": summary.job.jobID = try fields.optionalText(name)
            case "source": summary.source = try fields.text(name)
            case "bytes": summary.bytes = try fields.count(name)
            case "sha256": summary.sha256 = try fields.optionalText(name)
            case "kind":
                guard let kind = JobKind(rawValue: try fields.text(name)) else {
                    throw fields.wrong(name, "import or bulk")
                }
                summary.job.kind = kind
            case "status": summary.job.status = try fields.optionalText(name)
            case "total": summary.job.total = try fields.optionalCount(name)
            case "created_at": summary.job.createdAt = try fields.optionalText(name)
            case "updated_at": summary.job.updatedAt = try fields.optionalText(name)
            case "expires_at": summary.job.expiresAt = try fields.optionalText(name)
            case "error": summary.job.error = try fields.readError(name)
            case "reported": try fields.readReported(name, into: &summary.job)
            case "results": summary.results = try fields.readResults(name)
            case "salvaged": summary.salvage = try fields.readSalvage(name)
            case "rows": summary.rows = try fields.readRows(name)
            case "failed_by_code":
                summary.failedByCode = try fields.list(name) { fields throws(SummaryFault) in try fields.readCode() }
            case "failure_positions": summary.failurePositions = try fields.readPositions(name)
            case "failure_stretches":
                summary.failureStretches = try fields.list(name) { fields throws(SummaryFault) in
                    try fields.readStretch()
                }
            case "findings":
                summary.findings = try fields.list(name) { fields throws(SummaryFault) in try fields.readFinding() }
            case "superseded": summary.superseded = try fields.readSuperseded(name)
            case "outcomes": summary.outcomes = try fields.optionalBits(name)
            case "identity": summary.identity = try fields.readIdentity(name)
            default: try fields.skip()
            }
        }
        return try checked(summary)
    }

    private static let jobMembers = [
        "job_id", "source", "bytes", "sha256", "status", "total", "created_at", "updated_at", "expires_at", "error",
        "reported", "results", "salvaged", "rows", "failed_by_code", "failure_positions", "failure_stretches",
        "findings",
        "superseded",
    ]

    /// Holds a job's numbers against each other, and works out what follows from them.
    private func checked(_ job: JobSummary) throws(SummaryFault) -> JobSummary {
        var summary = job
        var failed = 0
        for index in job.failedByCode.indices {
            let code = job.failedByCode[index]
            failed.addClamped(code.rows)
            summary.failedByCode[index].share = Share(of: code.rows, in: job.rows.seen)
        }
        guard failed == job.rows.failed else { throw wrong("failed_by_code", "of as many rows as rows.failed") }
        let missing = job.job.total.map { max(0, $0 - job.rows.seen) }
        guard job.rows.missing == missing else { throw wrong("rows.missing", "what total has beyond rows.seen") }
        return summary
    }

    private mutating func readError(_ name: String) throws(SummaryFault) -> JobError? {
        var error = JobError()
        let isThere = try optionalObject(name, members: ["code", "message"], optional: ["details"]) {
            fields, name throws(SummaryFault) in
            switch name {
            case "code": error.code = try fields.optionalText(name)
            case "message": error.message = try fields.optionalText(name)
            default: error.details = try fields.optionalText(name)
            }
        }
        return isThere ? error : nil
    }

    mutating func readReported(_ name: String, into job: inout DeclaredJob) throws(SummaryFault) {
        var result = job
        try object(name, members: ["processed", "succeeded", "failed"]) { fields, name throws(SummaryFault) in
            switch name {
            case "processed": result.processed = try fields.optionalCount(name)
            case "succeeded": result.succeeded = try fields.optionalCount(name)
            default: result.failed = try fields.optionalCount(name)
            }
        }
        job = result
    }

    private mutating func readResults(_ name: String) throws(SummaryFault) -> ResultsState {
        let states: [ResultsState] = [.absent, .wrongType, .complete, .cut]
        let text = try text(name)
        guard let state = states.first(where: { $0.name == text }) else {
            throw wrong(name, "one of " + states.map { $0.name }.joined(separator: ", "))
        }
        return state
    }

    private mutating func readSalvage(_ name: String) throws(SummaryFault) -> Salvage? {
        var salvage = Salvage(kind: .truncated, place: Place(byte: 0, line: 1, column: 1), rowsKept: 0, message: "")
        let members = ["kind", "byte", "line", "column", "rows_kept", "message"]
        let isThere = try optionalObject(name, members: members) { fields, name throws(SummaryFault) in
            switch name {
            case "kind":
                guard let kind = Salvage.Kind(rawValue: try fields.text(name)) else {
                    throw fields.wrong(name, "truncated or malformed")
                }
                salvage.kind = kind
            case "byte": salvage.place.byte = try fields.count(name)
            case "line": salvage.place.line = try fields.count(name)
            case "column": salvage.place.column = try fields.count(name)
            case "rows_kept": salvage.rowsKept = try fields.count(name)
            default: salvage.message = try fields.text(name)
            }
        }
        return isThere ? salvage : nil
    }

    private mutating func readRows(_ name: String) throws(SummaryFault) -> RowCounts {
        var rows = RowCounts()
        var seen = 0
        let members = ["seen", "created", "existing", "failed", "unclassified", "missing"]
        try object(name, members: members, optional: ["applied"]) { fields, name throws(SummaryFault) in
            switch name {
            case "seen": seen = try fields.count(name)
            case "missing": rows.missing = try fields.optionalCount(name)
            default: try fields.readOutcome(name, into: &rows)
            }
        }
        let (sum, isExact) = rows.exactSum
        guard isExact, seen == sum else { throw wrong("\(name).seen", "the sum of the outcomes") }
        return rows
    }

    /// Reads the rows of one outcome.
    mutating func readOutcome(_ name: String, into rows: inout RowCounts) throws(SummaryFault) {
        switch name {
        case "created": rows.created = try count(name)
        case "existing": rows.existing = try count(name)
        case "failed": rows.failed = try count(name)
        case "applied": rows.applied = try count(name)
        default: rows.unclassified = try count(name)
        }
    }
}

extension RowCounts {
    /// The rows seen, and whether a number can hold them.
    fileprivate var exactSum: (Int, Bool) {
        let sum = Int128(created) + Int128(existing) + Int128(failed) + Int128(unclassified) + Int128(applied)
        return (Int(clamping: sum), sum <= Int128(Int.max))
    }
}
