import ImportAnalysis
import ImportDumps
import ImportReports

extension Audit {
    /// What the audit found out about one import job.
    public struct Job: Sendable {
        let summary: JobSummary

        init(_ summary: JobSummary) {
            self.summary = summary
        }

        /// The job's id; nil for a sync import.
        public var id: String? { summary.job.jobID }
        /// Where the dump is: the input's path, followed by `!` and the entry's name in an archive, and by `:` or `#`
        /// and the place in the input if it has several dumps.
        public var source: String { summary.source }
        /// The size of the dump in bytes.
        public var bytes: Int { summary.bytes }
        /// The SHA-256 of the dump in hexadecimal; nil unless ``Audit/Options/hashes`` is set.
        public var sha256: String? { summary.sha256 }
        /// Whether it is a bulk update or a bulk delete, whose rows are applied, rather than an import.
        public var isBulk: Bool { summary.job.kind == .bulk }
        /// What the job declares, which need not be true: see ``findings``.
        public var declared: Declared { Declared(job: summary.job) }
        /// The rows by outcome, as counted.
        public var rows: Rows { Rows(summary.rows) }
        /// The failed rows by code, most rows first: at most 4,096 codes, and one entry for all others.
        public var codes: [FailureCode] { summary.failedByCode.map { FailureCode(code: $0) } }
        /// What the audit noticed, the most severe first.
        public var findings: [Finding] { summary.findings.map { Finding(finding: $0) } }
        /// The audit in one sentence.
        public var verdict: Verdict { Verdict(verdict: ImportAnalysis.Verdict(summary)) }
        /// Why and where the dump is incomplete, as a sentence; nil for a dump that was read to its end without faults.
        /// Its complete rows are still counted.
        public var damage: String? { summary.salvage?.message }
        /// The number of other dumps of the job that were read and are superseded by this one; nil if there are more
        /// than 1,000.
        public var supersededDumps: Int? { summary.superseded.count }

        /// The job as one line of JSON, without a line feed: an element of `jobs` in `summary.json`.
        public func json() -> String { String(decoding: SummaryJSON.renderLine(summary), as: UTF8.self) }

        /// The job's report in Markdown. All texts of the dump are escaped.
        ///
        /// - Throws: ``AuditError`` with the code `internalFault`, if the built-in templates are not valid.
        public func markdown() throws(AuditError) -> String { try page(.markdown) }

        /// The job's report for browsers: one XHTML file that contains its style and loads nothing.
        ///
        /// - Throws: ``AuditError`` with the code `internalFault`, if the built-in templates are not valid.
        public func xhtml() throws(AuditError) -> String { try page(.xhtml) }

        private func page(_ format: TemplateSet.Format) throws(AuditError) -> String {
            let model = ReportModel(summary, toolVersion: ToolVersion.current, files: [])
            return String(decoding: try Templates.builtIn().render(model, as: format), as: UTF8.self)
        }
    }

    /// What a job declares. A member that the dump does not have is nil, and so is a count that is not a number.
    public struct Declared: Sendable {
        let job: DeclaredJob

        /// `complete`, `processing` or `failed`, or whatever else the dump has there.
        public var status: String? { job.status }
        /// The number of rows that were sent.
        public var total: Int? { job.total }
        /// The number of rows that the job has processed.
        public var processed: Int? { job.processed }
        /// The number of rows that succeeded.
        public var succeeded: Int? { job.succeeded }
        /// The number of rows that failed.
        public var failed: Int? { job.failed }
        /// When it was created, as written in the dump.
        public var createdAt: String? { job.createdAt }
        /// When it was last changed, as written in the dump.
        public var updatedAt: String? { job.updatedAt }
        /// When the API deletes it, as written in the dump.
        public var expiresAt: String? { job.expiresAt }
        /// The code of the error with which the whole job failed.
        public var errorCode: String? { job.error?.code }
        /// The message of that error.
        public var errorMessage: String? { job.error?.message }
    }

