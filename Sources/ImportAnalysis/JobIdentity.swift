package import ImportDumps
import ImportFoundation

/// What tells whether two dumps are of one job.
///
/// A job has its `job_id`. A sync import has none: only a dump of the same bytes is of the same import.
package struct JobIdentity: Hashable, Sendable {
    // A digest, for there may be as many as jobs. By bytes: Swift holds canonically equivalent texts for equal.
    private let first: UInt64
    private let second: UInt64

    /// As even as hashes.
    package var bits: (first: UInt64, second: UInt64) { (first, second) }

    /// Nil for a sync import whose hash is not known: it cannot be told from others.
    package init?(_ job: JobSummary) {
        var digest = SHA256()
        func add(_ text: String) {
            var text = text
            text.withUTF8 { bytes in unsafe digest.update(bytes) }
        }
        if let jobID = job.job.jobID {
            add("job:")
            add(jobID)
        } else if let sha256 = job.sha256 {
            add("bytes:\(job.bytes):")
            add(sha256)
        } else {
            return nil
        }
        (first, second) = digest.finishDigest().halves
    }

    /// That of a plain job, which has an id.
    package init(_ job: PlainJob, _ text: Span<UInt8>) {
        var digest = SHA256()
        let mark: InlineArray<4, UInt8> = [UInt8(ascii: "j"), UInt8(ascii: "o"), UInt8(ascii: "b"), UInt8(ascii: ":")]
        digest.update(mark.span)
        digest.update(text.extracting(job.jobID.offset..<job.jobID.offset + job.jobID.count))
        (first, second) = digest.finishDigest().halves
    }
}

extension Summary {
    /// The same with one job for all dumps of it: the one that counts, where it stands, with what there is to say about
    /// the others (``SnapshotGroup``).
    ///
    /// Combining before or after ``merge(_:)``, or both, comes to the same.
    package func combiningSnapshots() -> Summary {
        var groups: [JobIdentity: (group: SnapshotGroup, winner: Int)] = [:]
        for (index, job) in jobs.enumerated() {
            guard let identity = JobIdentity(job) else { continue }
            let added = SnapshotGroup(job)
            if groups[identity] == nil {
                groups[identity] = (added, index)
            } else if groups[identity]?.group.merge(added) == true {
                groups[identity]?.winner = index
            }
        }
        var result = Summary()
        result.unreadable = unreadable
        result.redaction = redaction
        for (index, job) in jobs.enumerated() {
            var job = job
            if let identity = JobIdentity(job), let (group, winner) = groups[identity] {
                guard winner == index else { continue }
                group.apply(to: &job)
            }
            result.append(job)
        }
        return result
    }
}
