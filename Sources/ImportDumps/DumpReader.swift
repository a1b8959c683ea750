internal import CRowScan
package import ImportFoundation

/// Reads dumps from a stream of bytes: delivers rows as they are read, then the rest of each dump's data.
///
/// Memory use does not grow with the dump (``DumpLimits``).
package struct DumpReader: Sendable {
    /// The size of the window over the input in bytes, clamped to 1 through ``DumpLimits/largestWindowBytes``.
    /// Recognizing formats other than JSON takes at least 6 bytes.
    package var windowBytes: Int
    /// Whether to compute the SHA-256 of the dump.
    package var hashing: Bool
    /// How rows that resemble earlier ones are matched. It affects the speed, never the result.
    package var matching: Matching

    /// Ways to match rows.
    package enum Matching: Sendable {
        /// With the best kernel that this processor can run.
        case best
        /// With this kernel.
        case kernel(RowKernel)
        /// Not at all: each row is read strictly.
        case none
    }

    /// Whether a separate thread may read a large file while earlier bytes are scanned.
    package var readsAhead: Bool
    /// The encoding of text that does not identify itself as Unicode; UTF-8 if nil. Only a ``DumpSession`` decodes
    /// text.
    package var encoding: TextEncoding?

    package init(
        windowBytes: Int = DumpLimits.windowBytes, hashing: Bool = false, matching: Matching = .best,
        readsAhead: Bool = true, encoding: TextEncoding? = nil
    ) {
        self.windowBytes = windowBytes
        self.hashing = hashing
        self.matching = matching
        self.readsAhead = readsAhead
        self.encoding = encoding
    }

    /// Reads an input that should consist of one dump, to its end.
    ///
    /// A fault in the dump is part of the result, not an error: the rows before it are still delivered.
    ///
    /// - Throws: any error from `sink`, unchanged.
    package func read(from source: any ByteSource, into sink: inout some RowSink) throws -> DumpReading {
        var parser = parser(source: source)
        return try unsafe withUnsafeMutablePointer(to: &sink) { sink in
            try unsafe parser.readDump(into: RowsOnly(sink: sink))
        }
    }

    func parser(source: any ByteSource) -> DumpParser {
        let kernel: RowKernel
        var matches = true
        switch matching {
        case .best: kernel = .best
        case .kernel(let chosen): kernel = chosen
        case .none: (kernel, matches) = (.best, false)
        }
        let window = ByteWindow(
            source: source, capacity: min(windowBytes, DumpLimits.largestWindowBytes), hashing: hashing, kernel: kernel,
            readsAhead: readsAhead)
        return DumpParser(scanner: JSONScanner(window: window), matcher: matches ? RowMatcher(kernel: kernel) : nil)
    }
}

