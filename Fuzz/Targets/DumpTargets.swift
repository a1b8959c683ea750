import ImportDumps
import ImportFoundation

/// Readers of dumps: whatever the window, the kernel and the size of reads, the same bytes give the same result.
enum DumpTargets {
    /// One dump, row by row.
    static func strict(_ bytes: [UInt8]) throws {
        let whole = try Rows(bytes, DumpReader(hashing: true, matching: .none))
        try requireSame(whole, in: bytes) { window, chunk in
            try Rows(bytes, DumpReader(windowBytes: window, hashing: true, matching: .none), chunk: chunk)
        }
    }

    /// One dump with each kernel, and an input of plain jobs.
    static func kernels(_ bytes: [UInt8]) throws {
        let strict = try Rows(bytes, DumpReader(matching: .none))
        let (window, _) = sizes(for: bytes, isForeign: strict.isForeign)
        let documents = try Documents(bytes, DumpReader(hashing: true, matching: .none))
        for kernel in RowKernel.available {
            for windowBytes in [DumpLimits.windowBytes, window] {
                var rows = try Rows(bytes, DumpReader(windowBytes: windowBytes, matching: .kernel(kernel)))
                if rows.isForeign, windowBytes < foreignWindow {
                    rows = try Rows(bytes, DumpReader(windowBytes: foreignWindow, matching: .kernel(kernel)))
                }
                try require(rows == strict, "\(kernel.name), window of \(windowBytes): \(rows) instead of \(strict)")
            }
            for plainJobs in [PlainJobs.all, .withDistinctIDs] {
                let reader = DumpReader(hashing: false, matching: .kernel(kernel))
                var plain = try Documents(bytes, reader, plainJobs: plainJobs)
                plain.forgetsHashes()
                var expected = documents
                expected.forgetsHashes()
                try require(plain == expected, "\(kernel.name), plain jobs: \(plain) instead of \(expected)")
            }
        }
    }

    /// All documents of an input, whatever its encoding and whatever is around them.
    static func wrappers(_ bytes: [UInt8]) throws {
        let encodings: [TextEncoding?] = [
            nil, .windows1252, TextEncoding(name: "UTF-16LE"), TextEncoding(name: "Shift_JIS"),
        ]
        // The first byte selects the encoding that is specified, which most inputs do not have.
        for encoding in [nil, encodings[Int(bytes.first ?? 0) % encodings.count]] {
            let whole = try Documents(bytes, DumpReader(hashing: true, encoding: encoding))
            try requireSame(whole, in: bytes) { window, chunk in
                let reader = DumpReader(windowBytes: window, hashing: true, encoding: encoding)
                return try Documents(bytes, reader, chunk: chunk)
            }
        }
    }

    /// Requires the same result with a window and reads of other sizes.
    ///
    /// The start of a file may look like another format although the first bytes together do not. So a window that
    /// finds another format is tried again at a size that contains them.
    private static func requireSame<R: Reading>(
        _ whole: R, in bytes: [UInt8], _ read: (_ window: Int, _ chunk: Int) throws -> R
    ) throws {
        var (window, chunk) = sizes(for: bytes, isForeign: whole.isForeign)
        var parts = try read(window, chunk)
        if parts.isForeign {
            (window, chunk) = sizes(for: bytes, isForeign: true)
            parts = try read(window, chunk)
        }
        try require(parts == whole, "window of \(window), reads of \(chunk): \(parts) instead of \(whole)")
    }

    /// Returns the sizes of a window and of reads: they vary from input to input, but are always the same for one.
    ///
    /// - Parameter isForeign: whether it is of another format, which is recognized by a number of first bytes that the
    ///   window must contain.
    static func sizes(for bytes: [UInt8], isForeign: Bool = false) -> (window: Int, chunk: Int) {
        let sum = bytes.reduce(UInt32(bytes.count)) { $0 &* 31 &+ UInt32($1) }
        let windows = [1, 2, 3, 7, 16, 33, 64, 100, 150, 333, 1000, 4096]
        let window = windows[Int(sum >> 8) % windows.count]
        return (isForeign ? max(foreignWindow, window) : window, Int(sum >> 20) % 90 + 1)
    }

    /// A window that contains all bytes by which another format is recognized.
    private static let foreignWindow = 1000
}

