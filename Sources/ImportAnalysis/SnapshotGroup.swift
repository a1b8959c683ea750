/// All dumps of one job, and which of them counts.
///
/// Groups add up in any order and any grouping to the same result; the same dump twice is one dump. Memory is
/// bounded: the latest ``AnalysisLimits/snapshotsListed`` dumps are kept besides the one that counts, and of
/// ``AnalysisLimits/snapshotsCounted`` more a hash.
package struct SnapshotGroup: Sendable, Equatable {
    /// The one that counts, then others that are kept: the greatest first. Never empty.
    private var kept: [Snapshot]
    /// Identities of dumps that are not kept.
    private var others: Set<UInt64>
    /// There are more than can be told apart.
    private var isBeyondCount: Bool

    /// The dumps that a job's summary was made of: one, and those that it supersedes.
    package init(_ job: JobSummary) {
        kept = [Snapshot(job)]
        others = Set(job.superseded.others)
        isBeyondCount = job.superseded.isBeyondCount
        // Those of a summary that was read back are whatever its file says.
        settle(kept + job.superseded.snapshots)
    }

    /// The dump that counts.
    package var winner: Snapshot { kept[0] }

    /// Adds the dumps of another group of the same job.
    ///
    /// - Returns: whether the one that counts is now the other group's.
    @discardableResult
    package mutating func merge(_ other: SnapshotGroup) -> Bool {
        let isReplaced = winner < other.winner
        others.formUnion(other.others)
        isBeyondCount = isBeyondCount || other.isBeyondCount
        settle(kept + other.kept)
        return isReplaced
    }

    /// Says in the summary of the dump that counts which other dumps there are, and whether they agree.
    package func apply(to job: inout JobSummary) {
        job.superseded = SupersededSnapshots(
            snapshots: Array(kept.dropFirst()), others: others.sorted(), isBeyondCount: isBeyondCount)
        job.findings.removeAll { $0.id == .conflictingSnapshots || $0.id == .supersededSnapshot }
        if let conflict = Self.conflict(in: kept) {
            var differences = Wording.differences(conflict.0.facts, conflict.1.facts)
            if conflict.0.facts.isMissingRows, conflict.1.facts.isMissingRows {
                differences.append(Wording.eachInPart)
            }
            job.findings.place(
                Finding(
                    .conflictingSnapshots, Wording.conflictingSnapshots(conflict.0, conflict.1, differences),
                    count: differences.count))
        }
        guard !job.superseded.isEmpty else { return }
        job.findings.place(
            Finding(
                .supersededSnapshot, Wording.supersededSnapshots(job.superseded), count: job.superseded.countAtLeast))
    }

    /// Keeps what the limits allow. A dropped dump can never matter again, because the one that outranks it is kept.
    private mutating func settle(_ all: [Snapshot]) {
        var seen: Set<UInt64> = []
        let distinct = all.sorted(by: >).filter { seen.insert($0.identity).inserted }
        var result = Array(distinct.prefix(AnalysisLimits.snapshotsListed + 1))
        if let (first, second) = Self.conflict(in: distinct) {
            for snapshot in [first, second] where !result.contains(snapshot) { result.append(snapshot) }
        } else if let final = distinct.first(where: { $0.isFinal }), !result.contains(final) {
            result.append(final)
        }
        kept = result
        let identities = Set(result.map { $0.identity })
        others = others.union(seen).subtracting(identities)
        if isBeyondCount || others.count + result.count - 1 > AnalysisLimits.snapshotsCounted {
            isBeyondCount = true
            others = []
        }
    }

    /// The greatest of the final dumps, and the greatest that disagrees with it, or that may be another part of the job.
    private static func conflict(in snapshots: [Snapshot]) -> (Snapshot, Snapshot)? {
        guard let first = snapshots.first(where: { $0.isFinal }) else { return nil }
        let others = snapshots.filter { $0.isFinal && $0.identity != first.identity }
        if let second = others.first(where: { $0.facts.disagree(with: first.facts) }) { return (first, second) }
        // Two parts of a job may have equal numbers for different rows.
        guard first.facts.isMissingRows, let second = others.first(where: { $0.facts.isMissingRows }) else {
            return nil
        }
        return (first, second)
    }
}

/// The dumps of a job that another one supersedes.
package struct SupersededSnapshots: Sendable, Equatable {
    /// The latest ones, the latest first.
    package var snapshots: [Snapshot] = []
    /// Identities of those that are not among them, in ascending order.
    package var others: [UInt64] = []
    /// There are more than ``AnalysisLimits`` tells apart.
    package internal(set) var isBeyondCount = false

    package init(snapshots: [Snapshot] = [], others: [UInt64] = [], isBeyondCount: Bool = false) {
        self.snapshots = snapshots
        self.others = others
        self.isBeyondCount = isBeyondCount
    }

    package var isEmpty: Bool { snapshots.isEmpty && others.isEmpty && !isBeyondCount }

    /// How many there are; nil if there are more than ``AnalysisLimits`` tells apart.
    package var count: Int? { isBeyondCount ? nil : snapshots.count + others.count }

    /// How many there are, or how many there are at least.
    var countAtLeast: Int { count ?? AnalysisLimits.snapshotsCounted + 1 }
}

extension [Finding] {
    /// Puts a finding in its place, behind those whose kinds come before its own.
    mutating func place(_ finding: Finding) {
        insert(finding, at: firstIndex { $0.id.rank > finding.id.rank } ?? endIndex)
    }
}
