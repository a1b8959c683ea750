/// All dumps of one job, and which of them counts.
///
/// Merging groups in any order and grouping gives the same result, and a dump that is added twice counts once. Memory
/// is bounded: besides the dump that counts, the latest ``AnalysisLimits/snapshotsListed`` and those in a conflict are
/// kept, and of the rest a hash; in total, at most ``AnalysisLimits/snapshotsCounted`` besides the one that counts.
package struct SnapshotGroup: Sendable, Equatable {
    /// The dump that counts, then the others that are kept, greatest first. Never empty.
    private var kept: [Snapshot]
    /// Identities of dumps that are not kept.
    private var others: Set<UInt64>
    /// Whether there are more dumps than can be told apart.
    private var isBeyondCount: Bool

    /// Creates the group of the dumps that a job's summary is about: its own dump, and those that it supersedes.
    package init(_ job: JobSummary) {
        kept = [Snapshot(job)]
        others = Set(job.superseded.others)
        isBeyondCount = job.superseded.isBeyondCount
        // The superseded dumps of a summary that was read back can be anything.
        settle(kept + job.superseded.snapshots)
    }

    /// The dump that counts.
    package var winner: Snapshot { kept[0] }

    /// Adds the dumps of another group of the same job.
    ///
    /// - Returns: whether the dump that counts is now one of the other group.
    @discardableResult
    package mutating func merge(_ other: SnapshotGroup) -> Bool {
        let isReplaced = winner < other.winner
        others.formUnion(other.others)
        isBeyondCount = isBeyondCount || other.isBeyondCount
        settle(kept + other.kept)
        return isReplaced
    }

    /// Adds to the summary of the dump that counts which other dumps there are, and whether they agree.
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

    /// Drops dumps beyond the limits. A dropped dump can never matter again, because the one that outranks it is kept.
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

    /// Returns the greatest final dump, and the greatest that disagrees with it or may be another part of the job.
    private static func conflict(in snapshots: [Snapshot]) -> (Snapshot, Snapshot)? {
        guard let first = snapshots.first(where: { $0.isFinal }) else { return nil }
        let others = snapshots.filter { $0.isFinal && $0.identity != first.identity }
        if let second = others.first(where: { $0.facts.disagree(with: first.facts) }) { return (first, second) }
        // Two parts of a job may have equal counts for different rows.
        guard first.facts.isMissingRows, let second = others.first(where: { $0.facts.isMissingRows }) else {
            return nil
        }
        return (first, second)
    }
}

/// The superseded dumps of a job.
package struct SupersededSnapshots: Sendable, Equatable {
    /// The latest ones, latest first.
    package var snapshots: [Snapshot] = []
    /// The identities of the rest, in ascending order.
    package var others: [UInt64] = []
    /// Whether there are more than ``AnalysisLimits/snapshotsCounted``.
    package internal(set) var isBeyondCount = false

    package init(snapshots: [Snapshot] = [], others: [UInt64] = [], isBeyondCount: Bool = false) {
        self.snapshots = snapshots
        self.others = others
        self.isBeyondCount = isBeyondCount
    }

    package var isEmpty: Bool { snapshots.isEmpty && others.isEmpty && !isBeyondCount }

    /// The number of dumps; nil if there are more than ``AnalysisLimits/snapshotsCounted``.
    package var count: Int? { isBeyondCount ? nil : snapshots.count + others.count }

    /// The number of dumps, or a lower bound if there are too many.
    var countAtLeast: Int { count ?? AnalysisLimits.snapshotsCounted + 1 }
}

extension [Finding] {
    /// Inserts a finding in the order of ranks, after all findings of the same kind.
    mutating func place(_ finding: Finding) {
        insert(finding, at: firstIndex { $0.id.rank > finding.id.rank } ?? endIndex)
    }
}
