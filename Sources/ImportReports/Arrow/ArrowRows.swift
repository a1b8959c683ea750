import ImportAnalysis
import ImportDumps
import ImportFoundation

/// Writes rows as an Arrow IPC stream: batches of at most ``batchRows`` rows, each after the dictionaries that changed.
///
/// Memory is bounded: a batch ends early when its texts reach ``batchBytes``, and a dictionary that has grown beyond
/// ``dictionaryTexts`` or ``dictionaryBytes`` is started over with the next batch.
final class ArrowRows {
    typealias Write = (Span<UInt8>) throws -> Void

    /// The most rows of a batch.
    static let batchRows = 65_536
    /// The bytes of ids, messages and dictionaries after which a batch ends.
    static let batchBytes = 16 * 1024 * 1024
    /// The number of texts beyond which a dictionary is started over.
    static let dictionaryTexts = 4096
    /// The number of bytes beyond which a dictionary is started over.
    static let dictionaryBytes = 1024 * 1024

    private enum Dictionary: Int { case sources, jobs, outcomes, codes }

    static let columns: [ArrowMessages.Column] = [
        .init(name: "source", kind: .dictionary(id: Dictionary.sources.rawValue, bits: 32), isNullable: false),
        .init(name: "job_id", kind: .dictionary(id: Dictionary.jobs.rawValue, bits: 32), isNullable: true),
        .init(name: "row", kind: .number, isNullable: false),
        .init(name: "outcome", kind: .dictionary(id: Dictionary.outcomes.rawValue, bits: 8), isNullable: false),
        .init(name: "record_id", kind: .text, isNullable: true),
        .init(name: "error_code", kind: .dictionary(id: Dictionary.codes.rawValue, bits: 32), isNullable: true),
        .init(name: "error_message", kind: .text, isNullable: true),
    ]

    private var batch: ArrowBatch

    init(_ selection: RowSelection) {
        batch = ArrowBatch(selection)
    }

    /// Begins a job, to which the rows that follow belong.
    func begin(source: String, jobID: String?) {
        batch.begin(source: source, jobID: jobID)
    }

    /// Appends the selected rows.
    func append(_ runs: Span<RowRun>, _ text: Span<UInt8>, _ write: Write) throws {
        for index in runs.indices { try batch.append(runs[index], text, write) }
    }

    /// Writes the remaining rows and the end of the stream.
    func finish(_ write: Write) throws {
        try batch.flush(write)
        try batch.beginStream(write)
        let end = ArrowMessages.end
        try write(end.span)
    }
}

/// The rows that have not been written yet. As a value, it needs only one check of exclusive access for all runs of a
/// call.
private struct ArrowBatch: ~Copyable {
    private let selection: RowSelection
    private var hasBegun = false
    private var rows = 0

    private var source: [UInt8] = []
    private var job: [UInt8]?
    /// The job's indices in the dictionaries of this batch; nil until one of its rows is selected.
    private var numbers: (source: Int32, job: Int32)?

    private var sources = ColumnBuffer()
    private var jobs = NumberedTexts()
    private var rowNumbers = ColumnBuffer()
    private var outcomes = ColumnBuffer()
    private var ids = TextColumn()
    private var codes = NumberedTexts()
    private var messages = TextColumn()

    private var sourceTexts = ArrowDictionary()
    private var jobTexts = ArrowDictionary()
    private var codeTexts = ArrowDictionary()

    init(_ selection: RowSelection) {
        self.selection = selection
    }

    mutating func begin(source: String, jobID: String?) {
        self.source = Array(source.utf8)
        job = jobID.map { Array($0.utf8) }
        numbers = nil
    }

    mutating func append(_ run: RowRun, _ text: Span<UInt8>, _ write: ArrowRows.Write) throws {
        let outcome = Outcome(run.facts)
        guard selection.contains(outcome), selection.takesAllCodes || selection.contains(run.code, text) else { return }
        var index = 0
        while index < run.count {
            let times = min(run.count - index, ArrowRows.batchRows - rows)
            append(run, index, times: times, outcome, text)
            index += times
            if rows == ArrowRows.batchRows || byteCount >= ArrowRows.batchBytes { try flush(write) }
        }
    }

