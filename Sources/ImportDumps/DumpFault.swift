/// A position in a dump.
public struct Place: Sendable, Equatable {
    /// Bytes before it: 0 is the start of the dump.
    public var byte: Int
    /// 1-based; lines end with a line feed.
    public var line: Int
    /// 1-based, counted in bytes from the start of the line.
    public var column: Int
    /// Within the reader, where bytes were decoded: the place in what they were decoded from. The reader itself works with
    /// the bytes that it sees; what it delivers has the place in the input.
    var origin: Origin?

    struct Origin: Sendable, Equatable {
        var byte: Int
        var line: Int
        var column: Int
    }

    public init(byte: Int, line: Int, column: Int) {
        self.byte = byte
        self.line = line
        self.column = column
    }
}

/// Why and where the reading of a dump had to stop. The rows before it were delivered.
public struct DumpFault: Error, Sendable, Equatable {
    public var reason: Reason
    public var place: Place
    /// Rows that were whole before the fault.
    public var rowsKept: Int

    public init(reason: Reason, place: Place, rowsKept: Int) {
        self.reason = reason
        self.place = place
        self.rowsKept = rowsKept
    }

    /// What is wrong at the place.
    public enum Reason: Sendable, Equatable {
        /// The bytes end in the middle of the JSON text.
        case unexpectedEnd
        /// The operating system refused to deliver the rest.
        case readFailed(ReadFailure)
        /// A byte that cannot stand here.
        case unexpectedByte(UInt8, expected: Expectation)
        /// A control character (U+0000 to U+001F) that a string must write as an escape: RFC 8259, section 7.
        case controlCharacter(UInt8)
        /// A backslash that is followed by none of `"\/bfnrtu`.
        case invalidEscape(UInt8)
        /// Bytes that are not UTF-8 (RFC 3629): overlong forms, surrogates, beyond U+10FFFF, stray or missing bytes.
        case invalidUTF8
        /// Deeper than ``DumpLimits/nestingLevels``.
        case nestedTooDeep
        /// More text after the end of the JSON value.
        case textAfterEnd(UInt8)
        /// Something that other languages write and JSON does not.
        case slip(Slip)
        /// An element of `results` is a job of its own: the dump that was begun breaks off before it.
        case jobAmongRows
    }

    /// Habits of other languages and of careless programs that are no JSON, and that are read over.
    public enum Slip: Sendable, Equatable {
        /// A bare word where a value belongs, as it is written.
        case word(Word)
        /// A string in single quotes.
        case singleQuotes
        /// A comma behind the last element of an array or the last member of an object.
        case trailingComma
        /// A comma without a value before it.
        case strayComma
        /// A number that begins with a zero, a plus sign or a point.
        case number
    }

    /// Values that other languages write as words.
    public enum Word: String, Sendable, CaseIterable {
        case notANumber = "NaN"
        case notANumberInSmall = "nan"
        case infinity = "Infinity"
        case shortInfinity = "Inf"
        case none = "None"
        case pythonTrue = "True"
        case pythonFalse = "False"
        case undefined
        case nullInCapitals = "NULL"
        case capitalizedNull = "Null"
        case trueInCapitals = "TRUE"
        case falseInCapitals = "FALSE"
        case capitalizedNil = "Nil"
    }

    /// What the grammar of JSON asks for at a place.
    public enum Expectation: Sendable, Equatable {
        case value, key, keyOrEnd, colon, commaOrEndOfArray, commaOrEndOfObject, digit, hexDigit
        /// The rest of `true`, `false` or `null`.
        case literal
    }

    /// True if bytes are missing, false if those that are there are wrong.
    public var isTruncation: Bool {
        switch reason {
        case .unexpectedEnd, .readFailed: true
        default: false
        }
    }
}
