package import ImportFoundation

/// Iterates over the entries of a zip that all programs read alike, in constant memory.
///
/// Programs find files in a zip by the list at its end (the central directory), by the headers before each file, or by
/// both, and skip anything in between. So nothing may be in between, or different programs could show different
/// contents:
///
///     file 1: header, data, sizes | file 2 … | the list: file 1, file 2, … | Zip64's end, if necessary | end
///
/// The list is in the order of the files and of their names' bytes, so no name occurs twice. The headers match the
/// list. There are only regular files, no comments, no encryption, and only extra fields that do not affect the name or
/// the contents.
package struct ZipDirectory {
    private let file: ZipBytes
    private let list: Range<Int>
    private let entryCount: Int
    /// The byte offsets of the next record in the list and of the next file.
    private var position: Int
    private var nextHeader = 0
    private var taken = 0
    private var previous: [UInt8] = []

    /// - Parameter descriptor: an open file; it is neither moved nor closed.
    package init(descriptor: Int32) throws(ZipFault) {
        file = try ZipBytes(descriptor: descriptor)
        let ends = try ZipEnd(of: file)
        list = ends.list
        entryCount = ends.entryCount
        position = list.lowerBound
    }

    /// The zip's size in bytes.
    package var byteCount: Int { file.count }

    /// Returns the next file; nil after the last one, once it is clear that the zip has no stray bytes.
    package mutating func next() throws(ZipFault) -> ZipEntry? {
        guard position < list.upperBound else {
            guard taken == entryCount, nextHeader == list.lowerBound else { throw ZipFault(.strayBytes) }
            return nil
        }
        let listed = try ZipListed(in: file, at: position, end: list.upperBound)
        position += listed.recordBytes
        taken += 1
        guard taken == 1 || previous.lexicographicallyPrecedes(listed.nameBytes) else {
            throw ZipFault(.unordered, entry: listed.name)
        }
        previous = listed.nameBytes
        guard listed.header == nextHeader else { throw ZipFault(.strayBytes, entry: listed.name) }
        let data = try listed.data(in: file, limit: list.lowerBound)
        nextHeader = data.end
        return ZipEntry(
            name: listed.name, byteCount: listed.size, checksum: UInt32(listed.checksum),
            isDeflated: listed.method == ZipListed.deflated, data: data.range)
    }

    /// All bytes of the zip, unchanged.
    package var everything: some ByteSource { ZipBytesSource(file) }

    /// Returns the contents of a file.
    package func source(of entry: ZipEntry) -> ZipEntrySource {
        ZipEntrySource(entry, descriptor: file.descriptor)
    }
}

/// A file in a zip.
package struct ZipEntry: Sendable {
    /// The relative path in the zip, with `/` between its parts. It is still hostile text.
    package let name: String
    package let byteCount: Int
    let checksum: UInt32
    let isDeflated: Bool
    /// The byte range of its contents.
    let data: Range<Int>
}

/// The end of a zip: the byte range of its list, and the number of files in it.
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
        // Both ends agree on the values that fit into the old one.
        guard count == min(found.entryCount, 0xFFFF), size == min(found.list.count, 0xFFFF_FFFF),
            offset == min(found.list.lowerBound, 0xFFFF_FFFF)
        else { throw ZipFault(.strayBytes) }
        self = found
    }

    private init(list: Range<Int>, entryCount: Int) {
        self.list = list
        self.entryCount = entryCount
    }

    /// Reads the Zip64 end, which has the values too large for the old end and is directly before it.
    private static func zip64(in file: ZipBytes, before end: Int) throws(ZipFault) -> ZipEnd {
        let start = end - locatorBytes - end64Bytes
        guard start >= 0 else { throw ZipFault(.strayBytes) }
        let record = try file.read(at: start, count: end64Bytes + locatorBytes)
        guard record.hasSignature(.end64), record.hasSignature(.end64Locator, at: end64Bytes),
            record.long(4) == end64Bytes - 12
        else { throw ZipFault(.strayBytes) }
        // The part with this record, the record's offset, and the number of parts.
        guard record.word(end64Bytes + 4) == 0, record.long(end64Bytes + 8) == start,
            record.word(end64Bytes + 16) == 1, record.word(16) == 0, record.word(20) == 0,
            let count = record.long(32), record.long(24) == count, let size = record.long(40),
            let offset = record.long(48)
        else { throw ZipFault(.structure) }
        guard offset <= start, size == start - offset else { throw ZipFault(.strayBytes) }
        return ZipEnd(list: offset..<start, entryCount: count)
    }
}

