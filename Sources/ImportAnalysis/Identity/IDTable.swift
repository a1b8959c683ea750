import ImportDumps
import ImportFoundation

/// A hash table that counts the rows of a limited number of different ids.
@safe
struct IDTable: ~Copyable {
    /// An id with one outcome, and its rows.
    struct Entry {
        /// The id, with the tag of its first row.
        var id: PackedID
        var rows: Int
    }

    private let hashing: IDHashing
    private let capacity: Int
    private let entries: UnsafeMutablePointer<Entry>
    /// The slots of the hash table: the index of an entry plus one, or 0 for an empty slot. There are at least twice as
    /// many slots as entries, so every search ends.
    private let places: UnsafeMutablePointer<UInt32>
    private var mask = 0
    private(set) var count = 0
    private(set) var hasRepeats = false

    init(capacity: Int, hashing: IDHashing) {
        self.hashing = hashing
        self.capacity = capacity
        unsafe entries = .allocate(capacity: capacity)
        unsafe places = .allocate(capacity: Self.placeCount(capacity))
    }

    deinit {
        unsafe entries.deallocate()
        unsafe places.deallocate()
    }

    /// Removes all entries.
    ///
    /// - Parameter expected: the expected number of ids; there may be more.
    mutating func removeAll(expecting expected: Int) {
        count = 0
        hasRepeats = false
        let placeCount = Self.placeCount(min(max(expected, 1), capacity))
        mask = placeCount - 1
        unsafe places.initialize(repeating: 0, count: placeCount)
    }

    subscript(index: Int) -> Entry { unsafe entries[index] }

    /// Counts a row; returns false if its id is not in the table and there is no room for it.
    @inline(__always)
    mutating func add(_ id: PackedID) -> Bool {
        let place = place(of: id)
        let number = unsafe Int(places[place])
        guard number == 0 else {
            var entry = unsafe entries[number - 1]
            entry.rows += 1
            // Rows arrive in any order.
            entry.id.tag = min(entry.id.tag, id.tag)
            unsafe entries[number - 1] = entry
            hasRepeats = true
            return true
        }
        guard count < capacity, count <= mask / 2 else { return false }
        unsafe (entries + count).initialize(to: Entry(id: id, rows: 1))
        count += 1
        unsafe places[place] = UInt32(count)
        return true
    }

    /// Returns the index of an id's entry; nil if it has none.
    func index(of id: PackedID) -> Int? {
        let number = unsafe places[place(of: id)]
        return number == 0 ? nil : Int(number) - 1
    }

    @inline(__always)
    private func place(of id: PackedID) -> Int {
        var place = Int(truncatingIfNeeded: hashing.hash(id)) & mask
        while true {
            let number = unsafe Int(places[place])
            if unsafe number == 0 || entries[number - 1].id.isAlike(id) { return place }
            place = (place + 1) & mask
        }
    }

    private static func placeCount(_ entries: Int) -> Int {
        var count = 4
        while count < entries * 2 { count *= 2 }
        return count
    }
}

/// The hash function that distributes ids among partitions and slots.
///
/// It affects only speed, never results. Its seeds are random, like those of a `Dictionary`, so that the author of a
/// dump cannot choose ids that all collide.
package struct IDHashing: Sendable {
    private let first: UInt64
    private let second: UInt64

    package init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Returns a hash function with random seeds that the author of a dump cannot know. They are drawn only once,
    /// because the system takes a while for it, and there may be a million small dumps.
    static func random() -> IDHashing { drawn }

    private static let drawn = IDHashing(.random(in: .min ... .max), .random(in: .min ... .max))

    /// The upper bits choose the partition, the lower ones the slot.
    @inline(__always)
    func hash(_ id: PackedID) -> UInt64 {
        hash(id.high, id.low)
    }

    @inline(__always)
    func hash(_ high: UInt64, _ low: UInt64) -> UInt64 {
        let product = (high ^ first).multipliedFullWidth(by: low ^ second)
        return product.high ^ product.low
    }
}

