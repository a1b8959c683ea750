import ImportFoundation
import Synchronization

/// A sheet of a workbook whose rows are records.
package struct SheetForm: Sendable {
    /// The name of the sheet, which may be any text.
    package var sheetName: String
    /// Whether dates count from 1904 instead of 1900.
    package var countsFrom1904: Bool
    /// The number format of each cell style of the workbook.
    package var formats: [NumberFormat]
    /// The record that names the columns; nil if there is none.
    package var header: [UInt8]?
    /// The text of each column's name, from column A on; empty without a header.
    package var columnNames: [String] = []

    package init(sheetName: String, countsFrom1904: Bool, formats: [NumberFormat]) {
        self.sheetName = sheetName
        self.countsFrom1904 = countsFrom1904
        self.formats = formats
    }
}

extension SheetForm: Equatable {
    /// Whether rows of both can be in one sheet: the column names are the same, and so is the meaning of dates. Formats
    /// and sheet names may differ.
    package static func == (left: SheetForm, right: SheetForm) -> Bool {
        left.columnNames == right.columnNames && (left.header == nil) == (right.header == nil)
            && left.countsFrom1904 == right.countsFrom1904
    }
}

/// How a number is shown.
package enum NumberFormat: Sendable, Hashable {
    /// The number of a built-in format, whose meaning may depend on the language of the program; 0 means no format.
    case builtIn(Int)
    case custom(String)

    package static let general = NumberFormat.builtIn(0)
}

/// Notes about a sheet, and why it cannot be read, from whichever thread reads it.
package final class SheetProgress: Sendable {
    private let state = Lock(State())

    private struct State {
        var notes = SheetNotes()
        var fault: WorkbookFault?
    }

    package init() {}

    package var notes: SheetNotes { state.withLock { $0.notes } }
    package var fault: WorkbookFault? { state.withLock { $0.fault } }

    package func note(_ notes: SheetNotes) { state.withLock { $0.notes = notes } }

    package func fail(_ fault: WorkbookFault) {
        state.withLock { state in if state.fault == nil { state.fault = fault } }
    }
}

/// Notes about a sheet that was read.
package struct SheetNotes: Sendable, Equatable {
    /// Rows without a value between others.
    package var emptyRows = 0
    /// Cells whose stored value is used instead of their formula.
    package var formulas = 0

    package init() {}
}