    /// Rows by outcome. Each row has exactly one: created + existing + applied + failed + unclassified = seen.
    public struct Rows: Sendable, Equatable {
        /// Rows for which a record was created.
        public let created: Int
        /// Rows that matched an existing record.
        public let existing: Int
        /// Rows of bulk jobs that did what was asked.
        public let applied: Int
        /// Rows with an error.
        public let failed: Int
        /// Rows without an outcome, and parts of the dump that cannot be read as rows.
        public let unclassified: Int
        /// All rows of the dump.
        public let seen: Int
        /// Rows that the job's `total` promises but the dump does not have; nil if no total is declared.
        public let missing: Int?

        init(_ rows: RowCounts) {
            created = rows.created
            existing = rows.existing
            applied = rows.applied
            failed = rows.failed
            unclassified = rows.unclassified
            seen = rows.seen
            missing = rows.missing
        }
    }

    /// A job's audit in one sentence.
    public struct Verdict: Sendable {
        let verdict: ImportAnalysis.Verdict

        /// The state of a job.
        public enum Level: String, Sendable {
            /// Every row succeeded, and the totals match.
            case good
            /// Rows failed, or something should be looked at.
            case warning
            /// The numbers cannot be trusted, or the import went wrong.
            case critical
            /// The job was not finished.
            case pending
        }

        /// The state of the job.
        public var level: Level {
            switch verdict.level {
            case .good: .good
            case .warning: .warning
            case .critical: .critical
            case .pending: .pending
            }
        }
        /// The level in a few words.
        public var word: String { verdict.word }
        /// What happened, in one or two sentences without any text from the dump.
        public var sentence: String { verdict.sentence }
    }

    /// Something that the audit noticed.
    public struct Finding: Sendable {
        let finding: ImportAnalysis.Finding

        /// How much a finding matters.
        public enum Severity: String, Sendable {
            /// The numbers cannot be trusted, or the import went wrong.
            case critical
            /// Something that a person should look at.
            case warning
            /// Worth knowing.
            case note
        }

        /// The stable name of its kind, such as `rows-missing`. `Docs/audit.md` lists all of them.
        public var id: String { finding.id.name }
        /// How much it matters.
        public var severity: Severity {
            switch finding.severity {
            case .critical: .critical
            case .warning: .warning
            case .note: .note
            }
        }
        /// What was noticed, for people. It may quote the dump.
        public var sentence: String { finding.message }
        /// The number of rows, fields or other things that it concerns, at least 1.
        public var count: Int { finding.count }
        /// The first rows that it concerns, from 1 on, at most 20; empty if it does not concern rows.
        public var rows: [Int] { finding.rows }
    }

    /// The failed rows of one code.
    public struct FailureCode: Sendable {
        let code: CodeSummary

        /// The code; nil for rows whose error has none.
        public var name: String? { code.code }
        /// The number of rows that failed with it.
        public var rows: Int { code.rows }
        /// Whether it represents all codes beyond those that are told apart; ``name`` says so.
        public var isOther: Bool { code.isOther }
        /// Whether there may be more rows of it among those of other codes, all before ``firstRow``.
        public var isAtLeast: Bool { code.isAtLeast }
        /// The first of the rows, from 1 on.
        public var firstRow: Int { code.firstRow }
        /// The last of the rows, from 1 on.
        public var lastRow: Int { code.lastRow }
        /// Its messages by pattern: most rows first, at most 20.
        public var messages: [Message] { code.messages.map { Message(message: $0) } }
        /// The number of patterns; nil if there are more than are told apart.
        public var messageCount: Int? { code.messageCount }
    }

    /// Failed rows of one code whose messages differ only in their values.
    public struct Message: Sendable {
        let message: MessageSummary

        /// The message with a placeholder for each value that varies, such as `{number}`; braces of the message itself
        /// are doubled. Nil for rows without a message.
        public var pattern: String? { message.pattern }
        /// The number of rows that have it.
        public var rows: Int { message.rows }
        /// Whether there may be more rows of it, among those whose patterns are not told apart.
        public var isAtLeast: Bool { message.isAtLeast }
        /// The unchanged message of one of the rows.
        public var example: String? { message.example }
        /// The row with the example, from 1 on.
        public var exampleRow: Int { message.exampleRow }
    }
}