    private var byteCount: Int {
        ids.byteCount + messages.byteCount + codeTexts.byteCount + jobTexts.byteCount + sourceTexts.byteCount
    }

    private mutating func append(_ run: RowRun, _ index: Int, times: Int, _ outcome: Outcome, _ text: Span<UInt8>) {
        var numbers: (source: Int32, job: Int32)
        if let known = self.numbers {
            numbers = known
        } else {
            let source = source
            numbers = (sourceTexts.number(of: source.span), 0)
            if let job { numbers.job = jobTexts.number(of: job.span) }
            self.numbers = numbers
        }
        rows += times
        sources.append(numbers.source, times: times)
        jobs.append(job == nil ? nil : numbers.job, times: times)
        rowNumbers.append(from: Int64(run.firstRow + index), by: 1, times: times)
        outcomes.append(Self.number(of: outcome), times: times)
        ids.append(run.id?.advanced(by: index * run.idStride), stride: run.idStride, times: times, text)
        var code: Int32?
        if let range = run.code {
            code = codeTexts.number(of: text.extracting(range.offset..<range.offset + range.count))
        }
        codes.append(code, times: times)
        messages.append(run.message, stride: 0, times: times, text)
    }

    /// Writes the schema unless it has been written.
    mutating func beginStream(_ write: ArrowRows.Write) throws {
        guard !hasBegun else { return }
        hasBegun = true
        try write(ArrowMessages.schema(ArrowRows.columns).span)
    }

    mutating func flush(_ write: ArrowRows.Write) throws {
        guard rows > 0 else { return }
        if !hasBegun {
            try beginStream(write)
            var names = ArrowDictionary()
            for outcome in Outcome.allCases { _ = names.number(of: Array(outcome.rawValue.utf8).span) }
            try names.write(id: 2, write)
        }
        try sourceTexts.write(id: 0, write)
        try jobTexts.write(id: 1, write)
        try codeTexts.write(id: 3, write)
        var body = ArrowBody()
        body.add(sources, rows: rows)
        body.add(jobs)
        body.add(rowNumbers, rows: rows)
        body.add(outcomes, rows: rows)
        body.add(ids)
        body.add(codes)
        body.add(messages)
        try write(
            ArrowMessages.records(rows: rows, nodes: body.nodes, extents: body.extents, bodyCount: body.bytes.count)
                .span)
        try unsafe write(body.bytes.bytes.bindMemory(to: UInt8.self).span)
        removeAll()
    }

    private mutating func removeAll() {
        rows = 0
        numbers = nil
        sources.removeAll()
        jobs.removeAll()
        rowNumbers.removeAll()
        outcomes.removeAll()
        ids.removeAll()
        codes.removeAll()
        messages.removeAll()
        sourceTexts.removeIfLarge()
        jobTexts.removeIfLarge()
        codeTexts.removeIfLarge()
    }

    @inline(__always)
    private static func number(of outcome: Outcome) -> Int8 {
        switch outcome {
        case .created: 0
        case .existing: 1
        case .failed: 2
        case .unclassified: 3
        case .applied: 4
        }
    }
}

/// The buffers of a batch, one after another.
private struct ArrowBody: ~Copyable {
    private(set) var bytes = ColumnBuffer(capacity: 1024 * 1024)
    private(set) var nodes: [ArrowMessages.Node] = []
    private(set) var extents: [ArrowMessages.Extent] = []

    /// Adds a column of numbers without nulls.
    mutating func add(_ numbers: borrowing ColumnBuffer, rows: Int) {
        nodes.append(.init(rows: rows, nulls: 0))
        add([UInt8]().span)
        unsafe add(numbers.bytes.bindMemory(to: UInt8.self).span)
    }

