import ImportSources
import XHTMLValidation

/// Converts the rows of a sheet into records.
///
///     <worksheet> <sheetData> <row r="2"> <c r="A2" s="1" t="s"> <f>formula</f> <v>value</v> </c>
///                                         <c r="B2" t="inlineStr"> <is> <t>text</t> </is> </c>
///                 <mergeCells> <mergeCell ref="A1:B1"/>
///
/// Unknown elements inside a row are refused, because they could contain cells.
final class SheetParser: XMLStreamHandler {
    private enum Element {
        case sheet, data, row, cell, value, formula, inline, run, text, merges, other
    }

    /// The limits of the format.
    static let mostRows = 1_048_576
    static let mostColumns = 16_384

    let sheet: String
    private let styles: Int
    private let texts: SharedTexts
    private var open: [Element] = []

    /// The bytes of shared texts that any sheet may have beyond the texts themselves, or the most per byte of the sheet
    /// if that is more: a cell that refers to a text takes 20 bytes, whatever the text.
    private static let sharedBytes = 64 * 1024 * 1024
    private static let sharedRatio = 100
    /// The bytes of the sheet that were parsed, and of the shared texts in its cells.
    private var parsedBytes = 0
    private var repeatedBytes = 0

    /// Encoded records, and how many of these bytes belong to complete ones.
    private(set) var rows: [UInt8] = []
    private(set) var wholeRows = 0
    private(set) var notes = SheetNotes()

    private var hasData = false
    private var row = 0
    private var column = -1
    /// Whether the current row has a nonempty value.
    private var hasContent = false
    /// The rows (from 1 on) and columns (from 0 on) with values.
    private var usedRows: ClosedRange<Int>?
    private var usedColumns: ClosedRange<Int>?

    private var type = CellType.number
    private var style = 0
    private var hasFormula = false
    private var hasValue = false
    private var value: [UInt8] = []

    init(sheet: String, styles: Int, texts: SharedTexts) {
        self.sheet = sheet
        self.styles = styles
        self.texts = texts
    }

    /// Notes that so many bytes of the sheet are parsed next.
    func note(_ bytes: Int) { parsedBytes += bytes }

    /// Removes the first `count` bytes, which belong to complete rows.
    func forget(_ count: Int) {
        if count == rows.count { rows.removeAll(keepingCapacity: true) } else { rows.removeFirst(count) }
        wholeRows -= count
    }

    /// Checks the sheet after the whole part was read.
    func finish() throws {
        guard hasData else { throw WorkbookFault(.structure("it has no rows at all"), sheet: sheet) }
    }

    // MARK: - Elements

    func begin(_ element: borrowing XMLStreamElement) throws {
        switch open.last {
        case nil:
            guard element.isNamed("worksheet"), WorkbookParts.isSpreadsheet(element) else {
                throw WorkbookFault(.isNoTable, sheet: sheet)
            }
            open.append(.sheet)
        case .sheet:
            if element.isNamed("sheetData") {
                guard !hasData else { throw WorkbookFault(.structure("it has its rows twice"), sheet: sheet) }
                hasData = true
                open.append(.data)
            } else {
                open.append(element.isNamed("mergeCells") ? .merges : .other)
            }
        case .data:
            guard element.isNamed("row") else { throw unknown(element.name) }
            try beginRow(element)
            open.append(.row)
        case .row:
            if element.isNamed("c") {
                try beginCell(element)
                open.append(.cell)
            } else {
                guard element.isNamed("extLst") else { throw unknown(element.name) }
                open.append(.other)
            }
        case .cell:
            if element.isNamed("v") {
                hasValue = true
                open.append(.value)
            } else if element.isNamed("f") {
                hasFormula = true
                notes.formulas += 1
                open.append(.formula)
            } else if element.isNamed("is") {
                hasValue = true
                open.append(.inline)
            } else {
                guard element.isNamed("extLst") else { throw unknown(element.name) }
                open.append(.other)
            }
        case .inline: open.append(element.isNamed("t") ? .text : element.isNamed("r") ? .run : .other)
        case .run: open.append(element.isNamed("t") ? .text : .other)
        case .merges:
            if element.isNamed("mergeCell") { try checkMerged(element.value(of: "ref") ?? "") }
            open.append(.other)
        case .value, .formula, .text, .other: open.append(.other)
        }
    }

    func end() throws {
        switch open.popLast() {
        case .cell: try endCell()
        case .row: endRow()
        default: break
        }
    }

    func text(_ bytes: Span<UInt8>) throws {
        guard open.last == .value || open.last == .text else { return }
        for index in bytes.indices { value.append(bytes[index]) }
        guard value.count <= SharedTexts.mostBytesOfCell else {
            throw fault(.structure("it contains more than a cell may"))
        }
    }

    private func unknown(_ name: String) -> WorkbookFault {
        WorkbookFault(.structure("its rows contain “\(name.prefix(40))”, which is not known"), sheet: sheet)
    }

    // MARK: - Rows

    private func beginRow(_ element: borrowing XMLStreamElement) throws {
        let number = element.withValue(of: "r") { CellName.number($0) } ?? .some(row + 1)
        guard let number, number > row, number <= Self.mostRows else {
            throw WorkbookFault(
                .structure("row \(row) is followed by one with an impossible number"), sheet: sheet)
        }
        row = number
        column = -1
        hasContent = false
        SheetRecord.beginRow(number, in: &rows)
    }

    private func endRow() {
        guard hasContent else { return rows.removeSubrange(wholeRows...) }
        SheetRecord.endRow(in: &rows)
        wholeRows = rows.count
        if let used = usedRows {
            notes.emptyRows += row - used.upperBound - 1
            usedRows = used.lowerBound...row
        } else {
            usedRows = row...row
        }
    }

