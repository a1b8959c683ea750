/// A file as the list at the end of a zip has it, held against what stands before the file's data.
struct ZipListed {
    static let stored = 0
    static let deflated = 8

    private static let fixedBytes = 46
    private static let headerBytes = 30
    /// A flag: the checksum and the sizes stand behind the data.
    private static let sizesBehind = 1 << 3
    private static let isUTF8 = 1 << 11
    /// Flags that may be set: those two, and how hard the packing was tried.
    private static let knownFlags = sizesBehind | isUTF8 | 0b110
    /// Made by Unix: only then do attributes mean what they are taken for.
    private static let unix = 3
    /// A plain file that its owner may write and all may read.
    private static let plainFile = 0o100_644 << 16
    /// In place of a number that stands in an extra field.
    static let beyond = 0xFFFF_FFFF

    let recordBytes: Int
    let nameBytes: [UInt8]
    let name: String
    let method: Int
    let checksum: Int
    let packedSize: Int
    let size: Int
    /// Where the header before its data is.
    let header: Int
    private let flags: Int
    private let time: Int

    /// Reads a record of the list.
    init(in file: ZipBytes, at position: Int, end: Int) throws(ZipFault) {
        guard end - position >= Self.fixedBytes else { throw ZipFault(.structure) }
        let fixed = try file.read(at: position, count: Self.fixedBytes)
        guard fixed.hasSignature(.central) else { throw ZipFault(.structure) }
        let (nameCount, extraCount) = (fixed.half(28), fixed.half(30))
        recordBytes = Self.fixedBytes + nameCount + extraCount
        guard recordBytes <= end - position else { throw ZipFault(.structure) }
        let rest = try file.read(at: position + Self.fixedBytes, count: nameCount + extraCount).bytes
        nameBytes = Array(rest[..<nameCount])
        name = String(decoding: nameBytes, as: UTF8.self)
        (flags, method, time) = (fixed.half(8), fixed.half(10), fixed.word(12))
        checksum = fixed.word(16)

        if flags & 1 != 0 { throw ZipFault(.encrypted, entry: name) }
        // No comment, the first part, and no marks of its own.
        guard fixed.half(32) == 0, fixed.half(34) == 0, fixed.half(36) == 0, flags & ~Self.knownFlags == 0,
            fixed.half(6) <= 45
        else {
            throw ZipFault(.unusual, entry: name)
        }
        guard [Self.stored, Self.deflated].contains(method) else { throw ZipFault(.method, entry: name) }
        guard fixed.half(4) >> 8 == Self.unix, fixed.word(38) == Self.plainFile else {
            throw ZipFault(.noPlainFile, entry: name)
        }
        guard ZipName.isSafe(nameBytes, isMarkedUTF8: flags & Self.isUTF8 != 0) else {
            throw ZipFault(.unsafeName, entry: name)
        }
        guard var extra = ZipExtra(rest[nameCount...]) else { throw ZipFault(.structure, entry: name) }
        guard let size = extra.number(for: fixed.word(24)), let packedSize = extra.number(for: fixed.word(20)),
            let header = extra.number(for: fixed.word(42)), extra.isUsedUp
        else { throw ZipFault(.structure, entry: name) }
        (self.size, self.packedSize, self.header) = (size, packedSize, header)
    }

    /// Finds the data behind the header, which must say the same as the list.
    ///
    /// - Parameter limit: where the list begins.
    /// - Returns: where the data is, and where the next file begins.
    func data(in file: ZipBytes, limit: Int) throws(ZipFault) -> (range: Range<Int>, end: Int) {
        guard header <= limit - Self.headerBytes else { throw ZipFault(.structure, entry: name) }
        let fixed = try file.read(at: header, count: Self.headerBytes)
        guard fixed.hasSignature(.local) else { throw ZipFault(.structure, entry: name) }
        let (nameCount, extraCount) = (fixed.half(26), fixed.half(28))
        let start = header + Self.headerBytes + nameCount + extraCount
        guard start <= limit, packedSize <= limit - start else { throw ZipFault(.structure, entry: name) }
        let rest = try file.read(at: header + Self.headerBytes, count: nameCount + extraCount).bytes
        guard var extra = ZipExtra(rest[nameCount...]) else { throw ZipFault(.structure, entry: name) }
        let areSizesBehind = flags & Self.sizesBehind != 0
        let isLong = extra.hasNumbers
        guard fixed.half(4) <= 45, fixed.half(6) == flags, fixed.half(8) == method, fixed.word(10) == time,
            nameBytes.elementsEqual(rest[..<nameCount]),
            let size = extra.number(for: fixed.word(22)), let packedSize = extra.number(for: fixed.word(18)),
            extra.isUsedUp,
            [self.size, areSizesBehind ? 0 : self.size].contains(size),
            [self.packedSize, areSizesBehind ? 0 : self.packedSize].contains(packedSize),
            [checksum, areSizesBehind ? 0 : checksum].contains(fixed.word(14))
        else { throw ZipFault(.disagreement, entry: name) }
        let range = start..<start + self.packedSize
        guard areSizesBehind else { return (range, range.upperBound) }
        return (range, try endOfSizes(in: file, behind: range.upperBound, areLong: isLong, limit: limit))
    }

    private func endOfSizes(
        in file: ZipBytes, behind end: Int, areLong: Bool, limit: Int
    ) throws(ZipFault) -> Int {
        let count = areLong ? 24 : 16
        guard count <= limit - end else { throw ZipFault(.structure, entry: name) }
        let record = try file.read(at: end, count: count)
        let (packed, whole) = areLong ? (record.long(8), record.long(16)) : (record.word(8), record.word(12))
        guard record.hasSignature(.descriptor), record.word(4) == checksum, packed == packedSize, whole == size else {
            throw ZipFault(.disagreement, entry: name)
        }
        return end + count
    }
}
