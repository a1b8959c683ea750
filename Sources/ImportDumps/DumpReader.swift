internal import CRowScan
package import ImportFoundation

/// Reads dumps: from a stream of bytes, it delivers rows as they are read, then the other data of the dump.
///
/// Memory does not grow with the dump (``DumpLimits``).
package struct DumpReader: Sendable {
    /// Bytes of the window over the input, from 1 to ``DumpLimits/largestWindowBytes``; what is beyond counts as the
    /// nearest of them. Formats other than JSON are recognized from 6 bytes on.
    package var windowBytes: Int
    /// Whether to compute the SHA-256 of the dump.
    package var hashing: Bool
    /// How rows that are like earlier ones are matched. It changes the speed, never the result.
    package var matching: Matching

    /// The ways to read rows.
    package enum Matching: Sendable {
        /// With the best kernel that this processor can run.
        case best
        /// With this kernel.
        case kernel(RowKernel)
        /// Each row is read strictly.
        case none
    }

    /// Whether a separate thread may read a large file while earlier bytes are scanned.
    package var readsAhead: Bool
    /// The encoding of text that does not show that it is Unicode; UTF-8 if none is given. Only a ``DumpSession`` looks
    /// at encodings.
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

    /// Reads an input that is to be one dump, to its end.
    ///
    /// A fault in the dump is part of the result, not an error: the rows before it are delivered all the same.
    ///
    /// - Throws: what `sink` throws, as it is.
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

/// Reads one input after another, each with all the dumps in it, in the same memory.
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
    /// A fault in a dump is part of what is delivered, not an error: the rows before it are delivered all the same, and
    /// in a log reading goes on with the next line.
    ///
    /// - Parameter readsAhead: whether a thread of its own may read it, if it is large and the reader allows it. It
    ///   does not pay where other threads read other inputs.
    /// - Parameter helpers: threads that may read jobs of a large log besides.
    /// - Throws: what `sink` throws, as it is.
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

    /// Whether ``readPlainDump(_:into:)`` may ever read one.
    package var readsPlainDumps: Bool { reader.encoding == nil && parser.plainJobs != nil }

    /// Reads an input that lies whole in memory, if it is one plain job and nothing else: archives are full of such
    /// files. It gives the same result as ``read(from:readsAhead:helpers:into:)``.
    ///
    /// - Parameter bytes: a zero and ``DumpLimits/paddingBytes`` that can be read follow them.
    /// - Returns: false, and nothing was done, if it is anything else.
    /// - Throws: what `sink` throws, as it is.
    package func readPlainDump(_ bytes: UnsafeBufferPointer<UInt8>, into sink: inout some DumpSink) throws -> Bool {
        guard readsPlainDumps, sink.plainJobs != .none, let plainJobs = parser.plainJobs else { return false }
        plainJobs.refusesRepeatedIDs = sink.plainJobs == .withDistinctIDs
        guard unsafe plainJobs.readAlone(bytes) else { return false }
        return try plainJobs.handOver(1, inputSize: bytes.count) {
            try unsafe sink.consume($0, $1, text: bytes.span, at: .whole)
        } == 1
    }
}

/// Plain jobs that a consumer takes.
package enum PlainJobs: Sendable {
    case none, all
    /// Those of which no two rows have the same id.
    case withDistinctIDs
}

/// A consumer of all the dumps of an input.
package protocol DumpSink: RowSink {
    /// The document whose rows were consumed since the last call has ended. What follows belongs to another one, which may
    /// have no rows at all.
    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws

    /// Which complete jobs with nothing to note it normally accepts.
    var plainJobs: PlainJobs { get }

    /// Takes whole jobs in which there is nothing to note; returns how many. The one after them is to come row by row, as
    /// others do.
    ///
    /// - Parameters:
    ///   - jobs: those after the first one lie each at the beginning of the next line.
    ///   - runs: those of the rows that were not created, each of one row, in order, job by job.
    ///   - text: what all ranges are in. All are valid during the call only.
    ///   - position: of the first one.
    mutating func consume(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int

    /// Takes such jobs on another thread; nil if that is not possible.
    func makeTaker() -> (any PlainJobTaker)?

    /// Has what was taken in follow the documents so far. The taker can be used again.
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

/// A consumer as the parser sees it. Which one it is only shows behind this, so that the parser is compiled once, and
/// not for each of them; a call for many rows at a time costs nothing that could be measured.
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

    /// Takes one run.
    func consume(_ run: RowRun, text: Span<UInt8>) throws {
        let runs = InlineArray<1, RowRun>(repeating: run)
        try consume(runs.span, text: text)
    }
}

/// A consumer of all dumps, in the place where it lies while it is read into.
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

/// A consumer of the rows of the only dump of an input.
@safe
private struct RowsOnly<Sink: RowSink>: DumpReceiver {
    let sink: UnsafeMutablePointer<Sink>

    func beginRows(of job: DeclaredJob) throws { try unsafe sink.pointee.beginRows(of: job) }

    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws { try unsafe sink.pointee.consume(runs, text: text) }

    func endDocument(_ reading: DumpReading, at position: DocumentPosition) {}
}

/// The position of a document in its input.
package enum DocumentPosition: Sendable, Equatable {
    /// It is the only one.
    case whole
    /// It begins on this line, and none before it does.
    case line(Place)
    /// It begins here, on a line on which another one began.
    case place(Place)
    /// It is this element of an array, from 1 on.
    case element(Int)
    /// It is in the document there, at the place that a JSON Pointer names (RFC 6901). Its keys are the input's:
    /// hostile text until escaped.
    indirect case inside(DocumentPosition, pointer: String)

    /// What tells it from others of the input, as it follows the input's name: nothing, `:12`, `:12:345`, `[3]`
    /// or `:12#/data`.
    package var suffix: String {
        switch self {
        case .whole: ""
        case .line(let place): ":\(place.line)"
        case .place(let place): ":\(place.line):\(place.column)"
        case .element(let index): "[\(index)]"
        case .inside(let outer, let pointer): outer.suffix + "#" + pointer
        }
    }
}

/// The limits that keep the reader's memory independent of the dump. Reaching one is always reported.
package enum DumpLimits {
    /// Bytes of the window over the input.
    package static let windowBytes = 256 * 1024

    /// Bytes of the largest window: places in it are kept in 32 bits.
    package static let largestWindowBytes = 64 * 1024 * 1024

    /// Bytes after the last one of a text that is handed over for reading; they need not be set, but for a zero first.
    package static let paddingBytes = Int(ROWSCAN_PADDING)

    /// Levels of nested arrays and objects; a dump that nests deeper is malformed.
    package static let nestingLevels = 10_000

    /// Bytes that are kept of one id, code, message or job field. What is longer is cut at a character's end and the
    /// row is marked (``RowFacts/textCut``).
    package static let textBytes = Int(ROWSCAN_TEXT)

    /// Distinct names of unknown fields that are told apart; the others are counted together.
    package static let unknownNames = 50

    /// Bytes that are kept of an unknown field's name.
    package static let unknownNameBytes = 100

    /// Bytes that are kept of a row or a member for reading them again, where a dump is damaged. In one that is longer, a
    /// dump that it swallowed is not looked for.
    package static let rereadBytes = 4 * 1024 * 1024

    /// Places of damage that are kept of each kind; the others are counted.
    package static let damagePlaces = 20
}
