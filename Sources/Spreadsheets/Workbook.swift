/// A workbook in the format of Excel, Office Open XML (`.xlsx`).
///
/// Memory does not grow with its rows: they go to temporary files, and into the file when it is closed. Its bytes are a
/// function of its cells alone. If a workbook is released before it is closed, nothing is left.
package final class Workbook {
    private let writer: LibXLSXWriter
    private let limits: SheetLimits
    private var sheets: [Sheet] = []

    /// Whether workbooks can be made on this machine: libxlsxwriter is loaded when it is needed.
    package static var isAvailable: Bool { LibXLSXWriter.isAvailable }

    /// - Parameters:
    ///   - path: the place of the file; an existing file is overwritten.
    ///   - temporaryFolder: a folder with space for twice the unpacked size of the sheets.
    ///   - title: of the document. No text of a dump.
    package init(
        path: String, temporaryFolder: String, title: String, limits: SheetLimits = SheetLimits()
    ) throws(SpreadsheetFailure) {
        self.limits = limits
        writer = try LibXLSXWriter(path: path, temporaryFolder: temporaryFolder, title: title)
    }

    /// Adds a sheet after the others.
    ///
    /// - Parameter name: at most 31 characters; no text of a dump.
    package func addSheet(_ name: String, columns: [Sheet.Column]) throws(SpreadsheetFailure) -> Sheet {
        let sheet = try Sheet(name, columns: columns, limits: limits, in: writer)
        sheets.append(sheet)
        return sheet
    }

    /// Writes the file.
    ///
    /// - Returns: what each sheet must be found to hold when the file is read back. To do so is not for the doubtful
    ///   only: the library does not notice when its temporary files find no room.
    package func close() throws(SpreadsheetFailure) -> [SheetTally] {
        try writer.close()
        return sheets.map { $0.expected }
    }
}

/// Why a workbook cannot be written.
package struct SpreadsheetFailure: Error, Sendable, Equatable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    package enum Reason: Sendable, Equatable {
        /// libxlsxwriter is not on this machine.
        case libraryAbsent
        /// The operating system failed; the value of `errno`.
        case system(errorNumber: Int32)
        /// libxlsxwriter failed, with its message.
        case library(String)
        /// The file is incomplete.
        case incomplete
        /// The file, or another one of this program from which cells are copied, cannot be read; the value of `errno`.
        case unreadable(errorNumber: Int32)
    }
}
