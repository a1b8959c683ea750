package import ImportAnalysis
import ImportDumps

/// Adds jobs to a history, within one transaction.
///
/// A job that already exists is combined with its added dumps, by the rule of ``SnapshotGroup`` for the dumps of one
/// job. So neither the order in which dumps are added matters, nor whether one is added twice.
package final class HistoryWriter {
    /// The result of adding a job.
    package enum Change: Sendable {
        case new
        /// Another dump of the job was known, and something has changed.
        case updated
        case alreadyThere
    }

    /// Larger numbers cannot come from an import, and their sums could overflow.
    package static let mostRows = 1_000_000_000_000
    /// The number of sums kept in memory until they are written.
    private static let sumsKept = 64 * 1024

    private let database: SQLDatabase
    private let tables: JobTables
    private var days: [Int: DaySums] = [:]
    private var codeDays: [CodeDay: HistorySums] = [:]
    private var hasChanges = false
    /// Whether the last job already existed.
    private var wasKnown = false

    init(_ database: SQLDatabase) throws {
        self.database = database
        tables = try JobTables(database)
    }

    /// Sets the key ID of the pseudonyms of all added jobs; nil for none. Must be called once, before jobs are added.
    package func begin(pseudonymsOf keyID: String?) throws {
        let known = try database.text("SELECT value FROM about WHERE name = 'pseudonyms'")
        guard let known else {
            let insertion = try SQLStatement("INSERT INTO about VALUES ('pseudonyms', ?)", in: database)
            insertion.bind(keyID ?? "")
            try insertion.run()
            return
        }
        guard known == keyID ?? "" else {
            throw HistoryFault.otherPseudonyms(history: known.isEmpty ? nil : known, new: keyID)
        }
    }

    /// Returns whether a job can be in a history: it has an id, and numbers that can come from an import.
    package static func takes(_ job: JobSummary) -> Bool {
        job.job.jobID != nil && job.rows.seen <= mostRows && (0...mostRows * 1000).contains(job.bytes)
    }

    /// - Parameter job: a job that ``takes(_:)`` accepts.
    package func add(_ job: JobSummary) throws -> Change {
        guard let id = job.job.jobID else { return .alreadyThere }
        var job = job
        job.makeIndependentOfHashes()
        guard let known = try known(id, orInsert: job) else {
            try sum(job, times: 1)
            try flushIfMany()
            return .new
        }
        let knownContent = JobContent(known)
        if JobContent(job) == knownContent { return .alreadyThere }
        let combined = Self.combined(known, job)
        guard JobContent(combined) != knownContent else { return .alreadyThere }
        try sum(known, times: -1)
        try tables.delete(id)
        _ = try tables.insert(combined, id)
        try sum(combined, times: 1)
        try flushIfMany()
        return .updated
    }

    /// Returns what is known of a job; nil if it was new and was inserted.
    ///
    /// New jobs tend to follow each other, and so do known ones, so this starts with the assumption that was right for
    /// the last job.
    private func known(_ id: String, orInsert job: JobSummary) throws -> JobSummary? {
        if wasKnown, let known = try tables.job(id) { return known }
        wasKnown = try !tables.insert(job, id)
        guard wasKnown else { return nil }
        guard let known = try tables.job(id) else { throw HistoryFault.damaged("a job is listed and not there") }
        return known
    }

    /// Combines two known states of a job.
    private static func combined(_ known: JobSummary, _ added: JobSummary) -> JobSummary {
        var group = SnapshotGroup(known)
        let other = SnapshotGroup(added)
        let isSame = group.winner == other.winner
        var winner = group.merge(other) ? added : known
        // If both are of the same dump, the one with compared row ids has more data. Otherwise, they differ only in
        // details that do not identify a dump.
        if isSame {
            let (one, two) = (JobContent(known.withoutOtherDumps), JobContent(added.withoutOtherDumps))
            winner = one < two ? added : known
        }
        group.apply(to: &winner)
        return winner
    }

    // MARK: - Sums

    /// The day of jobs that do not say when they were created.
    private static let noDay = Int.min

    private struct DaySums {
        var jobs = 0
        var failing = 0
        var rows = [0, 0, 0, 0, 0, 0]

        /// - Parameter factor: 1 or -1.
        mutating func add(_ counts: RowCounts, times factor: Int) throws {
            jobs += factor
            if counts.failed > 0 { failing += factor }
            let numbers = [
                counts.seen, counts.created, counts.existing, counts.applied, counts.failed, counts.unclassified,
            ]
            for (index, number) in numbers.enumerated() { try rows[index].addExactly(factor * number) }
        }
    }

    private struct CodeDay: Hashable {
        var code: HistoryCode
        var day: Int
    }

    private func sum(_ job: JobSummary, times factor: Int) throws {
        hasChanges = true
        let day = HistoryTime(createdAt: job.job.createdAt)?.day ?? Self.noDay
        let rows = job.rows
        try days[day, default: DaySums()].add(rows, times: factor)
        for code in job.failedByCode {
            let key = CodeDay(code: HistoryCode(code.code, isOther: code.isOther), day: day)
            codeDays[key, default: HistorySums()].jobs += factor
            try codeDays[key, default: HistorySums()].failed.addExactly(factor * code.rows)
        }
    }

    private func flushIfMany() throws {
        if days.count + codeDays.count > Self.sumsKept { try flush() }
    }

    private func flush() throws {
        let columns = [
            "day", "week", "month", "jobs", "jobs_with_failed_rows", "rows_seen", "rows_created", "rows_existing",
            "rows_applied",
            "rows_failed", "rows_unclassified",
        ]
        func adding(_ columns: ArraySlice<String>, to key: String) -> String {
            "ON CONFLICT (\(key)) DO UPDATE SET "
                + columns.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", ")
        }
        let day = try SQLStatement(
            SQLStatement.insertion(into: "days", columns, or: adding(columns.dropFirst(3), to: "day")), in: database)
        for (number, sums) in days {
            let text = Self.text(number)
            day.bind(text)
            day.bind(number == Self.noDay ? "" : HistoryTime.text(ofDay: HistoryTime.monday(of: number)))
            day.bind(String(text.prefix(7)))
            day.bind(sums.jobs)
            day.bind(sums.failing)
            for rows in sums.rows { day.bind(rows) }
            try day.run()
        }
        let codeColumns = ["kind", "code", "day", "jobs", "rows"]
        let code = try SQLStatement(
            SQLStatement.insertion(
                into: "code_days", codeColumns, or: adding(codeColumns.dropFirst(3), to: "kind, code, day")),
            in: database)
        for (key, sums) in codeDays {
            code.bind(key.code.kind.rawValue)
            code.bind(key.code.text)
            code.bind(Self.text(key.day))
            code.bind(sums.jobs)
            code.bind(sums.failed)
            try code.run()
        }
        days.removeAll()
        codeDays.removeAll()
    }

    fileprivate static let sumsDamage = "the sums of its days do not follow from its jobs"

    /// Throws if there are sums that valid jobs cannot have: SQLite makes a sum that overflows a fraction.
    private func checkSums() throws {
        let columns = [
            "jobs", "jobs_with_failed_rows", "rows_seen", "rows_created", "rows_existing", "rows_applied",
            "rows_failed", "rows_unclassified",
        ]
        let isWrong = columns.map { "typeof(\($0)) <> 'integer' OR \($0) NOT BETWEEN 0 AND \(1 << 60)" }
        guard try database.integer("SELECT 1 FROM days WHERE \(isWrong.joined(separator: " OR ")) LIMIT 1") == nil
        else {
            throw HistoryFault.damaged(Self.sumsDamage)
        }
    }

    private static func text(_ day: Int) -> String { day == noDay ? "" : HistoryTime.text(ofDay: day) }

    /// Completes the transaction.
    func finish() throws {
        guard hasChanges else { return }
        try flush()
        try checkSums()
        try database.execute("DELETE FROM days WHERE jobs = 0; DELETE FROM code_days WHERE jobs = 0;")
        try database.execute(HistorySchema.indexes)
    }
}