/// Reads inputs one after another, each with all its dumps, reusing the same memory.
///
/// A log may contain a dump on each line, and some programs write dumps one after another, or as an array.
package struct DumpSession: ~Copyable {
    private let reader: DumpReader
    private var parser: DumpParser

    package init(_ reader: DumpReader) {
        self.reader = reader
        parser = reader.parser(source: ArraySource([]))
    }

    /// Reads all documents of an input to its end.
    ///
    /// A fault in a dump is part of what is delivered, not an error: the rows before it are still delivered, and in a
    /// log, reading continues with the next line.
    ///
    /// - Parameter readsAhead: whether a separate thread may read ahead, if the input is large and the reader allows
    ///   it. This does not pay off while other threads read other inputs.
    /// - Parameter helpers: the number of additional threads that may read jobs of a large log.
    /// - Throws: any error from `sink`, unchanged.
    package mutating func read(
        from source: any ByteSource, readsAhead: Bool = true, helpers: Int = 0, into sink: inout some DumpSink
    ) throws {
        let input = DecodedInput(source, encoding: reader.encoding, hashing: reader.hashing)
        parser.restart(input, readsAhead: readsAhead && reader.readsAhead)
        parser.plainJobHelperCount = helpers
        parser.takesPlainJobs = sink.plainJobs != .none
        parser.plainJobs?.refusesRepeatedIDs = sink.plainJobs == .withDistinctIDs
        defer { parser.restart(source: ArraySource([]), readsAhead: false) }
        try unsafe withUnsafeMutablePointer(to: &sink) { sink in
            let dumps = unsafe DumpsOfSink(sink: sink)
            guard !input.wrappings.isEmpty else { return try parser.readDocuments(into: dumps) }
            try parser.readDocuments(into: DecodedDumps(sink: dumps, wrappings: input.wrappings))
        }
    }

    /// Whether ``readPlainDump(_:into:)`` can ever read a dump.
    package var readsPlainDumps: Bool { reader.encoding == nil && parser.plainJobs != nil }

    /// Reads an input that is entirely in memory, if it is one plain job and nothing else; archives are full of such
    /// files. The result is the same as that of ``read(from:readsAhead:helpers:into:)``.
    ///
    /// - Parameter bytes: must be followed by ``DumpLimits/paddingBytes`` readable bytes, the first of them zero.
    /// - Returns: false, without having done anything, if the input is anything else.
    /// - Throws: any error from `sink`, unchanged.
    package func readPlainDump(_ bytes: UnsafeBufferPointer<UInt8>, into sink: inout some DumpSink) throws -> Bool {
        guard readsPlainDumps, sink.plainJobs != .none, let plainJobs = parser.plainJobs else { return false }
        plainJobs.refusesRepeatedIDs = sink.plainJobs == .withDistinctIDs
        guard unsafe plainJobs.readAlone(bytes) else { return false }
        return try plainJobs.handOver(1, inputSize: bytes.count) {
            try unsafe sink.consume($0, $1, text: bytes.span, at: .whole)
        } == 1
    }
}

/// The plain jobs that a consumer accepts.
package enum PlainJobs: Sendable {
    case none, all
    /// Those without repeated row ids.
    case withDistinctIDs
}

/// A consumer of all the dumps of an input.
package protocol DumpSink: RowSink {
    /// Ends the document whose rows were consumed since the last call. What follows belongs to another document, which
    /// may have no rows at all.
    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws

    /// Which complete jobs with nothing to note the sink normally accepts.
    var plainJobs: PlainJobs { get }

    /// Takes whole jobs in which there is nothing to note. The first job that is not taken will come row by row, like
    /// any other.
    ///
    /// - Parameters:
    ///   - jobs: each one after the first starts at the beginning of the next line.
    ///   - runs: the runs of rows that were not created, one row each, in order, job by job.
    ///   - text: the text that all ranges refer to. Like the other spans, it is valid during the call only.
    ///   - position: the position of the first job.
    /// - Returns: the number of jobs taken.
    mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int

    /// Returns an object that takes such jobs on another thread; nil if that is not possible.
    func makeTaker() -> (any PlainJobTaker)?

    /// Appends what the taker took to the documents so far. The taker can be reused.
    mutating func adopt(_ taker: any PlainJobTaker) throws
}

extension DumpSink {
    package var plainJobs: PlainJobs { .none }

    package func makeTaker() -> (any PlainJobTaker)? { nil }

    package mutating func adopt(_ taker: any PlainJobTaker) throws {}

    package mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int { 0 }
}

/// A consumer as the parser sees it. It hides the concrete type, so that the parser is compiled once instead of once
/// per consumer. Each call handles many rows, so dynamic dispatch has no measurable cost.
protocol DumpReceiver {
    func beginRows(of job: DeclaredJob) throws
    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws
    func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws
    func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int
    func makeTaker() -> (any PlainJobTaker)?
    func adopt(_ taker: any PlainJobTaker) throws
}

extension DumpReceiver {
    func makeTaker() -> (any PlainJobTaker)? { nil }

    func adopt(_ taker: any PlainJobTaker) throws {}

    func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int { 0 }

    /// Consumes a single run.
    func consume(_ run: RowRun, text: Span<UInt8>) throws {
        let runs = InlineArray<1, RowRun>(repeating: run)
        try consume(runs.span, text: text)
    }
}

