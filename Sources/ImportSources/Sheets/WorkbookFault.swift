package import ImportFoundation

/// Why a workbook cannot be used as a source, as data.
package struct WorkbookFault: Error, Sendable, Equatable {
    package var reason: Reason
    /// The sheet with the fault; nil for a fault of the workbook.
    package var sheet: String?
    /// The cell as people name it, such as `C5`.
    package var cell: String?

    package init(_ reason: Reason, sheet: String? = nil, cell: String? = nil) {
        self.reason = reason
        self.sheet = sheet
        self.cell = cell
    }

    /// Whether it can be read, but contains no rows.
    package var hasNoRows: Bool { reason == .emptySheet || reason == .onlyHeader }

    package enum Reason: Sendable, Equatable {
        /// A workbook or another document from Office before 2007, or a current encrypted one; these look the same.
        case oldWorkbook, encrypted, oldDocument
        /// `.xlsb`.
        case binary
        /// A zip or a document that is not a workbook, with its kind.
        case isNoWorkbook(String)
        /// It is in an archive, or is compressed.
        case isPacked
        /// Its title says that this program wrote it, as a report.
        case isOwnReport
        /// The names of the existing sheets.
        case noSuchSheet([String])
        case noSheets
        /// The first of several sheets is hidden; the names of all.
        case firstIsHidden([String])
        /// It contains no rows: a chart or the like.
        case isNoTable
        case emptySheet
        case onlyHeader
        /// Cells of a range such as `B2:B3` are merged.
        case merged(String)
        /// A formula without a value in the workbook.
        case noStoredValue
        /// Something that the format does not allow, described in a few words.
        case structure(String)
        /// A part is not XML that can be read.
        case brokenXML(part: String, line: Int, message: String)
        case missingPart(String)
        case tooManyStyles(limit: Int)
        /// Texts that cells share have more bytes than this.
        case sharedTextsTooLarge(limit: Int)
        case rowTooLarge(limit: Int)
        /// Cells refer to the same long texts so often that the sheet is far larger than the workbook.
        case textsRepeated(limit: Int)
        case readFailed(ReadFailure)
    }
}
