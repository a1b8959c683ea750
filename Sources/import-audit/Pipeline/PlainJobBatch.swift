import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// Plain jobs that one thread read, as records: many are taken in at once, so that threads need not wait for each other.
///
/// One thread at a time uses it: that of a handler, or one that reads ahead for it.
final class PlainJobBatch: PlainJobTaker, @unchecked Sendable {
    /// What is wanted of the jobs.
    struct Wishes: Sendable {
        /// Whether ids of rows are compared.
        var isIdentifying = false
        /// Whether the SHA-256 of each dump is computed.
        var isHashing = false
        /// How failed rows are written, if they are wanted.
        var failedRows: FailedRowsForm?
    }

    /// The form of failed rows: lines of `failures.csv`.
    struct FailedRowsForm: Sendable {
        var options: CSVOptions
        var codes: CodeBook?
    }

    /// The jobs that are added at once.
    struct Contents: Sendable {
        fileprivate(set) var records = PlainJobRecords()
        /// Of the jobs.
        fileprivate(set) var orders: [DocumentOrder] = []
        /// The files of failed rows of those jobs that have any, one after another, if they are wanted.
        fileprivate(set) var failedRows: [UInt8] = []
        /// The indices of these jobs, and the end of the file of each.
        fileprivate var failedRowEnds: [(job: Int, end: Int)] = []

        /// The entries of the jobs, whose records are in a stretch.
        func entries(
            in stretch: Spool.Stretch, kind: (PlainJobRecords.Mark) -> ResultStore.Entry.Kind = { _ in .plain }
        ) -> [ResultStore.Entry] {
            var start = 0
            var entries: [ResultStore.Entry] = []
            entries.reserveCapacity(orders.count)
            for (order, mark) in zip(orders, records.marks) {
                entries.append(
                    ResultStore.Entry(
                        order, Spool.Stretch(offset: stretch.offset + start, count: mark.end - start),
                        kind: kind(mark)))
                start = mark.end
            }
            return entries
        }

        /// Hands out the jobs with failed rows, and where the file of each is in ``failedRows``.
        func forEachFileOfFailedRows(_ body: (DocumentOrder, Range<Int>) throws -> Void) rethrows {
            var start = 0
            for (job, end) in failedRowEnds {
                try body(orders[job], start..<end)
                start = end
            }
        }
    }

    private static let limit = 64 * 1024

    /// The input of all jobs that are read ahead.
    private let source: String
    private let wishes: Wishes
    private let deliver: (Contents) throws -> Void
    private var contents = Contents()
    private var failedRows: RowsCSV<MemoryOutput>?
    /// Of the dump of the last job that was taken, if it was computed.
    var lastSHA256: SHA256Digest? { contents.records.lastSHA256 }

    /// - Parameter deliver: takes the jobs in. Threads may do so at the same time.
    init(source: String = "", _ wishes: Wishes, deliver: @escaping (Contents) throws -> Void) {
        self.source = source
        self.wishes = wishes
        self.deliver = deliver
        failedRows = wishes.failedRows.map {
            RowsCSV(.failures, options: $0.options, codes: $0.codes, to: MemoryOutput())
        }
    }

    /// Takes jobs up to the first one with anything to report; returns how many.
    ///
    /// - Parameter order: of the first one; becomes that of the document after the last one that is taken.
    func add(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition,
        _ order: inout DocumentOrder
    ) throws -> Int {
        let taken = try append(jobs, runs, text: text, source: source, at: position)
        number(taken, from: &order)
        if contents.records.buffer.count + contents.failedRows.count >= Self.limit { try flush() }
        return taken
    }

    private func append(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition
    ) throws -> Int {
        let first = contents.records.marks.count
        let taken = contents.records.append(
            jobs, runs, text: text, source: source, at: position, isIdentified: wishes.isIdentifying,
            isHashed: wishes.isHashing)
        guard failedRows != nil else { return taken }
        var firstRun = 0
        for index in 0..<taken {
            let endOfRuns = firstRun + jobs[index].runCount
            if jobs[index].failedRows > 0 {
                try appendFailedRows(of: jobs[index], runs.extracting(firstRun..<endOfRuns), text)
                contents.failedRowEnds.append((first + index, contents.failedRows.count))
            }
            firstRun = endOfRuns
        }
        return taken
    }

    private func appendFailedRows(
        of plain: borrowing PlainJob, _ runs: Span<RowRun>, _ text: Span<UInt8>
    ) throws {
        var job = DeclaredJob()
        let range = plain.jobID.offset..<plain.jobID.offset + plain.jobID.count
        job.jobID = unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0[range], as: UTF8.self) }
        try failedRows?.beginRows(of: job)
        try failedRows?.consume(runs, text: text)
        if let file = try failedRows?.finish(job: job) { contents.failedRows += file.bytes }
    }

    private func number(_ count: Int, from order: inout DocumentOrder) {
        for _ in 0..<count {
            contents.orders.append(order)
            order.document += 1
        }
    }

    func take(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int {
        try append(jobs, runs, text: text, source: source, at: position)
    }

    func forget() {
        contents.records.removeAll()
        contents.orders.removeAll(keepingCapacity: true)
        contents.failedRows.removeAll(keepingCapacity: true)
        contents.failedRowEnds.removeAll(keepingCapacity: true)
    }

    /// Delivers the jobs read ahead, as the next documents.
    func flush(from order: inout DocumentOrder) throws {
        number(contents.records.marks.count, from: &order)
        try flush()
    }

    /// Delivers the collected jobs.
    func flush() throws {
        guard !contents.orders.isEmpty else { return }
        try deliver(contents)
        forget()
    }
}
