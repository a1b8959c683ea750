internal import CSourceScan
import ImportDumps
package import ImportFoundation

/// Reads the records of a source one after another, in constant memory, and hands each out byte for byte.
///
///     source   |header|record|record|record|record|rec…
///     window                 [record|record|record|rec·····]
///     index                   0      1      2
///
/// Records of a window are found in one go (`csv_scan.c` says how), so that most of them cost their reader a step of an
/// index. What is not whole at the window's end moves to the front of the next one.
@safe
package final class SourceReader {
    /// Bytes of the largest record. The API takes far smaller ones.
    package static let largestRecord = 64 * 1024 * 1024
    /// Bytes of a request body besides its objects.
    static let largestRest = 1024 * 1024
    /// Records before and behind the current one that can be looked at, as far as they are in the window.
    package static let neighbours = 5

    package private(set) var form: SourceForm
    package let encoding: SourceEncoding
    /// What a request body or an array has before its first object, with the bracket; empty for other forms.
    package private(set) var opening: [UInt8] = []
    /// The same behind the last one; there when the reader is at the end.
    package private(set) var closing: [UInt8] = []
    /// Records that were moved to: the number of the current one.
    package private(set) var row = 0

    private let options: SourceOptions
    private let blocks: BlockReader
    /// Bytes that each window has more than the rest of the one before.
    private let capacity: Int
    /// What was read last, and how many bytes of it are in no window yet.
    private var block: BlockReader.Block?
    private var blockRest = 0
    private let fault16: UTF16Fault?
    /// Of the file's own bytes, where the reader sees others.
    private let hash16: SharedHash?
    private var window: SourceWindow
    private var records: [source_record] = []
    /// The current record's index.
    private var index = -1
    /// Where the scanner writes.
    private var room = [source_record](repeating: source_record(), count: 8192)
    private var csv = source_csv()
    private var json = JSONRecords()
    /// Of JSON, and behind what is scanned: line ends before it.
    private var linesBefore = 0
    private var isAtEnd = false
    private var isInArray = false
    private var isFirstElement = true

    /// Reads as much as it takes to know what a source is, with the header of a table.
    ///
    /// - Parameter source: all of the file, decompressed.
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
        capacity = max(64, options.windowBytes)
        blocks = BlockReader(
            source: bytes, capacity: capacity, hashing: fault16 == nil,
            readsAhead: options.readsAhead)
        window = SourceWindow()
        form = .jsonLines
        try begin(marked)
    }

    private static func encoding(of options: SourceOptions) throws(SourceFault) -> SourceEncoding {
        guard let encoding = options.encoding else { return .utf8 }
        if encoding.isUTF8 { return .utf8 }
        guard let characters = encoding.singleByteCharacters else { throw SourceFault(.encoding(encoding.name)) }
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

    /// Passes over records; returns how many there were, at most `count`.
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

    /// The line on which the current record begins, from 1 on.
    package var line: Int { Int(records[index].line) + 1 }

    /// Calls `body` with the bytes of the current record, or of one near it, without the end of its line: in UTF-8, or in
    /// the single bytes of the source's encoding. Nil if that one is not in the window.
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

    /// Whether all records from `-neighbours` to `+neighbours` around the current one can be looked at, or are not there
    /// at all.
    package var hasNeighbours: Bool {
        let before = min(Self.neighbours, row - 1)
        return index >= before && (index + Self.neighbours < records.count || isAtEnd)
    }

    private static func contentCount(_ bytes: Span<UInt8>, _ form: SourceForm) -> Int {
        guard case .csv = form else { return bytes.count }
        var count = bytes.count
        if count > 0, bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        if count > 0, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        return count
    }

    /// The SHA-256 of the file's bytes, decompressed. Only at the end.
    package func finishHash() -> String? { hash16?.finish() ?? blocks.finishHash() }

    /// Lines of a table that hold nothing at all; they are no records.
    package var blankLines: Int { Int(csv.blank_lines) }

    // MARK: - The window

    /// Finds the records that come next; false at the end.
    private func refill() throws(SourceFault) -> Bool {
        // Neighbours behind the current record stay in sight only as long as there are others in the window.
        while !isAtEnd {
            try fill()
            try scan()
            if !records.isEmpty { return true }
        }
        index = records.count - 1
        return false
    }

    /// Moves what is not whole to the front, and appends a block.
    private func fill() throws(SourceFault) {
        let rest = Int(csv.start)..<window.count
        guard rest.count < Self.largestRecord else {
            throw SourceFault(.recordTooLarge(limit: Self.largestRecord), at: place(ofLine: currentLine, column: 1))
        }
        window.drop(rest.lowerBound)
        csv.start = 0
        scanned -= UInt32(rest.lowerBound)
        records.removeAll(keepingCapacity: true)
        index = -1
        try append()
    }

    /// Appends what comes next to the window.
    private func append() throws(SourceFault) {
        // Always as many bytes, whatever a read delivers and whether a thread reads ahead: what is near to a record does
        // not depend on that.
        var wanted = capacity
        while wanted > 0 {
            if blockRest == 0 {
                block = blocks.next()
                blockRest = block?.count ?? 0
            }
            guard let block, blockRest > 0 else {
                isAtEnd = true
                if let failure = blocks.failure { throw SourceFault(.readFailed(failure)) }
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

    /// Bytes of the window that were scanned.
    private var scanned: UInt32 = 0

    private func scan() throws(SourceFault) {
        switch form {
        case .csv: try scanCSV()
        case .jsonLines, .jsonArray, .requestBody: try scanJSON()
        }
    }

    /// The line at which scanning stands, from 0 on.
    private var currentLine: Int { form.isTable ? Int(csv.start_line) : linesBefore }

    private func place(ofLine line: Int, column: Int) -> Place { Place(byte: 0, line: line + 1, column: column) }

    // MARK: - CSV

    private func scanCSV() throws(SourceFault) {
        let firstStart = csv.start
        let count = window.count
        repeat {
            let written = unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe window.withPointer { bytes in
                    unsafe source_csv_scan(
                        &csv, bytes, &scanned, UInt32(count), room.baseAddress, room.count, options.usesVectors)
                }
            }
            records.append(contentsOf: room[..<written])
            if csv.fault != UInt32(SOURCE_FINE) { throw csvFault() }
        } while scanned < UInt32(count)
        if isAtEnd { try endCSV() }
        guard let last = records.last, encoding == .utf8, csv.has_other_bytes else { return }
        try checkUTF8(Int(firstStart)..<Int(last.end))
        csv.has_other_bytes = false
    }

    /// The last record may have no line end.
    private func endCSV() throws(SourceFault) {
        if csv.is_inside_quotes { throw SourceFault(.openQuote, at: openQuotePlace()) }
        if csv.was_return, !csv.ends_with_return {
            throw SourceFault(.loneReturn, at: place(ofByte: window.count - 1))
        }
        guard Int(csv.start) < window.count else { return }
        if csv.columns != 0, csv.delimiters + 1 != csv.columns {
            throw SourceFault(
                .columns(Int(csv.delimiters) + 1, expected: Int(csv.columns)),
                at: place(ofLine: Int(csv.start_line), column: 1))
        }
        records.append(source_record(start: csv.start, end: UInt32(window.count), line: csv.start_line))
        csv.start = UInt32(window.count)
        csv.delimiters = 0
    }

    private func csvFault() -> SourceFault {
        switch csv.fault {
        case UInt32(SOURCE_STRAY_QUOTE): SourceFault(.strayQuote, at: place(ofByte: Int(csv.fault_at)))
        case UInt32(SOURCE_TEXT_AFTER_QUOTE):
            SourceFault(.textAfterQuote, at: place(ofByte: Int(csv.fault_at)))
        case UInt32(SOURCE_LONE_RETURN): SourceFault(.loneReturn, at: place(ofByte: Int(csv.fault_at)))
        case UInt32(SOURCE_LONE_FEED): SourceFault(.loneFeed, at: place(ofByte: Int(csv.fault_at)))
        default:
            SourceFault(
                .columns(Int(csv.fault_columns), expected: Int(csv.columns)),
                at: place(ofLine: Int(csv.start_line), column: 1))
        }
    }

    /// The place of a byte in the record that is being scanned.
    private func place(ofByte byte: Int) -> Place {
        var (line, column) = (Int(csv.start_line), 1)
        let lineEnd = csv.ends_with_return ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
        window.withBytes(min(Int(csv.start), byte)..<byte) { bytes in
            for index in bytes.indices {
                column += 1
                if bytes[index] == lineEnd { (line, column) = (line + 1, 1) }
            }
        }
        return place(ofLine: line, column: column)
    }

    /// Of the quote that opens the last field.
    private func openQuotePlace() -> Place {
        var last = Int(csv.start)
        window.withBytes(Int(csv.start)..<window.count) { bytes in
            var isInside = false
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\"") {
                // Of a doubled quote the first one closes, the second one opens again.
                let reopens = index > 0 && bytes[index - 1] == UInt8(ascii: "\"") && !isInside
                isInside.toggle()
                if isInside, !reopens { last = Int(csv.start) + index }
            }
        }
        return place(ofByte: last)
    }

    /// - Parameter range: whole records, in which all characters are whole.
    private func checkUTF8(_ range: Range<Int>) throws(SourceFault) {
        let wrong = window.withBytes(range) { (bytes) -> Int? in
            do throws(UTF8.ValidationError) {
                _ = try UTF8Span(validating: bytes)
                return nil
            } catch {
                return error.byteOffsets.lowerBound
            }
        }
        guard let wrong else { return }
        let byte = window.withBytes(range) { $0[wrong] }
        let at = range.lowerBound + wrong
        guard form.isTable else { throw SourceFault(.notUTF8(byte), at: jsonPlace(ofByte: at, from: range.lowerBound)) }
        // The line is known of the record that it is in.
        let record = records.last { Int($0.start) <= at } ?? source_record()
        let end = Int(record.start)
        csv.start = record.start
        csv.start_line = record.line
        throw SourceFault(.notUTF8(byte), at: place(ofByte: max(end, at)))
    }

    // MARK: - JSON

    private func scanJSON() throws(SourceFault) {
        var found: [source_record] = []
        var position = Int(scanned)
        var hasEnded = false
        do throws(JSONRecords.Fault) {
            scanning: while true {
                let start = position
                position = window.afterSpace(from: position)
                linesBefore += window.lines(start..<position)
                if position == window.count {
                    if isAtEnd, isInArray { throw JSONRecords.Fault(at: position) }
                    break
                }
                if isInArray {
                    let byte = window[position]
                    if byte == UInt8(ascii: "]"), isFirstElement || !expectsElement {
                        hasEnded = true
                        break scanning
                    }
                    if !expectsElement, !isFirstElement {
                        guard byte == UInt8(ascii: ",") else { throw JSONRecords.Fault(at: position, byte: byte) }
                        position += 1
                        expectsElement = true
                        continue
                    }
                }
                let (count, isAll) = (window.count, isAtEnd)
                let end = try window.withAll { bytes throws(JSONRecords.Fault) in
                    try json.end(of: bytes.extracting(0..<count), from: position, isAll: isAll)
                }
                guard let end else { break }
                found.append(
                    source_record(start: UInt32(position), end: UInt32(end), line: UInt64(linesBefore)))
                if !isInArray { try checkLineEnd(end) }
                linesBefore += window.lines(position..<end)
                position = end
                expectsElement = false
                isFirstElement = false
            }
        } catch {
            let place = jsonPlace(ofByte: error.at, from: position)
            if error.isTooDeep { throw SourceFault(.nestedTooDeep, at: place) }
            throw SourceFault(.json(error.byte), at: place)
        }
        scanned = UInt32(position)
        csv.start = scanned
        records = found
        if let first = found.first, let last = found.last, encoding == .utf8 {
            try checkUTF8(Int(first.start)..<Int(last.end))
        }
        if hasEnded { try endArray(at: position) }
    }

    private var expectsElement = false

    /// In JSON Lines, a value ends its line.
    private func checkLineEnd(_ end: Int) throws(JSONRecords.Fault) {
        var index = end
        while index < window.count, window[index] != UInt8(ascii: "\n") {
            guard ASCII.isSpace(window[index]) else { throw JSONRecords.Fault(at: index, byte: window[index]) }
            index += 1
        }
    }

    /// Keeps what stands behind the last object, to the end of the file.
    private func endArray(at position: Int) throws(SourceFault) {
        isInArray = false
        // The objects before it are still in the window.
        while !isAtEnd {
            try append()
            guard window.count - position <= Self.largestRest else {
                throw SourceFault(.bodyTooLarge(limit: Self.largestRest))
            }
        }
        let rest = window.withBytes(position..<window.count) { [UInt8](span: $0) }
        closing = rest
        // Without its objects the document is as valid as with them.
        let document = opening + rest
        do throws(JSONRecords.Fault) {
            var check = JSONRecords()
            let end = try check.end(of: document.span, from: 0, isAll: true) ?? document.count
            if let extra = document[end...].firstIndex(where: { !ASCII.isSpace($0) }) {
                throw JSONRecords.Fault(at: extra, byte: document[extra])
            }
        } catch {
            let inRest = max(0, error.at - opening.count)
            var (line, column) = (linesBefore, jsonColumn(ofByte: position))
            for byte in rest.prefix(inRest) {
                column += 1
                if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) }
            }
            throw SourceFault(.json(error.byte), at: place(ofLine: line, column: column))
        }
    }

    /// The place of a byte, given one before it at which `linesBefore` stands.
    private func jsonPlace(ofByte byte: Int, from known: Int) -> Place {
        var (line, column) = (linesBefore, jsonColumn(ofByte: known))
        window.withBytes(min(known, byte)..<byte) { bytes in
            for index in bytes.indices {
                column += 1
                if bytes[index] == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) }
            }
        }
        return place(ofLine: line, column: column)
    }

    /// Counted from the last line end that is in the window.
    private func jsonColumn(ofByte byte: Int) -> Int {
        var start = byte
        while start > 0, window[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return byte - start + 1
    }
}

