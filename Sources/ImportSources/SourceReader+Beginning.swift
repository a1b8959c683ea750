internal import CSourceScan
import ImportDumps
import ImportFoundation

// The form of a source, by its first bytes.

extension SourceReader {
    /// Determines the form of the source.
    func begin(_ mark: UnicodeMark) throws(SourceFault) {
        try fill()
        // The mark is in UTF-8 here, whatever the encoding of the file.
        if mark.encoding != nil { window.drop(min(3, window.count)) }
        try checkWidth(mark)
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

    /// Fails for UTF-16 and UTF-32 without a byte order mark. In UTF-16 with one, only a mark of UTF-32 begins with zero.
    private func checkWidth(_ mark: UnicodeMark) throws(SourceFault) {
        func isZero(_ index: Int) -> Bool { index < window.count && window[index] == 0 }
        if case .utf16 = mark.encoding {
            if isZero(0) || isZero(1) { throw SourceFault(.isWide("UTF-32")) }
            return
        }
        let bytes = window.withBytes(0..<min(window.count, TextEncoding.examinedBytes)) { [UInt8](span: $0) }
        if let width = TextEncoding(beginning: bytes[...])?.unitBytes, width > 1 {
            throw SourceFault(.isWide(width == 2 ? "UTF-16" : "UTF-32"))
        }
        guard isZero(0) || isZero(1) else { return }
        let isOf32Bits = isZero(0) ? isZero(1) : isZero(2) && isZero(3)
        throw SourceFault(.isWide(isOf32Bits ? "UTF-32" : "UTF-16"))
    }

    static func foreign(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: "<?xml".utf8) { return "XML" }
        if bytes.starts(with: "<!DOCTYPE".utf8) || bytes.starts(with: "<html".utf8) { return "an HTML page" }
        if bytes.starts(with: "%PDF".utf8) { return "a PDF document" }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return "a workbook or document from Office before 2007" }
        if bytes.starts(with: "PAR1".utf8) { return "a Parquet file" }
        if bytes.starts(with: "SQLite format 3".utf8) { return "an SQLite file" }
        return nil
    }

    /// Whether the source begins with an array or an object. No column name would begin like that.
    func isJSON(at start: Int) -> Bool {
        let next = window.afterSpace(from: start + 1)
        guard next < window.count else { return false }
        return switch (window[start], window[next]) {
        case (UInt8(ascii: "["), UInt8(ascii: "{")), (UInt8(ascii: "["), UInt8(ascii: "]")),
            (UInt8(ascii: "["), UInt8(ascii: "[")), (UInt8(ascii: "["), UInt8(ascii: "\"")),
            (UInt8(ascii: "["), UInt8(ascii: "-")), (UInt8(ascii: "["), UInt8(ascii: "0")...UInt8(ascii: "9")),
            (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "{"), UInt8(ascii: "}")):
            true
        default: false
        }
    }

    func beginJSON(at start: Int) throws(SourceFault) {
        noteLineEnds(window.lines(0..<start))
        if window[start] == UInt8(ascii: "[") {
            form = .jsonArray
            enterArray(behind: start + 1)
            return
        }
        while true {
            let (begin, isCertain) = bodyStart(start)
            guard isCertain || isAtEnd || window.count >= Self.largestRest else {
                try fillTwice()
                continue
            }
            switch begin {
            case .objects(let position):
                form = .requestBody
                enterArray(behind: position)
            case .isDump: throw SourceFault(.isDump)
            case .lines:
                form = .jsonLines
                scanned = UInt32(start)
                csv.start = scanned
            }
            return
        }
    }

    func enterArray(behind position: Int) {
        opening = window.withBytes(0..<position) { [UInt8](span: $0) }
        linesBefore = window.lines(0..<position)
        isInArray = true
        isFirstElement = true
        scanned = UInt32(position)
        csv.start = scanned
    }

    enum BodyStart {
        /// A request body whose objects begin at this byte.
        case objects(Int)
        case isDump, lines
    }

    /// Searches the members of an object for the array of objects that are to be imported, and the place after the
    /// object for another one: then it is the first row of JSON Lines, whatever its members are called.
    ///
    /// - Returns: what the object seems to be, and whether no further bytes would change that.
    func bodyStart(_ start: Int) -> (begin: BodyStart, isCertain: Bool) {
        var check = JSONRecords()
        var dumpKeys = 0
        var begin = BodyStart.lines
        let (count, isAll) = (window.count, isAtEnd)
        return window.withAll { all in
            let bytes = all.extracting(0..<count)
            func afterSpace(_ index: Int) -> Int {
                var index = index
                while index < bytes.count, ASCII.isSpace(bytes[index]) { index += 1 }
                return index
            }
            /// The index after a value; nil if it goes on after these bytes, or is not JSON.
            func end(_ index: Int) -> (index: Int?, isBroken: Bool) {
                do throws(JSONRecords.Fault) {
                    return (try check.end(of: bytes, from: index, isAll: isAll), false)
                } catch {
                    return (nil, true)
                }
            }
            var index = afterSpace(start + 1)
            while index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                let (keyEnd, isBroken) = end(index)
                guard let keyEnd else { return (begin, isBroken) }
                let key = [UInt8](span: bytes.extracting(index..<keyEnd))
                index = afterSpace(keyEnd)
                guard index < bytes.count else { return (begin, isAll) }
                guard bytes[index] == UInt8(ascii: ":") else { return (begin, true) }
                index = afterSpace(index + 1)
                guard index < bytes.count else { return (begin, isAll) }
                if bytes[index] == UInt8(ascii: "[") {
                    if key == Array("\"objects\"".utf8) { begin = .objects(index + 1) }
                    if key == Array("\"results\"".utf8), dumpKeys > 1 { return (.isDump, true) }
                }
                let (valueEnd, isValueBroken) = end(index)
                guard let valueEnd else { return (begin, isValueBroken) }
                if Self.isOfDump(key, bytes.extracting(index..<valueEnd)) { dumpKeys += 1 }
                index = afterSpace(valueEnd)
                guard index < bytes.count else { return (begin, isAll) }
                guard bytes[index] == UInt8(ascii: ",") else { break }
                index = afterSpace(index + 1)
            }
            guard index < bytes.count else { return (begin, isAll) }
            guard bytes[index] == UInt8(ascii: "}") else { return (begin, true) }
            if case .lines = begin, dumpKeys < 3 { return (begin, true) }
            index = afterSpace(index + 1)
            if index < bytes.count { return (bytes[index] == UInt8(ascii: "{") ? .lines : begin, true) }
            if case .lines = begin { begin = .isDump }
            return (begin, isAll)
        }
    }

    /// Whether a member is one that answers of the API have beside their results, with a value of its type.
    private static func isOfDump(_ key: [UInt8], _ value: Span<UInt8>) -> Bool {
        switch String(decoding: key, as: UTF8.self) {
        case "\"job_id\"", "\"status\"": value[0] == UInt8(ascii: "\"") || value[0] == UInt8(ascii: "n")
        case "\"total\"", "\"processed\"", "\"succeeded\"", "\"failed\"":
            value.indices.allSatisfy { ASCII.isDigit(value[$0]) } || value[0] == UInt8(ascii: "n")
        default: false
        }
    }

    func beginCSV(hasByteOrderMark: Bool) throws(SourceFault) {
        var lineEnd = lineEndBehindHeader()
        while lineEnd == nil, !isAtEnd {
            // The window ends in the header.
            guard window.count < Self.largestRecord else {
                throw SourceFault(.recordTooLarge(limit: Self.largestRecord))
            }
            try fillTwice()
            lineEnd = lineEndBehindHeader()
        }
        let end = lineEnd ?? .feed
        csv.ends_with_return = end == .carriageReturn
        let delimiter = try findDelimiter(end)
        csv = source_csv()
        csv.ends_with_return = end == .carriageReturn
        csv.delimiter = delimiter
        scanned = 0
        var header = CSVForm(
            delimiter: delimiter, lineEnd: lineEnd, header: nil, columnNames: [], columns: 1,
            hasByteOrderMark: hasByteOrderMark)
        form = .csv(header)
        try scanCSV()
        while records.isEmpty, !isAtEnd {
            try fill()
            try scanCSV()
        }
        guard let first = records.first else { throw SourceFault(.empty) }
        let bytes = window.withBytes(Int(first.start)..<Int(first.end)) { [UInt8](span: $0) }
        if let zero = bytes.firstIndex(of: 0) {
            csv.start = first.start
            csv.start_line = first.line
            throw SourceFault(.isWide(nil), at: place(ofByte: Int(first.start) + zero))
        }
        let names = CSVCells.cells(of: bytes.span, delimiter: delimiter).map { cell in
            var text: [UInt8] = []
            encoding.text(of: cell.span, into: &text)
            return String(decoding: text, as: UTF8.self)
        }
        header.columns = names.count
        // From here on, all records must have as many columns.
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
            // The header may fill the first window.
            if records.count == 1, try !refill() { throw SourceFault(.onlyHeader) }
        }
        form = .csv(header)
    }

    /// Returns how lines end, by the first line end outside quotes; nil as long as the header is not complete. Blank
    /// lines may precede it.
    func lineEndBehindHeader() -> CSVForm.LineEnd? {
        var end: CSVForm.LineEnd?
        var (isInside, isBlank) = (false, true)
        for index in 0..<window.count {
            switch window[index] {
            case UInt8(ascii: "\n") where !isInside && end != .carriageReturn:
                end = end ?? .feed
                if !isBlank { return end }
            case UInt8(ascii: "\r") where !isInside && (end == nil || end == .carriageReturn):
                if end == nil {
                    guard index + 1 < window.count else { return isAtEnd ? .carriageReturn : nil }
                    end = window[index + 1] == UInt8(ascii: "\n") ? .returnAndFeed : .carriageReturn
                }
                if !isBlank { return end }
            case UInt8(ascii: "\r"): break
            case let byte:
                if byte == UInt8(ascii: "\"") { isInside.toggle() }
                isBlank = false
            }
        }
        return isAtEnd ? end : nil
    }

    /// Returns the delimiter that divides the most of the following records into as many columns as the header; of
    /// equals, the one most frequent in the header, outside quotes.
    func findDelimiter(_ lineEnd: CSVForm.LineEnd) throws(SourceFault) -> UInt8 {
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

    /// Returns the number of columns of the header and of up to 20 records after it, divided by a delimiter.
    func columnsOfFirstRecords(_ delimiter: UInt8, _ lineEnd: CSVForm.LineEnd) -> [Int] {
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
struct UnicodeMark {
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
