/// Lines and columns of byte offsets, found in one sweep over the document.
struct Positions {
    private var found: [Int: (line: Int, column: Int)] = [:]

    /// Lines end with LF, CR LF, or CR, as XML has it. Columns count Unicode scalars.
    init(of offsets: [Int], in document: [UInt8]) {
        guard !offsets.isEmpty else { return }
        var line = 1
        var column = 1
        var index = 0
        for offset in offsets.sorted() {
            while index < min(offset, document.count) {
                let byte = document[index]
                index += 1
                if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && !document.hasLineFeed(at: index)) {
                    line += 1
                    column = 1
                } else if byte & 0xC0 != 0x80, !(index == 1 && document.hasByteOrderMark) {
                    column += 1
                }
            }
            found[offset] = (line, column)
        }
    }

    subscript(offset: Int) -> (line: Int, column: Int)? {
        found[offset]
    }
}

extension [UInt8] {
    var hasByteOrderMark: Bool { starts(with: [0xEF, 0xBB, 0xBF]) }

    fileprivate func hasLineFeed(at index: Int) -> Bool {
        index < count && self[index] == UInt8(ascii: "\n")
    }
}
