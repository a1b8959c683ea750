import ImportDumps

/// Counts the rows of up to a number of different ids.
@safe
struct IDTable: ~Copyable {
    /// An id with one outcome.
    struct Entry {
        /// With the tag of its first row.
        var id: PackedID
        var rows: Int
    }

    private let hashing: IDHashing
    private let capacity: Int
    private let entries: UnsafeMutablePointer<Entry>
    /// For each place of a hash the number of an entry, from 1 on; 0 where there is none. Twice as many as entries at
    /// least, so that looking for one ends.
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

    /// Forgets everything.
    ///
    /// - Parameter expected: how many ids are to come; more can.
    mutating func removeAll(expecting expected: Int) {
        count = 0
        hasRepeats = false
        let placeCount = Self.placeCount(min(max(expected, 1), capacity))
        mask = placeCount - 1
        unsafe places.initialize(repeating: 0, count: placeCount)
    }

    subscript(index: Int) -> Entry { unsafe entries[index] }

    /// Counts a row; false if its id is not among those that are counted, and there is no room for it.
    @inline(__always)
    mutating func add(_ id: PackedID) -> Bool {
        let place = place(of: id)
        let number = unsafe Int(places[place])
        guard number == 0 else {
            unsafe entries[number - 1].rows += 1
            // Rows come in any order.
            if unsafe id.tag < entries[number - 1].id.tag { unsafe entries[number - 1].id.tag = id.tag }
            hasRepeats = true
            return true
        }
        guard count < capacity, count <= mask / 2 else { return false }
        unsafe (entries + count).initialize(to: Entry(id: id, rows: 1))
        count += 1
        unsafe places[place] = UInt32(count)
        return true
    }

    /// The index of an id's entry.
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