/// The extra fields of a file in a zip: numbers beyond 32 bits, and an owner and times that say nothing. Any other
/// field might change how a program reads the file, as the one with another name does, and is refused.
struct ZipExtra {
    private static let numbersField = 0x0001
    private static let timesField = 0x5455
    private static let ownerField = 0x7875
    /// A version, then a user and a group of 32 bits, each with its length: 0 stands for no particular one.
    private static let nobody: [UInt8] = [1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0]

    /// The numbers not consumed yet, the next one last; nil without the field.
    private var numbers: [Int]?

    /// Nil for fields that are cut off, repeated, or of any other kind.
    init?(_ bytes: ArraySlice<UInt8>) {
        let record = ZipRecord(bytes: Array(bytes))
        var position = 0
        var (hasTimes, hasOwner) = (false, false)
        while position < bytes.count {
            guard position + 4 <= bytes.count else { return nil }
            let (field, count) = (record.half(position), record.half(position + 2))
            position += 4
            guard position + count <= bytes.count else { return nil }
            switch field {
            case Self.numbersField where numbers == nil && count % 8 == 0 && count > 0:
                var found: [Int] = []
                for offset in stride(from: position, to: position + count, by: 8) {
                    guard let number = record.long(offset) else { return nil }
                    found.append(number)
                }
                numbers = found.reversed()
            // The byte that says which times follow: none.
            case Self.timesField where !hasTimes && count == 1 && record.bytes[position] == 0:
                hasTimes = true
            case Self.ownerField
            where !hasOwner && record.bytes[position..<position + count].elementsEqual(Self.nobody):
                hasOwner = true
            default:
                return nil
            }
            position += count
        }
    }

    /// Whether there is a field for numbers beyond 32 bits.
    var hasNumbers: Bool { numbers != nil }

    /// Whether all numbers were consumed.
    var isUsedUp: Bool { numbers?.isEmpty != false }

    /// Returns the value of a 32-bit field, which may refer to a larger number; nil if that number is missing.
    mutating func number(for field: Int) -> Int? {
        guard field == ZipListed.beyond, numbers != nil else { return field }
        return numbers?.popLast()
    }
}

/// Why a file is not a zip that every program reads alike.
package struct ZipFault: Error, Sendable, Equatable {
    package var code: Code
    /// The entry concerned, if its name could be read: hostile text.
    package var entry: String?

    package enum Code: Sendable, Equatable {
        /// The operating system refused; the value of `errno`.
        case system(errorNumber: Int32)
        /// A pipe or a device.
        case noRegularFile
        /// Nothing in it looks like a zip.
        case notAZip
        /// It begins like a zip, but its last bytes are not the end of one: it is cut off, or something follows.
        case noEnd
        /// Bytes that belong to no entry, or entries that overlap.
        case strayBytes
        /// It is in several parts, or it or an entry has a comment.
        case unusual
        case encrypted
        /// Neither stored nor deflated.
        case method
        /// Not a plain file: a folder, a link, or something with other permissions.
        case noPlainFile
        /// A name that leads elsewhere, or that programs read differently.
        case unsafeName
        /// A name twice, or names that are not in order.
        case unordered
        /// The list at the end and the entry itself differ.
        case disagreement
        /// A header that breaks the format.
        case structure
    }

    package init(_ code: Code, entry: String? = nil) {
        self.code = code
        self.entry = entry
    }
}
