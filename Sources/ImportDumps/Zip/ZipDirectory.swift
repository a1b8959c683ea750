/// Walks through a zip that every program must read alike, entry by entry, in constant memory.
///
/// Programs find files in a zip by the list at its end, by the headers before each file, or by both, and pass over what
/// is between. So that none of them can show something else than another, nothing may be between:
///
///     file 1: header, data, sizes | file 2 … | the list: file 1, file 2, … | Zip64's end, if need be | end
///
/// The list is in the order of the files and of their names' bytes, so that no name comes twice; the headers say the
/// same as the list; there are only plain files, no comments, no encryption, and of extra fields only those that
/// change nothing about the name or the contents.
package struct ZipDirectory {
    private let file: ZipBytes
    private let list: Range<Int>
    private let entryCount: Int
    /// Where the next record of the list begins, and where the next file does.
    private var position: Int
    private var nextHeader = 0
    private var taken = 0
    private var previous: [UInt8] = []

    /// - Parameter descriptor: of an open file; it is neither moved nor closed.
    package init(descriptor: Int32) throws(ZipFault) {
        file = try ZipBytes(descriptor: descriptor)
        let ends = try ZipEnd(of: file)
        list = ends.list
        entryCount = ends.entryCount
        position = list.lowerBound
    }

    /// The zip's size in bytes.
    package var byteCount: Int { file.count }

    /// The next file; nil after the last one, when nothing was found that does not belong there.
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

    /// All bytes of the zip, as they are.
    package var everything: some ByteSource { ZipBytesSource(file) }

    /// The contents of a file.
    package func source(of entry: ZipEntry) -> ZipEntrySource {
        ZipEntrySource(entry, descriptor: file.descriptor)
    }
}

/// A file in a zip.
package struct ZipEntry: Sendable {
    /// Its path in the zip: relative, with `/` between its parts. Hostile text all the same.
    package let name: String
    package let byteCount: Int
    let checksum: UInt32
    let isDeflated: Bool
    /// Where its contents lie.
    let data: Range<Int>
}
