/// A workbook in the format of Excel, Office Open XML (`.xlsx`).
///
/// Memory does not grow with its rows: they go to temporary files, and into the workbook when it is closed. Its bytes
/// depend on its cells alone. A workbook that is released before it is closed leaves nothing behind.
package final class Workbook {
    private let writer: LibXLSXWriter
    private let limits: SheetLimits
    private var sheets: [Sheet] = []

    /// Whether workbooks can be made on this machine. libxlsxwriter is loaded on first use.
    package static var isAvailable: Bool { LibXLSXWriter.isAvailable }

    /// - Parameters:
    ///   - path: the path of the file; an existing file is overwritten.
    ///   - temporaryFolder: a folder with space for twice the unpacked size of the sheets.
    ///   - title: the document's title, not text from a dump.
    package init(
        path: String, temporaryFolder: String, title: String, limits: SheetLimits = SheetLimits()
    ) throws(SpreadsheetFailure) {
        self.limits = limits
        writer = try LibXLSXWriter(path: path, temporaryFolder: temporaryFolder, title: title)
    }

    /// Adds a sheet after the others.
    ///
    /// - Parameter name: at most 31 characters, not text from a dump.
    package func addSheet(_ name: String, columns: [Sheet.Column]) throws(SpreadsheetFailure) -> Sheet {
        let sheet = try Sheet(name, columns: columns, limits: limits, in: writer)
        sheets.append(sheet)
        return sheet
    }

    /// Writes the file.
    ///
    /// - Returns: what each sheet must contain when the file is read back. This check is not optional: the library does
    ///   not notice when its temporary files run out of space.
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
        /// The file, or another file of this program from which cells are copied, cannot be read; the value of `errno`.
        case unreadable(errorNumber: Int32)
    }
}
