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

/// What the reading of an input came to.
public enum DumpReading: Sendable {
    case job(Dump)
    case notAJob(NotAJob)
}

/// An import job's dump, apart from its rows.
public struct Dump: Sendable {
    public var job: DeclaredJob
    public var results: ResultsState
    /// Rows that were delivered: each element of `results`, whatever it is.
    public var rowCount: Int
    /// Why reading stopped before the end, if it did.
    public var fault: DumpFault?
    /// What is wrong before that, or in a dump that was read to its end all the same.
    public var damage = DumpDamage()
    public var notes: FieldNotes
    /// What lay around the dump and was taken off, the outermost first.
    public var wrappings: [Wrapping] = []
    /// What is around the dump in its input and is no part of it.
    public var skipped = SkippedText()
    /// The dump's size in bytes.
    public var byteCount: Int
    /// SHA-256 of the dump's bytes in hexadecimal, if it was asked for and all of them could be read.
    public var sha256: String?
}

/// What became of the key `results`.
public enum ResultsState: Sendable, Equatable {
    /// No such key, or null.
    case absent
    /// It is no array.
    case wrongType
    /// An array, read to its end.
    case complete
    /// An array whose end was not reached.
    case cut
}

/// An input that is no import job.
public struct NotAJob: Sendable {
    public var reason: Reason
    /// The input's size in bytes.
    public var byteCount: Int
    /// SHA-256 of the input's bytes in hexadecimal, if it was asked for and all of them could be read.
    public var sha256: String?

    public enum Reason: Sendable, Equatable {
        /// No bytes at all.
        case empty
        /// Nothing but white space.
        case blank
        /// An error answer of the API, with its message.
        case errorBody(message: String)
        /// This program wrote it.
        case ownOutput(OwnOutput)
        /// Sound JSON of another kind; `topLevel` is its type.
        case otherJSON(topLevel: FoundType)
        /// A format that is recognised by its first bytes.
        case foreign(ForeignFormat)
        /// No JSON, or broken before anything shows that it is an import job.
        case unreadable(DumpFault)
        /// Rows, each an object of its own, without the job that they are of.
        case rowsWithoutJob(count: Int)
        /// As many more documents that are no jobs, of an input without any.
        case more(count: Int)
    }

    /// Whether it may be a dump that was lost, or tells of one: it is refused even where it lies among jobs.
    var mayBeLoss: Bool {
        switch reason {
        case .errorBody, .rowsWithoutJob: true
        default: false
        }
    }
}

extension Dump {
    /// The first thing that is wrong with it.
    public var firstFault: DumpFault? {
        guard let first = damage.first else { return fault }
        guard let fault else { return first }
        return first.place.byte < fault.place.byte ? first : fault
    }
}

extension DumpReading {
    /// It is the only document of its input.
    mutating func setWhole(byteCount: Int, sha256: String?) {
        switch self {
        case .job(var dump):
            (dump.byteCount, dump.sha256) = (byteCount, sha256)
            self = .job(dump)
        case .notAJob(var other):
            (other.byteCount, other.sha256) = (byteCount, sha256)
            self = .notAJob(other)
        }
    }
}

/// Formats that come instead of dumps.
public enum ForeignFormat: Sendable, Equatable {
    case markup, utf16, utf32, gzip, zstd, zip, xz, bzip2, sevenZip, lz4
}