extension PackedID {
    /// Returns the tag of a row: its number, whether the id is the hash of a text, and whether the record existed.
    static func tag(row: Int, isHash: Bool, isExisting: Bool) -> UInt64 {
        UInt64(row) << 2 | (isHash ? 2 : 0) | (isExisting ? 1 : 0)
    }

    /// The difference between the tags of consecutive rows.
    static var tagStep: UInt64 { 4 }

    var row: Int { Int(tag >> 2) }
    var isHash: Bool { tag & 2 != 0 }
    var isExisting: Bool { tag & 1 != 0 }

    /// Whether both are the same id, of rows with the same outcome.
    @inline(__always)
    func isAlike(_ other: PackedID) -> Bool {
        ((high ^ other.high) | (low ^ other.low) | ((tag ^ other.tag) & 3)) == 0
    }

    /// The UUID in lower case.
    var uuid: String {
        let digits = [high, low].map { UInt64(bigEndian: $0).digits(16, radix: 16) }.joined()
        var groups: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }
}

/// The texts of ids that are not UUIDs, kept so that repeated ids can be shown.
///
/// They are stored in chunks of equal size: used bytes (4) · for each id its row (8), the length of its text (2), the
/// text.
struct IDTexts {
    /// The maximum number of bytes kept of a text.
    static var textLimit: Int { AnalysisLimits.recordIDBytes }
    private static let chunkHeader = 4
    private static let textHeader = 10

    private let chunkBytes: Int
    private let makeSpill: @Sendable () throws -> any IDSpill
    private var spill: (any IDSpill)?
    private var chunk: [UInt8]
    private var chunkCount = 0

    init(chunkBytes: Int, makeSpill: @escaping @Sendable () throws -> any IDSpill) {
        self.chunkBytes = max(chunkBytes, Self.chunkHeader + Self.textHeader + Self.textLimit)
        self.makeSpill = makeSpill
        chunk = [UInt8](repeating: 0, count: Self.chunkHeader)
    }

    /// Stores the beginning of an id's text.
    mutating func add(row: Int, _ text: Span<UInt8>) throws {
        let count = text.wholeCharacters(within: Self.textLimit)
        if chunk.count + Self.textHeader + count > chunkBytes { try writeOut() }
        append(UInt64(row), bytes: 8)
        append(UInt64(count), bytes: 2)
        for index in 0..<count { chunk.append(text[index]) }
    }

    /// Returns the texts of some rows.
    func texts(of rows: Set<Int>) throws -> [Int: String] {
        var found: [Int: String] = [:]
        guard !rows.isEmpty else { return found }
        var read = [UInt8](repeating: 0, count: chunkBytes)
        for number in 0..<chunkCount {
            var target = read.mutableSpan
            try spill?.read(into: &target, at: number * chunkBytes)
            Self.find(rows, in: read, upTo: Int(Self.number(in: read, at: 0, bytes: 4)), &found)
        }
        Self.find(rows, in: chunk, upTo: chunk.count, &found)
        return found
    }

    private mutating func writeOut() throws {
        let spill = try spill ?? makeSpill()
        self.spill = spill
        let used = chunk.count
        for index in 0..<Self.chunkHeader { chunk[index] = UInt8(truncatingIfNeeded: used >> (8 * index)) }
        chunk.append(contentsOf: repeatElement(0, count: chunkBytes - used))
        _ = try spill.append(chunk.span)
        chunkCount += 1
        chunk.removeSubrange(Self.chunkHeader...)
    }

    private mutating func append(_ number: UInt64, bytes: Int) {
        for index in 0..<bytes { chunk.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }

    private static func number(in bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
    }

    private static func find(_ rows: Set<Int>, in bytes: [UInt8], upTo end: Int, _ found: inout [Int: String]) {
        var offset = chunkHeader
        while offset < end {
            let row = Int(number(in: bytes, at: offset, bytes: 8))
            let start = offset + textHeader
            offset = start + Int(number(in: bytes, at: offset + 8, bytes: 2))
            if rows.contains(row) { found[row] = String(decoding: bytes[start..<offset], as: UTF8.self) }
        }
    }
}
