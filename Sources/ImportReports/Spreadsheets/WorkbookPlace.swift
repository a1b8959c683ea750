import ImportDumps
import Spreadsheets

/// Where a workbook goes: into a file that is open already, whatever its name.
package struct WorkbookPlace {
    /// Of an empty file, open for reading and writing. It is not closed here.
    package var descriptor: Int32
    /// Where temporary files have room.
    package var temporaryFolder: String

    package init(descriptor: Int32, temporaryFolder: String) {
        self.descriptor = descriptor
        self.temporaryFolder = temporaryFolder
    }

    func makeWorkbook(title: String) throws(SpreadsheetFailure) -> Workbook {
        // The file itself: a name could lead elsewhere by the time the library opens it.
        try Workbook(path: "/proc/self/fd/\(descriptor)", temporaryFolder: temporaryFolder, title: title)
    }

    /// Completes the workbook, and reads it back: a full disk can leave holes in it of which nobody is told.
    func close(_ workbook: Workbook) throws {
        let expected = try workbook.close()
        let found: [SheetTally]
        do {
            found = try WorkbookFile(descriptor: descriptor).check()
        } catch is ReadFailure {
            throw SpreadsheetFailure(.incomplete)
        }
        guard found == expected else { throw SpreadsheetFailure(.incomplete) }
    }
}
