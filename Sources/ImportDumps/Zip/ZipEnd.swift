/// What stands at the end of a zip: where its list is, and how many files that has.
struct ZipEnd {
    private static let endBytes = 22
    private static let locatorBytes = 20
    private static let end64Bytes = 56

    let list: Range<Int>
    let entryCount: Int

    init(of file: ZipBytes) throws(ZipFault) {
        guard file.count >= Self.endBytes else { throw ZipFault(.notAZip) }
        let start = file.count - Self.endBytes
        let end = try file.read(at: start, count: Self.endBytes)
        guard end.hasSignature(.end) else {
            let beginning = try file.read(at: 0, count: 4)
            throw ZipFault(beginning.hasSignature(.local) ? .noEnd : .notAZip)
        }
        // One part, without a comment.
        guard end.half(4) == 0, end.half(6) == 0, end.half(8) == end.half(10), end.half(20) == 0 else {
            throw ZipFault(.unusual)
        }
        let (count, size, offset) = (end.half(10), end.word(12), end.word(16))
        if offset + size == start {
            (list, entryCount) = (offset..<start, count)
            return
        }
        let found = try Self.zip64(in: file, before: start)
        // Both ends say the same, as far as the old one can.
        guard count == min(found.entryCount, 0xFFFF), size == min(found.list.count, 0xFFFF_FFFF),
            offset == min(found.list.lowerBound, 0xFFFF_FFFF)
        else { throw ZipFault(.strayBytes) }
        self = found
    }

    private init(list: Range<Int>, entryCount: Int) {
        self.list = list
        self.entryCount = entryCount
    }

    /// Reads the end for what is too large for the old one, which stands directly before it.
    private static func zip64(in file: ZipBytes, before end: Int) throws(ZipFault) -> ZipEnd {
        let start = end - locatorBytes - end64Bytes
        guard start >= 0 else { throw ZipFault(.strayBytes) }
        let record = try file.read(at: start, count: end64Bytes + locatorBytes)
        guard record.hasSignature(.end64), record.hasSignature(.end64Locator, at: end64Bytes),
            record.long(4) == end64Bytes - 12
        else { throw ZipFault(.strayBytes) }
        // The part that it is in, where it is, and how many parts there are.
        guard record.word(end64Bytes + 4) == 0, record.long(end64Bytes + 8) == start,
            record.word(end64Bytes + 16) == 1, record.word(16) == 0, record.word(20) == 0,
            let count = record.long(32), record.long(24) == count, let size = record.long(40),
            let offset = record.long(48)
        else { throw ZipFault(.structure) }
        guard offset <= start, size == start - offset else { throw ZipFault(.strayBytes) }
        return ZipEnd(list: offset..<start, entryCount: count)
    }
}
