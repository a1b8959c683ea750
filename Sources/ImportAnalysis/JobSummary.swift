package import ImportDumps

/// What the audit found out about one job.
package struct JobSummary: Sendable {
    /// What the dump declares.
    package var job: DeclaredJob
    /// The input, as its user named it.
    package var source: String
    /// The dump's size in bytes.
    package var bytes: Int
    /// SHA-256 of the dump in hexadecimal, if it was computed.
    package var sha256: String?
    package var rows: RowCounts
    /// Equal for the same outcomes of the same rows; nil if a summary does not say.
    package var outcomes: UInt64?
    /// Failed rows by code: most rows first, then by the bytes of the code, with "no code" before all others.
    package var failedByCode: [CodeSummary]
    /// Where the failed rows are; nil if none failed.
    package var failurePositions: FailurePositions?
    /// The longest stretches of consecutive failed rows, at most ``AnalysisLimits/stretchesListed`` and each of at
    /// least ``AnalysisLimits/stretchRows``; none if all rows failed.
    package var failureStretches: [FailureStretch] = []
    /// Rows in which a code fails far more densely than elsewhere, the strongest first, at most
    /// ``AnalysisLimits/incidentsListed``.
    package var failureIncidents: [FailureIncident] = []
    /// In the order of ``FindingID/all``.
    package var findings: [Finding]
    package var results: ResultsState
    /// Why and where reading stopped, if the dump was salvaged.
    package var salvage: Salvage?
    /// Other dumps of the same job, which this one supersedes.
    package var superseded = SupersededSnapshots()
    /// Records that several rows share; nil if they were not looked for.
    package var identity: IdentitySummary?

    package init(
        job: DeclaredJob, source: String, bytes: Int, sha256: String?, rows: RowCounts, failedByCode: [CodeSummary],
        findings: [Finding], results: ResultsState, salvage: Salvage?
    ) {
        self.job = job
        self.source = source
        self.bytes = bytes
        self.sha256 = sha256
        self.rows = rows
        self.failedByCode = failedByCode
        self.findings = findings
        self.results = results
        self.salvage = salvage
    }

    /// Whether there are more codes than are told apart.
    package var hasOtherCodes: Bool { failedByCode.last?.isOther == true }

    /// Reading continued after all faults in the dump, and never stopped.
    package var wasReadOn: Bool {
        // Where reading stopped, a finding has the same words.
        guard let salvage else { return false }
        return !findings.contains {
            ($0.id == .dumpTruncated || $0.id == .dumpMalformed) && $0.message == salvage.message
        }
    }

    /// The job is finished, and each of its rows was seen, as far as the dump shows.
    var showsAllRows: Bool { isComparable && rows.missing ?? 0 == 0 }

    /// The declared counts can be compared with the rows: all rows are there and the job is over.
    package var isComparable: Bool {
        results == .complete && salvage == nil && job.status != JobStatus.processing.rawValue
    }
}

/// The states that the API defines for a job.
package enum JobStatus: String, Sendable, CaseIterable {
    case complete, processing, failed
}