// MARK: - The beginning

extension SourceReader {
    /// Finds out what the source is.
    private func begin(_ mark: UnicodeMark) throws(SourceFault) {
        try fill()
        // In UTF-8, whatever the file is in.
        if mark.encoding != nil { window.drop(min(3, window.count)) }
        let start = window.afterSpace(from: 0)
        if start == window.count {
            guard isAtEnd || window.count == 0 else {
                throw SourceFault(.json(window.count > 0 ? window[0] : nil), at: place(ofLine: 0, column: 1))
            }
            throw SourceFault(.empty)
        }
        if mark.encoding == nil || mark.hasUTF8Mark {
            let first: [UInt8] = window.withBytes(0..<min(window.count, 512)) { [UInt8](span: $0) }
            if let foreign = Self.foreign(first) { throw SourceFault(.isForeign(foreign)) }
            if let own = OwnOutput(firstBytes: first[...]), own != .rejects, !(options.acceptsReasons && own == .table)
            {
                throw SourceFault(.isOwnOutput)
            }
        }
        if isJSON(at: start) {
            try beginJSON(at: start)
            try scanJSON()
        } else {
            try beginCSV(hasByteOrderMark: mark.encoding != nil)
        }
    }

    private static func foreign(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: "<?xml".utf8) { return "XML" }
        if bytes.starts(with: "<!DOCTYPE".utf8) || bytes.starts(with: "<html".utf8) { return "a page of HTML" }
        if bytes.starts(with: "%PDF".utf8) { return "a PDF document" }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return "a workbook or document of Office before 2007" }
        if bytes.starts(with: "PAR1".utf8) { return "a Parquet file" }
        if bytes.starts(with: "SQLite format 3".utf8) { return "an SQLite file" }
        return nil
    }

    /// An array of objects, or an object: a header that began so would be no name of a column.
    private func isJSON(at start: Int) -> Bool {
        let next = window.afterSpace(from: start + 1)
        guard next < window.count else { return false }
        return switch (window[start], window[next]) {
        case (UInt8(ascii: "["), UInt8(ascii: "{")), (UInt8(ascii: "["), UInt8(ascii: "]")),
            (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "{"), UInt8(ascii: "}")):
            true
        default: false
        }
    }

    private func beginJSON(at start: Int) throws(SourceFault) {
        linesBefore = window.lines(0..<start)
        if window[start] == UInt8(ascii: "[") {
            form = .jsonArray
            enterArray(behind: start + 1)
            return
        }
        while true {
            switch try bodyStart(start) {
            case .objects(let position):
                form = .requestBody
                enterArray(behind: position)
                return
            case .isDump: throw SourceFault(.isDump)
            case .lines:
                form = .jsonLines
                scanned = UInt32(start)
                csv.start = scanned
                return
            case .unknown:
                guard !isAtEnd, window.count < Self.largestRest else {
                    form = .jsonLines
                    scanned = UInt32(start)
                    csv.start = scanned
                    return
                }
                try fill()
            }
        }
    }

    private func enterArray(behind position: Int) {
        opening = window.withBytes(0..<position) { [UInt8](span: $0) }
        linesBefore = window.lines(0..<position)
        isInArray = true
        isFirstElement = true
        scanned = UInt32(position)
        csv.start = scanned
    }

    private enum BodyStart {
        case objects(Int)
        case isDump, lines
        /// More must be read.
        case unknown
    }

    /// Goes through the members of an object to the array of objects that are to be imported.
    private func bodyStart(_ start: Int) throws(SourceFault) -> BodyStart {
        var check = JSONRecords()
        var dumpKeys = 0
        let (count, isAll) = (window.count, isAtEnd)
        return window.withAll { all in
            let bytes = all.extracting(0..<count)
            func afterSpace(_ index: Int) -> Int {
                var index = index
                while index < bytes.count, ASCII.isSpace(bytes[index]) { index += 1 }
                return index
            }
            var index = afterSpace(start + 1)
            while index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                guard let keyEnd = (try? check.end(of: bytes, from: index, isAll: isAll)) ?? nil else {
                    return .unknown
                }
                let key = [UInt8](span: bytes.extracting(index..<keyEnd))
                index = afterSpace(keyEnd)
                guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { return isAll ? .lines : .unknown }
                index = afterSpace(index + 1)
                guard index < bytes.count else { return isAll ? .lines : .unknown }
                let opensArray = bytes[index] == UInt8(ascii: "[")
                if opensArray, key == Array("\"objects\"".utf8) { return .objects(index + 1) }
                if ["\"job_id\"", "\"status\"", "\"total\"", "\"processed\"", "\"succeeded\""].contains(where: {
                    Array($0.utf8) == key
                }) {
                    dumpKeys += 1
                }
                if opensArray, key == Array("\"results\"".utf8), dumpKeys > 0 { return .isDump }
                guard let end = (try? check.end(of: bytes, from: index, isAll: isAll)) ?? nil else {
                    return isAll ? .lines : .unknown
                }
                index = afterSpace(end)
                guard index < bytes.count else { return isAll ? .lines : .unknown }
                guard bytes[index] == UInt8(ascii: ",") else { return dumpKeys >= 3 ? .isDump : .lines }
                index = afterSpace(index + 1)
            }
            return index < bytes.count || isAll ? .lines : .unknown
        }
    }

    private func beginCSV(hasByteOrderMark: Bool) throws(SourceFault) {
        var lineEnd = try firstLineEnd()
        while lineEnd == nil, !isAtEnd {
            // A header of more than a window, or a window that ends in it.
            let count = window.count
            guard count < Self.largestRecord else { throw SourceFault(.recordTooLarge(limit: Self.largestRecord)) }
            try fill()
            lineEnd = try firstLineEnd()
        }
        let end = lineEnd ?? .feed
        csv.ends_with_return = end == .carriageReturn
        let delimiter = try findDelimiter(end)
        csv = source_csv()
        csv.ends_with_return = end == .carriageReturn
        csv.delimiter = delimiter
        scanned = 0
        var header = CSVForm(
            delimiter: delimiter, lineEnd: end, header: nil, columnNames: [], columns: 1,
            hasByteOrderMark: hasByteOrderMark)
        form = .csv(header)
        try scanCSV()
        while records.isEmpty, !isAtEnd {
            try fill()
            try scanCSV()
        }
        guard let first = records.first else { throw SourceFault(.empty) }
        let bytes = window.withBytes(Int(first.start)..<Int(first.end)) { [UInt8](span: $0) }
        let names = CSVCells.cells(of: bytes.span, delimiter: delimiter).map { cell in
            var text: [UInt8] = []
            encoding.text(of: cell.span, into: &text)
            return String(decoding: text, as: UTF8.self)
        }
        header.columns = names.count
        // From here on, all records have as many columns.
        for record in records.dropFirst() {
            let count = window.withBytes(Int(record.start)..<Int(record.end)) {
                CSVCells.count(in: $0, delimiter: delimiter)
            }
            guard count == names.count else {
                throw SourceFault(
                    .columns(count, expected: names.count), at: place(ofLine: Int(record.line), column: 1))
            }
        }
        csv.columns = UInt32(names.count)
        if options.hasHeader {
            header.header = bytes
            header.columnNames = names
            index = 0
            if records.count == 1, isAtEnd { throw SourceFault(.onlyHeader) }
        }
        form = .csv(header)
    }

    /// How the first line ends that is not inside quotes; nil if none does yet.
    private func firstLineEnd() throws(SourceFault) -> CSVForm.LineEnd? {
        var isInside = false
        for index in 0..<window.count {
            switch window[index] {
            case UInt8(ascii: "\""): isInside.toggle()
            case UInt8(ascii: "\n") where !isInside: return .feed
            case UInt8(ascii: "\r") where !isInside:
                guard index + 1 < window.count else { return isAtEnd ? .carriageReturn : nil }
                return window[index + 1] == UInt8(ascii: "\n") ? .returnAndFeed : .carriageReturn
            default: break
            }
        }
        return nil
    }

    /// The delimiter that stands most often in the header, outside quotes; where two stand as often, the one that also
    /// divides the records behind it into as many columns.
    private func findDelimiter(_ lineEnd: CSVForm.LineEnd) throws(SourceFault) -> UInt8 {
        let counts = SourceOptions.delimiters.map { (delimiter: $0, lines: columnsOfFirstRecords($0, lineEnd)) }
        func isConsistent(_ lines: [Int]) -> Int { lines.dropFirst().count { $0 == lines.first } }
        let best = counts.filter { ($0.lines.first ?? 1) > 1 }.max { left, right in
            (isConsistent(left.lines), left.lines.first ?? 0) < (isConsistent(right.lines), right.lines.first ?? 0)
        }
        guard let wanted = options.delimiter else { return best?.delimiter ?? UInt8(ascii: ",") }
        if columnsOfFirstRecords(wanted, lineEnd).first ?? 1 <= 1, let best, best.delimiter != wanted {
            throw SourceFault(
                .delimiterAbsent(wanted, found: best.delimiter, count: (best.lines.first ?? 1) - 1),
                at: place(ofLine: 0, column: 1))
        }
        return wanted
    }

    /// How many columns the header and up to 20 records behind it have with a delimiter.
    private func columnsOfFirstRecords(_ delimiter: UInt8, _ lineEnd: CSVForm.LineEnd) -> [Int] {
        var counts: [Int] = []
        var (columns, isInside, isBlank) = (1, false, true)
        let end = lineEnd == .carriageReturn ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
        for index in 0..<window.count {
            let byte = window[index]
            if byte == end, !isInside {
                if !isBlank { counts.append(columns) }
                (columns, isBlank) = (1, true)
                if counts.count > 20 { return counts }
                continue
            }
            if byte != UInt8(ascii: "\r") { isBlank = false }
            if byte == UInt8(ascii: "\"") { isInside.toggle() }
            if byte == delimiter, !isInside { columns += 1 }
        }
        if isAtEnd, !isBlank { counts.append(columns) }
        return counts.isEmpty ? [columns] : counts
    }
}

/// A byte order mark at the beginning of a file.
private struct UnicodeMark {
    let encoding: SourceEncoding?
    var hasUTF8Mark: Bool { encoding == .utf8 }

    init(_ bytes: ArraySlice<UInt8>) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            encoding = .utf8
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            encoding = .utf16(isBigEndian: false)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            encoding = .utf16(isBigEndian: true)
        } else {
            encoding = nil
        }
    }
}
