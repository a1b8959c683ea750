package import ImportDumps
import ImportFoundation

/// One dump of a job that may have several: what decides which of them counts, and whether they agree.
package struct Snapshot: Sendable, Equatable {
    /// The input's name, as given by the user.
    package let source: String
    /// The dump's size in bytes.
    package let bytes: Int
    /// SHA-256 of the dump in hexadecimal, if it was computed.
    package let sha256: String?
    package let facts: Facts
    package let updatedAt: String?
    /// Whether the dump was cut off or broken: what it lacks may have been there.
    package let isSalvaged: Bool
    /// Equal for dumps with the same bytes or, if their hash is unknown, for dumps of the same size that say the same.
    let identity: UInt64
    /// The same number for the same dump, in every process.
    package var digest: UInt64 { identity }
    private let time: DateTime?

    /// What two finished dumps of one job must agree on.
    package struct Facts: Sendable, Equatable {
        package var status: String?
        package var total: Int?
        package var processed: Int?
        package var succeeded: Int?
        package var failed: Int?
        /// `missing` is nil: it follows from the others.
        package var rows: RowCounts
        /// A digest that is equal for the same codes with the same numbers of rows.
        package var codes: UInt64
        /// A digest that is equal for the same outcomes of the same rows; nil if they are unknown.
        package var outcomes: UInt64?

        package init(job: DeclaredJob, rows: RowCounts, codes: UInt64, outcomes: UInt64?) {
            status = job.status
            total = job.total
            processed = job.processed
            succeeded = job.succeeded
            failed = job.failed
            self.rows = rows
            self.rows.missing = nil
            self.codes = codes
            self.outcomes = outcomes
        }

        /// Whether the dump lacks rows that the job has.
        var isMissingRows: Bool { total.map { $0 > rows.seen } ?? false }

        /// Whether the two contradict each other. Unknown outcomes by row contradict nothing.
        func disagree(with other: Facts) -> Bool {
            var other = other
            if outcomes == nil || other.outcomes == nil { other.outcomes = outcomes }
            return self != other
        }
    }

    package init(
        source: String, bytes: Int, sha256: String?, facts: Facts, updatedAt: String?, isSalvaged: Bool
    ) {
        self.source = source
        self.bytes = bytes
        self.sha256 = sha256
        self.facts = facts
        self.updatedAt = updatedAt
        self.isSalvaged = isSalvaged
        time = updatedAt.flatMap { DateTime($0) }
        var digest = FactDigest()
        digest.add(bytes)
        digest.add(sha256)
        if sha256 == nil {
            digest.add(facts)
            digest.add(updatedAt)
            digest.add(isSalvaged ? 1 : 0)
            digest.add(facts.outcomes.map { Int(truncatingIfNeeded: $0) })
            // Parts of a job may look alike but have different rows.
            if facts.isMissingRows { digest.add(source) }
        }
        identity = digest.finish()
    }

    /// Creates a snapshot of the dump that a summary describes, without the dumps that it supersedes.
    package init(_ job: JobSummary) {
        var digest = FactDigest()
        for code in job.failedByCode {
            digest.add(code.code)
            digest.add(code.rows)
        }
        self.init(
            source: job.source, bytes: job.bytes, sha256: job.sha256,
            facts: Facts(job: job.job, rows: job.rows, codes: digest.finish(), outcomes: job.outcomes),
            updatedAt: job.job.updatedAt,
            isSalvaged: job.salvage != nil)
    }

    /// Whether the job was finished when the dump was saved, and the dump is complete.
    var isFinal: Bool {
        guard !isSalvaged else { return false }
        return facts.status == JobStatus.complete.rawValue || facts.status == JobStatus.failed.rawValue
    }
}

// MARK: - Which one counts

extension Snapshot: Comparable {
    /// The greatest snapshot counts: the latest `updated_at` (if missing or not a date-time, it is earlier than any);
    /// then complete over failed over processing over any other status; then a whole dump over a salvaged one; then the
    /// one with more rows. Remaining ties are broken by name, size and identity, so that the choice does not depend on
    /// the order in which dumps are added.
    package static func < (left: Snapshot, right: Snapshot) -> Bool {
        switch (left.time, right.time) {
        case (nil, .some): return true
        case (.some, nil): return false
        case (let leftTime?, let rightTime?) where leftTime != rightTime: return leftTime < rightTime
        default: break
        }
        let (leftRank, rightRank) = (left.rank, right.rank)
        guard leftRank == rightRank else { return leftRank < rightRank }
        let (leftName, rightName) = (TextSortKey(text: left.source), TextSortKey(text: right.source))
        guard leftName == rightName else { return leftName < rightName }
        return (left.bytes, left.identity) < (right.bytes, right.identity)
    }

    private var rank: (status: Int, whole: Int, rows: Int) {
        let status =
            switch facts.status.flatMap({ JobStatus(rawValue: $0) }) {
            case .complete: 3
            case .failed: 2
            case .processing: 1
            case nil: 0
            }
        return (status, isSalvaged ? 0 : 1, facts.rows.seen)
    }
}

/// A digest of values, the same in every process.
struct FactDigest {
    private var hash = SHA256()

    mutating func add(_ text: String?) {
        guard let text else { return add(-1) }
        let bytes = Array(text.utf8)
        add(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { unsafe hash.update($0) }
    }

    mutating func add(_ number: Int?) {
        unsafe withUnsafeBytes(of: (number ?? -1).littleEndian) {
            unsafe hash.update($0.assumingMemoryBound(to: UInt8.self))
        }
    }

    mutating func add(_ facts: Snapshot.Facts) {
        add(facts.status)
        for number in [
            facts.total, facts.processed, facts.succeeded, facts.failed, facts.rows.created, facts.rows.existing,
            facts.rows.failed, facts.rows.unclassified,
        ] {
            add(number)
        }
        add(Int(truncatingIfNeeded: facts.codes))
        // Imports have none, so their digests stay equal to those in existing summaries.
        if facts.rows.applied > 0 { add(facts.rows.applied) }
    }

    /// Returns the first 64 bits of the hash.
    mutating func finish() -> UInt64 {
        hash.finishDigest().halves.0
    }
}
