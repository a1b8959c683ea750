internal import CSourceScan
import ImportDumps
package import ImportFoundation

/// Reads the records of a source one after another, in constant memory, and delivers each byte for byte.
///
///     source   |header|record|record|record|record|rec…
///     window                 [record|record|record|rec·····]
///     index                   0      1      2
///
/// The records of a window are found in one pass (`csv_scan.c` explains it), so for most of them the reader only
/// advances an index. An incomplete record at the window's end moves to the front of the next one.
@safe
package final class SourceReader {
    /// The size in bytes of the largest record. The API accepts only far smaller ones.
    package static let largestRecord = 64 * 1024 * 1024
    /// The maximum number of bytes of a request body besides its objects.
    static let largestRest = 1024 * 1024
    /// The number of records before and after the current one that can be inspected, as far as they are in the window.
    package static let neighbours = 5

    package internal(set) var form: SourceForm
    package let encoding: SourceEncoding
    /// The bytes that the encoding does not have; nil if it has all, or is not a single-byte encoding.
    private(set) lazy var unassigned = encoding.unassigned
    /// The text before the first object of a request body or an array, with the bracket; empty for other forms.
    package internal(set) var opening: [UInt8] = []
    /// The same after the last object; set when the reader is at the end.
    package internal(set) var closing: [UInt8] = []
    /// The number of the current record: how many records the reader has moved to.
    package internal(set) var row = 0

    let options: SourceOptions
    let blocks: BlockReader
    /// The number of bytes that are added to the rest of the previous window.
    let capacity: Int
    /// The last block that was read, and the number of its bytes that are not in a window yet.
    var block: BlockReader.Block?
    var blockRest = 0
    let fault16: UTF16Fault?
    /// The progress of a sheet, whose rows are read as records.
    let sheet: SheetProgress?
    /// The hash of the file's own bytes, if the reader sees converted ones.
    let hash16: SharedHash?
    var window: SourceWindow
    var records: [source_record] = []
    /// The current record's index.
    var index = -1
    /// The buffer that the scanner writes records to.
    var room = [source_record](repeating: source_record(), count: 8192)
    var csv = source_csv()
    var json = JSONRecords()
    /// For JSON, the number of line ends before the part that was not scanned yet.
    var linesBefore = 0
    /// For JSON, the number of bytes before the window in the line that continues in it.
    var columnsBefore = 0
    /// For JSON Lines, the number of empty lines, and whether the line of the last value has not ended yet.
    var emptyLines = 0
    var isInLine = false
    var isAtEnd = false
    var isInArray = false
    var isFirstElement = true
    /// Whether a comma was read, so that an element must follow.
    var expectsElement = false

    /// Reads as much as is needed to determine the form of a source, including the header of a table.
    ///
    /// - Parameter source: the whole file, decompressed.
    package init(_ source: any ByteSource, _ options: SourceOptions = SourceOptions()) throws(SourceFault) {
        self.options = options
        let beginning = BeginningSource(source)
        let marked = UnicodeMark(beginning.beginning)
        if let shown = marked.encoding {
            encoding = shown
        } else {
            encoding = try Self.encoding(of: options)
        }
        var fault16: UTF16Fault?
        var bytes: any ByteSource = beginning
        if case .utf16(let isBigEndian) = encoding {
            let fault = UTF16Fault()
            let hashed = HashedSource(beginning)
            (fault16, hash16) = (fault, hashed.hash)
            bytes = UTF16Source(hashed, isBigEndian: isBigEndian, fault: fault)
        } else {
            hash16 = nil
        }
        self.fault16 = fault16
        sheet = nil
        capacity = max(64, options.windowBytes)
        blocks = BlockReader(
            source: bytes, capacity: capacity, hashing: fault16 == nil,
            readsAhead: options.readsAhead)
        window = SourceWindow()
        form = .jsonLines
        try begin(marked)
    }

    /// Reads the rows of a sheet.
    ///
    /// - Parameters:
    ///   - rows: each as a ``SheetRecord``.
    ///   - progress: notes about the sheet, and why its rows end too early.
    package init(
        rows: any ByteSource, of form: SheetForm, _ progress: SheetProgress, _ options: SourceOptions = SourceOptions()
    ) throws(SourceFault) {
        self.options = options
        (encoding, fault16, hash16, sheet) = (.utf8, nil, nil, progress)
        capacity = max(64, options.windowBytes)
        blocks = BlockReader(source: rows, capacity: capacity, hashing: false, readsAhead: options.readsAhead)
        window = SourceWindow()
        self.form = .sheet(form)
        csv.columns = 1
        guard try next() else { throw SourceFault(.workbook(WorkbookFault(.emptySheet, sheet: form.sheetName))) }
        guard options.hasHeader else {
            (index, row) = (index - 1, 0)
            return
        }
        var named = form
        let header = withWholeRecord { [UInt8](span: $0) }
        named.header = header
        named.columnNames = SheetRecord.texts(of: header.span)
        self.form = .sheet(named)
        row = 0
        if index + 1 == records.count, try !refill() {
            throw SourceFault(.workbook(WorkbookFault(.onlyHeader, sheet: form.sheetName)))
        }
    }

    static func encoding(of options: SourceOptions) throws(SourceFault) -> SourceEncoding {
        guard let encoding = options.encoding else { return .utf8 }
        if encoding.isUTF8 { return .utf8 }
        guard let characters = encoding.singleByteCharacters else { throw SourceFault(.encoding(encoding.name)) }
        // Delimiters, quotes and line ends are searched for as bytes.
        guard (0x20..<0x7F).allSatisfy({ characters[$0] == $0 }),
            [0x09, 0x0A, 0x0D].allSatisfy({ characters[$0] == $0 })
        else { throw SourceFault(.movesASCII(encoding.name)) }
        return .singleByte(characters)
    }

    // MARK: - Records

    /// Moves to the next record; false at the end.
    package func next() throws(SourceFault) -> Bool {
        if index + 1 >= records.count {
            guard try refill() else { return false }
        }
        index += 1
        row += 1
        return true
    }

    /// Skips records; returns how many there were, at most `count`.
    package func skip(_ count: Int) throws(SourceFault) -> Int {
        var skipped = 0
        while skipped < count {
            let more = min(count - skipped, records.count - 1 - index)
            index += more
            row += more
            skipped += more
            if skipped < count, try !refill() { break }
        }
        return skipped
    }

    /// The line on which the current record begins, from 1 on; of a sheet, its row.
    package var line: Int {
        if case .sheet = form { return withWholeRecord { SheetRecord.rowNumber(of: $0) } }
        return Int(records[index].line) + 1
    }

    /// Calls `body` with the bytes of the current record, or of one near it, without the line end: in UTF-8, or in the
    /// source's single-byte encoding. Returns nil if the record is not in the window.
    package func withRecord<Result>(
        _ distance: Int = 0, _ body: (Span<UInt8>) throws -> Result
    ) rethrows -> Result? {
        guard records.indices.contains(index + distance) else { return nil }
        let record = records[index + distance]
        return try window.withBytes(Int(record.start)..<Int(record.end)) { bytes in
            try body(bytes.extracting(0..<Self.contentCount(bytes, form)))
        }
    }

    /// The bytes of the current record, with the end of its line if it has one.
    package func withWholeRecord<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        let record = records[index]
        return try window.withBytes(Int(record.start)..<Int(record.end), body)
    }

    /// Whether each record from `-neighbours` to `+neighbours` around the current one is in the window or does not
    /// exist.
    package var hasNeighbours: Bool {
        let before = min(Self.neighbours, row - 1)
        return index >= before && (index + Self.neighbours < records.count || isAtEnd)
    }

    static func contentCount(_ bytes: Span<UInt8>, _ form: SourceForm) -> Int {
        guard form.isTable else { return bytes.count }
        var count = bytes.count
        if count > 0, bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        if count > 0, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        return count
    }

    /// Returns the SHA-256 of the file's bytes, decompressed. Call it only at the end.
    package func finishHash() -> String? { hash16?.finish() ?? blocks.finishHash() }

    /// Completely empty lines or rows; they are not records.
    package var blankLines: Int {
        if let sheet { return sheet.notes.emptyRows }
        return form == .jsonLines ? emptyLines : Int(csv.blank_lines)
    }

    /// The number of cells with a formula, whose stored values were sent.
    package var formulas: Int { sheet?.notes.formulas ?? 0 }

    // MARK: - The window

    /// Finds the next records; returns false at the end.
    func refill() throws(SourceFault) -> Bool {
        // Neighbors after the current record are available only as far as they are in the same window.
        var isRepeated = false
        while !isAtEnd {
            // A value of JSON is read from its beginning again.
            if isRepeated, !form.isTable { try fillTwice() } else { try fill() }
            try scan()
            if !records.isEmpty { return true }
            isRepeated = true
        }
        index = records.count - 1
        return false
    }

    /// Moves the incomplete record to the front, and appends a block.
    func fill() throws(SourceFault) {
        let rest = Int(csv.start)..<window.count
        guard rest.count < Self.largestRecord else {
            throw SourceFault(.recordTooLarge(limit: Self.largestRecord), at: place(ofLine: currentLine, column: 1))
        }
        if !form.isTable { countColumns(ofFirst: rest.lowerBound) }
        window.drop(rest.lowerBound)
        csv.start = 0
        scanned -= UInt32(rest.lowerBound)
        records.removeAll(keepingCapacity: true)
        index = -1
        try append()
    }

    /// Fills the window until it has twice as many bytes, because they are looked at from the beginning each time.
    func fillTwice() throws(SourceFault) {
        let wanted = min(2 * window.count, Self.largestRecord)
        repeat { try fill() } while !isAtEnd && window.count < wanted
    }

    /// Appends the next bytes to the window.
    func append() throws(SourceFault) {
        // Always appends the same number of bytes, however much a read delivers and whether or not a thread reads
        // ahead, because the neighbors of a record must not depend on that.
        var wanted = capacity
        while wanted > 0 {
            if blockRest == 0 {
                block = blocks.next()
                blockRest = block?.count ?? 0
            }
            guard let block, blockRest > 0 else {
                isAtEnd = true
                if let failure = blocks.failure { throw SourceFault(.readFailed(failure)) }
                if let fault = sheet?.fault { throw SourceFault(.workbook(fault)) }
                if let fault16, fault16.isSet {
                    throw SourceFault(.notUTF16, at: place(ofLine: currentLine, column: 1))
                }
                break
            }
            let count = min(wanted, blockRest)
            unsafe window.append(block.bytes + (block.count - blockRest), count)
            blockRest -= count
            wanted -= count
        }
    }

    /// The number of bytes of the window that were scanned.
    var scanned: UInt32 = 0

    func scan() throws(SourceFault) {
        switch form {
        case .csv, .sheet: try scanCSV()
        case .jsonLines, .jsonArray, .requestBody: try scanJSON()
        }
    }

    /// The line of the scanner, from 0 on.
    var currentLine: Int { form.isTable ? Int(csv.start_line) : linesBefore }

    func place(ofLine line: Int, column: Int) -> Place { Place(byte: 0, line: line + 1, column: column) }
}