    mutating func add(_ numbers: borrowing NumberedTexts) {
        nodes.append(.init(rows: numbers.validity.count, nulls: numbers.validity.nullCount))
        add(numbers.validity.bytes.span)
        unsafe add(numbers.numbers.bytes.bindMemory(to: UInt8.self).span)
    }

    mutating func add(_ texts: borrowing TextColumn) {
        nodes.append(.init(rows: texts.validity.count, nulls: texts.validity.nullCount))
        add(texts.validity.bytes.span)
        unsafe add(texts.offsets.bytes.bindMemory(to: UInt8.self).span)
        unsafe add(texts.text.bytes.bindMemory(to: UInt8.self).span)
    }

    private mutating func add(_ buffer: Span<UInt8>) {
        extents.append(.init(offset: bytes.count, count: buffer.count))
        bytes.append(buffer)
        bytes.align(ArrowMessages.alignment)
    }
}

/// A column of texts, as indices into a dictionary; some rows have none.
private struct NumberedTexts: ~Copyable {
    private(set) var validity = Validity()
    private(set) var numbers = ColumnBuffer()

    @inline(__always)
    mutating func append(_ number: Int32?, times: Int) {
        validity.append(number != nil, times: times)
        numbers.append(number ?? 0, times: times)
    }

    mutating func removeAll() {
        validity.removeAll()
        numbers.removeAll()
    }
}

/// A column of texts; some rows have none.
private struct TextColumn: ~Copyable {
    private(set) var validity = Validity()
    private(set) var offsets = ColumnBuffer()
    private(set) var text = ColumnBuffer()

    init() {
        offsets.append(Int32(0))
    }

    /// The bytes of all texts. They stay far below the 2 GiB that an offset can express, because a batch ends before
    /// that.
    var byteCount: Int { text.count }

    @inline(__always)
    mutating func append(_ range: TextRange?, stride: Int, times: Int, _ text: Span<UInt8>) {
        validity.append(range != nil, times: times)
        let start = Int32(truncatingIfNeeded: self.text.count)
        guard let range else { return offsets.append(start, times: times) }
        let count = Int32(truncatingIfNeeded: range.count)
        offsets.append(from: start &+ count, by: count, times: times)
        self.text.append(text, at: range.offset, count: range.count, stride: stride, times: times)
    }

    mutating func removeAll() {
        validity.removeAll()
        offsets.removeAll()
        offsets.append(Int32(0))
        text.removeAll()
    }
}

/// The texts that the indices of a column refer to.
private struct ArrowDictionary {
    private var texts = TextIndex()
    /// The number of texts that readers already have; nil before the first batch.
    private var written: Int?

    var byteCount: Int { texts.byteCount }

    mutating func number(of text: Span<UInt8>) -> Int32 {
        let hash = TextHash.hash(text)
        return Int32(truncatingIfNeeded: texts.find(text, hash: hash) ?? texts.insert(text, hash: hash))
    }

    /// Writes all texts, unless readers already have them.
    mutating func write(id: Int, _ write: ArrowRows.Write) throws {
        guard written != texts.count else { return }
        var body = ArrowBody()
        var column = TextColumn()
        for number in 0..<texts.count {
            let text = texts.text(number)
            column.append(TextRange(offset: 0, count: text.count), stride: 0, times: 1, text.span)
        }
        body.add(column)
        try write(
            ArrowMessages.dictionary(
                id: id, texts: texts.count, extents: body.extents, bodyCount: body.bytes.count
            ).span)
        try unsafe write(body.bytes.bytes.bindMemory(to: UInt8.self).span)
        written = texts.count
    }

    mutating func removeIfLarge() {
        guard texts.count > ArrowRows.dictionaryTexts || texts.byteCount > ArrowRows.dictionaryBytes else { return }
        texts = TextIndex()
        // What follows is another dictionary, even if it has the same number of texts.
        written = nil
    }
}
