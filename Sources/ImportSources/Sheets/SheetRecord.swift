/// A row of a sheet as the bytes of a record, so that it streams through the same reader as a line of a table.
///
///     " row-number { cell column style kind value } "
///
/// It is one field in quotes, with the quotes of values doubled, as in CSV: line breaks then need no escape, and the
/// reader finds the ends of records with the CSV kernel. Marks and numbers are control characters that XML does not
/// allow (0x01 to 0x08, 0x0E, digits from 0x10 on), so no value contains one or can be mistaken for one.
/// Empty cells are not in the record.
package enum SheetRecord {
    static let rowMark: UInt8 = 0x0E
    static let cellMark: UInt8 = 0x01
    static let styleMark: UInt8 = 0x02
    /// The digit 0 of hexadecimal numbers.
    static let digitZero: UInt8 = 0x10

    /// The kind of a value.
    package enum Kind: UInt8, Sendable {
        /// A number as in the sheet, digit by digit.
        case number = 0x03
        /// A text as in the sheet: `_x0007_` represents a character that XML does not have.
        case text = 0x04
        /// `1` or `0`.
        case boolean = 0x05
        /// Such as `#N/A`.
        case error = 0x06
        /// An ISO 8601 time.
        case date = 0x07
    }

    /// A cell that is not empty.
    package struct Cell {
        /// From 0 on.
        package var column: Int
        /// The index of its format in ``SheetForm/formats``.
        package var style: Int
        package var kind: Kind

        package init(column: Int, style: Int, kind: Kind) {
            self.column = column
            self.style = style
            self.kind = kind
        }
    }

    // MARK: - Writing

    package static func beginRow(_ number: Int, in record: inout [UInt8]) {
        record.append(UInt8(ascii: "\""))
        record.append(rowMark)
        append(number, to: &record)
    }

    package static func append(_ cell: Cell, _ value: Span<UInt8>, to record: inout [UInt8]) {
        record.append(cellMark)
        append(cell.column, to: &record)
        record.append(styleMark)
        append(cell.style, to: &record)
        record.append(cell.kind.rawValue)
        for index in value.indices {
            if value[index] == UInt8(ascii: "\"") { record.append(value[index]) }
            record.append(value[index])
        }
    }

    package static func endRow(in record: inout [UInt8]) {
        record.append(UInt8(ascii: "\""))
        record.append(UInt8(ascii: "\n"))
    }

    private static func append(_ number: Int, to record: inout [UInt8]) {
        var shift = 0
        while number >> shift >= 16 { shift += 4 }
        while shift >= 0 {
            record.append(digitZero | UInt8(number >> shift & 15))
            shift -= 4
        }
    }

    // MARK: - Reading

    /// The number of the row in its sheet, from 1 on.
    package static func rowNumber(of record: Span<UInt8>) -> Int {
        var index = 2
        return number(record, &index)
    }

    /// Calls `body` with each cell, from left to right, and the bytes of its value, whose quotes are doubled.
    package static func forEachCell<Failure: Error>(
        of record: Span<UInt8>, _ body: (Cell, Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var end = record.count
        while end > 0, record[end - 1] != UInt8(ascii: "\"") { end -= 1 }
        end -= 1
        var index = 2
        _ = number(record, &index)
        while index < end, record[index] == cellMark {
            index += 1
            let column = number(record, &index)
            index += 1
            let style = number(record, &index)
            guard index < end, let kind = Kind(rawValue: record[index]) else { return }
            index += 1
            let start = index
            while index < end, record[index] != cellMark { index += 1 }
            try body(Cell(column: column, style: style, kind: kind), record.extracting(start..<index))
        }
    }

    /// The texts of all cells from column A on; empty cells have empty texts.
    package static func texts(of record: Span<UInt8>) -> [String] {
        var texts: [String] = []
        forEachCell(of: record) { cell, value in
            while texts.count < cell.column { texts.append("") }
            var bytes: [UInt8] = []
            forEachByte(of: value) { bytes.append($0) }
            texts.append(String(decoding: bytes, as: UTF8.self))
        }
        return texts
    }

    /// Calls `body` with each byte of a value.
    package static func forEachByte(of value: Span<UInt8>, _ body: (UInt8) -> Void) {
        var index = 0
        while index < value.count {
            body(value[index])
            index += value[index] == UInt8(ascii: "\"") ? 2 : 1
        }
    }

    private static func number(_ record: Span<UInt8>, _ index: inout Int) -> Int {
        var number = 0
        while index < record.count, 0x10...0x1F ~= record[index] {
            number = number << 4 | Int(record[index] & 15)
            index += 1
        }
        return number
    }
}
