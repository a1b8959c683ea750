package import ImportDumps
package import ImportFoundation

/// Plain jobs with nothing to report, as records that are made without making summaries.
///
/// Only one thread may use it at a time, because copies share its memory.
package struct PlainJobRecords: Sendable {
    /// The end of a job's record in its buffer. The next record begins there.
    package struct Mark: Sendable {
        package let end: Int
        package let hasFailedRows: Bool
    }

    /// The records of jobs without failed rows.
    package let clean = RecordBuffer()
    /// The records of jobs with failed rows, apart from the others because sums need to read only these again.
    package let failing = RecordBuffer(capacity: 4096)
    package private(set) var marks: [Mark] = []
    /// The identities of the jobs.
    package private(set) var identities: [JobIdentity] = []
    /// The tallies of the jobs without failed rows.
    package private(set) var tallies = PlainJobTallies()
    /// The rows of the jobs with failed rows.
    package private(set) var shareOfFailing = UsualShare()
    /// The SHA-256 of the last job's dump, if it was computed.
    package private(set) var lastSHA256: SHA256Digest?

    package init() {}

    /// The size of all records in bytes.
    package var byteCount: Int { clean.count + failing.count }

    package mutating func removeAll() {
        clean.removeAll()
        failing.removeAll()
        marks.removeAll(keepingCapacity: true)
        identities.removeAll(keepingCapacity: true)
        tallies.removeAll()
        shareOfFailing = UsualShare()
    }

    /// Appends jobs up to the first one with anything to report. Returns how many were appended.
    ///
    /// - Parameters:
    ///   - runs: the runs of the rows that were not created, job by job.
    ///   - source: the input's name, as given by the user.
    ///   - position: where the first job is in the input; each of the others is on the next line.
    ///   - isIdentified: whether ids of rows were compared. None was repeated, or the jobs would not be plain.
    ///   - isHashed: whether the SHA-256 of each dump is wanted.
    ///   - failures: makes the records of failed rows.
    package mutating func append(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String,
        at position: DocumentPosition, isIdentified: Bool, isHashed: Bool,
        failures: inout FailureRecords
    ) -> Int {
        var cleanPlace = RecordBuffer.Source(source, position, in: clean)
        var failingPlace = RecordBuffer.Source(source, position, in: failing)
        var firstRun = 0
        for index in jobs.indices {
            guard jobs[index].isUnremarkable(text) else { return index }
            let endOfRuns = firstRun + jobs[index].runCount
            var outcomes = OutcomeDigest()
            for run in firstRun..<endOfRuns {
                outcomes.add(runs[run].firstRow..<runs[run].firstRow + 1, Outcome(runs[run].facts))
            }
            let hasFailedRows = jobs[index].failedRows > 0
            let dump = jobs[index].dump
            let sha256 =
                isHashed ? SHA256Digest(of: text.extracting(dump.offset..<dump.offset + dump.count)) : nil
            lastSHA256 = sha256
            if hasFailedRows {
                failing.append(
                    jobs[index], text, at: &failingPlace, outcomes.value, hasFailures: true,
                    isIdentified: isIdentified, sha256: sha256)
                let rows = jobs[index].createdRows + jobs[index].existingRows + jobs[index].failedRows
                failing.append(failures.record(of: runs.extracting(firstRun..<endOfRuns), text: text, rowsSeen: rows))
                shareOfFailing.add(jobs[index].rows)
                marks.append(Mark(end: failing.count, hasFailedRows: true))
            } else {
                clean.append(
                    jobs[index], text, at: &cleanPlace, outcomes.value, hasFailures: false, isIdentified: isIdentified,
                    sha256: sha256)
                tallies.add(jobs[index])
                marks.append(Mark(end: clean.count, hasFailedRows: false))
            }
            identities.append(JobIdentity(jobs[index], text))
            firstRun = endOfRuns
            cleanPlace.passLine()
            failingPlace.passLine()
        }
        return jobs.count
    }
}

/// Makes the records of the failed rows of plain jobs. In a log, the same few rows fail for the same reasons again and
/// again: their records are cached, keyed by the bytes that they are made from.
package struct FailureRecords: Sendable {
    private static let places = 256
    /// The size in bytes of the largest records and keys that are cached.
    private static let limit = 1024

    /// An entry that was found since other rows last claimed its slot survives one such claim, so that one-off records
    /// do not evict it.
    private var kept = [(key: [UInt8], record: [UInt8], isFound: Bool)](repeating: ([], [], false), count: places)
    private var key: [UInt8] = []

    package init() {}

    mutating func record(of runs: Span<RowRun>, text: Span<UInt8>, rowsSeen: Int) -> [UInt8] {
        makeKey(runs, text, rowsSeen)
        let place = Int(truncatingIfNeeded: TextHash.hash(key.span) >> 32) & (Self.places - 1)
        if kept[place].key == key {
            kept[place].isFound = true
            return kept[place].record
        }
        let record = PlainFailures(runs, text: text, rowsSeen: rowsSeen).record
        if kept[place].isFound {
            kept[place].isFound = false
        } else if key.count <= Self.limit, record.count <= Self.limit {
            kept[place] = (key, record, false)
        }
        return record
    }

    /// Makes the key of all that the record depends on: which rows failed, of how many, and their codes and messages.
    private mutating func makeKey(_ runs: Span<RowRun>, _ text: Span<UInt8>, _ rowsSeen: Int) {
        key.removeAll(keepingCapacity: true)
        append(rowsSeen)
        for index in runs.indices where runs[index].facts.contains(.error) {
            append(runs[index].firstRow)
            append(runs[index].code, text)
            append(runs[index].message, text)
            // Longer keys are not cached.
            if key.count > Self.limit { return }
        }
    }

    /// - Parameter number: below 2^16, as are the row numbers of plain jobs and the lengths of their texts.
    private mutating func append(_ number: Int) {
        key.append(UInt8(truncatingIfNeeded: number))
        key.append(UInt8(truncatingIfNeeded: number >> 8))
    }

    private mutating func append(_ range: TextRange?, _ text: Span<UInt8>) {
        guard let range else { return append(0) }
        append(range.count + 1)
        unsafe text.withUnsafeBufferPointer { text in
            unsafe key.append(contentsOf: text[range.offset..<range.offset + range.count])
        }
    }
}
