internal import CSourceScan
import ImportDumps
import ImportFoundation

/// Records of JSON.
extension SourceReader {
    func scanJSON() throws(SourceFault) {
        var found: [source_record] = []
        var position = Int(scanned)
        var hasEnded = false
        do throws(JSONRecords.Fault) {
            scanning: while true {
                let start = position
                position = window.afterSpace(from: position)
                noteLineEnds(window.lines(start..<position))
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
                // The value before it may have ended at the end of a window, where its line could not be checked.
                if isInLine, !isInArray { throw JSONRecords.Fault(at: position, byte: window[position]) }
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
                isInLine = true
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
        if let first = found.first, let last = found.last, checksBytes {
            try checkBytes(Int(first.start)..<Int(last.end))
        }
        if hasEnded { try endArray(at: position) }
    }

    /// Counts line ends between values.
    func noteLineEnds(_ count: Int) {
        linesBefore += count
        guard count > 0 else { return }
        emptyLines += isInLine ? count - 1 : count
        isInLine = false
    }

    /// In JSON Lines, a value ends its line.
    func checkLineEnd(_ end: Int) throws(JSONRecords.Fault) {
        var index = end
        while index < window.count, window[index] != UInt8(ascii: "\n") {
            guard ASCII.isSpace(window[index]) else { throw JSONRecords.Fault(at: index, byte: window[index]) }
            index += 1
        }
    }

    /// Keeps everything after the last object, to the end of the file.
    func endArray(at position: Int) throws(SourceFault) {
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
        // The document is valid without its objects if and only if it is valid with them.
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
            let reason: SourceFault.Reason =
                switch (form, error.byte) {
                case (.jsonArray, UInt8(ascii: "[")): .severalArrays
                case (.requestBody, UInt8(ascii: "{")): .severalBodies
                default: .json(error.byte)
                }
            throw SourceFault(reason, at: place(ofLine: line, column: column))
        }
    }

    /// The place of a byte, given one before it whose line is known.
    ///
    /// - Parameter line: that line, from 0 on; nil if it is the one at which `linesBefore` stands.
    func jsonPlace(ofByte byte: Int, from known: Int, line: Int? = nil) -> Place {
        var (line, column) = (line ?? linesBefore, jsonColumn(ofByte: known))
        window.withBytes(min(known, byte)..<byte) { bytes in
            for index in bytes.indices {
                column += 1
                if bytes[index] == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) }
            }
        }
        return place(ofLine: line, column: column)
    }

    /// Counted from the last line end, which may be before the window.
    func jsonColumn(ofByte byte: Int) -> Int {
        var start = byte
        while start > 0, window[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return byte - start + 1 + (start == 0 ? columnsBefore : 0)
    }

    /// Keeps count of the bytes in the current line when bytes at the front are removed.
    func countColumns(ofFirst count: Int) {
        var start = count
        while start > 0, window[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        columnsBefore = count - start + (start == 0 ? columnsBefore : 0)
    }
}
