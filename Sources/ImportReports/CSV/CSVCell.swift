import ImportFoundation

/// How texts of the dump are written to CSV files.
package struct CSVOptions: Sendable {
    /// Leaves cells unchanged, without the apostrophe that keeps spreadsheets from running them as formulas.
    package var isRaw: Bool
    /// Begins each file with U+FEFF, by which Excel recognizes UTF-8. Other programs may take it for text.
    package var hasByteOrderMark: Bool
    /// The ASCII character between cells.
    package var delimiter: UInt8

    package init(isRaw: Bool = false, hasByteOrderMark: Bool = false, delimiter: UInt8 = UInt8(ascii: ",")) {
        self.isRaw = isRaw
        self.hasByteOrderMark = hasByteOrderMark
        self.delimiter = delimiter
    }

    /// Returns the first bytes of a file: the byte order mark, if there is one, and the header.
    package func opening(_ header: String) -> [UInt8] {
        Array((hasByteOrderMark ? "\u{FEFF}" : "").utf8) + Array(header.utf8)
    }
}

extension CSVWriter {
    /// The most bytes that a cell of `count` bytes can take: each may be a NUL, which takes three, and there may be two
    /// quotes and an apostrophe.
    static func cellLimit(_ count: Int) -> Int { 3 * count + 3 }
}

/// A destination for cells.
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
    /// Appends a text as one CSV cell (RFC 4180): quoted where necessary, with U+0000 as U+FFFD and, unless the options
    /// ask for raw cells, with an apostrophe before anything that a spreadsheet would take for a formula.
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

extension String {
    /// The text that a cell was made from: without the apostrophe that keeps spreadsheets from running it.
    package var withoutFormulaGuard: String {
        let bytes = utf8
        guard bytes.first == UInt8(ascii: "'"), let next = bytes.dropFirst().first, startsFormula(next) else {
            return self
        }
        return String(Substring(bytes.dropFirst()))
    }
}

/// Returns whether a spreadsheet takes a text that begins with the byte for a formula.
private func startsFormula(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
    default: false
    }
}

extension Span<UInt8> {
    /// Returns whether any byte must be quoted or replaced in a cell.
    fileprivate func hasCellSpecials(_ delimiter: UInt8) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Sets the high bit of each zero byte. Bytes above the lowest zero byte may be set by mistake, which does not
        // matter here.
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
    /// Appends a text as one CSV cell; nil is an empty cell.
    mutating func appendCell(_ text: String?, _ options: CSVOptions) {
        guard let text else { return }
        appendCell(Array(text.utf8).span, options)
    }

    /// Appends a text as one CSV cell; nil is an empty cell.
    package mutating func appendCell(_ text: ArraySlice<UInt8>?, _ options: CSVOptions) {
        guard let text else { return }
        appendCell(text.span, options)
    }

    /// Appends the digits of a number, which must not be negative.
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

/// Replaces the first cell of every record of a CSV file as it streams by. All records have the same first cell. The
/// header is left unchanged.
struct FirstCellReplacement {
    private let old: [UInt8]
    private let new: [UInt8]
    /// The number of bytes of the old cell that are yet to be dropped in this record.
    private var toDrop = 0
    /// Quotes inside a quoted cell are doubled, so a byte is inside one if an odd number of quotes precedes it.
    private var isQuoted = false
    private var isAfterReturn = false

    /// - Parameters:
    ///   - old: the current cell, with its comma.
    ///   - new: the cell that replaces it, with its comma.
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
