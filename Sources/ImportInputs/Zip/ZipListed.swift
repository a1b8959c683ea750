package import ImportFoundation

/// A file in the list at the end of a zip, compared with the header before the file's data.
struct ZipListed {
    static let stored = 0
    static let deflated = 8

    static let fixedBytes = 46
    private static let headerBytes = 30
    /// A flag: the checksum and the sizes follow the data.
    private static let sizesBehind = 1 << 3
    private static let isUTF8 = 1 << 11
    /// The flags that may be set: these two and the compression level.
    private static let knownFlags = sizesBehind | isUTF8 | 0b110
    /// Made on Unix: only then do the attributes have the expected meaning.
    private static let unix = 3
    /// A plain file that its owner may write and everyone may read.
    private static let plainFile = 0o100_644 << 16
    /// The value of a 32-bit field whose number is in an extra field instead.
    static let beyond = 0xFFFF_FFFF

    let recordBytes: Int
    let nameBytes: [UInt8]
    let name: String
    let method: Int
    let checksum: Int
    let packedSize: Int
    let size: Int
    /// The byte offset of the header before its data.
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
        // No comment, the first part, and no internal attributes.
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

    /// Finds the data after the header, which must match the list.
    ///
    /// - Parameter limit: the byte offset where the list begins.
    /// - Returns: the byte range of the data, and the byte offset of the next file.
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

/// Names that stay within the folder where a zip is unpacked, whichever program unpacks it.
enum ZipName {
    /// - Parameter isMarkedUTF8: whether the zip marks the name as UTF-8; without the mark, programs use the machine's
    ///   own character set.
    static func isSafe(_ name: [UInt8], isMarkedUTF8: Bool) -> Bool {
        guard let text = String(validating: name, as: UTF8.self) else { return false }
        guard isMarkedUTF8 || name.allSatisfy({ $0 < 0x80 }) else { return false }
        // Characters that Windows reads as a separator, a drive or a pattern, and those that act on a terminal.
        let forbidden: Set<Unicode.Scalar> = ["\\", ":", "*", "?", "\"", "<", ">", "|"]
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && !forbidden.contains($0) }) else {
            return false
        }
        return name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }
}

/// A zip of this program, whose entries are read as they are, including hidden ones and without limits.
package struct ZipFile {
    private let archive: LibArchive

    /// - Parameter descriptor: a regular file open for reading. It is not closed here.
    package init(descriptor: Int32) throws(ReadFailure) {
        let region = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: InputLimits(), progress: InputProgress(), size: size)
        }
        guard let region else { throw ReadFailure(.damaged(.zip, .structure)) }
        archive = try LibArchive(.zip, ArchiveInput(region, format: .zip))
    }

    /// Moves to the next entry and returns its name; nil at the end.
    package func next() throws(ReadFailure) -> String? {
        switch archive.next() {
        case .entry(let entry): return String(decoding: entry.name, as: UTF8.self)
        case .end: return nil
        case .failed(let failure): throw failure
        case .damaged(let words): throw ReadFailure(.damaged(.zip, .other(words)))
        case .encrypted: throw ReadFailure(.damaged(.zip, .structure))
        }
    }

    /// Reads more of the entry; 0 means its end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try unsafe archive.read(into: buffer)
    }

    /// Returns the first bytes of the entry, as many as are needed to recognize it.
    func beginning() throws(ReadFailure) -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: 1024)
        var filled = 0
        while filled < bytes.count {
            let room = filled..<bytes.count
            let read = unsafe bytes.withUnsafeMutableBytes { bytes in
                Result { () throws(ReadFailure) in
                    try unsafe archive.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[room]))
                }
            }
            let count = try read.get()
            guard count > 0 else { break }
            filled += count
        }
        return bytes[..<filled]
    }
}
