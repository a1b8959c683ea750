/// Reads the rows of a sheet that this module wrote, from a stream of its bytes. It cannot read other sheets.
package struct SheetReader {
    /// The cells of a row.
    package struct Row {
        fileprivate var texts: [Range<Int>?] = []
        fileprivate var numbers: [Int?] = []
        fileprivate var bytes: [UInt8] = []

        fileprivate mutating func removeAll() {
            texts.removeAll(keepingCapacity: true)
            numbers.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
        }

        /// Returns the whole number in a column, counted from 0; nil if the cell is missing or of another kind.
        package func number(_ column: Int) -> Int? {
            column < numbers.count ? numbers[column] : nil
        }

        /// Calls `body` with the encoded text in a column, which is empty if the cell is missing or of another kind.
        package func withText<Failure: Error>(
            _ column: Int, _ body: (Span<UInt8>) throws(Failure) -> Void
        ) throws(Failure) {
            let range = column < texts.count ? texts[column] ?? 0..<0 : 0..<0
            try body(bytes.span.extracting(range))
        }
    }

    /// The counts of everything read so far.
    package private(set) var tally = SheetTally()

    private var pending: [UInt8] = []
    private var row = Row()
    /// The number of bytes of `pending` in which no row ends.
    private var searched = 0

    package init() {}

    /// Reads the next bytes and calls `body` with each row that they complete.
    package mutating func read<Failure: Error>(
        _ bytes: Span<UInt8>, _ body: (Row) throws(Failure) -> Void
    ) throws(Failure) {
        for index in bytes.indices { pending.append(bytes[index]) }
        var start = 0
        while let end = pending.firstIndex(of: "</row>", from: max(start, searched)) {
            readRow(in: start..<end)
            tally.rows += 1
            try body(row)
            start = end + 6
            searched = start
        }
        pending.removeFirst(start)
        searched = max(0, pending.count - 5)
    }

    private mutating func readRow(in range: Range<Int>) {
        row.removeAll()
        var next = range.lowerBound
        while let cell = pending.firstIndex(of: "<c r=\"", from: next, to: range.upperBound) {
            let column = Int(pending[cell + 6]) - Int(UInt8(ascii: "A"))
            next = cell + 7
            guard (0..<26).contains(column),
                let open = pending.firstIndex(of: ">", from: next, to: range.upperBound),
                let close = pending.firstIndex(of: "</c>", from: open, to: range.upperBound)
            else { continue }
            next = close
            while row.numbers.count <= column {
                row.numbers.append(nil)
                row.texts.append(nil)
            }
            tally.cells += 1
            if let text = pending.firstIndex(of: "<t", from: open, to: close),
                let start = pending.firstIndex(of: ">", from: text, to: close),
                let end = pending.firstIndex(of: "</t>", from: start, to: close)
            {
                let first = row.bytes.count
                appendUnescaped(start + 1..<end)
                row.texts[column] = first..<row.bytes.count
                tally.textBytes += row.bytes.count - first
            } else if let value = pending.firstIndex(of: "<v>", from: open, to: close),
                let end = pending.firstIndex(of: "</v>", from: value, to: close)
            {
                row.numbers[column] = Int(String(decoding: pending[value + 3..<end], as: UTF8.self))
            }
        }
    }

    private mutating func appendUnescaped(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            guard pending[index] == UInt8(ascii: "&"),
                let entity = Self.entities.first(where: { pending.has($0.text, at: index) })
            else {
                row.bytes.append(pending[index])
                index += 1
                continue
            }
            row.bytes.append(entity.byte)
            index += entity.text.utf8CodeUnitCount
        }
    }

    private static let entities: [(text: StaticString, byte: UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")),
    ]
}

extension [UInt8] {
    fileprivate func has(_ text: StaticString, at index: Int) -> Bool {
        guard index + text.utf8CodeUnitCount <= count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { unsafe self[index + $0] == text.utf8Start[$0] }
    }

    fileprivate func firstIndex(of text: StaticString, from start: Int, to end: Int = .max) -> Int? {
        let first = unsafe text.utf8Start[0]
        var index = start
        let last = Swift.min(end, count) - text.utf8CodeUnitCount
        while index <= last {
            if self[index] == first, has(text, at: index) { return index }
            index += 1
        }
        return nil
    }
}
