/// A sheet of a ``Workbook``, written row by row and cell by cell from left to right.
///
/// Its first row contains the names of the columns.
package final class Sheet {
    /// A column and its width in characters.
    package struct Column {
        var name: String
        var width: Double

        package init(_ name: String, width: Double) {
            self.name = name
            self.width = width
        }
    }

    private let writer: LibXLSXWriter
    private let number: Int
    private let columns: Int
    private let limits: SheetLimits
    private var text = CellText()
    private var row = 0
    private var column = 0
    /// The approximate size of the sheet in the file before compression, in bytes.
    private var bytesInFile = 0
    private var tally = SheetTally()

    /// The number of rows that were to be written, without the header.
    package private(set) var rowsOffered = 0
    /// The number of rows that were written, without the header.
    package private(set) var rowsWritten = 0

    init(
        _ name: String, columns: [Column], limits: SheetLimits, in writer: LibXLSXWriter
    ) throws(SpreadsheetFailure) {
        self.writer = writer
        self.limits = limits
        self.columns = columns.count
        number = try writer.addSheet(name)
        try writer.layOut(number, widths: columns.map { $0.width })
        for column in columns { try add(column.name, .header) }
        endRow()
    }

    /// Begins a row; false if the sheet has no room for it, in which case it counts as offered and is left out.
    package func beginRow() -> Bool {
        rowsOffered += 1
        guard rowsWritten < limits.rows, bytesInFile < limits.bytes else { return false }
        rowsWritten += 1
        return true
    }

    /// Ends a row that was begun.
    package func endRow() {
        bytesInFile += 32
        row += 1
        column = 0
        tally.rows += 1
    }

    /// Completes the sheet.
    ///
    /// - Parameters:
    ///   - isFiltered: whether readers can filter by its columns.
    ///   - note: the last row, about rows that were left out.
    package func finish(isFiltered: Bool = true, note: String?) throws(SpreadsheetFailure) {
        if isFiltered { try writer.filter(number, lastRow: max(1, rowsWritten), columns: columns) }
        guard let note else { return }
        try add(note, .strong)
        endRow()
    }

    /// What the sheet must contain when it is read back.
    var expected: SheetTally { tally }
}

// MARK: - Cells

extension Sheet {
    /// How a text looks.
    package enum TextStyle {
        case plain, strong, wrapped
    }

    /// Leaves a cell empty.
    package func skip() {
        column += 1
    }

    /// Adds a text, or an empty cell for nil.
    package func add(_ text: String?, _ style: TextStyle = .plain) throws(SpreadsheetFailure) {
        guard let text else { return skip() }
        let style: LibXLSXWriter.Style =
            switch style {
            case .plain: .plain
            case .strong: .strong
            case .wrapped: .wrapped
            }
        try add(text, style)
    }

    private func add(_ text: String, _ style: LibXLSXWriter.Style) throws(SpreadsheetFailure) {
        let bytes = Array(text.utf8)
        self.text.encode(bytes.span)
        try addText(style)
    }

    /// Adds a text in UTF-8.
    package func add(_ text: Span<UInt8>) throws(SpreadsheetFailure) {
        self.text.encode(text)
        try addText(.plain)
    }

    /// Adds a text as another sheet encodes it (``SheetReader``).
    package func add(encoded text: Span<UInt8>) throws(SpreadsheetFailure) {
        self.text.take(encoded: text)
        try addText(.plain)
    }

    /// Adds a whole number, or an empty cell for nil. A number of more than 15 digits is written as text, because
    /// spreadsheets do not keep more digits.
    package func add(_ number: Int?) throws(SpreadsheetFailure) {
        guard let number else { return skip() }
        guard number.magnitude < 1_000_000_000_000_000 else { return try add(String(number)) }
        try add(Double(number), .plain)
    }

    /// Adds a share, shown as a percentage.
    ///
    /// - Parameter millionths: the share; 1,000,000 means all.
    package func add(shareInMillionths millionths: Int) throws(SpreadsheetFailure) {
        try add(Double(millionths) / 1_000_000, .percent)
    }

    /// Adds a time in UTC as a spreadsheet's number. Returns false and writes no cell if there is no such number:
    /// before March 1900, where spreadsheets disagree, and after the year 9999.
    ///
    /// - Parameter seconds: the seconds since 1970-01-01T00:00:00Z.
    package func add(secondsSince1970 seconds: Int) throws(SpreadsheetFailure) -> Bool {
        guard (-2_203_891_200..<253_402_300_800).contains(seconds) else { return false }
        try add(25_569 + Double(seconds) / 86_400, .time)
        return true
    }

    private func addText(_ style: LibXLSXWriter.Style) throws(SpreadsheetFailure) {
        defer { column += 1 }
        guard text.count > 0 else { return }
        try writer.write(text.bytes.span, to: number, row: row, column: column, style)
        bytesInFile += text.bytesInFile + 64
        tally.cells += 1
        tally.textBytes += text.count
    }

    private func add(_ value: Double, _ style: LibXLSXWriter.Style) throws(SpreadsheetFailure) {
        try writer.write(value, to: number, row: row, column: column, style)
        bytesInFile += 64
        column += 1
        tally.cells += 1
    }
}

/// The limits of a sheet.
package struct SheetLimits: Sendable {
    /// The most rows, without the header and the note that others were left out.
    package var rows: Int
    /// The approximate size in bytes before compression. Zips that every program can read end at 4 GiB.
    package var bytes: Int

    package init(rows: Int = 1_048_574, bytes: Int = 3 << 30) {
        self.rows = rows
        self.bytes = bytes
    }
}

/// The contents of a sheet, counted when it is written and again when it is read back.
package struct SheetTally: Sendable, Equatable {
    package var rows = 0
    package var cells = 0
    /// The number of bytes of all encoded texts.
    package var textBytes = 0

    package init() {}
}