private protocol Reading: Equatable {
    /// Whether a format that is not JSON was found.
    var isForeign: Bool { get }
}

/// The complete result of reading one dump.
private struct Rows: Reading, CustomStringConvertible {
    var sink = DeliveredRows()
    var outcome: Outcome
    var isForeign: Bool { outcome.isForeign }

    init(_ bytes: [UInt8], _ reader: DumpReader, chunk: Int = .max) throws {
        outcome = Outcome(try reader.read(from: ArraySource(bytes, chunk: chunk), into: &sink))
    }

    var description: String { "\(sink.beginnings) beginnings, rows \(sink.rows), \(outcome)" }
}

/// The result of reading, apart from rows.
private struct Outcome: Equatable {
    private var dump: Dump?
    private var other: NotAJob?
    /// Whether its format is not JSON.
    var isForeign = false

    init(_ reading: DumpReading) {
        switch reading {
        case .job(let dump): self.dump = dump
        case .notAJob(let other):
            self.other = other
            if case .foreign = other.reason { isForeign = true }
        }
    }

    mutating func forgetHash() {
        dump?.sha256 = nil
        other?.sha256 = nil
    }

    static func == (left: Outcome, right: Outcome) -> Bool {
        left.dump?.job == right.dump?.job && left.dump?.results == right.dump?.results
            && left.dump?.rowCount == right.dump?.rowCount && left.dump?.fault == right.dump?.fault
            && left.dump?.damage == right.dump?.damage && left.dump?.notes == right.dump?.notes
            && left.dump?.wrappings == right.dump?.wrappings && left.dump?.skipped == right.dump?.skipped
            && left.dump?.byteCount == right.dump?.byteCount && left.dump?.sha256 == right.dump?.sha256
            && left.other?.reason == right.other?.reason && left.other?.byteCount == right.other?.byteCount
            && left.other?.sha256 == right.other?.sha256
    }
}

/// The rows of a dump, each with its texts.
private struct DeliveredRows: RowSink, Equatable {
    private(set) var rows: [Row] = []
    private(set) var beginnings = 0

    struct Row: Equatable {
        var number: Int
        var facts: RowFacts
        /// Its id, code, message and details.
        var texts: [[UInt8]?]
    }

    mutating func beginRows(of job: DeclaredJob) {
        rows = []
        beginnings += 1
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
        for index in runs.indices { consume(runs[index], text: text) }
    }

    private mutating func consume(_ run: RowRun, text: Span<UInt8>) {
        for index in 0..<run.count {
            let ranges = [run.id?.advanced(by: index * run.idStride), run.code, run.message, run.details]
            rows.append(
                Row(
                    number: run.firstRow + index, facts: run.facts,
                    texts: ranges.map { range in
                        range.map { Array(copying: text.extracting($0.offset..<$0.offset + $0.count)) }
                    }))
        }
    }
}

/// All documents of an input.
private struct Documents: Reading, CustomStringConvertible {
    private var documents: [Document] = []

    struct Document: Equatable {
        var rows: DeliveredRows
        var outcome: Outcome
        var position: DocumentPosition
    }

    var isForeign: Bool { documents.contains { $0.outcome.isForeign } }

    init(_ bytes: [UInt8], _ reader: DumpReader, chunk: Int = .max, plainJobs: PlainJobs = .none) throws {
        var sink = Sink(plainJobs: plainJobs)
        var session = DumpSession(reader)
        try session.read(from: ArraySource(bytes, chunk: chunk), into: &sink)
        documents = sink.documents
    }

    mutating func forgetsHashes() {
        for index in documents.indices { documents[index].outcome.forgetHash() }
    }

    var description: String { "\(documents)" }

    private struct Sink: DumpSink {
        let plainJobs: PlainJobs
        var documents: [Document] = []
        private var rows = DeliveredRows()

        init(plainJobs: PlainJobs) {
            self.plainJobs = plainJobs
        }

        mutating func beginRows(of job: DeclaredJob) { rows.beginRows(of: job) }

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) { rows.consume(runs, text: text) }

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            documents.append(Document(rows: rows, outcome: Outcome(reading), position: position))
            rows = DeliveredRows()
        }
    }
}
