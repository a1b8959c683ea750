import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// Collects plain jobs that one thread reads, as records, and delivers many at once, so that threads need not wait for
/// each other.
///
/// Only one thread at a time uses it: the handler's own, or one that reads ahead for it.
final class PlainJobBatch: PlainJobTaker, @unchecked Sendable {
    /// What the caller needs from the jobs.
    struct Wishes: Sendable {
        /// Whether row ids are compared.
        var isIdentifying = false
        /// Whether the SHA-256 of each dump is computed.
        var isHashing = false
        /// How failed rows are written; nil if they are not wanted.
        var failedRows: FailedRowsForm?
    }

    /// The form of failed rows: lines of `failures.csv`.
    struct FailedRowsForm: Sendable {
        var options: CSVOptions
        var codes: CodeBook?
    }

    /// The jobs that are delivered together.
    struct Contents: Sendable {
        fileprivate(set) var records = PlainJobRecords()
        /// The positions of the jobs among all documents.
        fileprivate(set) var orders: [DocumentOrder] = []
        /// The files of failed rows, one after another, of the jobs that have any; empty if they are not wanted.
        fileprivate(set) var failedRows: [UInt8] = []
        /// The index of each job with failed rows, and the end of its file.
        fileprivate var failedRowEnds: [(job: Int, end: Int)] = []

        fileprivate mutating func removeAll() {
            records.removeAll()
            orders.removeAll(keepingCapacity: true)
            failedRows.removeAll(keepingCapacity: true)
            failedRowEnds.removeAll(keepingCapacity: true)
        }

        /// Stores the records of the jobs, and returns their entries.
        func entries(
            in spool: Spool, kind: (PlainJobRecords.Mark) -> ResultStore.Entry.Kind = { _ in .plain }
        ) throws -> [ResultStore.Entry] {
            let clean = try unsafe spool.append(records.clean.bytes.span).offset
            let failing = try unsafe spool.append(records.failing.bytes.span).offset
            var (cleanStart, failingStart) = (0, 0)
            var entries: [ResultStore.Entry] = []
            entries.reserveCapacity(orders.count)
            for (order, mark) in zip(orders, records.marks) {
                let stretch: Spool.Stretch
                if mark.hasFailedRows {
                    stretch = Spool.Stretch(offset: failing + failingStart, count: mark.end - failingStart)
                    failingStart = mark.end
                } else {
                    stretch = Spool.Stretch(offset: clean + cleanStart, count: mark.end - cleanStart)
                    cleanStart = mark.end
                }
                entries.append(ResultStore.Entry(order, stretch, kind: kind(mark)))
            }
            return entries
        }

        /// Passes on the jobs with failed rows, and the range of each one's file in ``failedRows``.
        func forEachFileOfFailedRows(_ body: (DocumentOrder, Range<Int>) throws -> Void) rethrows {
            var start = 0
            for (job, end) in failedRowEnds {
                try body(orders[job], start..<end)
                start = end
            }
        }
    }

    private static let limit = 64 * 1024

    /// Jobs to deliver, and an action to perform afterwards.
    private struct Delivery {
        var jobs = Contents()
        var afterwards: (() throws -> Void)?
    }

    /// The name of the input, for a batch that reads ahead.
    private let source: String
    private let wishes: Wishes
    private let deliver: (Contents) throws -> Void
    private var contents = Contents()
    /// Deliveries that precede ``contents`` and are due next.
    private var waiting: [Delivery] = []
    private static let mostWaiting = 8
    /// Completed deliveries, whose memory is reused.
    private var spare: [Delivery] = []
    private var failureRecords = FailureRecords()
    private var failedRows: RowsCSV<MemoryOutput>?
    /// The SHA-256 of the dump of the last job taken, if it was computed.
    var lastSHA256: SHA256Digest? { contents.records.lastSHA256 }

    /// - Parameter deliver: takes the jobs in. Several threads may call it at the same time.
    init(source: String = "", _ wishes: Wishes, deliver: @escaping (Contents) throws -> Void) {
        self.source = source
        self.wishes = wishes
        self.deliver = deliver
        failedRows = wishes.failedRows.map {
            RowsCSV(.failures, options: $0.options, codes: $0.codes, to: MemoryOutput())
        }
    }

    /// Takes jobs up to the first one with anything to report. Returns how many were taken.
    ///
    /// - Parameter order: the position of the first job; set to that of the document after the last job taken.
    func add(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition,
        _ order: inout DocumentOrder
    ) throws -> Int {
        try deliverWaiting()
        let taken = try append(jobs, runs, text: text, source: source, at: position)
        number(taken, from: &order)
        if contents.records.byteCount + contents.failedRows.count >= Self.limit { try flush() }
        return taken
    }

    private func append(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition
    ) throws -> Int {
        let first = contents.records.marks.count
        let taken = contents.records.append(
            jobs, runs, text: text, source: source, at: position, isIdentified: wishes.isIdentifying,
            isHashed: wishes.isHashing, failures: &failureRecords)
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

    func forget() { contents.removeAll() }

    /// Takes over the jobs that another thread read ahead, as the next documents.
    ///
    /// They are delivered by the next call. Until then, the other thread can be given more to read, which it does
    /// during the delivery.
    func adopt(_ ahead: PlainJobBatch, from order: inout DocumentOrder) throws {
        try deliverWaiting()
        ahead.number(ahead.contents.records.marks.count, from: &order)
        queue(self)
        queue(ahead)
    }

    /// Performs an action once all jobs so far have been delivered.
    func afterwards(_ action: @escaping () throws -> Void) throws {
        guard !waiting.isEmpty, waiting.count < Self.mostWaiting else {
            try flush()
            return try action()
        }
        queue(self)
        if waiting[waiting.count - 1].afterwards != nil { waiting.append(spare.popLast() ?? Delivery()) }
        waiting[waiting.count - 1].afterwards = action
    }

    private func queue(_ batch: PlainJobBatch) {
        guard !batch.contents.orders.isEmpty else { return }
        var full = spare.popLast() ?? Delivery()
        swap(&full.jobs, &batch.contents)
        waiting.append(full)
    }

    private func deliverWaiting() throws {
        guard !waiting.isEmpty else { return }
        var deliveries: [Delivery] = []
        swap(&deliveries, &waiting)
        for index in deliveries.indices {
            if !deliveries[index].jobs.orders.isEmpty { try deliver(deliveries[index].jobs) }
            try deliveries[index].afterwards?()
            deliveries[index].afterwards = nil
            deliveries[index].jobs.removeAll()
        }
        spare += deliveries
    }

    /// Delivers the collected jobs.
    func flush() throws {
        try deliverWaiting()
        guard !contents.orders.isEmpty else { return }
        try deliver(contents)
        contents.removeAll()
    }
}
