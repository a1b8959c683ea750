internal import CRowScan
import ImportFoundation

/// A job of a few rows in which there is nothing to note, read in one go and without memory of its own: archives consist
/// of such jobs.
///
/// Nothing is decided here. A consumer that does not take it as it is gets the same job from the strict reader.
package struct PlainJob: Sendable {
    /// Of the object, in the text that comes with it.
    package var range: TextRange
    /// The size of its dump: that of the object, or of the input if there is nothing else in it.
    package var byteCount: Int
    package var jobID: TextRange
    package var status: TextRange
    package var createdAt: TextRange?
    package var updatedAt: TextRange?
    package var expiresAt: TextRange?
    /// The times that it has.
    package var times: Times
    /// What its id stands for, if that is a UUID of RFC 9562 in small letters: no other text is the same one.
    package var uuid: (first: UInt64, second: UInt64)?
    package var total: Int
    package var processed: Int?
    package var succeeded: Int?
    package var failed: Int?
    /// Rows of each outcome, as the job's results have them.
    package var createdRows: Int
    package var existingRows: Int
    package var failedRows: Int

    /// Times as nearly all dumps have them, such as `2025-03-04T10:06:00Z`: their digits as one number, nil for a text of
    /// any other form.
    package struct Times: Sendable {
        package var created: Int?
        package var updated: Int?
        package var expires: Int?
    }
}

extension PlainJob {
    fileprivate init(_ job: rowscan_plain_job) {
        func text(_ key: Int, _ text: rowscan_text) -> TextRange? {
            job.keys & 1 << UInt32(key) == 0 ? nil : TextRange(text)
        }
        range = TextRange(offset: Int(job.offset), count: Int(job.length))
        byteCount = range.count
        jobID = TextRange(job.texts.0)
        status = TextRange(job.texts.1)
        createdAt = text(ROWSCAN_CREATED_AT, job.texts.6)
        updatedAt = text(ROWSCAN_UPDATED_AT, job.texts.7)
        expiresAt = text(ROWSCAN_EXPIRES_AT, job.texts.8)
        func time(_ time: Int64) -> Int? { time < 0 ? nil : Int(time) }
        times = Times(created: time(job.times.0), updated: time(job.times.1), expires: time(job.times.2))
        uuid = job.has_uuid ? job.uuid : nil
        func count(_ key: Int, _ count: Int64) -> Int? {
            job.keys & 1 << UInt32(key) == 0 ? nil : Int(count)
        }
        total = Int(job.counts.0)
        processed = count(ROWSCAN_PROCESSED, job.counts.1)
        succeeded = count(ROWSCAN_SUCCEEDED, job.counts.2)
        failed = count(ROWSCAN_FAILED_COUNT, job.counts.3)
        (createdRows, existingRows, failedRows) = (Int(job.rows.0), Int(job.rows.1), Int(job.rows.2))
    }
}

extension TextRange {
    fileprivate init(_ text: rowscan_text) {
        self.init(offset: Int(text.offset), count: Int(text.length))
    }
}

/// Reads plain jobs that lie whole in a block of bytes, one on each line.
@safe
final class PlainJobReader {
    private static let rowLimit = Int(ROWSCAN_PLAIN_ROWS)

    private let kernel: RowKernel
    /// The job at hand and the one on the next line, for one is only known to be over when the next one is there; and the
    /// rows of each. Which is which changes with each job.
    private let jobs = UnsafeMutablePointer<rowscan_plain_job>.allocate(capacity: 2)
    private let rows = UnsafeMutablePointer<rowscan_plain_row>.allocate(capacity: 2 * rowLimit)
    private var current = 0
    private let runs = UnsafeMutablePointer<RowRun>.allocate(capacity: rowLimit)
    /// Where the job that was passed on to begins: it was read already, and is the current one. Of use to the next call
    /// only, for after any other reading the bytes there may be others.
    private var passed: (index: Int, offset: Int)?
    /// Whether a job is only plain if no two of its rows have the same id.
    var refusesRepeatedIDs = false

