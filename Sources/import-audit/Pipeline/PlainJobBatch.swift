import ImportAnalysis
import ImportDumps

/// Plain jobs that one thread read, as records: many are taken in at once, so that threads need not wait for each other.
///
/// One thread at a time uses it: that of a handler, or one that reads ahead for it.
final class PlainJobBatch: PlainJobTaker, @unchecked Sendable {
    /// The number of jobs that are added at once.
    struct Contents: Sendable {
        fileprivate(set) var records = PlainJobRecords()
        /// Of the jobs.
        fileprivate(set) var orders: [DocumentOrder] = []
    }

    private static let limit = 64 * 1024

    private let collector: Collector
    /// The input of all jobs that are read ahead.
    private let source: String
    /// Whether ids of rows are compared.
    private let isIdentifying: Bool
    private var contents = Contents()

    init(_ collector: Collector, source: String, isIdentifying: Bool) {
        self.collector = collector
        self.source = source
        self.isIdentifying = isIdentifying
    }

    /// Takes jobs up to the first one with anything to report; returns how many.
    ///
    /// - Parameter order: of the first one; becomes that of the document after the last one that is taken.
    func add(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, source: String, at position: DocumentPosition,
        _ order: inout DocumentOrder
    ) throws -> Int {
        let taken = contents.records.append(
            jobs, runs, text: text, source: source, at: position, isIdentified: isIdentifying)
        number(taken, from: &order)
        if contents.records.buffer.count >= Self.limit { try flush() }
        return taken
    }

    private func number(_ count: Int, from order: inout DocumentOrder) {
        for _ in 0..<count {
            contents.orders.append(order)
            order.document += 1
        }
    }

    func take(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) -> Int {
        contents.records.append(jobs, runs, text: text, source: source, at: position, isIdentified: isIdentifying)
    }

    func forget() {
        contents.records.removeAll()
        contents.orders.removeAll(keepingCapacity: true)
    }

    /// Adds the jobs read ahead to the collector, as the next documents.
    func flush(from order: inout DocumentOrder) throws {
        number(contents.records.marks.count, from: &order)
        try flush()
    }

    /// Adds the collected jobs to the collector.
    func flush() throws {
        guard !contents.orders.isEmpty else { return }
        try collector.add(contents)
        forget()
    }
}
