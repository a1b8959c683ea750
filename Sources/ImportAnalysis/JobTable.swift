/// Maps each job to the number of one of its dumps, at about 30 bytes a job.
///
/// A hash table with open addressing, at most three quarters full. `places` holds indices into `keys`, so an empty slot
/// costs only four bytes. The number of slots is a power of two.
struct JobTable {
    private typealias Key = (first: UInt64, second: UInt64)

    private var keys: [Key] = []
    /// The dump number of each key.
    private var numbers: [UInt32] = []
    /// The index of a key plus one, or 0 for an empty slot.
    private var places = [UInt32](repeating: 0, count: 64)
    private let hashing = IDHashing.random()

    /// The number of the job's dump, below 2^32 - 1; nil if it has none.
    subscript(identity: JobIdentity) -> Int? {
        get {
            let index = places[place(of: identity.bits)]
            return index == 0 ? nil : Int(numbers[Int(index) - 1])
        }
        set {
            guard let newValue else { return }
            let place = place(of: identity.bits)
            guard places[place] == 0 else {
                numbers[Int(places[place]) - 1] = UInt32(clamping: newValue)
                return
            }
            keys.append(identity.bits)
            numbers.append(UInt32(clamping: newValue))
            places[place] = UInt32(clamping: keys.count)
            if keys.count > places.count / 4 * 3 { grow() }
        }
    }

    /// Returns the slot that holds the job, or the empty slot where it belongs.
    private func place(of key: Key) -> Int {
        var place = Int(truncatingIfNeeded: hashing.hash(key.first, key.second)) & (places.count - 1)
        while places[place] != 0, keys[Int(places[place]) - 1] != key { place = (place + 1) & (places.count - 1) }
        return place
    }

    private mutating func grow() {
        places = Array(repeating: 0, count: places.count * 2)
        for (index, key) in keys.enumerated() { places[place(of: key)] = UInt32(clamping: index + 1) }
    }
}
