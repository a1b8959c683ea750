internal import CSourceScan
import ImportDumps
import ImportFoundation

/// Records of CSV.
extension SourceReader {
    func scanCSV() throws(SourceFault) {
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
        guard let last = records.last, csv.has_other_bytes, checksBytes else { return }
        try checkBytes(Int(firstStart)..<Int(last.end))
        // The record that continues in the next window may have such bytes in this one only.
        csv.has_other_bytes = window.withBytes(Int(last.end)..<Int(scanned)) { bytes in
            bytes.indices.contains { bytes[$0] >= 0x80 }
        }
    }

    /// The last record may have no line end.
    func endCSV() throws(SourceFault) {
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

    func csvFault() -> SourceFault {
        if csv.fault == UInt32(SOURCE_LONE_RETURN) || csv.fault == UInt32(SOURCE_LONE_FEED),
            let place = placeOfDoubledReturn
        {
            return SourceFault(.doubledReturn, at: place)
        }
        return switch csv.fault {
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

    /// The place of a line end of two carriage returns and a line feed; nil if the fault is not in one.
    private var placeOfDoubledReturn: Place? {
        func isReturn(_ index: Int) -> Bool { window[index] == UInt8(ascii: "\r") }
        var end = Int(csv.fault_at)
        while end < window.count, isReturn(end) { end += 1 }
        var first = min(end, window.count)
        while first > 0, isReturn(first - 1) { first -= 1 }
        guard end - first >= 2, end < window.count, window[end] == UInt8(ascii: "\n") else { return nil }
        guard csv.ends_with_return else { return place(ofByte: Int(csv.fault_at)) }
        // Each of them was taken for the end of a line.
        var start = first
        while start > 0, !isReturn(start - 1) { start -= 1 }
        return place(ofLine: max(0, Int(csv.start_line) - (end - first)), column: first - start + 1)
    }

    /// The place of a byte in the record that is being scanned.
    func place(ofByte byte: Int) -> Place {
        var (line, column) = (Int(csv.start_line), 1)
        let feed = UInt8(ascii: "\n")
        let lineEnd = csv.ends_with_return ? UInt8(ascii: "\r") : feed
        window.withBytes(min(Int(csv.start), byte)..<byte) { bytes in
            for index in bytes.indices {
                column += 1
                // A line feed after a carriage return belongs to the same line break.
                let isFeed = bytes[index] == feed && (index == 0 || bytes[index - 1] != lineEnd)
                if bytes[index] == lineEnd || isFeed { (line, column) = (line + 1, 1) }
            }
        }
        return place(ofLine: line, column: column)
    }

    /// Returns the place of the quote that opens the last field.
    func openQuotePlace() -> Place {
        var last = Int(csv.start)
        window.withBytes(Int(csv.start)..<window.count) { bytes in
            var isInside = false
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\"") {
                // In a doubled quote, the first one closes and the second one opens again.
                let reopens = index > 0 && bytes[index - 1] == UInt8(ascii: "\"") && !isInside
                isInside.toggle()
                if isInside, !reopens { last = Int(csv.start) + index }
            }
        }
        return place(ofByte: last)
    }

    /// Whether there are bytes that the encoding does not have.
    var checksBytes: Bool { encoding == .utf8 || unassigned != nil }

    /// Fails at a byte that the encoding does not have.
    ///
    /// - Parameter range: complete records with complete characters.
    func checkBytes(_ range: Range<Int>) throws(SourceFault) {
        let wrong = window.withBytes(range) { (bytes) -> Int? in
            if let unassigned { return bytes.indices.first { unassigned[Int(bytes[$0])] } }
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
        // The line of the record that contains it is known.
        let record = records.last { Int($0.start) <= at } ?? source_record()
        let reason: SourceFault.Reason =
            unassigned == nil ? .notUTF8(byte) : .notInEncoding(byte, options.encoding?.name ?? "")
        guard form.isTable else {
            throw SourceFault(
                reason, at: jsonPlace(ofByte: at, from: Int(record.start), line: Int(record.line)))
        }
        let end = Int(record.start)
        csv.start = record.start
        csv.start_line = record.line
        throw SourceFault(reason, at: place(ofByte: max(end, at)))
    }
}
