import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportSources
import Spreadsheets

/// Writes rows of a sheet into a workbook, each after new cells with its result.
final class RejectWorkbook {
    private static let flushBytes = 256 * 1024

    private let file: PartialFile
    private let zip: ZipWriter
    private var sheet: RowSheet
    private var bytesOfRows = 0
    /// The number of columns that are left out at the front of the source, and of the new columns before the others.
    private let replaced: Int
    private let columnsBefore: Int
    /// The number formats of the last record's source, and the styles of this workbook that correspond to them.
    private var formats: [NumberFormat] = []
    private var styles: [Int?] = []
    private var value: [UInt8] = []

    /// - Parameters:
    ///   - form: the form of the first source.
    ///   - columns: the names of the new columns; empty if they are left out.
    ///   - replaced: the number of columns that an earlier run added at the front of the source.
    init(_ file: PartialFile, like form: SheetForm, columns: [String], replacing replaced: Int) throws {
        self.file = file
        self.replaced = replaced
        columnsBefore = columns.count
        sheet = RowSheet(
            name: form.sheetName, countsFrom1904: form.countsFrom1904, title: OwnOutput.rejectsWorkbookTitle)
        // Not every program opens Zip64.
        zip = try ZipWriter(allowsZip64: false) { try file.write($0) }
        for part in sheet.partsBefore { try write(part.bytes, as: part.name) }
        try zip.beginFile(RowSheet.sheetPart, byteCount: nil)
        guard let header = form.header else { return }
        sheet.beginRow()
        for (column, name) in columns.enumerated() {
            let name = Array(name.utf8)
            sheet.add(text: name.span, column: column)
        }
        try copy(header.span, form)
        try endRow()
    }

    /// Appends a record after the new cells. `cells` has one for each new column, including empty ones.
    func append(_ cells: [NewCell], _ record: Span<UInt8>, _ form: SheetForm) throws {
        guard sheet.rows < RowSheet.mostRows else {
            throw CommandFailure(
                .inputNotReadWhole, of: file.path,
                "a sheet has at most \(Wording.grouped(RowSheet.mostRows)) rows: split the rejects with --batch, or run each source "
                    + "with its own jobs. Nothing was written.")
        }
        sheet.beginRow()
        for (column, cell) in cells.enumerated() {
            switch cell {
            case .empty: break
            case .number(let number): sheet.add(number: number, column: column)
            case .text(let text): if !text.isEmpty { sheet.add(text: text.span, column: column) }
            }
        }
        try copy(record, form)
        try endRow()
    }

    enum NewCell {
        case empty
        case number(Int)
        case text(ArraySlice<UInt8>)

        init(_ number: Int?) { self = number.map { .number($0) } ?? .empty }
        init(_ text: ArraySlice<UInt8>?) { self = text.map { .text($0) } ?? .empty }
    }

    /// Completes the workbook.
    func finish() throws {
        sheet.endRows()
        try flush()
        let styles = sheet.stylesPart
        try write(styles.bytes, as: styles.name)
        try zip.finish()
    }

    private func copy(_ record: Span<UInt8>, _ form: SheetForm) throws {
        // Within one source, both arrays are the same memory, which is quick to check.
        if formats != form.formats {
            formats = form.formats
            styles = Array(repeating: nil, count: formats.count)
        }
        try SheetRecord.forEachCell(of: record) { cell, text throws(CommandFailure) in
            guard cell.column >= replaced else { return }
            let column = columnsBefore + cell.column - replaced
            guard column < RowSheet.mostColumns else {
                throw CommandFailure(
                    .inputNotReadWhole, of: file.path,
                    "a sheet has at most \(Wording.grouped(RowSheet.mostColumns)) columns, and the new ones do not fit before those "
                        + "of the source, whose sheet \(Wording.quoted(form.sheetName)) has a value in column "
                        + "\(RowSheet.name(ofColumn: cell.column)): leave the new ones out with --plain. Nothing was written."
                )
            }
            value.removeAll(keepingCapacity: true)
            SheetRecord.forEachByte(of: text) { value.append($0) }
            let kind: RowSheet.Kind =
                switch cell.kind {
                case .number: .number
                case .text: .encodedText
                case .boolean: .boolean
                case .error: .error
                case .date: .date
                }
            let text = value
            sheet.add(kind, text.span, column: column, style: style(cell.style, form))
        }
    }

    private func style(_ number: Int, _ form: SheetForm) -> Int {
        if let known = styles[number] { return known }
        let style =
            switch form.formats[number] {
            case .builtIn(let number): sheet.style(builtIn: number)
            case .custom(let code): sheet.style(custom: code)
            }
        styles[number] = style
        return style
    }

    private func endRow() throws {
        sheet.endRow()
        if sheet.bytes.count >= Self.flushBytes { try flush() }
    }

    private func flush() throws {
        bytesOfRows += sheet.bytes.count
        guard bytesOfRows <= RowSheet.mostBytes else {
            throw CommandFailure(
                .notPassed, of: file.path,
                "the sheet would have more than 4 GB: split the rejects with --batch. "
                    + "Nothing was written.")
        }
        let bytes = sheet.bytes
        try zip.write(bytes.span)
        sheet.bytes.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8], as name: String) throws {
        try zip.beginFile(name, byteCount: bytes.count)
        try zip.write(bytes.span)
    }
}
