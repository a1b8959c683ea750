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
    private let kernel: RowKernel
    /// The job at hand and the one on the next line: one is only known to be over when the next one is there.
    private var job = rowscan_plain_job()
    private var next = rowscan_plain_job()
    private var rows = PlainRows()
    private var nextRows = PlainRows()
    /// Where the job that was passed on to begins: it was read already, and is in ``job``. Of use to the next call only, for
    /// after any other reading the bytes there may be others.
    private var passed: (index: Int, offset: Int)?

    init(kernel: RowKernel) {
        self.kernel = kernel
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
        guard unsafe isRead || read(start, at: index, &job, rows) else { return nil }
        var end = Int(job.offset) + Int(job.length)
        if unsafe start[end] == UInt8(ascii: "\r") { end += 1 }
        guard unsafe start[end] == UInt8(ascii: "\n"), unsafe read(start, at: end + 1, &next, nextRows) else {
            return nil
        }
        return PlainJob(job)
    }

    /// Reads a job with nothing but white space behind it; nil if that is not all there is.
    ///
    /// - Parameter bytes: a zero stands behind the last one.
    func readAlone(_ bytes: UnsafeBufferPointer<UInt8>) -> PlainJob? {
        passed = nil
        guard let start = bytes.baseAddress, unsafe read(start, at: 0, &job, rows) else { return nil }
        for index in Int(job.length)..<bytes.count {
            guard unsafe ASCII.isSpace(bytes[index]) else { return nil }
        }
        var whole = PlainJob(job)
        whole.byteCount = bytes.count
        return whole
    }

    /// Passes on to the next job; returns its index.
    ///
    /// - Parameter offset: of the job that was read, in the input.
    func pass(from offset: Int) -> Int {
        swap(&job, &next)
        swap(&rows, &nextRows)
        let index = Int(job.offset)
        passed = (index, offset + index - Int(next.offset))
        return index
    }

    /// Forgets what was read: another input follows.
    func restart() {
        passed = nil
    }

    /// The runs of the rows that were not created, of the job that was read.
    func withRuns<Result>(_ body: (Span<RowRun>) throws -> Result) rethrows -> Result {
        try rows.withRuns(of: job, body)
    }

    private func read(
        _ bytes: UnsafePointer<UInt8>, at index: Int, _ job: inout rowscan_plain_job, _ rows: PlainRows
    ) -> Bool {
        unsafe rowscan_read_plain_job(kernel.functions, bytes, UInt32(index), &job, rows.memory)
    }
}

/// Room for the rows of a plain job.
@safe
private final class PlainRows {
    fileprivate let memory = UnsafeMutablePointer<rowscan_plain_row>.allocate(capacity: Int(ROWSCAN_PLAIN_ROWS))
    private let runs = UnsafeMutablePointer<RowRun>.allocate(capacity: Int(ROWSCAN_PLAIN_ROWS))

    deinit {
        unsafe memory.deallocate()
        unsafe runs.deallocate()
    }

    func withRuns<Result>(
        of job: rowscan_plain_job, _ body: (Span<RowRun>) throws -> Result
    ) rethrows -> Result {
        var count = 0
        for index in 0..<Int(job.row_count) {
            let row = unsafe memory[index]
            switch Int(row.outcome) {
            case Int(ROWSCAN_CREATED): continue
            case Int(ROWSCAN_EXISTING):
                unsafe (runs + count).initialize(to: RowRun(firstRow: index + 1, facts: .existing))
            default:
                unsafe (runs + count).initialize(
                    to: RowRun(
                        firstRow: index + 1, facts: [.error, .code], code: TextRange(row.code),
                        message: TextRange(row.message)))
            }
            count += 1
        }
        return try body(unsafe UnsafeBufferPointer(start: runs, count: count).span)
    }
}
