import ImportAnalysis
import ImportDumps

/// The tables that describe a job. Each has one list of columns, in whose order it is written and read.
final class JobTables {
    static let jobColumns = [
        "job_id", "source", "status", "day", "created_at", "updated_at", "created_unix", "duration_seconds", "bytes",
        "total", "processed", "succeeded", "failed", "rows_seen", "rows_created", "rows_existing", "rows_applied",
        "rows_failed", "rows_unclassified", "rows_missing", "findings_critical", "findings_warning", "findings_note",
        "results", "is_comparable", "is_salvaged", "ids_compared", "dumps", "outcomes",
    ]
    static let codeColumns = [
        "job_id", "position", "code", "is_other", "rows", "rows_at_least", "first_row", "last_row", "message_patterns",
    ]
    static let patternColumns = [
        "job_id", "code_position", "position", "pattern", "rows", "rows_at_least", "first_row", "last_row", "example",
        "example_row",
    ]
    static let findingColumns = ["job_id", "position", "finding", "severity", "count", "message"]
    static let snapshotColumns = [
        "job_id", "dump", "source", "status", "updated_at", "bytes", "total", "processed", "succeeded", "failed",
        "rows_created", "rows_existing", "rows_applied", "rows_failed", "rows_unclassified", "is_salvaged", "codes",
        "outcomes",
    ]

    private let insertJob: SQLStatement
    private let insertCode: SQLStatement
    private let insertPattern: SQLStatement
    private let insertFinding: SQLStatement
    private let insertSnapshot: SQLStatement
    private let selectJob: SQLStatement
    private let selectCodes: SQLStatement
    private let selectPatterns: SQLStatement
    private let selectFindings: SQLStatement
    private let selectSnapshots: SQLStatement
    private let deletions: [SQLStatement]

    init(_ database: SQLDatabase) throws {
        func insertion(_ table: String, _ columns: [String], or clause: String = "") throws -> SQLStatement {
            try SQLStatement(SQLStatement.insertion(into: table, columns, or: clause), in: database)
        }
        func selection(_ table: String, _ columns: [String], _ order: String) throws -> SQLStatement {
            let columns = columns.dropFirst().joined(separator: ", ")
            return try SQLStatement(
                "SELECT \(columns) FROM \(table) WHERE job_id = ? ORDER BY \(order)", in: database)
        }
        insertJob = try insertion("jobs", Self.jobColumns, or: "ON CONFLICT DO NOTHING")
        insertCode = try insertion("job_codes", Self.codeColumns)
        insertPattern = try insertion("job_patterns", Self.patternColumns)
        insertFinding = try insertion("job_findings", Self.findingColumns)
        insertSnapshot = try insertion("snapshots", Self.snapshotColumns)
        selectJob = try selection("jobs", Self.jobColumns, "job_id")
        selectCodes = try selection("job_codes", Self.codeColumns, "position")
        selectPatterns = try selection("job_patterns", Self.patternColumns, "code_position, position")
        selectFindings = try selection("job_findings", Self.findingColumns, "position")
        selectSnapshots = try selection("snapshots", Self.snapshotColumns, "dump")
        deletions = try ["job_codes", "job_patterns", "job_findings", "snapshots", "jobs"].map {
            try SQLStatement("DELETE FROM \($0) WHERE job_id = ?", in: database)
        }
    }

    /// Writes a job and everything that belongs to it; returns false, without changes, if its id already exists.
    func insert(_ job: JobSummary, _ id: String) throws -> Bool {
        guard try insertRow(of: job, id) else { return false }
        for (index, code) in job.failedByCode.enumerated() {
            try insert(code, at: index + 1, id)
            for (place, message) in code.messages.enumerated() {
                try insert(message, of: index + 1, at: place + 1, id)
            }
        }
        for (index, finding) in job.findings.enumerated() { try insert(finding, at: index + 1, id) }
        for snapshot in job.superseded.snapshots { try insert(snapshot, id) }
        for identity in job.superseded.others {
            insertSnapshot.bind(id)
            insertSnapshot.bind(Self.hexadecimal(identity))
            for _ in Self.snapshotColumns.dropFirst(2) { insertSnapshot.bind(nil as Int?) }
            try insertSnapshot.run()
        }
        return true
    }

