package import ImportDumps
import ImportFoundation

/// The form of a file that was sent to the import API. Row N of `results` is record N of the file.
package enum SourceForm: Sendable, Equatable {
    /// CSV (RFC 4180). All lines end as the first one does, but CRLF and LF may be mixed.
    case csv(CSVForm)
    /// A JSON value on each line.
    case jsonLines
    /// A JSON array of objects.
    case jsonArray
    /// The body of a request, `{"objects": […], "options": {…}}`: the text before the first object and after the last
    /// one, with the brackets.
    case requestBody
    /// The rows of a sheet of a workbook, each as a ``SheetRecord``.
    case sheet(SheetForm)

    /// Whether records are lines of cells under a header.
    package var isTable: Bool {
        switch self {
        case .csv, .sheet: true
        case .jsonLines, .jsonArray, .requestBody: false
        }
    }

    /// Whether records of both can be in one file.
    package func canShareFile(with other: SourceForm) -> Bool {
        if case .csv(let own) = self, case .csv(let others) = other { return own.canShareFile(with: others) }
        return self == other
    }

    /// The names of a table's columns.
    package var columnNames: [String] {
        switch self {
        case .csv(let csv): csv.columnNames
        case .sheet(let sheet): sheet.columnNames
        case .jsonLines, .jsonArray, .requestBody: []
        }
    }
}

/// How a CSV file is written.
package struct CSVForm: Sendable, Equatable {
    package var delimiter: UInt8
    /// Nil if the file has only one line and no line end.
    package var lineEnd: LineEnd?
    /// The first record, which names the columns; nil if there is none.
    package var header: [UInt8]?
    /// The names of the columns in UTF-8, without quotes; empty without a header.
    package var columnNames: [String]
    package var columns: Int
    package var hasByteOrderMark: Bool

    /// Whether records of both can be in one file, in which CRLF and LF may be mixed.
    package func canShareFile(with other: CSVForm) -> Bool {
        func mixed(_ end: LineEnd?) -> LineEnd? { end == .returnAndFeed ? .feed : end }
        var (own, others) = (self, other)
        (own.lineEnd, others.lineEnd) = (mixed(lineEnd), mixed(other.lineEnd))
        if lineEnd == nil || other.lineEnd == nil { (own.lineEnd, others.lineEnd) = (nil, nil) }
        return own == others
    }

    package enum LineEnd: String, Sendable {
        case feed = "\n"
        case returnAndFeed = "\r\n"
        case carriageReturn = "\r"
    }
}

/// A user's options for a source file.
package struct SourceOptions: Sendable {
    /// The delimiter of CSV; nil to find it in the header.
    package var delimiter: UInt8?
    /// Whether the first record of a table names the columns.
    package var hasHeader: Bool
    /// The encoding of text without a byte order mark; nil for UTF-8.
    package var encoding: TextEncoding?
    /// Whether to use the processor's vectors. It changes the speed, never the result.
    package var usesVectors: Bool
    /// The size in bytes of the window over the file, at least 1. A larger record enlarges it.
    package var windowBytes: Int
    /// Whether a separate thread may read a large file.
    package var readsAhead: Bool

    /// Whether a table that this program wrote is read like any other.
    package var acceptsReasons: Bool

    /// Delimiters to search for in a header.
    package static let delimiters = ",;\t|".utf8.map { $0 }

    package init(
        delimiter: UInt8? = nil, hasHeader: Bool = true, encoding: TextEncoding? = nil, usesVectors: Bool = true,
        windowBytes: Int = DumpLimits.windowBytes, readsAhead: Bool = true, acceptsReasons: Bool = false
    ) {
        self.acceptsReasons = acceptsReasons
        self.delimiter = delimiter
        self.hasHeader = hasHeader
        self.encoding = encoding
        self.usesVectors = usesVectors
        self.windowBytes = windowBytes
        self.readsAhead = readsAhead
    }
}

/// The encodings of sources whose records can be copied and get cells before them.
package enum SourceEncoding: Sendable, Equatable {
    case utf8
    /// Text with a byte order mark. Its records are seen as UTF-8.
    case utf16(isBigEndian: Bool)
    /// One byte per character: the character of each byte, or `UInt32.max` for none.
    case singleByte([UInt32])

    /// Which bytes are not characters; nil if all are, or if a character may take several bytes.
    var unassigned: [Bool]? {
        guard case .singleByte(let characters) = self, characters.contains(.max) else { return nil }
        return characters.map { $0 == .max }
    }

    /// Appends bytes as they are written to a file: for UTF-16, they are converted from UTF-8.
    package func encoded(_ bytes: Span<UInt8>, into result: inout [UInt8]) {
        guard case .utf16(let isBigEndian) = self else { return result.append(span: bytes) }
        for unit in String(decoding: [UInt8](span: bytes), as: UTF8.self).utf16 {
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            result.append(isBigEndian ? high : low)
            result.append(isBigEndian ? low : high)
        }
    }

    /// Converts new text to the encoding of the records. Characters that the encoding lacks become question marks.
    package func bytes(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard case .singleByte(let characters) = self, text.contains(where: { $0 >= 0x80 }) else { return text }
        let bytes = String(decoding: text, as: UTF8.self).unicodeScalars.map { scalar in
            if scalar.value < 0x80, characters[Int(scalar.value)] == scalar.value { return UInt8(scalar.value) }
            return characters.firstIndex(of: scalar.value).map { UInt8($0) } ?? UInt8(ascii: "?")
        }
        return bytes[...]
    }

    /// Appends bytes of a record as UTF-8.
    package func text(of bytes: Span<UInt8>, into result: inout [UInt8]) {
        guard case .singleByte(let characters) = self else { return result.append(span: bytes) }
        for index in bytes.indices {
            let character = characters[Int(bytes[index])]
            if character < 0x80 {
                result.append(UInt8(character))
            } else {
                result.append(contentsOf: (Unicode.Scalar(character) ?? "\u{FFFD}").utf8)
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var utf8: String.UTF8View { String(self).utf8 }
}
