/// How texts of the dump are written into CSV files.
public struct CSVOptions: Sendable {
    /// Leaves cells as they are, without the apostrophe that keeps spreadsheets from running them as formulas.
    public var isRaw: Bool

    public init(isRaw: Bool = false) {
        self.isRaw = isRaw
    }
}

extension [UInt8] {
    /// Appends a text as one CSV cell (RFC 4180): quoted where it must be, U+0000 as U+FFFD, and unless the options
    /// say otherwise with an apostrophe before what a spreadsheet would take for a formula.
    mutating func appendCell(_ text: Span<UInt8>, _ options: CSVOptions) {
        guard !text.isEmpty else { return }
        var needsQuotes = false
        var hasNull = false
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): needsQuotes = true
            case 0: hasNull = true
            default: continue
            }
        }
        if needsQuotes { append(UInt8(ascii: "\"")) }
        if !options.isRaw, Self.startsFormula(text[0]) { append(UInt8(ascii: "'")) }
        if needsQuotes || hasNull {
            for index in text.indices {
                switch text[index] {
                case UInt8(ascii: "\""): append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")])
                case 0: append(contentsOf: [0xEF, 0xBF, 0xBD])
                default: append(text[index])
                }
            }
        } else {
            unsafe text.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
        }
        if needsQuotes { append(UInt8(ascii: "\"")) }
    }

    /// Appends a text as one CSV cell; nothing, which is an empty cell, if there is none.
    mutating func appendCell(_ text: String?, _ options: CSVOptions) {
        guard let text else { return }
        appendCell(Array(text.utf8).span, options)
    }

    /// Appends a whole number in digits.
    mutating func appendNumber(_ number: Int) {
        guard number >= 10 else {
            if number >= 0 {
                append(UInt8(ascii: "0") + UInt8(number))
            } else {
                append(contentsOf: String(number).utf8)
            }
            return
        }
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var start = 20
        var rest = UInt64(number)
        while rest > 0 {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for index in start..<20 { append(digits[index]) }
    }

    mutating func append(_ text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func appendComma() {
        append(UInt8(ascii: ","))
    }

    mutating func appendLineEnd() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }

    private static func startsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }
}
