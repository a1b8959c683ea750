package import ImportDumps

/// What the audit found out about one job.
package struct JobSummary: Sendable {
    /// What the dump declares.
    package var job: DeclaredJob
    /// The input's name, as given by the user.
    package var source: String
    /// The dump's size in bytes.
    package var bytes: Int
    /// SHA-256 of the dump in hexadecimal, if it was computed.
    package var sha256: String?
    package var rows: RowCounts
    /// A digest that is equal for equal outcomes of the same rows; nil if a summary file does not have it.
    package var outcomes: UInt64?
    /// Failed rows by code: most rows first, then by the bytes of the code, with no code first. Other codes come last.
    package var failedByCode: [CodeSummary]
    /// The distribution of the failed rows; nil if no row failed.
    package var failurePositions: FailurePositions?
    /// The longest stretches of consecutive failed rows: at most ``AnalysisLimits/stretchesListed``, each of at least
    /// ``AnalysisLimits/stretchRows`` rows; empty if all rows failed.
    package var failureStretches: [FailureStretch] = []
    /// Ranges of rows in which a code fails far more densely than elsewhere: strongest first, at most
    /// ``AnalysisLimits/incidentsListed``.
    package var failureIncidents: [FailureIncident] = []
    /// The findings, in the order of ``FindingID/all``.
    package var findings: [Finding]
    package var results: ResultsState
    /// Why and where reading stopped or, if it did not, first met damage; nil if the dump was not salvaged.
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

    /// Whether there are more codes than the limit.
    package var hasOtherCodes: Bool { failedByCode.last?.isOther == true }

    /// Whether the dump has faults but reading continued after each of them.
    package var wasReadOn: Bool {
        // If reading stopped, a finding repeats the message.
        guard let salvage else { return false }
        return !findings.contains {
            ($0.id == .dumpTruncated || $0.id == .dumpMalformed) && $0.message == salvage.message
        }
    }

    /// Whether the job is finished and each of its rows was seen, as far as the dump shows.
    var showsAllRows: Bool { isComparable && rows.missing ?? 0 == 0 }

    /// Whether the declared counts can be compared with the rows: all rows are present and the job is finished.
    package var isComparable: Bool {
        results == .complete && salvage == nil && job.status != JobStatus.processing.rawValue
    }
}

/// The states that the API defines for a job.
package enum JobStatus: String, Sendable, CaseIterable {
    case complete, processing, failed
}

/// Rows by outcome. It always holds that created + existing + failed + unclassified + applied = seen.
package struct RowCounts: Sendable, Equatable {
    package var created = 0
    package var existing = 0
    package var failed = 0
    package var unclassified = 0
    /// Rows of bulk jobs that succeeded.
    package var applied = 0
    /// Rows that the job's `total` promises but the dump lacks; nil if the job declares no total.
    package var missing: Int?

    package init() {}

    package var seen: Int {
        created.clampedAdding(existing).clampedAdding(failed).clampedAdding(unclassified).clampedAdding(applied)
    }

    /// Rows that succeeded, in any kind of job.
    package var succeeded: Int { created.clampedAdding(existing).clampedAdding(applied) }

    /// Rows that did not succeed, as far as they were seen.
    package var notSucceeded: Int { failed.clampedAdding(unclassified) }

    /// Whether a sum is larger than the largest number, at which it then stops: it is a minimum.
    package var isAtLeast: Bool { [seen, missing ?? 0].contains(.max) }

    /// Returns the outcomes to show: failed rows always, those of imports if there are imports, that of bulk jobs if
    /// there are any, and any other whose count is not 0.
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
        // Declared totals can be anything: the sum of two may overflow.
        if let otherMissing = other.missing { missing = (missing ?? 0).clampedAdding(otherMissing) }
    }

    /// The counts of several jobs that each have these counts.
    func multiplied(by jobs: Int) -> RowCounts {
        guard jobs != 1 else { return self }
        var product = RowCounts()
        product.created = created.clampedMultiplying(by: jobs)
        product.existing = existing.clampedMultiplying(by: jobs)
        product.failed = failed.clampedMultiplying(by: jobs)
        product.unclassified = unclassified.clampedMultiplying(by: jobs)
        product.applied = applied.clampedMultiplying(by: jobs)
        product.missing = missing?.clampedMultiplying(by: jobs)
        return product
    }
}

/// The failed rows of one code.
package struct CodeSummary: Sendable, Equatable {
    /// Nil for rows whose error has no code.
    package var code: String?
    package var rows: Int
    /// The share of the rows seen.
    package var share: Share
    package var firstRow: Int
    package var lastRow: Int
    /// The most frequent ones first, at most ``AnalysisLimits/messagesListed``.
    package var messages: [MessageSummary]
    /// The number of message patterns; nil if there are more than ``AnalysisLimits`` allows.
    package var messageCount: Int?
    /// The distribution of these rows over the rows of the job.
    package var positions: FailurePositions?
    /// Whether this stands for all codes beyond ``AnalysisLimits/codes``.
    package var isOther = false
    /// Whether more rows of the code, all before ``firstRow``, may be among those counted as other codes, because the
    /// limit was reached before the code was listed. All numbers are then about the rows since.
    package var isAtLeast = false
    /// The other members of the error, besides code and message, of one of these rows; nil if none has any.
    package var exampleDetails: ErrorDetails?
    /// Its first rows, if requested (``JobAnalyzer``); `summary.json` does not contain them.
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

    /// Whether ``messages`` contains all message patterns.
    var listsAllMessages: Bool { messageCount == messages.count }

    /// The name under which codes beyond the limit are counted.
    package static let otherCodes = "(other codes)"

    /// Whether `left` comes before `right` in a list of codes.
    static func isListedBefore(_ left: CodeSummary, _ right: CodeSummary) -> Bool {
        (right.rows, left.code.sortKey) < (left.rows, right.code.sortKey)
    }
}

/// Orders texts by their UTF-8 bytes, with nil first. Swift's own order follows canonical equivalence, which would
/// treat "é" and "e" + U+0301 as the same code.
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

/// The name of a dump in its summary: a path, perhaps an entry of an archive, and where in it the dump is.
package enum SourceName {
    /// Returns the last part of the path, such as `answer.json` for `in/answer.json#/data/0`.
    ///
    /// The JSON Pointer of a dump in another document begins at the first `#/` after something that a path of a file
    /// ends with. A folder called `a.b#` cannot be told from that.
    package static func file(of source: String) -> String {
        let bytes = source.utf8
        let slash = UInt8(ascii: "/")
        var part = bytes.startIndex
        var end = bytes.endIndex
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] == UInt8(ascii: "#"), next < bytes.endIndex, bytes[next] == slash,
                mayEnd(bytes[part..<index])
            {
                end = index
                break
            }
            if bytes[index] == slash { part = next }
            index = next
        }
        let path = bytes[..<end]
        return path.split(separator: slash).last.flatMap { String($0) } ?? source
    }

    /// Whether a file may be called that, with a line or an element behind it: `-`, `a.json`, `log:12` or `jobs[3]`.
    private static func mayEnd(_ name: Substring.UTF8View) -> Bool {
        name.elementsEqual("-".utf8) || name.contains(UInt8(ascii: ".")) || name.contains(UInt8(ascii: ":"))
            || name.last == UInt8(ascii: "]")
    }
}
