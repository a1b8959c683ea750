package import ImportFoundation

/// A position in a dump.
package struct Place: Sendable, Equatable {
    /// The number of bytes before it; 0 is the start of the dump.
    package var byte: Int
    /// 1-based; lines end with a line feed.
    package var line: Int
    /// 1-based, counted in bytes from the start of the line.
    package var column: Int
    /// The place in the original bytes, if they were decoded. It is used only within the reader, which works with the
    /// decoded bytes; what the reader delivers has places in the input.
    var origin: Origin?

    struct Origin: Sendable, Equatable {
        var byte: Int
        var line: Int
        var column: Int
    }

    package init(byte: Int, line: Int, column: Int) {
        self.byte = byte
        self.line = line
        self.column = column
    }
}

/// Why and where reading a dump had to stop. The rows before it were delivered.
package struct DumpFault: Error, Sendable, Equatable {
    package var reason: Reason
    package var place: Place
    /// The number of complete rows before the fault.
    package var rowsKept: Int

    package init(reason: Reason, place: Place, rowsKept: Int) {
        self.reason = reason
        self.place = place
        self.rowsKept = rowsKept
    }

    /// What is wrong at the place.
    package enum Reason: Sendable, Equatable {
        /// The bytes end in the middle of the JSON text.
        case unexpectedEnd
        /// The operating system failed to deliver the rest.
        case readFailed(ReadFailure)
        /// A byte that is not allowed here.
        case unexpectedByte(UInt8, expected: Expectation)
        /// A control character (U+0000 to U+001F), which a string must escape (RFC 8259, section 7).
        case controlCharacter(UInt8)
        /// A backslash that is not followed by one of `"\/bfnrtu`.
        case invalidEscape(UInt8)
        /// Bytes that are not UTF-8 (RFC 3629): overlong forms, surrogates, beyond U+10FFFF, stray or missing bytes.
        case invalidUTF8
        /// Nesting deeper than ``DumpLimits/nestingLevels``.
        case nestedTooDeep
        /// More text after the end of the JSON value.
        case textAfterEnd(UInt8)
        /// Something that is valid in other languages, but not in JSON.
        case slip(Slip)
        /// An element of `results` is a separate job: the current dump breaks off before it.
        case jobAmongRows
    }

    /// Tolerated deviations from JSON, made by other languages or careless programs.
    package enum Slip: Sendable, Equatable {
        /// A bare word where a value belongs, as written.
        case word(Word)
        /// A string in single quotes.
        case singleQuotes
        /// A comma after the last element of an array or the last member of an object.
        case trailingComma
        /// A comma without a value before it.
        case strayComma
        /// A number that begins with a zero, a plus sign or a decimal point.
        case number
    }

    /// Values that other languages write as words.
    package enum Word: String, Sendable, CaseIterable {
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

    /// What the grammar of JSON expects at a place.
    package enum Expectation: Sendable, Equatable {
        case value, key, keyOrEnd, colon, commaOrEndOfArray, commaOrEndOfObject, digit, hexDigit
        /// The rest of `true`, `false` or `null`.
        case literal
    }

    /// True if bytes are missing, false if they are wrong.
    package var isTruncation: Bool {
        switch reason {
        case .unexpectedEnd, .readFailed: true
        default: false
        }
    }
}

/// The faults of a dump after which reading continued.
///
/// Its size is bounded, whatever the dump contains: the first places of each kind are kept, the rest are counted.
package struct DumpDamage: Sendable, Equatable {
    /// Places in strings that are not valid JSON and were replaced with U+FFFD.
    package private(set) var repairs = Spots()
    /// Stretches of `results` that contain no whole row. Each was delivered as one row (``RowFacts/damaged``).
    package private(set) var rows = Spots()
    /// Other text that is not valid JSON, without loss of a row.
    package private(set) var slips = Spots()
    /// The number of repairs of bytes that are not UTF-8, and of those that could be Windows-1252 characters.
    package private(set) var invalidBytes = (count: 0, windows1252: 0)

    package init() {}

    package var isEmpty: Bool { repairs.count == 0 && rows.count == 0 && slips.count == 0 }

    /// The first fault.
    package var first: DumpFault? {
        [repairs, rows, slips].compactMap(\.first.first).min { $0.place.byte < $1.place.byte }?.fault
    }

    /// Whether the text may be Windows-1252: it has bytes that are not UTF-8, and all of them are characters in that
    /// encoding.
    package var mayBeWindows1252: Bool { invalidBytes.count > 0 && invalidBytes.count == invalidBytes.windows1252 }

    /// Places of damage.
    package struct Spots: Sendable, Equatable {
        package fileprivate(set) var count = 0
        /// The first ``DumpLimits/damagePlaces``.
        package fileprivate(set) var first: [Spot] = []
    }

    /// A place of damage.
    package struct Spot: Sendable, Equatable {
        package var reason: DumpFault.Reason
        package var place: Place
        /// The row that it belongs to; nil for the job's own fields.
        package var row: Int?
        /// The spot as a fault.
        package var fault: DumpFault { DumpFault(reason: reason, place: place, rowsKept: max(0, (row ?? 1) - 1)) }
    }

    enum Kind {
        case repair, row, slip
    }

    /// Converts all places to places in the input.
    mutating func movePlacesToOrigin() {
        repairs.movePlacesToOrigin()
        rows.movePlacesToOrigin()
        slips.movePlacesToOrigin()
    }

    /// Whether another place of this kind is kept.
    func keepsMore(of kind: Kind) -> Bool {
        switch kind {
        case .repair: repairs.keepsMore
        case .row: rows.keepsMore
        case .slip: slips.keepsMore
        }
    }

    /// - Parameter spot: nil if it is not kept.
    mutating func note(_ kind: Kind, _ spot: Spot?) {
        switch kind {
        case .repair: repairs.add(spot)
        case .row: rows.add(spot)
        case .slip: slips.add(spot)
        }
    }

    /// Adds later faults.
    mutating func add(_ other: DumpDamage) {
        repairs.add(other.repairs)
        rows.add(other.rows)
        slips.add(other.slips)
        invalidBytes.count += other.invalidBytes.count
        invalidBytes.windows1252 += other.invalidBytes.windows1252
    }

    /// Adds the faults of a field, which cost the dump no row.
    ///
    /// - Parameter isText: whether they are those of a text. Then they are faults of that text, except for bytes that are
    ///   not UTF-8, which no text has.
    mutating func add(field: DumpDamage, isText: Bool) {
        var field = field
        if isText {
            field.repairs.keep { $0.reason == .invalidUTF8 }
            (field.rows, field.slips) = (Spots(), Spots())
        }
        field.slips.add(field.rows)
        field.rows = Spots()
        add(field)
    }

    /// The extent of the damage at some time.
    struct Extent {
        fileprivate var counts = (repairs: 0, rows: 0, slips: 0)
        fileprivate var invalidBytes = (count: 0, windows1252: 0)
    }

    var extent: Extent {
        Extent(counts: (repairs.count, rows.count, slips.count), invalidBytes: invalidBytes)
    }

    /// Forgets the faults noted since: they are in something that was given up.
    mutating func forget(since extent: Extent) {
        repairs.drop(to: extent.counts.repairs)
        rows.drop(to: extent.counts.rows)
        slips.drop(to: extent.counts.slips)
        invalidBytes = extent.invalidBytes
    }

    mutating func noteInvalidByte(mayBeWindows1252: Bool) {
        invalidBytes.count += 1
        if mayBeWindows1252 { invalidBytes.windows1252 += 1 }
    }

    package static func == (left: DumpDamage, right: DumpDamage) -> Bool {
        left.repairs == right.repairs && left.rows == right.rows && left.slips == right.slips
            && left.invalidBytes == right.invalidBytes
    }
}

extension DumpDamage.Spots {
    fileprivate mutating func add(_ other: DumpDamage.Spots) {
        count += other.count
        first += other.first.prefix(DumpLimits.damagePlaces - first.count)
    }

    fileprivate mutating func drop(to count: Int) {
        guard count < self.count else { return }
        self.count = count
        if count < first.count { first.removeLast(first.count - count) }
    }

    fileprivate mutating func keep(_ isKept: (DumpDamage.Spot) -> Bool) {
        let all = first.count
        first = first.filter(isKept)
        count = first.isEmpty ? 0 : count - all + first.count
    }

    fileprivate mutating func movePlacesToOrigin() {
        for index in first.indices { first[index].place.moveToOrigin() }
    }

    fileprivate var keepsMore: Bool { first.count < DumpLimits.damagePlaces }

    fileprivate mutating func add(_ spot: DumpDamage.Spot?) {
        count += 1
        if let spot, keepsMore { first.append(spot) }
    }
}