    private func insertRow(of job: JobSummary, _ id: String) throws -> Bool {
        let row = insertJob
        let time = JobTime(job)
        row.bind(id)
        row.bind(job.source)
        row.bind(job.job.status)
        row.bind(time.day)
        row.bind(job.job.createdAt)
        row.bind(job.job.updatedAt)
        row.bind(time.created)
        row.bind(time.duration)
        row.bind(job.bytes)
        for count in [job.job.total, job.job.processed, job.job.succeeded, job.job.failed] { row.bind(count) }
        let rows = job.rows
        row.bind(rows.seen)
        row.bind(rows.created)
        row.bind(rows.existing)
        row.bind(rows.applied)
        row.bind(rows.failed)
        row.bind(rows.unclassified)
        row.bind(rows.missing)
        row.bind(job.count(of: .critical))
        row.bind(job.count(of: .warning))
        row.bind(job.count(of: .note))
        row.bind(ResultsName.of(job.results))
        row.bind(job.isComparableRun)
        row.bind(job.salvage != nil)
        row.bind(job.identity != nil)
        row.bind(job.superseded.count.map { 1 + $0 })
        row.bind(bits: job.outcomes)
        return try row.run()
    }

    private func insert(_ code: CodeSummary, at position: Int, _ id: String) throws {
        let row = insertCode
        row.bind(id)
        row.bind(position)
        row.bind(code.code)
        row.bind(code.isOther)
        row.bind(code.rows)
        row.bind(code.isAtLeast)
        row.bind(code.firstRow)
        row.bind(code.lastRow)
        row.bind(code.messageCount)
        try row.run()
    }

    private func insert(_ message: MessageSummary, of code: Int, at position: Int, _ id: String) throws {
        let row = insertPattern
        row.bind(id)
        row.bind(code)
        row.bind(position)
        row.bind(message.pattern)
        row.bind(message.rows)
        row.bind(message.isAtLeast)
        row.bind(message.firstRow)
        row.bind(message.lastRow)
        row.bind(message.example)
        row.bind(message.exampleRow)
        try row.run()
    }

    private func insert(_ finding: Finding, at position: Int, _ id: String) throws {
        let row = insertFinding
        row.bind(id)
        row.bind(position)
        row.bind(finding.id.name)
        row.bind(finding.severity.rawValue)
        row.bind(finding.count)
        row.bind(finding.message)
        try row.run()
    }

    private func insert(_ snapshot: Snapshot, _ id: String) throws {
        let row = insertSnapshot
        let facts = snapshot.facts
        row.bind(id)
        row.bind(Self.hexadecimal(snapshot.digest))
        row.bind(snapshot.source)
        row.bind(facts.status)
        row.bind(snapshot.updatedAt)
        row.bind(snapshot.bytes)
        for count in [facts.total, facts.processed, facts.succeeded, facts.failed] { row.bind(count) }
        let rows = facts.rows
        for count in [rows.created, rows.existing, rows.applied, rows.failed, rows.unclassified] { row.bind(count) }
        row.bind(snapshot.isSalvaged)
        row.bind(bits: facts.codes)
        row.bind(bits: facts.outcomes)
        try row.run()
    }

