import ImportFoundation
package import ImportSources

extension WorkbookFault {
    /// What is wrong, in which sheet and cell, and what to do.
    package var explanation: String {
        let place = [sheet.map { "sheet “\(Wording.shortened($0))”" }, cell.map { "cell \($0)" }].compactMap { $0 }
        return place.isEmpty ? sentence : "\(place.joined(separator: ", ")): \(sentence)"
    }

    private var sentence: String {
        switch reason {
        case .oldWorkbook: "This is a workbook of Excel before 2007 (.xls). Save it as .xlsx."
        case .encrypted: "The workbook is encrypted. Save it without a password."
        case .oldDocument:
            "This is a file of Office before 2007, or an encrypted one. Save it as .xlsx, without a password."
        case .binary: "This is a binary workbook (.xlsb). Save it as .xlsx."
        case .isNoWorkbook(let what):
            "This is \(what). A source is CSV, JSON Lines, a JSON array, a request body or an XLSX workbook."
        case .isPacked:
            "A workbook that is compressed or in an archive is not read. Unpack it, and name it with --source."
        case .isOwnReport: "import-audit wrote this workbook as a report. --source takes the file that was sent."
        case .noSuchSheet(let names): "There is no such sheet. The workbook has \(Self.list(names))."
        case .noSheets: "The workbook has no sheet."
        case .firstIsHidden(let names):
            "The first sheet is hidden. Name the one that was sent, as in FILE#Sheet; the workbook has \(Self.list(names))."
        case .isNoTable: "This sheet has no cells. Name another one, as in FILE#Sheet."
        case .emptySheet: "The sheet is empty."
        case .onlyHeader: "There is a header and no row. If the first row was sent, add --no-header."
        case .merged(let cells):
            "The cells \(cells) are merged, so it is not known which rows and columns their value belongs to. Unmerge "
                + "them, and fill in the values as they were sent."
        case .noStoredValue:
            "The workbook has the formula of this cell, but not its value. Open it in a spreadsheet program, and save it again."
        case .structure(let what): "This does not conform to the format: \(what). Save the workbook again as .xlsx."
        case .brokenXML(let part, let line, let message):
            "The part \(Wording.shortened(part)) is not well-formed XML\(line > 0 ? " (line \(Wording.grouped(line)))" : ""): "
                + "\(message). Save the workbook again as .xlsx."
        case .missingPart(let part): "The workbook lacks its part \(Wording.shortened(part)). Save it again as .xlsx."
        case .tooManyStyles(let limit): "The workbook has more than \(Wording.grouped(limit)) styles of cells."
        case .sharedTextsTooLarge(let limit):
            "The texts of the workbook's cells have more than \(limit / 1024 / 1024) MiB. Save the sheet as CSV, and give that."
        case .textsRepeated(let limit):
            "Its cells repeat the same long texts so often that they have more than \(limit / 1024 / 1024) MiB, and more "
                + "than 100 times the size of the sheet. Save the sheet as CSV, and give that."
        case .rowTooLarge(let limit): "A row is larger than \(limit / 1024 / 1024) MiB."
        case .readFailed(let failure): failure.description
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(10).map { "“\(Wording.shortened($0))”" }.joined(separator: ", ")
        return shown + (names.count > 10 ? " and \(Wording.grouped(names.count - 10)) more" : "")
    }
}

extension Wording {
    /// Which of several sheets was read without being named.
    package static func sheetRead(_ name: String, of count: Int) -> String {
        "The first of \(grouped(count)) sheets was read, “\(shortened(name))”. To read another one, name it, as in FILE#Sheet."
    }

    package static let macros = "The workbook has macros. Its cells were read, and the macros are not handed back."

    /// The note about formulas in a sheet, whose stored values were sent.
    package static func formulas(_ count: Int) -> String {
        count == 1
            ? "1 cell has a formula: its stored value was sent, and is handed back in its place."
            : "\(grouped(count)) cells have formulas: their stored values were sent, and are handed back in their place."
    }

    /// The note about blank lines or rows of a source.
    package static func passedOver(_ count: Int, _ form: SourceForm) -> String {
        let what = if case .sheet = form { count == 1 ? "row" : "rows" } else { count == 1 ? "line" : "lines" }
        return "\(grouped(count)) blank \(what) \(count == 1 ? "was" : "were") skipped."
    }

    /// Shortens a name from a file, which may have any length.
    static func shortened(_ name: String) -> String { beginning(name, characters: 101) }
}
