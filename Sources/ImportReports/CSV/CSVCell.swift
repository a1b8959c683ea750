import ImportFoundation

/// How texts of the dump are written to CSV files.
package struct CSVOptions: Sendable {
    /// Leaves cells as they are, without the apostrophe that keeps spreadsheets from running them as formulas.
    package var isRaw: Bool
    /// Begins each file with U+FEFF, by which Excel knows that it is UTF-8. Other programs may take it for text.
    package var hasByteOrderMark: Bool
    /// Between cells: a byte of ASCII.
    package var delimiter: UInt8

    package init(isRaw: Bool = false, hasByteOrderMark: Bool = false, delimiter: UInt8 = UInt8(ascii: ",")) {
        self.isRaw = isRaw
        self.hasByteOrderMark = hasByteOrderMark
        self.delimiter = delimiter
    }

    /// The first bytes of a file: its header, and what comes before it.
    package func opening(_ header: String) -> [UInt8] {
        Array((hasByteOrderMark ? "\u{FEFF}" : "").utf8) + Array(header.utf8)
    }
}

extension CSVWriter {
    /// The most bytes that a cell of `count` bytes can take: each may be a NUL, which takes three, and there may be two
    /// quotes and an apostrophe.
    static func cellLimit(_ count: Int) -> Int { 3 * count + 3 }
}

/// What cells are written into.
protocol CellSink {
    mutating func append(_ byte: UInt8)
    mutating func append(span bytes: Span<UInt8>)
}

extension CSVWriter: CellSink {
    @inline(__always)
    mutating func append(span bytes: Span<UInt8>) { append(bytes) }
}

extension [UInt8]: CellSink {}

extension CellSink {
    /// Appends a text as one CSV cell (RFC 4180): quoted where it must be, U+0000 as U+FFFD, and unless the options
    /// say otherwise with an apostrophe before what a spreadsheet would take for a formula.
    mutating func appendCell(_ text: Span<UInt8>, _ options: CSVOptions) {
        guard !text.isEmpty else { return }
        let isFormula = !options.isRaw && startsFormula(text[0])
        guard text.hasCellSpecials(options.delimiter) else {
            if isFormula { append(UInt8(ascii: "'")) }
            append(span: text)
            return
        }
        var needsQuotes = false
        for index in text.indices where text[index] != 0 && Span.isCellSpecial(text[index], options.delimiter) {
            needsQuotes = true
            break
        }
        if needsQuotes { append(UInt8(ascii: "\"")) }
        if isFormula { append(UInt8(ascii: "'")) }
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "\""):
                append(UInt8(ascii: "\""))
                append(UInt8(ascii: "\""))
            // U+FFFD
            case 0:
                append(0xEF)
                append(0xBF)
                append(0xBD)
            default: append(text[index])
            }
        }
        if needsQuotes { append(UInt8(ascii: "\"")) }
    }
}

/// Whether a spreadsheet would take what begins with the byte for a formula.
private func startsFormula(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
    default: false
    }
}

extension Span<UInt8> {
    /// Whether any byte needs care in a cell.
    fileprivate func hasCellSpecials(_ delimiter: UInt8) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The high bit of each byte that is zero; the lowest one found is exact, which is all that matters here.
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let bytes = unsafe self.bytes
        var index = 0
        while index + 8 <= count {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let found =
                zeros(word) | zeros(word ^ (ones &* 0x22)) | zeros(word ^ (ones &* UInt64(delimiter)))
                | zeros(word ^ (ones &* 0x0A)) | zeros(word ^ (ones &* 0x0D))
            if found & (ones &* 0x80) != 0 { return true }
            index += 8
        }
        while index < count {
            if Self.isCellSpecial(self[index], delimiter) { return true }
            index += 1
        }
        return false
    }

    fileprivate static func isCellSpecial(_ byte: UInt8, _ delimiter: UInt8) -> Bool {
        switch byte {
        case 0, UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: byte == delimiter
        }
    }
}

extension [UInt8] {
    /// Appends a text as one CSV cell; nothing, which is an empty cell, if there is none.
    mutating func appendCell(_ text: String?, _ options: CSVOptions) {
        guard let text else { return }
        appendCell(Array(text.utf8).span, options)
    }

    /// Appends a text as one CSV cell; nothing, which is an empty cell, if there is none.
    package mutating func appendCell(_ text: ArraySlice<UInt8>?, _ options: CSVOptions) {
        guard let text else { return }
        appendCell(text.span, options)
    }

    /// Appends the digits of a number that is 0 or more.
    package mutating func appendDigits(_ number: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var (rest, index) = (number.magnitude, digits.count)
        repeat {
            index -= 1
            digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        append(span: digits.span.extracting(index...))
    }

    mutating func appendComma() {
        append(UInt8(ascii: ","))
    }
}

/// Puts another first cell into every record of a CSV file that has the same one in all of them, as the file
/// streams by. The header is left as it is.
struct FirstCellReplacement {
    private let old: [UInt8]
    private let new: [UInt8]
    /// Bytes of the old cell still to drop in this record.
    private var toDrop = 0
    /// Quotes inside a quoted cell are doubled, so a byte is inside one if the quotes before it are odd in number.
    private var isQuoted = false
    private var isAfterReturn = false

    /// - Parameters:
    ///   - old: the cell that is there, with its comma.
    ///   - new: the cell to put in its place, with its comma.
    init(old: [UInt8], new: [UInt8]) {
        self.old = old
        self.new = new
    }

    mutating func apply(to bytes: Span<UInt8>, into result: inout [UInt8]) {
        for index in bytes.indices {
            let byte = bytes[index]
            if toDrop > 0 {
                toDrop -= 1
                if toDrop == 0 { result.append(contentsOf: new) }
                continue
            }
            result.append(byte)
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\n"), isAfterReturn, !isQuoted { toDrop = old.count }
            isAfterReturn = byte == UInt8(ascii: "\r")
        }
    }
}
