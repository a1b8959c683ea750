import ImportFoundation

/// The last bytes of a zip that is read as an archive: enough for the record that ends it.
///
/// libarchive says nothing of entries that it did not find. Read from the front, a zip with a damaged header lacks an
/// entry; read by its list, one that was appended to another has only its own entries. The record that ends a zip says
/// how many entries there are, and where their list begins.
struct ZipTail {
    private static let endBytes = 22
    /// The longest comment is 65,535 bytes.
    static let mostBytes = endBytes + 0xFFFF

    /// The last bytes, and some before them.
    private var bytes: [UInt8] = []
    /// The number of bytes of the zip up to here.
    private var byteCount: Int

    /// - Parameter skipping: the number of bytes before the first that will be added.
    init(skipping: Int = 0) {
        byteCount = skipping
    }

    mutating func add(_ more: UnsafeRawBufferPointer) {
        byteCount += more.count
        // Moved rarely, so each byte is copied once or twice.
        if bytes.count + more.count > 4 * Self.mostBytes { bytes.removeFirst(max(0, bytes.count - Self.mostBytes)) }
        unsafe bytes.append(contentsOf: more)
    }

    /// Returns what is wrong; nil if the zip has as many entries as were found and is the only one.
    ///
    /// - Parameter entries: the number of entries that were found, with folders.
    func fault(entries: Int) -> ReadFailure? {
        guard let end = lastEnd else { return ReadFailure(.breaksOff(.zip)) }
        let record = ZipRecord(bytes: Array(bytes[end..<end + Self.endBytes]))
        let (count, size, offset) = (record.half(10), record.word(12), record.word(16))
        let isLong = end >= 20 && ZipRecord(bytes: Array(bytes[end - 20..<end])).hasSignature(.end64Locator)
        // Some programs write numbers that are too large without their highest bits.
        guard isLong || count == entries & 0xFFFF else {
            return ReadFailure(.damaged(.zip, .entries(listed: count, found: entries)))
        }
        let place = byteCount - bytes.count + end
        guard isLong || (place - offset - size) & 0xFFFF_FFFF == 0 else {
            return ReadFailure(.damaged(.zip, .severalParts))
        }
        // A zip in a file is read by its list. Through a pipe, only this shows that the list is damaged.
        if !isLong, size <= end {
            let listed = records(in: end - size..<end)
            guard listed & 0xFFFF == count else {
                return ReadFailure(.damaged(.zip, .entries(listed: count, found: listed)))
            }
        }
        let comment = Int(bytes[end + 20]) | Int(bytes[end + 21]) << 8
        // Some programs pad archives with zeros.
        guard bytes.dropFirst(end + Self.endBytes + comment).allSatisfy({ $0 == 0 }) else {
            return ReadFailure(.damaged(.zip, .trailingBytes))
        }
        return nil
    }

    /// Returns the number of records in the list of entries, as far as it is sound.
    private func records(in list: Range<Int>) -> Int {
        let fixedBytes = ZipListed.fixedBytes
        var (count, index) = (0, list.lowerBound)
        while list.upperBound - index >= fixedBytes {
            let record = ZipRecord(bytes: Array(bytes[index..<index + fixedBytes]))
            guard record.hasSignature(.central) else { break }
            index += fixedBytes + record.half(28) + record.half(30) + record.half(32)
            count += 1
        }
        return index > list.upperBound ? count - 1 : count
    }

    /// The index in `bytes` of the record that ends the zip: the last one whose comment, which may look like such a
    /// record, reaches the end, or else the last one. Nil if there is none.
    private var lastEnd: Int? {
        var last: Int?
        var index = bytes.count - Self.endBytes
        while index >= 0 {
            if bytes[index] == 0x50, bytes[index + 1] == 0x4B, bytes[index + 2] == 0x05, bytes[index + 3] == 0x06 {
                let comment = Int(bytes[index + 20]) | Int(bytes[index + 21]) << 8
                if index + Self.endBytes + comment == bytes.count { return index }
                last = last ?? index
            }
            index -= 1
        }
        return last
    }
}