/// Rows by outcome. created + existing + failed + unclassified + applied = seen, always.
package struct RowCounts: Sendable, Equatable {
    package var created = 0
    package var existing = 0
    package var failed = 0
    package var unclassified = 0
    /// Of bulk jobs.
    package var applied = 0
    /// Rows that the job's `total` promises and the dump does not have; nil if the job declares no total.
    package var missing: Int?

    package init() {}

    package var seen: Int {
        created.clampedAdding(existing).clampedAdding(failed).clampedAdding(unclassified).clampedAdding(applied)
    }

    /// Rows that succeeded, in any kind of job.
    package var succeeded: Int { created.clampedAdding(existing).clampedAdding(applied) }

    /// The outcomes that are shown whatever their counts, and others that are there: those of imports if there are
    /// imports, that of bulk jobs if there are such.
    package func shown(imports: Bool, bulk: Bool) -> [(outcome: Outcome, count: Int)] {
        [
            (.created, created, imports), (.existing, existing, imports), (.applied, applied, bulk),
            (.failed, failed, true), (.unclassified, unclassified, false),
        ].compactMap { (outcome: Outcome, count: Int, isAlways: Bool) in
            isAlways || count > 0 ? (outcome, count) : nil
        }
    }

    /// Counts rows of one outcome.
    mutating func add(_ count: Int, _ outcome: Outcome) {
        switch outcome {
        case .created: created += count
        case .existing: existing += count
        case .failed: failed += count
        case .unclassified: unclassified += count
        case .applied: applied += count
        }
    }

    /// Adds the rows of another job.
    mutating func add(_ other: RowCounts) {
        created.addClamped(other.created)
        existing.addClamped(other.existing)
        failed.addClamped(other.failed)
        unclassified.addClamped(other.unclassified)
        applied.addClamped(other.applied)
        // Totals are whatever the dumps say: two of them may be more than a number can hold.
        if let otherMissing = other.missing { missing = (missing ?? 0).clampedAdding(otherMissing) }
    }
}

/// The failed rows of one code.
package struct CodeSummary: Sendable, Equatable {
    /// Nil for rows whose error has no code.
    package var code: String?
    package var rows: Int
    /// Of the rows seen.
    package var share: Share
    package var firstRow: Int
    package var lastRow: Int
    /// The most frequent ones first, at most ``AnalysisLimits/messagesListed``.
    package var messages: [MessageSummary]
    /// How many patterns of messages there are; nil if there are more than ``AnalysisLimits`` tells apart.
    package var messageCount: Int?
    /// Where they are among the rows of the job.
    package var positions: FailurePositions?
    /// The rows of all codes beyond ``AnalysisLimits/codes``.
    package var isOther = false
    /// There may be more rows of it, all before ``firstRow``, among those of the codes that are not told apart: there
    /// were too many codes before it was taken up. What is said of it is about the rows since.
    package var isAtLeast = false
    /// What the errors of these rows say besides code and message, of one of them; nil if that is nothing.
    package var exampleDetails: ErrorDetails?
    /// Its first rows, if requested (``JobAnalyzer``); `summary.json` has none.
    package var listedRows: [ListedRow] = []

    package init(
        code: String?, rows: Int, share: Share, firstRow: Int, lastRow: Int, messages: [MessageSummary],
        messageCount: Int?, positions: FailurePositions?, isOther: Bool = false
    ) {
        self.code = code
        self.rows = rows
        self.share = share
        self.firstRow = firstRow
        self.lastRow = lastRow
        self.messages = messages
        self.messageCount = messageCount
        self.positions = positions
        self.isOther = isOther
    }

    /// Whether ``messages`` are all that there are.
    var listsAllMessages: Bool { messageCount == messages.count }

    /// The name under which codes beyond the limit are counted.
    package static let otherCodes = "(other codes)"

    /// The order of a list of codes.
    static func isListedBefore(_ left: CodeSummary, _ right: CodeSummary) -> Bool {
        (right.rows, left.code.sortKey) < (left.rows, right.code.sortKey)
    }
}

/// Orders texts by their UTF-8 bytes, with none before all others. Swift's own order is that of canonical
/// equivalence, which would hold "é" and "e" + U+0301 for one code.
struct TextSortKey: Comparable {
    var text: String?

    static func < (left: TextSortKey, right: TextSortKey) -> Bool {
        switch (left.text, right.text) {
        case (nil, .some): true
        case (_, nil): false
        case (.some(let left), .some(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }

    static func == (left: TextSortKey, right: TextSortKey) -> Bool {
        switch (left.text, right.text) {
        case (nil, nil): true
        case (.some(let left), .some(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }
}

extension String? {
    var sortKey: TextSortKey { TextSortKey(text: self) }
}

extension String {
    var sortKey: TextSortKey { TextSortKey(text: self) }
}