extension Int {
    /// Adds a number, and throws if the sum cannot be kept.
    fileprivate mutating func addExactly(_ other: Int) throws {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw HistoryFault.damaged(HistoryWriter.sumsDamage) }
        self = sum
    }
}

extension JobSummary {
    /// Removes the hashes of dumps, because only some summaries have them: dumps are identified by their size and
    /// content.
    fileprivate mutating func makeIndependentOfHashes() {
        sha256 = nil
        guard !superseded.isEmpty else { return }
        superseded.snapshots = superseded.snapshots.map {
            $0.sha256 == nil
                ? $0
                : Snapshot(
                    source: $0.source, bytes: $0.bytes, sha256: nil, facts: $0.facts, updatedAt: $0.updatedAt,
                    isSalvaged: $0.isSalvaged)
        }
        let group = SnapshotGroup(self)
        group.apply(to: &self)
    }

    /// The data of the dump that counts, without the other dumps.
    fileprivate var withoutOtherDumps: JobSummary {
        var job = self
        job.superseded = SupersededSnapshots()
        job.findings.removeAll { $0.id == .conflictingSnapshots || $0.id == .supersededSnapshot }
        return job
    }
}

/// Everything that a history keeps of a job, in an order that does not depend on when it was added.
private struct JobContent: Comparable {
    private var bytes: [UInt8] = []

    init(_ job: JobSummary) {
        // First, because a job whose ids were compared has more data.
        add(job.identity == nil ? 0 : 1)
        add(job.source)
        add(job.job.status)
        add(job.job.createdAt)
        add(job.job.updatedAt)
        for number in [
            job.bytes, job.job.total, job.job.processed, job.job.succeeded, job.job.failed, job.rows.created,
            job.rows.existing, job.rows.applied, job.rows.failed, job.rows.unclassified, job.rows.missing,
            job.superseded.count, job.salvage == nil ? 0 : 1,
        ] {
            add(number)
        }
        add(ResultsName.of(job.results))
        add(job.outcomes.map { Int(truncatingIfNeeded: $0) })
        for code in job.failedByCode {
            add(code.code)
            for number in [
                code.isOther ? 1 : 0, code.rows, code.isAtLeast ? 1 : 0, code.firstRow, code.lastRow, code.messageCount,
                code.messages.count,
            ] {
                add(number)
            }
            for message in code.messages {
                add(message.pattern)
                add(message.example)
                for number in [
                    message.rows, message.isAtLeast ? 1 : 0, message.firstRow, message.lastRow, message.exampleRow,
                ] {
                    add(number)
                }
            }
        }
        for finding in job.findings {
            add(finding.id.name)
            add(finding.message)
            add(finding.count)
        }
        for snapshot in job.superseded.snapshots {
            add(Int(truncatingIfNeeded: snapshot.digest))
            add(snapshot.source)
        }
        for other in job.superseded.others { add(Int(truncatingIfNeeded: other)) }
    }

    private mutating func add(_ number: Int?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    private mutating func add(_ text: String?) {
        guard let text else { return bytes.append(0) }
        bytes.append(1)
        add(text.utf8.count)
        bytes += text.utf8
    }

    static func < (left: JobContent, right: JobContent) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
