/// Something that the audit noticed.
public struct Finding: Sendable, Equatable {
    public var id: FindingID
    /// A sentence for people. It may quote the dump: hostile text until escaped.
    public var message: String
    /// How many rows, fields or other things it is about, at least 1.
    public var count: Int
    /// The first rows that it is about, at most ``AnalysisLimits/rowsListed``; none if it is not about rows.
    public var rows: [Int]

    public init(_ id: FindingID, _ message: String, count: Int = 1, rows: [Int] = []) {
        self.id = id
        self.message = message
        self.count = count
        self.rows = rows
    }

    public var severity: Severity { id.severity }
}

/// How much a finding matters.
public enum Severity: String, Sendable, CaseIterable, Comparable {
    /// The numbers cannot be trusted, or the import went wrong.
    case critical
    /// Something that a person should look at.
    case warning
    /// Worth knowing.
    case note

    public static func < (left: Severity, right: Severity) -> Bool {
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
public struct FindingID: Sendable, Hashable {
    public let name: String
    public let severity: Severity

    private init(_ name: String, _ severity: Severity) {
        self.name = name
        self.severity = severity
    }

    // The order here is the order in a summary.
    public static let dumpTruncated = FindingID("dump-truncated", .critical)
    public static let dumpMalformed = FindingID("dump-malformed", .critical)
    public static let rowDamaged = FindingID("row-damaged", .critical)
    public static let textRepaired = FindingID("text-repaired", .critical)
    public static let jobFailed = FindingID("job-failed", .critical)
    public static let rowsMissing = FindingID("rows-missing", .critical)
    public static let rowsExcess = FindingID("rows-excess", .critical)
    public static let processedMismatch = FindingID("processed-mismatch", .critical)
    public static let succeededMismatch = FindingID("succeeded-mismatch", .critical)
    public static let failedMismatch = FindingID("failed-mismatch", .critical)
    public static let resultsAbsent = FindingID("results-absent", .critical)
    public static let createdIDRepeated = FindingID("created-id-repeated", .critical)
    public static let conflictingSnapshots = FindingID("conflicting-snapshots", .critical)
    public static let stillProcessing = FindingID("still-processing", .warning)
    public static let rowContradictory = FindingID("row-contradictory", .warning)
    public static let rowUnclassified = FindingID("row-unclassified", .warning)
    public static let failedWithoutCode = FindingID("failed-without-code", .warning)
    public static let statusUnknown = FindingID("status-unknown", .warning)
    public static let totalUnknown = FindingID("total-unknown", .warning)
    public static let wrongType = FindingID("wrong-type", .warning)
    public static let jobErrorUnexpected = FindingID("job-error-unexpected", .warning)
    public static let limitReached = FindingID("limit-reached", .warning)
    public static let supersededSnapshot = FindingID("superseded-snapshot", .note)
    public static let existingIDsShared = FindingID("existing-ids-shared", .note)
    public static let idNotUUID = FindingID("id-not-uuid", .note)
    public static let timestampsOutOfOrder = FindingID("timestamps-out-of-order", .note)
    public static let unknownField = FindingID("unknown-field", .note)
    public static let duplicateKey = FindingID("duplicate-key", .note)
    public static let unwrapped = FindingID("unwrapped", .note)
    public static let skippedText = FindingID("skipped-text", .note)

    /// All of them, in the order of a summary.
    public static let all: [FindingID] = [
        dumpTruncated, dumpMalformed, rowDamaged, textRepaired, jobFailed, rowsMissing, rowsExcess,
        processedMismatch, succeededMismatch, failedMismatch, resultsAbsent, createdIDRepeated, conflictingSnapshots,
        stillProcessing, rowContradictory,
        rowUnclassified, failedWithoutCode, statusUnknown, totalUnknown, wrongType, jobErrorUnexpected, limitReached,
        supersededSnapshot, existingIDsShared, idNotUUID, timestampsOutOfOrder, unknownField, duplicateKey,
        unwrapped, skippedText,
    ]

    private static let ranks = Dictionary(uniqueKeysWithValues: zip(all, 0...))

    /// Its place in ``all``; behind all others for one that this version does not know.
    var rank: Int { Self.ranks[self] ?? Self.all.count }

    /// The kind that a summary names, which a later version may have written.
    package static func restored(_ name: String, _ severity: Severity) -> FindingID {
        FindingID(name, severity)
    }
}
