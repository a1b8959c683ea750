// Code that runs for each row is public, because only public code is inlined into other modules.

/// A stretch of consecutive rows of one shape and outcome.
///
/// Rows leave the reader as runs, so that a million created rows cost their consumers only a few calls. All rows of a
/// run have the same ``facts``, and their ids are ``idStride`` bytes apart in the accompanying text.
public struct RowRun: Sendable, Equatable {
    /// The 1-based position in `results` of the first row.
    public var firstRow: Int
    /// The number of rows, at least 1.
    public var count: Int
    /// The facts, which are the same for each row.
    public var facts: RowFacts
    /// The range of the first row's id, if it has one.
    public var id: TextRange?
    /// The number of bytes from one row's id to the next row's; 0 in a run of one.
    public var idStride: Int
    /// The error's code; only in a run of one.
    public var code: TextRange?
    /// The error's message; only in a run of one.
    public var message: TextRange?
    /// The other members of the error, as the text of a JSON object; only in a run of one.
    public var details: TextRange?

    /// Creates a run from all of its properties.
    @inlinable
    public init(
        firstRow: Int, count: Int = 1, facts: RowFacts, id: TextRange? = nil, idStride: Int = 0,
        code: TextRange? = nil, message: TextRange? = nil, details: TextRange? = nil
    ) {
        self.firstRow = firstRow
        self.count = count
        self.facts = facts
        self.id = id
        self.idStride = idStride
        self.code = code
        self.message = message
        self.details = details
    }
}

/// A range of the text that comes with a run: decoded, valid UTF-8.
public struct TextRange: Sendable, Equatable {
    // Half as wide as an Int: there are many runs, and none extends beyond a window.
    @usableFromInline let offset32: UInt32
    @usableFromInline let count32: UInt32

    /// The number of bytes before it.
    @inlinable public var offset: Int { Int(offset32) }
    /// Its length in bytes.
    @inlinable public var count: Int { Int(count32) }

    /// Creates a range of this many bytes.
    ///
    /// - Parameters:
    ///   - offset: 0 or more, below 2^32.
    ///   - count: 0 or more, below 2^32.
    @inlinable
    public init(offset: Int, count: Int) {
        offset32 = UInt32(offset)
        count32 = UInt32(count)
    }

    /// Returns the range moved forward by `distance` bytes.
    @inlinable
    public func advanced(by distance: Int) -> TextRange {
        TextRange(offset: offset + distance, count: count)
    }
}

/// What a row says, before it is evaluated.
public struct RowFacts: OptionSet, Sendable, Hashable {
    /// One bit for each fact.
    public let rawValue: UInt16

    /// Creates the facts whose bits are set.
    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// `created` is true.
    @inlinable public static var created: RowFacts { RowFacts(rawValue: 1 << 0) }
    /// `existing` is true.
    @inlinable public static var existing: RowFacts { RowFacts(rawValue: 1 << 1) }
    /// `error` is present and not null, whatever its type; or `status` is "error".
    @inlinable public static var error: RowFacts { RowFacts(rawValue: 1 << 2) }
    /// The error has a code that is not empty.
    @inlinable public static var code: RowFacts { RowFacts(rawValue: 1 << 3) }
    /// The id is a string that is not a UUID.
    @inlinable public static var idNotUUID: RowFacts { RowFacts(rawValue: 1 << 4) }
    /// A known field has another JSON type than the API defines, or the row is not an object.
    @inlinable public static var wrongType: RowFacts { RowFacts(rawValue: 1 << 5) }
    /// The row has a field that the API does not define.
    @inlinable public static var unknownField: RowFacts { RowFacts(rawValue: 1 << 6) }
    /// A known field is repeated; the last one counts.
    @inlinable public static var duplicateKey: RowFacts { RowFacts(rawValue: 1 << 7) }
    /// A text was longer than ``DumpLimits/textBytes`` and was cut there.
    @inlinable public static var textCut: RowFacts { RowFacts(rawValue: 1 << 8) }
    /// A text has U+FFFD instead of bytes that JSON does not allow.
    @inlinable public static var textRepaired: RowFacts { RowFacts(rawValue: 1 << 12) }
    /// Not a row, but a stretch of `results` without a whole row.
    @inlinable public static var damaged: RowFacts { RowFacts(rawValue: 1 << 13) }
    /// `status` is "ok", as in rows of bulk updates and bulk deletes.
    @inlinable public static var applied: RowFacts { RowFacts(rawValue: 1 << 9) }
    /// The row has a `status`, which rows of imports do not have.
    @inlinable public static var status: RowFacts { RowFacts(rawValue: 1 << 10) }
    /// The row has a `record`, which rows of imports do not have.
    @inlinable public static var record: RowFacts { RowFacts(rawValue: 1 << 11) }
}

/// A consumer of rows. The analyzer and the CSV writers are consumers of the same pass.
package protocol RowSink {
    /// Begins the array `results`. `job` is what the dump declared before it, which may be nothing at all.
    ///
    /// This is called again if the key is repeated: the last one counts, and what was consumed before becomes void.
    mutating func beginRows(of job: DeclaredJob) throws

    /// Consumes the next runs, in order, all with their texts in `text`. Both are valid during the call only.
    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws
}
