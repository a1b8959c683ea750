package import ImportDumps
import ImportFoundation

/// What was sent to the import API, as it is in a file: of the rows of `results`, row N is record N of it.
package enum SourceForm: Sendable, Equatable {
    /// CSV (RFC 4180), whose lines end as its first one does.
    case csv(CSVForm)
    /// A JSON value on each line.
    case jsonLines
    /// A JSON array of objects.
    case jsonArray
    /// The body of a request, `{"objects": […], "options": {…}}`: the text before the first object and after the last
    /// one, with the brackets.
    case requestBody
    /// The rows of a sheet of a workbook, as ``SheetRecord`` has them.
    case sheet(SheetForm)

    /// Whether records are lines of cells under a header.
    package var isTable: Bool {
        switch self {
        case .csv, .sheet: true
        case .jsonLines, .jsonArray, .requestBody: false
        }
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
    package var lineEnd: LineEnd
    /// The first record names the columns; nil if there is none.
    package var header: [UInt8]?
    /// The names of the columns in UTF-8, without quotes; empty without a header.
    package var columnNames: [String]
    package var columns: Int
    package var hasByteOrderMark: Bool

    package enum LineEnd: String, Sendable {
        case feed = "\n"
        case returnAndFeed = "\r\n"
        case carriageReturn = "\r"
    }
}

/// A user's options for a source file.
package struct SourceOptions: Sendable {
    /// Of CSV; nil to find it in the header.
    package var delimiter: UInt8?
    /// The first record of a CSV file names the columns.
    package var hasHeader: Bool
    /// Of text without a byte order mark; UTF-8 if none is given.
    package var encoding: TextEncoding?
    /// Whether the processor's vectors are used. It changes the speed, never the result.
    package var usesVectors: Bool
    /// Bytes of the window over the file, at least 1: a larger record makes it larger.
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
    /// With a byte order mark. Its records are seen as UTF-8.
    case utf16(isBigEndian: Bool)
    /// A byte for each character: which one, or `UInt32.max` for none.
    case singleByte([UInt32])

    /// Bytes in UTF-8 converted to the encoding in which they are written.
    package func encoded(_ bytes: Span<UInt8>, into result: inout [UInt8]) {
        guard case .utf16(let isBigEndian) = self else { return result.append(span: bytes) }
        for unit in String(decoding: [UInt8](span: bytes), as: UTF8.self).utf16 {
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            result.append(isBigEndian ? high : low)
            result.append(isBigEndian ? low : high)
        }
    }

    /// A new text in the encoding of the records: characters that it does not have become question marks.
    package func bytes(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard case .singleByte(let characters) = self, text.contains(where: { $0 >= 0x80 }) else { return text }
        let bytes = String(decoding: text, as: UTF8.self).unicodeScalars.map { scalar in
            if scalar.value < 0x80, characters[Int(scalar.value)] == scalar.value { return UInt8(scalar.value) }
            return characters.firstIndex(of: scalar.value).map { UInt8($0) } ?? UInt8(ascii: "?")
        }
        return bytes[...]
    }

    /// Bytes of a record as UTF-8.
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
