/// Something that the audit noticed.
package struct Finding: Sendable, Equatable {
    package var id: FindingID
    /// A sentence for people. It may quote the dump: treat it as hostile until it is escaped.
    package var message: String
    /// The number of rows, fields or other things that it concerns, at least 1.
    package var count: Int
    /// The first rows that it concerns, at most ``AnalysisLimits/rowsListed``; empty if it does not concern rows.
    package var rows: [Int]

    package init(_ id: FindingID, _ message: String, count: Int = 1, rows: [Int] = []) {
        self.id = id
        self.message = message
        self.count = count
        self.rows = rows
    }

    package var severity: Severity { id.severity }
}

/// How much a finding matters.
package enum Severity: String, Sendable, CaseIterable, Comparable {
    /// The numbers cannot be trusted, or the import went wrong.
    case critical
    /// Something that a person should look at.
    case warning
    /// Worth knowing.
    case note

    package static func < (left: Severity, right: Severity) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .critical: 0
        case .warning: 1
        case .note: 2
        }
    }
}

/// The stable name of a kind of finding. Scripts rely on it.
package struct FindingID: Sendable, Hashable {
    package let name: String
    package let severity: Severity

    private init(_ name: String, _ severity: Severity) {
        self.name = name
        self.severity = severity
    }

    // The order here is the order in a summary.
    package static let dumpTruncated = FindingID("dump-truncated", .critical)
    package static let dumpMalformed = FindingID("dump-malformed", .critical)
    package static let rowDamaged = FindingID("row-damaged", .critical)
    package static let textRepaired = FindingID("text-repaired", .critical)
    package static let jobFailed = FindingID("job-failed", .critical)
    package static let rowsMissing = FindingID("rows-missing", .critical)
    package static let rowsExcess = FindingID("rows-excess", .critical)
    package static let processedMismatch = FindingID("processed-mismatch", .critical)
    package static let succeededMismatch = FindingID("succeeded-mismatch", .critical)
    package static let failedMismatch = FindingID("failed-mismatch", .critical)
    package static let resultsAbsent = FindingID("results-absent", .critical)
    package static let createdIDRepeated = FindingID("created-id-repeated", .critical)
    package static let conflictingSnapshots = FindingID("conflicting-snapshots", .critical)
    package static let stillProcessing = FindingID("still-processing", .warning)
    package static let rowContradictory = FindingID("row-contradictory", .warning)
    package static let rowUnclassified = FindingID("row-unclassified", .warning)
    package static let failedWithoutCode = FindingID("failed-without-code", .warning)
    package static let statusUnknown = FindingID("status-unknown", .warning)
    package static let totalUnknown = FindingID("total-unknown", .warning)
    package static let wrongType = FindingID("wrong-type", .warning)
    package static let jobErrorUnexpected = FindingID("job-error-unexpected", .warning)
    package static let limitReached = FindingID("limit-reached", .warning)
    package static let supersededSnapshot = FindingID("superseded-snapshot", .note)
    package static let existingIDsShared = FindingID("existing-ids-shared", .note)
    package static let idNotUUID = FindingID("id-not-uuid", .note)
    package static let timestampsOutOfOrder = FindingID("timestamps-out-of-order", .note)
    package static let unknownField = FindingID("unknown-field", .note)
    package static let duplicateKey = FindingID("duplicate-key", .note)
    package static let unwrapped = FindingID("unwrapped", .note)
    package static let skippedText = FindingID("skipped-text", .note)

    /// All kinds of findings, in the order of a summary.
    package static let all: [FindingID] = [
        dumpTruncated, dumpMalformed, rowDamaged, textRepaired, jobFailed, rowsMissing, rowsExcess,
        processedMismatch, succeededMismatch, failedMismatch, resultsAbsent, createdIDRepeated, conflictingSnapshots,
        stillProcessing, rowContradictory,
        rowUnclassified, failedWithoutCode, statusUnknown, totalUnknown, wrongType, jobErrorUnexpected, limitReached,
        supersededSnapshot, existingIDsShared, idNotUUID, timestampsOutOfOrder, unknownField, duplicateKey,
        unwrapped, skippedText,
    ]

    private static let ranks = Dictionary(uniqueKeysWithValues: zip(all, 0...))

    /// The index in ``all``. Kinds that this version does not know come after all others.
    var rank: Int { Self.ranks[self] ?? Self.all.count }

    /// Returns the kind that a summary names, even one that only a later version knows.
    package static func restored(_ name: String, _ severity: Severity) -> FindingID {
        FindingID(name, severity)
    }
}

extension JobSummary {
    /// Returns the number of findings of a severity.
    package func count(of severity: Severity) -> Int {
        findings.count { $0.severity == severity }
    }
}