/// A consumer of all dumps, which stays where it is in memory while dumps are read into it.
@safe
private struct DumpsOfSink<Sink: DumpSink>: DumpReceiver {
    let sink: UnsafeMutablePointer<Sink>

    func beginRows(of job: DeclaredJob) throws { try unsafe sink.pointee.beginRows(of: job) }

    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws { try unsafe sink.pointee.consume(runs, text: text) }

    func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try unsafe sink.pointee.endDocument(reading, at: position)
    }

    func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int {
        try unsafe sink.pointee.consume(jobs, runs, text: text, at: position)
    }

    func makeTaker() -> (any PlainJobTaker)? { unsafe sink.pointee.makeTaker() }

    func adopt(_ taker: any PlainJobTaker) throws { try unsafe sink.pointee.adopt(taker) }
}

/// A consumer of the rows of an input's only dump.
@safe
private struct RowsOnly<Sink: RowSink>: DumpReceiver {
    let sink: UnsafeMutablePointer<Sink>

    func beginRows(of job: DeclaredJob) throws { try unsafe sink.pointee.beginRows(of: job) }

    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws { try unsafe sink.pointee.consume(runs, text: text) }

    func endDocument(_ reading: DumpReading, at position: DocumentPosition) {}
}

/// The position of a document in its input.
package enum DocumentPosition: Sendable, Equatable {
    /// The only document of its input.
    case whole
    /// The first document that begins on this line.
    case line(Place)
    /// A document that begins here, on a line on which another one began.
    case place(Place)
    /// This element of an array, counted from 1. The array is nil if it is the first one with jobs.
    indirect case element(Int, of: DocumentPosition? = nil)
    /// A value of the document at the given position, named by a JSON Pointer (RFC 6901). The pointer's keys come from
    /// the input: hostile text until escaped.
    indirect case inside(DocumentPosition, pointer: String)

    /// The suffix after the input's name that distinguishes the document from others of the input: nothing, `:12`,
    /// `:12:345`, `[3]`, `:12[3]` or `:12#/data`.
    package var suffix: String {
        switch self {
        case .whole: ""
        case .line(let place): ":\(place.line)"
        case .place(let place): ":\(place.line):\(place.column)"
        case .element(let index, let array): (array?.suffix ?? "") + "[\(index)]"
        case .inside(let outer, let pointer): outer.suffix + (pointer.isEmpty ? "" : "#" + pointer)
        }
    }
}

/// The limits that keep the reader's memory independent of the dump. Reaching one is always reported.
package enum DumpLimits {
    /// The size of the window over the input, in bytes.
    package static let windowBytes = 256 * 1024

    /// The size of the largest window, in bytes: offsets within it are stored in 32 bits.
    package static let largestWindowBytes = 64 * 1024 * 1024

    /// The number of readable bytes that must follow a text handed over for reading. Only the first must be set, to
    /// zero.
    package static let paddingBytes = Int(ROWSCAN_PADDING)

    /// Levels of nested arrays and objects; a dump that nests deeper is malformed.
    package static let nestingLevels = 10_000

    /// Bytes kept of one id, code, message or job field. Longer text is cut at a character boundary, and the row is
    /// marked (``RowFacts/textCut``).
    package static let textBytes = Int(ROWSCAN_TEXT)

    /// Distinct names of unknown fields that are counted separately; the rest are counted together.
    package static let unknownNames = 50

    /// Bytes kept of an unknown field's name.
    package static let unknownNameBytes = 100

    /// Bytes of a key in the names of jobs inside an object. A longer key is cut at a character boundary, and a hash
    /// follows.
    package static let pointerKeyBytes = 200

    /// Bytes of a row or a member that are kept for rereading where a dump is damaged. If it is longer, a dump that it
    /// swallowed is not searched for.
    package static let rereadBytes = 4 * 1024 * 1024

    /// Places of damage kept of each kind; the rest are only counted.
    package static let damagePlaces = 20
}
