internal import CRowScan

/// Reads dumps: a stream of bytes goes in, rows come out as they are read, then what else the dump says.
///
/// Memory does not grow with the dump (``DumpLimits``).
public struct DumpReader: Sendable {
    /// Bytes of the window over the input, from 1 to ``DumpLimits/largestWindowBytes``; what is beyond counts as the
    /// nearest of them. Formats other than JSON are recognised from 6 bytes on.
    public var windowBytes: Int
    /// Whether to work out the SHA-256 of the dump.
    public var hashing: Bool
    /// How rows are matched that are like others before them. It changes the speed, never the result.
    public var matching: Matching

    /// The ways to read rows.
    public enum Matching: Sendable {
        /// By the best kernel that this processor can run.
        case best
        /// By this kernel.
        case kernel(RowKernel)
        /// Each row is read strictly.
        case none
    }

    /// Whether a thread of its own may read a large file while what it has read is scanned.
    public var readsAhead: Bool
    /// The encoding of text that does not show that it is Unicode; UTF-8 if none is given. Only a ``DumpSession`` looks
    /// at encodings.
    public var encoding: TextEncoding?

    public init(
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
    public func read(from source: any ByteSource, into sink: inout some RowSink) throws -> DumpReading {
        var parser = parser(source: source)
        return try parser.readDump(into: &sink)
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
/// A log may hold a dump on each line, and some programs write dumps one behind the other, or as an array.
public struct DumpSession: ~Copyable {
    private let reader: DumpReader
    private var parser: DumpParser

    public init(_ reader: DumpReader) {
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
    /// - Throws: what `sink` throws, as it is.
    public mutating func read(
        from source: any ByteSource, readsAhead: Bool = true, into sink: inout some DumpSink
    ) throws {
        let input = DecodedInput(source, encoding: reader.encoding, hashing: reader.hashing)
        parser.restart(input, readsAhead: readsAhead && reader.readsAhead)
        defer { parser.restart(source: ArraySource([]), readsAhead: false) }
        guard !input.wrappings.isEmpty else { return try parser.readDocuments(into: &sink) }
        var decoded = DecodedSink(sink: sink, input: input)
        defer { sink = decoded.sink }
        try parser.readDocuments(into: &decoded)
    }
}

/// A consumer of all the dumps of an input.
public protocol DumpSink: RowSink {
    /// The document whose rows were consumed since the last call is over. What follows is about another one, which may
    /// have no rows at all.
    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws
}

/// Where a document lies in its input.
public enum DocumentPosition: Sendable, Equatable {
    /// It is the only one.
    case whole
    /// It begins on this line, and none before it does.
    case line(Place)
    /// It begins here, on a line on which another one began.
    case place(Place)
    /// It is this element of an array, from 1 on.
    case element(Int)
    /// It lies in the document there, at the place that a JSON Pointer names (RFC 6901). Its keys are the input's:
    /// hostile text until escaped.
    indirect case inside(DocumentPosition, pointer: String)

    /// What tells it from others of the input, as it stands behind the input's name: nothing, `:12`, `:12:345`, `[3]`
    /// or `:12#/data`.
    public var suffix: String {
        switch self {
        case .whole: ""
        case .line(let place): ":\(place.line)"
        case .place(let place): ":\(place.line):\(place.column)"
        case .element(let index): "[\(index)]"
        case .inside(let outer, let pointer): outer.suffix + "#" + pointer
        }
    }
}

/// The bounds that keep the reader's memory independent of the dump. Reaching one is reported, never silent.
public enum DumpLimits {
    /// Bytes of the window over the input.
    public static let windowBytes = 256 * 1024

    /// Bytes of the largest window: places in it are kept in 32 bits.
    public static let largestWindowBytes = 64 * 1024 * 1024

    /// Levels of arrays and objects inside each other; a dump that nests deeper is malformed.
    public static let nestingLevels = 10_000

    /// Bytes that are kept of one id, code, message or job field. What is longer is cut at a character's end and the
    /// row is marked (``RowFacts/textCut``).
    public static let textBytes = Int(ROWSCAN_TEXT)

    /// Distinct names of unknown fields that are told apart; the others are counted together.
    public static let unknownNames = 50

    /// Bytes that are kept of an unknown field's name.
    public static let unknownNameBytes = 100

    /// Bytes that are kept of a row or a member for reading them again, where a dump is damaged. In one that is longer, a
    /// dump that it swallowed is not looked for.
    public static let rereadBytes = 4 * 1024 * 1024

    /// Places of damage that are kept of each kind; the others are counted.
    public static let damagePlaces = 20
}
