package import ImportDumps
import ImportFoundation

extension PlainJob {
    /// Whether there is nothing to report about the job: it is complete, its counts agree with its rows, and its times
    /// are in order. Its summary then has no findings.
    @inline(__always)
    func isUnremarkable(_ text: Span<UInt8>) -> Bool {
        let rows = createdRows + existingRows + failedRows
        return jobID.count > 0 && isComplete(text) && total == rows && processed ?? rows == rows
            && succeeded ?? rows - failedRows == rows - failedRows && failed ?? failedRows == failedRows
            && areTimesInOrder
    }

    private func isComplete(_ text: Span<UInt8>) -> Bool {
        guard status.count == MemoryLayout<UInt64>.size else { return false }
        return unsafe text.extracting(status.offset..<status.offset + status.count).withUnsafeBytes { bytes in
            unsafe bytes.loadUnaligned(as: UInt64.self) == Self.complete
        }
    }

    /// The bytes of the status `complete` as they are loaded from memory.
    private static let complete = JobStatus.complete.rawValue.utf8.reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
    }.littleEndian

    /// Whether the times that the job has are in order: creation, update, expiry.
    private var areTimesInOrder: Bool {
        let created = times.created ?? 0
        let updated = times.updated ?? created
        return created <= updated && updated <= times.expires ?? updated
    }

    var rows: RowCounts {
        var rows = RowCounts()
        (rows.created, rows.existing, rows.failed, rows.missing) = (createdRows, existingRows, failedRows, 0)
        return rows
    }

    /// The day of creation as a number such as 20250304; nil if the job does not state it.
    var date: Int? { times.created.map { $0 / 1_000_000 } }
}

/// The number of plain jobs without failed rows on one day, and their rows: all that an overview needs of them.
package struct PlainJobTally: Sendable {
    package private(set) var jobs = 0
    package private(set) var rows = RowCounts()
    /// Days since 1970-01-01; nil if the jobs do not state when they were created.
    package let day: Int?

    /// - Parameter date: a number such as 20250304, which must be a valid date.
    static func day(_ date: Int) -> Int {
        DateTime.daysSince1970(date / 10_000, date / 100 % 100, date % 100)
    }

    /// Creates the tally of a single job without failed rows.
    package init(_ job: PlainJobRecord.Fields) {
        (jobs, rows, day) = (1, job.rows, job.day)
    }

    fileprivate init(_ sums: PlainJobTallies.Sums, day: Int?) {
        jobs = sums.jobs
        rows.created = sums.created
        rows.existing = sums.existing
        // Plain jobs contain all rows that they declare.
        rows.missing = 0
        self.day = day
    }
}

/// Plain jobs without failed rows, by day.
package struct PlainJobTallies: Sendable {
    fileprivate struct Sums: Sendable {
        var jobs = 0
        var created = 0
        var existing = 0

        mutating func add(_ other: Sums, _ sign: Int = 1) {
            jobs += sign * other.jobs
            created += sign * other.created
            existing += sign * other.existing
        }
    }

    /// Sums by days such as 20250304; 0 for jobs that do not state when they were created.
    private var days: [Int: Sums] = [:]
    /// The day that was added to last, and its sums so far: most jobs of a log are of the same day as the one before.
    private var last: (date: Int, sums: Sums) = (0, Sums())
    /// When the jobs were created.
    package private(set) var times = JobTimes()

    package init() {}

    /// Adds a job without failed rows.
    package mutating func add(_ job: PlainJob) {
        let date = job.date ?? 0
        if date != last.date { settle(goingOnWith: date) }
        last.sums.jobs += 1
        last.sums.created += job.createdRows
        last.sums.existing += job.existingRows
        if let created = job.times.created { times.add(created: created, rows: job.createdRows + job.existingRows) }
    }

    private mutating func settle(goingOnWith date: Int) {
        if last.sums.jobs > 0 { days[last.date, default: Sums()].add(last.sums) }
        last = (date, Sums())
    }

    package mutating func removeAll() { self = PlainJobTallies() }

    /// Adds other tallies. Returns false, and adds nothing, if there would then be more days than `limit`.
    package mutating func add(_ other: PlainJobTallies, limit: Int) -> Bool {
        var other = other
        other.settle(goingOnWith: 0)
        // The union is needed only if the sum exceeds the limit, because some days may be in both.
        guard days.count + other.days.count <= limit || Set(days.keys).union(other.days.keys).count <= limit else {
            return false
        }
        for (date, sums) in other.days { days[date, default: Sums()].add(sums) }
        times.add(other.times)
        return true
    }

    /// Removes a job that was added.
    package mutating func remove(_ job: JobSummary) {
        let digits = (job.job.createdAt ?? "").utf8.prefix(10).filter { $0 != UInt8(ascii: "-") }
        let date = digits.reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) }
        days[date, default: Sums()].add(
            Sums(jobs: 1, created: job.rows.created, existing: job.rows.existing), -1)
        times.remove(job)
    }

    /// The rows of the jobs.
    package var share: UsualShare {
        var share = UsualShare()
        for tally in all { share.add(tally) }
        if last.sums.jobs > 0 { share.add(PlainJobTally(last.sums, day: nil)) }
        return share
    }

    /// The tallies by day. Only for tallies that others were added to: the last jobs added one by one are not included.
    package var all: [PlainJobTally] {
        days.filter { $0.value.jobs > 0 }.sorted { $0.key < $1.key }.map { date, sums in
            PlainJobTally(
                sums,
                day: date == 0 ? nil : PlainJobTally.day(date))
        }
    }
}

/// The stored data about the failed rows of a plain job.
struct PlainFailures {
    var byCode: [CodeSummary] = []
    var positions: FailurePositions?
    var stretches: [FailureStretch] = []
    var incidents: [FailureIncident] = []

    init() {}

    init(_ runs: Span<RowRun>, text: Span<UInt8>, rowsSeen: Int) {
        if let only = Self.onlyFailedRow(in: runs) {
            let (row, run) = (runs[only].firstRow, runs[only])
            byCode = [
                CodeSummary(onlyRow: row, code: run.code, message: run.message, text: text, rowsSeen: rowsSeen)
            ]
            positions = byCode[0].positions
            return
        }
        var failures = FailureAudit()
        var failed = 0
        for index in runs.indices where runs[index].facts.contains(.error) {
            failed += 1
            failures.count(
                row: runs[index].firstRow, code: runs[index].code, message: runs[index].message, details: nil,
                text: text)
        }
        failures.finish()
        byCode = failures.summaries(rowsSeen: rowsSeen)
        positions = failures.codes.positions.positions(rowsSeen: rowsSeen)
        if failed < rowsSeen { stretches = failures.longestStretches }
        incidents = failures.codes.incidents(rowsSeen: rowsSeen)
    }

    /// The index of the only run with a failed row; nil if there are several, or none.
    private static func onlyFailedRow(in runs: Span<RowRun>) -> Int? {
        var only: Int?
        for index in runs.indices where runs[index].facts.contains(.error) {
            guard only == nil else { return nil }
            only = index
        }
        return only
    }
}
