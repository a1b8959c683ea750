import ImportFoundation

/// The last bytes of a zip that is read as an archive: enough for the record that ends it.
///
/// libarchive says nothing of entries that it did not find. Read from the front, a zip with a damaged header lacks an
/// entry; read by its list, one that was appended to another has only its own entries. The record that ends a zip says
/// how many entries there are, and where their list begins.
struct ZipTail {
    private static let endBytes = 22
    private static let locatorBytes = 20
    private static let end64Bytes = 56
    /// The longest comment is 65,535 bytes.
    static let mostBytes = end64Bytes + locatorBytes + endBytes + 0xFFFF

    /// The last bytes, and some before them.
    private var bytes: [UInt8] = []
    /// The number of bytes of the zip up to here.
    private var byteCount: Int
    /// At least as many of the last bytes are kept.
    private let kept: Int

    /// - Parameters:
    ///   - skipping: the number of bytes before the first that will be added.
    ///   - keeping: the number of the last bytes that are examined.
    init(skipping: Int = 0, keeping: Int = mostBytes) {
        byteCount = skipping
        kept = keeping
    }

    mutating func add(_ more: UnsafeRawBufferPointer) {
        byteCount += more.count
        // Moved rarely, so each byte is copied once or twice.
        if bytes.count + more.count > 4 * kept { bytes.removeFirst(max(0, bytes.count - kept)) }
        unsafe bytes.append(contentsOf: more)
    }

    /// The number of bytes at the beginning of the list that were not kept.
    var missingBytesOfList: Int? {
        guard let end = lastEnd, case .known(let totals) = totals(at: end) else { return nil }
        return totals.size > totals.end ? totals.size - totals.end : nil
    }

    /// Returns what is wrong; nil if the zip has as many entries as were found and is the only one.
    ///
    /// - Parameter areKindsListed: whether the kinds of the entries come from the list, and not from their names.
    func fault(_ found: EntryCounts, areKindsListed: Bool) -> ReadFailure? {
        guard let end = lastEnd else { return ReadFailure(.breaksOff(.zip)) }
        switch totals(at: end) {
        case .known(let totals):
            if let fault = fault(in: totals, found, areKindsListed: areKindsListed) { return fault }
        case .outOfReach: break
        case .damaged: return ReadFailure(.damaged(.zip, .structure))
        }
        let comment = Int(bytes[end + 20]) | Int(bytes[end + 21]) << 8
        // Some programs pad archives with zeros.
        guard bytes.dropFirst(end + Self.endBytes + comment).allSatisfy({ $0 == 0 }) else {
            return ReadFailure(.damaged(.zip, .trailingBytes))
        }
        return nil
    }

    private func fault(in totals: Totals, _ found: EntryCounts, areKindsListed: Bool) -> ReadFailure? {
        let count = totals.count & totals.countMask
        guard count == found.all & totals.countMask else {
            return ReadFailure(.damaged(.zip, .entries(listed: totals.count, found: found.all)))
        }
        let place = byteCount - bytes.count + totals.end
        guard (place - totals.offset - totals.size) & totals.sizeMask == 0 else {
            return ReadFailure(.damaged(.zip, .severalParts))
        }
        // A zip in a file is read by its list. Through a pipe, only this shows that the list is damaged.
        if totals.size <= totals.end {
            let listed = records(in: totals.end - totals.size..<totals.end)
            guard listed.all & totals.countMask == count else {
                return ReadFailure(.damaged(.zip, .entries(listed: totals.count, found: listed.all)))
            }
            // No checksum protects the names before the data. A damaged one may be that of a hidden file or a folder.
            guard listed.hidden.contains(found.hidden), areKindsListed || listed.folders.contains(found.folders) else {
                return ReadFailure(.damaged(.zip, .skippedNames))
            }
        }
        return nil
    }

    /// What a zip says about the list of its entries.
    private struct Totals {
        var count: Int
        /// The size of the list, and where it begins in the zip.
        var size, offset: Int
        /// The index in `bytes` where the list ends.
        var end: Int
        /// The bits that count: some programs write numbers that are too large without their highest bits.
        var countMask = 0xFFFF
        var sizeMask = 0xFFFF_FFFF
    }

    private enum FoundTotals {
        case known(Totals)
        /// They are before the bytes that are kept.
        case outOfReach
        case damaged
    }

    /// Reads the record that ends the zip, or the one for large numbers (Zip64) if there is one.
    private func totals(at end: Int) -> FoundTotals {
        let record = ZipRecord(bytes: Array(bytes[end..<end + Self.endBytes]))
        let small = Totals(count: record.half(10), size: record.word(12), offset: record.word(16), end: end)
        let locatorStart = end - Self.locatorBytes
        guard locatorStart >= 0 else { return .known(small) }
        let locator = ZipRecord(bytes: Array(bytes[locatorStart..<end]))
        guard locator.hasSignature(.end64Locator) else { return .known(small) }
        guard let place = locator.long(8), place <= byteCount else { return .damaged }
        // In a zip that follows something else, the record is not at its place, but usually before the locator.
        let start = place - (byteCount - bytes.count)
        for start in [start, locatorStart - Self.end64Bytes]
        where start >= 0 && start + Self.end64Bytes <= locatorStart {
            let large = ZipRecord(bytes: Array(bytes[start..<start + Self.end64Bytes]))
            guard large.hasSignature(.end64), let count = large.long(32), let size = large.long(40),
                let offset = large.long(48), size <= byteCount, offset <= byteCount
            else { continue }
            return .known(
                Totals(count: count, size: size, offset: offset, end: start, countMask: -1, sizeMask: -1))
        }
        return start < 0 ? .outOfReach : .damaged
    }

    /// The records in the list of entries. How many of them are hidden, or folders, may depend on whether libarchive
    /// takes backslashes for separators: if a name has no slash, is UTF-8, and comes from some systems.
    private struct Listed {
        var all = 0
        var hidden = 0...0
        var folders = 0...0

        mutating func count(_ name: ArraySlice<UInt8>) {
            all += 1
            let (slash, backslash) = (UInt8(ascii: "/"), UInt8(ascii: "\\"))
            let isHidden = ArchiveEntry.isHidden(name)
            let isFolder = name.last == slash
            guard name.contains(backslash), !name.contains(slash) else {
                return add(isHidden, isHidden, isFolder, isFolder)
            }
            add(isHidden, ArchiveEntry.isHidden(name, separator: backslash), isFolder, name.last == backslash)
        }

        private mutating func add(_ isHidden: Bool, _ mayBeHidden: Bool, _ isFolder: Bool, _ mayBeFolder: Bool) {
            func sum(_ range: ClosedRange<Int>, _ one: Bool, _ other: Bool) -> ClosedRange<Int> {
                range.lowerBound + (one && other ? 1 : 0)...range.upperBound + (one || other ? 1 : 0)
            }
            hidden = sum(hidden, isHidden, mayBeHidden)
            folders = sum(folders, isFolder, mayBeFolder)
        }
    }

    /// Counts the records in the list of entries, as far as it is sound.
    private func records(in list: Range<Int>) -> Listed {
        let fixedBytes = ZipListed.fixedBytes
        var listed = Listed()
        var index = list.lowerBound
        while list.upperBound - index >= fixedBytes {
            let record = ZipRecord(bytes: Array(bytes[index..<index + fixedBytes]))
            guard record.hasSignature(.central) else { break }
            let name = index + fixedBytes..<index + fixedBytes + record.half(28)
            index = name.upperBound + record.half(30) + record.half(32)
            guard index <= list.upperBound else { break }
            listed.count(bytes[name])
        }
        return listed
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
