import ImportFoundation
import ImportInputs
import Spreadsheets

/// A workbook that this program wrote, open for reading.
///
/// It is read for two reasons. First, all of it is checked after it was written, because the library does not notice
/// when there is no room for its temporary files. Second, the failed rows of a job are read from it, for the workbook
/// of an overview and for the job's own workbook when that is written again, whether this run or an earlier one wrote
/// it. A run that finds a job's files up to date has these rows nowhere else. It does not read the dump again, which
/// would take longest. `failures.csv` is not written with every choice of formats, and has cells that were changed for
/// spreadsheets. A copy of the rows that is kept for later runs would take as much room again as the failed rows do,
/// and would have to be guarded like reports. A copy for the current run alone would be a second source besides this
/// one.
package struct WorkbookFile {
    private static let chunkBytes = 64 * 1024

    private let descriptor: Int32

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reads every part to its end.
    ///
    /// - Returns: the contents of each sheet.
    /// - Throws: ``SpreadsheetFailure`` for an incomplete part, `ReadFailure` if the file cannot be read.
    func check() throws -> [SheetTally] {
        let zip = try ZipFile(descriptor: descriptor)
        var tallies: [SheetTally] = []
        while let name = try zip.next() {
            var ending = PartEnding()
            var sheet: SheetReader? = name.hasPrefix("xl/worksheets/sheet") ? SheetReader() : nil
            try Self.forEachChunk(of: zip) { bytes in
                ending.read(bytes)
                sheet?.read(bytes) { _ in }
            }
            guard ending.isWhole else { throw SpreadsheetFailure(.incomplete) }
            if let sheet { tallies.append(sheet.tally) }
        }
        return tallies
    }

    /// Calls `body` with each row of a sheet.
    ///
    /// - Parameter sheet: the number of the sheet, counted from 1.
    func forEachRow(ofSheet sheet: Int, _ body: (SheetReader.Row) throws -> Void) throws {
        let zip = try ZipFile(descriptor: descriptor)
        while let name = try zip.next() {
            guard name == "xl/worksheets/sheet\(sheet).xml" else { continue }
            var rows = SheetReader()
            return try Self.forEachChunk(of: zip) { bytes in try rows.read(bytes, body) }
        }
    }

    /// Calls `body` with the bytes of the current entry, piece by piece.
    private static func forEachChunk(of zip: ZipFile, _ body: (Span<UInt8>) throws -> Void) throws {
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe zip.read(into: $0) }
            guard count > 0 else { return }
            try body(chunk.span.extracting(0..<count))
        }
    }
}

/// Checks whether a part of a workbook ends with the end tag of its first element.
private struct PartEnding {
    private static let shown = 512

    private var beginning: [UInt8] = []
    private var end: [UInt8] = []

    mutating func read(_ bytes: Span<UInt8>) {
        for index in 0..<min(bytes.count, Self.shown - beginning.count) { beginning.append(bytes[index]) }
        for index in max(0, bytes.count - 64)..<bytes.count { end.append(bytes[index]) }
        end.removeFirst(max(0, end.count - 64))
    }

    var isWhole: Bool {
        let tags = beginning.split(separator: UInt8(ascii: "<"))
        guard let root = tags.first(where: { $0.first != UInt8(ascii: "?") }) else { return false }
        let name = root.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ">") }
        let tag = Array("</".utf8) + name + [UInt8(ascii: ">")]
        let trimmed = end.reversed().drop { $0 == UInt8(ascii: "\n") }
        return trimmed.starts(with: tag.reversed())
    }
}

/// The destination of a workbook: a file that is already open, whatever its name.
package struct WorkbookPlace {
    /// The file descriptor of an empty file, open for reading and writing. It is not closed here.
    package var descriptor: Int32
    /// The folder for temporary files.
    package var temporaryFolder: String

    package init(descriptor: Int32, temporaryFolder: String) {
        self.descriptor = descriptor
        self.temporaryFolder = temporaryFolder
    }

    func makeWorkbook(title: String) throws(SpreadsheetFailure) -> Workbook {
        // Refers to the open file itself: a name could lead elsewhere by the time the library opens it.
        try Workbook(path: "/proc/self/fd/\(descriptor)", temporaryFolder: temporaryFolder, title: title)
    }

    /// Completes the workbook and reads it back, because a full disk can leave holes in it without an error.
    func close(_ workbook: Workbook) throws {
        let expected = try workbook.close()
        let found: [SheetTally]
        do {
            found = try WorkbookFile(descriptor: descriptor).check()
        } catch let failure as ReadFailure {
            throw SpreadsheetFailure(readingBack: failure)
        }
        guard found == expected else { throw SpreadsheetFailure(.incomplete) }
    }
}

extension SpreadsheetFailure {
    /// A workbook that cannot be read back: the system refused, or the file has holes.
    fileprivate init(readingBack failure: ReadFailure) {
        if case .system(let errorNumber) = failure.reason {
            self.init(.unreadable(errorNumber: errorNumber))
        } else {
            self.init(.incomplete)
        }
    }
}
