/// The position of a cell, with the name that people use for it.
struct CellName: Equatable {
    /// From 1 on.
    var row: Int
    /// From 0 on.
    var column: Int

    init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }

    /// Parses a name such as `C5`; nil for anything else.
    init?(_ text: Span<UInt8>) {
        var column = 0
        var index = 0
        while index < text.count, 0x41...0x5A ~= text[index] {
            guard column < 1_000_000 else { return nil }
            column = column * 26 + Int(text[index] - 0x40)
            index += 1
        }
        guard column > 0, let row = Self.number(text.extracting(index..<text.count)), row > 0 else { return nil }
        self.init(row: row, column: column - 1)
    }

    /// The name, such as `C5`.
    var text: String {
        var letters: [UInt8] = []
        var rest = column + 1
        while rest > 0 {
            letters.insert(UInt8(ascii: "A") + UInt8((rest - 1) % 26), at: 0)
            rest = (rest - 1) / 26
        }
        return String(decoding: letters, as: UTF8.self) + String(row)
    }

    /// Parses a whole number of at most nine digits; nil for anything else.
    static func number(_ text: Span<UInt8>) -> Int? {
        guard (1...9).contains(text.count) else { return nil }
        var number = 0
        for index in text.indices {
            guard 0x30...0x39 ~= text[index] else { return nil }
            number = number * 10 + Int(text[index] - 0x30)
        }
        return number
    }

    /// Returns whether a text is a number in XML. It need not fit into any machine's number, because it is copied
    /// unchanged.
    static func isNumber(_ text: Span<UInt8>) -> Bool {
        var index = 0
        func skipDigits() -> Int {
            let start = index
            while index < text.count, 0x30...0x39 ~= text[index] { index += 1 }
            return index - start
        }
        func skipSign() {
            if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") { index += 1 }
        }
        skipSign()
        var digits = skipDigits()
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return index == text.count
    }
}
