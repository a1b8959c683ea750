import ImportAnalysis
import ImportDumps

/// Plain jobs that one thread read, as records: many are taken in at once, so that threads need not wait for each other.
///
/// One thread at a time uses it: that of a handler, or one that reads ahead for it.
final class PlainJobBatch: PlainJobTaker, @unchecked Sendable {
    struct Job: Sendable {
        var order: DocumentOrder
        var hasFailedRows: Bool
        /// Where its record ends.
        var end: Int
    }

    /// What is taken in at once.
    struct Contents: Sendable {
        let records = RecordBuffer()
        fileprivate(set) var jobs: [Job] = []
        /// Theirs.
        fileprivate(set) var identities: [JobIdentity] = []
        /// Of those without failed rows.
        fileprivate(set) var tallies = PlainJobTallies()
    }

    private static let limit = 64 * 1024

    private let collector: Collector
    /// The input of all jobs that are taken ahead.
    private let source: String
    /// Whether ids of rows are compared.
    private let isIdentifying: Bool
    private var contents = Contents()

    init(_ collector: Collector, source: String, isIdentifying: Bool) {
        self.collector = collector
        self.source = source
        self.isIdentifying = isIdentifying
    }

    /// False, and nothing is done, if something is to be said of the job.
    func add(
        _ job: PlainJob, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition,
        _ order: DocumentOrder
    ) throws -> Bool {
        guard append(job, runs, text, source, position, order) else { return false }
        if contents.records.count >= Self.limit { try flush() }
        return true
    }

    private func append(
        _ job: PlainJob, _ runs: Span<RowRun>, _ text: Span<UInt8>, _ source: String, _ position: DocumentPosition,
        _ order: DocumentOrder
    ) -> Bool {
        guard
            job.appendRecord(
                runs, text: text, source: source, at: position, isIdentified: isIdentifying, to: contents.records)
        else { return false }
        contents.jobs.append(
            Job(order: order, hasFailedRows: job.failedRows > 0, end: contents.records.count))
        contents.identities.append(JobIdentity(job, text))
        if job.failedRows == 0 { contents.tallies.add(job) }
        return true
    }

    func take(
        _ job: PlainJob, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) -> Bool {
        append(job, runs, text, source, position, DocumentOrder(input: 0))
    }

    func forget() {
        contents.records.removeAll()
        contents.jobs.removeAll(keepingCapacity: true)
        contents.identities.removeAll(keepingCapacity: true)
        contents.tallies.removeAll()
    }

    /// Has the collector take in what was taken ahead, as the documents that come next.
    func flush(from order: inout DocumentOrder) throws {
        for index in contents.jobs.indices {
            contents.jobs[index].order = order
            order.document += 1
        }
        try flush()
    }

    /// Has the collector take in what there is.
    func flush() throws {
        guard !contents.jobs.isEmpty else { return }
        try collector.add(contents)
        forget()
    }
}
