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