    func delete(_ id: String) throws {
        for deletion in deletions {
            deletion.bind(id)
            try deletion.run()
        }
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

// MARK: - Reading back

extension JobTables {
    /// Returns the job with this id, as far as it is stored; nil if there is none.
    ///
    /// Most jobs have one dump, no failed rows and no findings. Their row says so, and the other tables are not
    /// queried.
    func job(_ id: String) throws -> JobSummary? {
        var result: ListedJob?
        selectJob.bind(id)
        try selectJob.query { row in
            result = Self.job(&row, id)
            return false
        }
        guard let result else { return nil }
        var job = result.job
        if job.rows.failed > 0 { try readCodes(of: &job, id) }
        if result.hasFindings { try readFindings(of: &job, id) }
        if result.hasOtherDumps { try readSnapshots(of: &job, id) }
        return job
    }

    /// A job as read from its row, and whether other tables have more about it.
    private struct ListedJob {
        var job: JobSummary
        var hasFindings: Bool
        var hasOtherDumps: Bool
    }

    private func readCodes(of job: inout JobSummary, _ id: String) throws {
        selectCodes.bind(id)
        try selectCodes.query { row in
            let position = row.number()
            var code = CodeSummary(
                code: row.text(), rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, messages: [],
                messageCount: nil, positions: nil)
            code.isOther = row.flag()
            code.rows = row.number()
            code.isAtLeast = row.flag()
            code.firstRow = row.number()
            code.lastRow = row.number()
            code.messageCount = row.declaredCount()
            code.share = Share(of: code.rows, in: job.rows.seen)
            if position == job.failedByCode.count + 1 { job.failedByCode.append(code) }
            return true
        }
        selectPatterns.bind(id)
        try selectPatterns.query { row in
            let code = row.number() - 1
            _ = row.number()
            var message = MessageSummary(
                pattern: row.text(), rows: row.number(), share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0,
                example: nil, exampleRow: 0, slots: [])
            message.isAtLeast = row.flag()
            message.firstRow = row.number()
            message.lastRow = row.number()
            message.example = row.text()
            message.exampleRow = row.number()
            if job.failedByCode.indices.contains(code) { job.failedByCode[code].messages.append(message) }
            return true
        }
    }

    private func readFindings(of job: inout JobSummary, _ id: String) throws {
        selectFindings.bind(id)
        try selectFindings.query { row in
            _ = row.number()
            let name = row.text() ?? ""
            let severity = row.text().flatMap { Severity(rawValue: $0) } ?? .note
            let count = row.declaredCount() ?? 0
            job.findings.append(
                Finding(.restored(name, severity), row.text() ?? "", count: count))
            return true
        }
    }

    private static func job(_ row: inout SQLRow, _ id: String) -> ListedJob {
        var job = JobSummary(
            job: DeclaredJob(), source: row.text() ?? "", bytes: 0, sha256: nil, rows: RowCounts(), failedByCode: [],
            findings: [], results: .complete, salvage: nil)
        job.job.jobID = id
        job.job.status = row.text()
        _ = row.text()
        job.job.createdAt = row.text()
        job.job.updatedAt = row.text()
        _ = row.integer()
        _ = row.integer()
        job.bytes = row.number()
        job.job.total = row.declaredCount()
        job.job.processed = row.declaredCount()
        job.job.succeeded = row.declaredCount()
        job.job.failed = row.declaredCount()
        _ = row.number()
        job.rows.created = row.number()
        job.rows.existing = row.number()
        job.rows.applied = row.number()
        job.rows.failed = row.number()
        job.rows.unclassified = row.number()
        job.rows.missing = row.declaredCount()
        let findings = row.number() + row.number() + row.number()
        job.results = ResultsName.results(row.text() ?? "")
        _ = row.flag()
        // The places of damage are not stored.
        if row.flag() {
            job.salvage = Salvage(
                kind: .truncated, place: Place(byte: 0, line: 1, column: 1), rowsKept: 0, message: "")
        }
        if row.flag() { job.identity = IdentitySummary() }
        let dumps = row.declaredCount()
        job.superseded = SupersededSnapshots(isBeyondCount: dumps == nil)
        job.outcomes = row.bits()
        return ListedJob(job: job, hasFindings: findings > 0, hasOtherDumps: dumps != 1)
    }

    private func readSnapshots(of job: inout JobSummary, _ id: String) throws {
        var superseded = SupersededSnapshots(isBeyondCount: job.superseded.count == nil)
        selectSnapshots.bind(id)
        try selectSnapshots.query { row in
            let digest = row.text().flatMap { UInt64($0, radix: 16) } ?? 0
            guard let source = row.text() else {
                superseded.others.append(digest)
                return true
            }
            var facts = Snapshot.Facts(job: DeclaredJob(), rows: RowCounts(), codes: 0, outcomes: nil)
            facts.status = row.text()
            let updatedAt = row.text()
            let bytes = row.number()
            facts.total = row.declaredCount()
            facts.processed = row.declaredCount()
            facts.succeeded = row.declaredCount()
            facts.failed = row.declaredCount()
            facts.rows.created = row.number()
            facts.rows.existing = row.number()
            facts.rows.applied = row.number()
            facts.rows.failed = row.number()
            facts.rows.unclassified = row.number()
            let isSalvaged = row.flag()
            facts.codes = row.bits() ?? 0
            facts.outcomes = row.bits()
            superseded.snapshots.append(
                Snapshot(
                    source: source, bytes: bytes, sha256: nil, facts: facts, updatedAt: updatedAt,
                    isSalvaged: isSalvaged))
            return true
        }
        superseded.snapshots.sort(by: >)
        job.superseded = superseded
    }
}

/// The times of a job, as in the table.
struct JobTime {
    /// `2026-03-01`, in UTC; nil if the job does not say.
    let day: String?
    let dayNumber: Int?
    /// Seconds since 1970-01-01.
    let created: Int?
    let duration: Int?

    init(_ job: JobSummary) {
        let time = HistoryTime(createdAt: job.job.createdAt)
        (dayNumber, created) = (time?.day, time?.seconds)
        day = dayNumber.map { HistoryTime.text(ofDay: $0) }
        duration = job.duration
    }
}

/// The names of the states of `results`, as in summaries.
enum ResultsName {
    private static let names: [(ResultsState, String)] = [
        (.absent, "absent"), (.wrongType, "wrong-type"), (.complete, "complete"), (.cut, "cut"),
    ]

    static func of(_ results: ResultsState) -> String { names.first { $0.0 == results }?.1 ?? "absent" }
    static func results(_ name: String) -> ResultsState { names.first { $0.1 == name }?.0 ?? .absent }
}
