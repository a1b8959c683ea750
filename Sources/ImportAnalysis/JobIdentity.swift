package import ImportDumps
import ImportFoundation

/// Identifies the job of a dump.
///
/// A job has its `job_id`. A sync import has none: only a dump of the same bytes is of the same import.
package struct JobIdentity: Hashable, Sendable, BitwiseCopyable {
    // 128 bits, because there may be as many as jobs: the UUID that an id is, as nearly all are, with the two bits 10 on top
    // of the second half; of any other text a digest, with 00 there. By bytes: Swift takes canonically equivalent texts
    // for equal.
    private let first: UInt64
    private let second: UInt64

    /// The author of a dump may choose them.
    package var bits: (first: UInt64, second: UInt64) { (first, second) }

    /// Nil for a sync import whose hash is not known: it cannot be distinguished from others.
    package init?(_ job: JobSummary) {
        var digest = SHA256()
        func add(_ text: String) {
            var text = text
            text.withUTF8 { bytes in unsafe digest.update(bytes) }
        }
        if let jobID = job.job.jobID {
            if let uuid = Self.uuid(jobID.utf8) {
                self.init(uuid: uuid)
                return
            }
            add("job:")
            add(jobID)
        } else if let sha256 = job.sha256 {
            add("bytes:\(job.bytes):")
            add(sha256)
        } else {
            return nil
        }
        self.init(digest: &digest)
    }

    /// That of a plain job, which has an id.
    package init(_ job: PlainJob, _ text: Span<UInt8>) {
        if let uuid = job.uuid {
            self.init(uuid: uuid)
            return
        }
        var digest = SHA256()
        let mark: InlineArray<4, UInt8> = [UInt8(ascii: "j"), UInt8(ascii: "o"), UInt8(ascii: "b"), UInt8(ascii: ":")]
        digest.update(mark.span)
        digest.update(text.extracting(job.jobID.offset..<job.jobID.offset + job.jobID.count))
        self.init(digest: &digest)
    }

    private init(uuid: (UInt64, UInt64)) {
        (first, second) = uuid
    }

    private init(digest: inout SHA256) {
        let halves = digest.finishDigest().halves
        (first, second) = (halves.0, halves.1 & (.max >> 2))
    }

    /// The number that a UUID of RFC 9562 in small letters is; nil for any other text.
    private static func uuid(_ text: String.UTF8View) -> (UInt64, UInt64)? {
        guard text.count == 36 else { return nil }
        var (halves, digits) = ((UInt64(0), UInt64(0)), 0)
        for (position, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if digits == 16 { halves = (halves.1, 0) }
            halves.1 = halves.1 << 4 | UInt64(digit)
            digits += 1
        }
        return halves.1 >> 62 == 0b10 ? halves : nil
    }
}

extension Summary {
    /// The same with one job for all dumps of it: the one that counts, where it stands, with what there is to say about
    /// the others (``SnapshotGroup``).
    ///
    /// Combining before or after ``merge(_:)``, or both, gives the same result.
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