    init(kernel: RowKernel) {
        self.kernel = kernel
        unsafe jobs.initialize(repeating: rowscan_plain_job(), count: 2)
    }

    deinit {
        unsafe jobs.deallocate()
        unsafe rows.deallocate()
        unsafe runs.deallocate()
    }

    /// Reads the job at an index; nil if it is not plain, or if no plain job begins on the line behind it.
    ///
    /// What lies between two jobs would have to be told of the first one. So of a job nothing is told until the next one
    /// was read too.
    ///
    /// - Parameters:
    ///   - bytes: a zero stands behind the last one.
    ///   - offset: that of the job in the input.
    func read(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, offset: Int) -> PlainJob? {
        guard let start = bytes.baseAddress else { return nil }
        let isRead = passed.map { $0 == (index, offset) } ?? false
        passed = nil
        let current = current
        guard unsafe isRead || read(start, at: index, into: current) else { return nil }
        let job = unsafe jobs + current
        var end = unsafe Int(job.pointee.offset) + Int(job.pointee.length)
        if unsafe start[end] == UInt8(ascii: "\r") { end += 1 }
        guard unsafe start[end] == UInt8(ascii: "\n"), unsafe read(start, at: end + 1, into: 1 - current) else {
            return nil
        }
        return unsafe PlainJob(job.pointee)
    }

    /// Reads a job with nothing but white space behind it; nil if that is not all there is.
    ///
    /// - Parameter bytes: a zero stands behind the last one.
    func readAlone(_ bytes: UnsafeBufferPointer<UInt8>) -> PlainJob? {
        passed = nil
        guard let start = bytes.baseAddress, unsafe read(start, at: 0, into: current) else { return nil }
        let job = unsafe jobs + current
        for index in unsafe Int(job.pointee.length)..<bytes.count {
            guard unsafe ASCII.isSpace(bytes[index]) else { return nil }
        }
        var whole = unsafe PlainJob(job.pointee)
        whole.byteCount = bytes.count
        return whole
    }

    /// Passes on to the next job; returns its index.
    ///
    /// - Parameter offset: of the job that was read, in the input.
    func pass(from offset: Int) -> Int {
        let before = unsafe Int(jobs[current].offset)
        current = 1 - current
        let index = unsafe Int(jobs[current].offset)
        passed = (index, offset + index - before)
        return index
    }

    /// Forgets what was read: another input follows.
    func restart() {
        passed = nil
    }

    /// The runs of the rows that were not created, of the job that was read.
    func withRuns<Result>(_ body: (Span<RowRun>) throws -> Result) rethrows -> Result {
        let rows = unsafe rows + current * Self.rowLimit
        var count = 0
        for index in unsafe 0..<Int(jobs[current].row_count) {
            let row = unsafe rows + index
            switch unsafe Int(row.pointee.outcome) {
            case Int(ROWSCAN_CREATED): continue
            case Int(ROWSCAN_EXISTING):
                unsafe (runs + count).initialize(to: RowRun(firstRow: index + 1, facts: .existing))
            default:
                unsafe (runs + count).initialize(
                    to: RowRun(
                        firstRow: index + 1, facts: [.error, .code], code: TextRange(row.pointee.code),
                        message: TextRange(row.pointee.message)))
            }
            count += 1
        }
        return try body(unsafe UnsafeBufferPointer(start: runs, count: count).span)
    }

    private func read(_ bytes: UnsafePointer<UInt8>, at index: Int, into number: Int) -> Bool {
        let (job, rows) = unsafe (jobs + number, rows + number * Self.rowLimit)
        guard unsafe rowscan_read_plain_job(kernel.functions, bytes, UInt32(index), job, rows) else { return false }
        return unsafe !refusesRepeatedIDs || !rowscan_has_repeated_ids(kernel.functions, bytes, job, rows)
    }
}
