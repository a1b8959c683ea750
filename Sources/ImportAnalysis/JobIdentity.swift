package import ImportDumps
import ImportFoundation

/// Identifies the job of a dump.
///
/// A job is identified by its `job_id`. A sync import has none: only a dump with the same bytes is of the same import.
package struct JobIdentity: Hashable, Sendable, BitwiseCopyable {
    // Only 128 bits, because one may be kept for each job. If the id is a UUID, as nearly all are, they are that UUID,
    // whose second half starts with the bits 10. For any other text they are a digest, with 00 there. Ids are compared
    // by their bytes, because Swift treats canonically equivalent strings as equal.
    private let first: UInt64
    private let second: UInt64

    /// The author of a dump can choose these bits.
    package var bits: (first: UInt64, second: UInt64) { (first, second) }

    /// Returns nil for a sync import whose hash is unknown, because it cannot be told apart from others.
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

    /// Creates the identity of a plain job, which always has an id.
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

    /// Returns the value of an RFC 9562 UUID in lowercase letters, or nil for any other text.
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
    /// Returns the summary with only one dump of each job: the one that counts, in its original position, with data
    /// about the others (``SnapshotGroup``).
    ///
    /// Combining before ``merge(_:)``, after it, or both gives the same result.
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
