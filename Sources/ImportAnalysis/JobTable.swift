/// The number of one dump for each job, in some 30 bytes for a job, however many there are.
///
/// Open addressing in a power of two of places, at most three quarters of them used.
struct JobTable {
    private typealias Key = (first: UInt64, second: UInt64)

    private var keys = [Key](repeating: (0, 0), count: 64)
    /// The numbers and 1; 0 where the place is free. Apart from the keys, so that no byte is lost to alignment.
    private var numbers = [UInt32](repeating: 0, count: 64)
    private var count = 0
    private let hashing = IDHashing.random()

    /// The number of a job's dump, below 2^32 - 1; nil if there is none.
    subscript(identity: JobIdentity) -> Int? {
        get {
            let number = numbers[place(of: identity.bits)]
            return number == 0 ? nil : Int(number) - 1
        }
        set {
            guard let newValue else { return }
            var place = place(of: identity.bits)
            if numbers[place] == 0 {
                count += 1
                if count > numbers.count / 4 * 3 {
                    grow()
                    place = self.place(of: identity.bits)
                }
            }
            keys[place] = identity.bits
            numbers[place] = UInt32(clamping: newValue + 1)
        }
    }

    /// Where a job is, or the free place where it belongs.
    private func place(of key: Key) -> Int {
        var index = Int(truncatingIfNeeded: hashing.hash(key.first, key.second)) & (numbers.count - 1)
        while numbers[index] != 0, keys[index] != key { index = (index + 1) & (numbers.count - 1) }
        return index
    }

    private mutating func grow() {
        let (oldKeys, oldNumbers) = (keys, numbers)
        keys = Array(repeating: (0, 0), count: oldKeys.count * 2)
        numbers = Array(repeating: 0, count: oldKeys.count * 2)
        for (key, number) in zip(oldKeys, oldNumbers) where number != 0 {
            let place = place(of: key)
            (keys[place], numbers[place]) = (key, number)
        }
    }
}