    // MARK: - Cells

    private func beginCell(_ element: borrowing XMLStreamElement) throws {
        let place = element.withValue(of: "r") { CellName($0) } ?? .some(CellName(row: row, column: column + 1))
        guard let place, place.row == row, place.column > column, place.column < Self.mostColumns else {
            let name = element.value(of: "r")?.prefix(40) ?? ""
            throw WorkbookFault(
                .structure("in row \(row), a cell has the impossible name “\(name)”"), sheet: sheet)
        }
        column = place.column
        (hasFormula, hasValue) = (false, false)
        value.removeAll(keepingCapacity: true)
        type = .number
        if let found = element.withValue(of: "t", { CellType($0) }) {
            guard let found else {
                throw fault(.structure("its type is not known (\(element.value(of: "t") ?? ""))"))
            }
            type = found
        }
        style = 0
        if let found = element.withValue(of: "s", { CellName.number($0) }) {
            guard let found, found < styles else { throw fault(.structure("it has a style that does not exist")) }
            style = found
        }
    }

    private func endCell() throws {
        if hasFormula, !hasValue || (value.isEmpty && type != .formulaText && type != .inlineText) {
            throw fault(.noStoredValue)
        }
        guard hasValue else { return }
        switch type {
        case .number:
            trim()
            guard !value.isEmpty else { return }
            guard CellName.isNumber(value.span) else { throw fault(.structure("it should be a number but is not")) }
            try append(.number)
        case .boolean:
            trim()
            guard !value.isEmpty else { return }
            if value.elementsEqual("true".utf8) { value = [UInt8(ascii: "1")] }
            if value.elementsEqual("false".utf8) { value = [UInt8(ascii: "0")] }
            guard value == [UInt8(ascii: "0")] || value == [UInt8(ascii: "1")] else {
                throw fault(.structure("it should be true or false but is neither"))
            }
            try append(.boolean)
        case .error, .date:
            trim()
            guard !value.isEmpty else { return }
            try append(type == .error ? .error : .date)
        case .formulaText, .inlineText: try append(.text)
        case .sharedText:
            trim()
            guard !value.isEmpty else { return }
            let isThere: Void? = try CellName.number(value.span).flatMap { number in
                try texts.withText(number) { text in
                    repeatedBytes += text.count
                    guard repeatedBytes - texts.byteCount <= max(Self.sharedBytes, parsedBytes * Self.sharedRatio)
                    else {
                        throw fault(.textsRepeated(limit: Self.sharedBytes))
                    }
                    try append(.text, text)
                }
            }
            guard isThere != nil else { throw fault(.structure("it refers to a text that does not exist")) }
        }
    }

    private func append(_ kind: SheetRecord.Kind) throws {
        let value = value
        try append(kind, value.span)
    }

    private func append(_ kind: SheetRecord.Kind, _ value: Span<UInt8>) throws {
        if !value.isEmpty {
            hasContent = true
            usedColumns =
                min(usedColumns?.lowerBound ?? column, column)...max(usedColumns?.upperBound ?? column, column)
        }
        SheetRecord.append(SheetRecord.Cell(column: column, style: style, kind: kind), value, to: &rows)
        guard rows.count - wholeRows < SourceReader.largestRecord else {
            throw fault(.rowTooLarge(limit: SourceReader.largestRecord))
        }
    }

    private func trim() {
        while let last = value.last, last <= 0x20 { value.removeLast() }
        if let first = value.first, first <= 0x20 { value.removeFirst(value.prefix { $0 <= 0x20 }.count) }
    }

    private func fault(_ reason: WorkbookFault.Reason) -> WorkbookFault {
        WorkbookFault(reason, sheet: sheet, cell: CellName(row: row, column: column).text)
    }

    // MARK: - Merged cells

    /// Fails if merged cells overlap the table, because it is unclear which of them the value belongs to.
    private func checkMerged(_ reference: String) throws {
        guard hasData else { throw WorkbookFault(.structure("its merged cells come before its rows"), sheet: sheet) }
        let ends = reference.split(separator: ":").compactMap { CellName(Array($0.utf8).span) }
        guard let first = ends.first, let last = ends.last, ends.count == reference.count(where: { $0 == ":" }) + 1,
            ends.count <= 2, first.row <= last.row, first.column <= last.column
        else {
            throw WorkbookFault(
                .structure("merged cells have the impossible name “\(reference.prefix(40))”"), sheet: sheet)
        }
        guard first != last, let usedRows, let usedColumns else { return }
        guard usedRows.overlaps(first.row...last.row), usedColumns.overlaps(first.column...last.column) else { return }
        throw WorkbookFault(.merged(String(reference.prefix(40))), sheet: sheet, cell: first.text)
    }
}

/// The type of a cell, from its attribute `t`.
enum CellType {
    case number, boolean, error, date, sharedText, formulaText, inlineText

    /// Nil for an unknown type.
    init?(_ text: Span<UInt8>) {
        func isIt(_ word: StaticString) -> Bool {
            guard word.utf8CodeUnitCount == text.count else { return false }
            return text.indices.allSatisfy { unsafe text[$0] == word.utf8Start[$0] }
        }
        if isIt("s") {
            self = .sharedText
        } else if isIt("n") {
            self = .number
        } else if isIt("str") {
            self = .formulaText
        } else if isIt("inlineStr") {
            self = .inlineText
        } else if isIt("b") {
            self = .boolean
        } else if isIt("e") {
            self = .error
        } else if isIt("d") {
            self = .date
        } else {
            return nil
        }
    }
}
