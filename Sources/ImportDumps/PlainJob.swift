internal import CRowScan
import ImportFoundation

/// A job with few rows and nothing to note, read at once and without memory of its own; archives consist of such jobs.
///
/// Reading it decides nothing: a consumer that does not take it as it is gets the same job from the strict reader.
package struct PlainJob: Sendable {
    /// The range of the object in the accompanying text.
    package var range: TextRange
    /// The range of its dump: that of the object, or of the whole input if it contains nothing else.
    package var dump: TextRange
    package var jobID: TextRange
    package var status: TextRange
    package var times: Times
    /// The value of its id, if that is a UUID of RFC 9562 in lowercase, so that no other text has the same value.
    package var uuid: (first: UInt64, second: UInt64)?
    package var total: Int
    package var processed: Int?
    package var succeeded: Int?
    package var failed: Int?
    /// The number of rows of each outcome in the job's results.
    package var createdRows: Int
    package var existingRows: Int
    package var failedRows: Int
    /// The number of runs of its rows that were not created, one row each. They follow those of the jobs before it.
    package var runCount: Int

    /// Times in the form of nearly all dumps, such as `2025-03-04T10:06:00Z`, each as one number made of its digits.
    package struct Times: Sendable {
        package var created: Int?
        package var updated: Int?
        package var expires: Int?
    }
}

extension PlainJob {
    @inline(__always)
    fileprivate init(_ job: UnsafePointer<rowscan_plain_job>) {
        let keys = unsafe job.pointee.keys
        func value(_ key: Int, _ value: Int64) -> Int? { keys & 1 << UInt32(key) == 0 ? nil : Int(value) }
        range = unsafe TextRange(offset: Int(job.pointee.offset), count: Int(job.pointee.length))
        dump = range
        jobID = unsafe TextRange(job.pointee.id)
        status = unsafe TextRange(job.pointee.status)
        times = unsafe Times(
            created: value(ROWSCAN_CREATED_AT, job.pointee.times.0),
            updated: value(ROWSCAN_UPDATED_AT, job.pointee.times.1),
            expires: value(ROWSCAN_EXPIRES_AT, job.pointee.times.2))
        uuid = unsafe job.pointee.has_uuid ? job.pointee.uuid : nil
        total = unsafe Int(job.pointee.counts.0)
        processed = unsafe value(ROWSCAN_PROCESSED, job.pointee.counts.1)
        succeeded = unsafe value(ROWSCAN_SUCCEEDED, job.pointee.counts.2)
        failed = unsafe value(ROWSCAN_FAILED_COUNT, job.pointee.counts.3)
        createdRows = unsafe Int(job.pointee.rows.0)
        existingRows = unsafe Int(job.pointee.rows.1)
        failedRows = unsafe Int(job.pointee.rows.2)
        runCount = unsafe Int(job.pointee.noted_count)
    }
}

extension TextRange {
    fileprivate init(_ text: rowscan_text) {
        self.init(offset: Int(text.offset), count: Int(text.length))
    }
}

extension RowRun {
    @inline(__always)
    fileprivate init(_ row: UnsafePointer<rowscan_plain_row>) {
        let number = unsafe Int(row.pointee.number)
        if unsafe row.pointee.outcome == UInt32(ROWSCAN_FAILED) {
            self = unsafe RowRun(
                firstRow: number, facts: [.error, .code], code: TextRange(row.pointee.code),
                message: TextRange(row.pointee.message))
        } else {
            self.init(firstRow: number, facts: .existing)
        }
    }
}

/// Reads plain jobs that are complete in a block of bytes, one per line and a few at a time.
@safe
final class PlainJobReader {
    private static let mostJobs = 64
    private static let mostRuns = 4 * Int(ROWSCAN_PLAIN_ROWS)

    private let kernel: RowKernel
    /// The jobs and rows read last, as the kernel wrote them and as consumers get them.
    private let jobs = UnsafeMutablePointer<rowscan_plain_job>.allocate(capacity: mostJobs)
    private let rows = UnsafeMutablePointer<rowscan_plain_row>.allocate(capacity: mostRuns)
    private let plainJobs = UnsafeMutablePointer<PlainJob>.allocate(capacity: mostJobs)
    private let runs = UnsafeMutablePointer<RowRun>.allocate(capacity: mostRuns)
    /// The number of jobs to read at once. It is low where jobs are not taken, because those after them are read again.
    private var wanted = 2
    /// Whether a job is only plain if no two of its rows have the same id.
    var refusesRepeatedIDs = false

    init(kernel: RowKernel) {
        self.kernel = kernel
    }

    deinit {
        unsafe jobs.deallocate()
        unsafe rows.deallocate()
        unsafe plainJobs.deallocate()
        unsafe runs.deallocate()
    }

    /// Reads some jobs from an index on, as long as a plain job begins on the line after each. Returns how many.
    ///
    /// Anything between two jobs would have to be noted for the first one, so a job counts only once the next one was
    /// read too.
    ///
    /// - Parameters:
    ///   - bytes: must be followed by a zero.
    ///   - end: jobs that begin there or later are not wanted.
    func read(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, before end: Int = .max) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        return max(0, unsafe read(start, at: index, upTo: end, limit: wanted) - 1)
    }

    /// Reads a job that is followed only by white space. Returns false if there is anything else.
    ///
    /// - Parameter bytes: must be followed by a zero.
    func readAlone(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = bytes.baseAddress, unsafe read(start, at: 0, upTo: 0, limit: 1) == 1 else { return false }
        for index in unsafe Int(jobs.pointee.length)..<bytes.count {
            guard unsafe ASCII.isSpace(bytes[index]) else { return false }
        }
        return true
    }

    private func read(_ bytes: UnsafePointer<UInt8>, at index: Int, upTo end: Int, limit: Int) -> Int {
        unsafe Int(
            kernel.functions.pointee.read_plain_jobs(
                bytes, UInt32(index), UInt32(clamping: end), refusesRepeatedIDs, jobs, UInt32(limit), rows,
                UInt32(Self.mostRuns)))
    }

    /// Passes on the first jobs that were read, and the runs of their rows that were not created.
    ///
    /// - Parameters:
    ///   - inputSize: the size of the input, if it contains nothing else.
    ///   - body: returns how many of the jobs it takes.
    /// - Returns: the number of jobs taken.
    func handOver(
        _ count: Int, inputSize: Int? = nil, _ body: (Span<PlainJob>, Span<RowRun>) throws -> Int
    ) rethrows -> Int {
        var runCount = 0
        for index in 0..<count {
            unsafe (plainJobs + index).initialize(to: PlainJob(jobs + index))
            for row in unsafe runCount..<runCount + Int(jobs[index].noted_count) {
                unsafe (runs + row).initialize(to: RowRun(rows + row))
            }
            unsafe runCount += Int(jobs[index].noted_count)
        }
        if let inputSize { unsafe plainJobs.pointee.dump = TextRange(offset: 0, count: inputSize) }
        let taken = try body(
            unsafe UnsafeBufferPointer(start: plainJobs, count: count).span,
            unsafe UnsafeBufferPointer(start: runs, count: runCount).span)
        wanted = taken < count ? 2 : min(2 * wanted, Self.mostJobs)
        return taken
    }

    /// Returns the number of bytes from the start of the first job read to the start of another one.
    func distance(to job: Int) -> Int { unsafe Int(jobs[job].offset) - Int(jobs[0].offset) }
}
