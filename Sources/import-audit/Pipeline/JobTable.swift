import ImportAnalysis

/// The number of one dump for each job: some 30 bytes for a job, however many there are.
///
/// Open addressing in a power of two of slots, at most three quarters of them used; a slot holds the job's identity,
/// which is a digest and so its own hash, and the number.
struct JobTable {
    private struct Slot {
        var identity: JobIdentity
        var number: Int32
    }

    private var slots: [Slot?] = Array(repeating: nil, count: 64)
    private var count = 0

    /// The number of a job's dump; nil if there is none.
    subscript(identity: JobIdentity) -> Int? {
        get { slots[slot(of: identity)].map { Int($0.number) } }
        set {
            guard let newValue else { return }
            let index = slot(of: identity)
            if slots[index] == nil {
                count += 1
                if count > slots.count / 4 * 3 {
                    grow()
                    return slots[slot(of: identity)] = Slot(identity: identity, number: Int32(newValue))
                }
            }
            slots[index] = Slot(identity: identity, number: Int32(newValue))
        }
    }

    /// Where a job is, or the free place where it belongs.
    private func slot(of identity: JobIdentity) -> Int {
        var index = Int(truncatingIfNeeded: identity.bits) & (slots.count - 1)
        while let slot = slots[index], slot.identity != identity { index = (index + 1) & (slots.count - 1) }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        for case let slot? in old { slots[self.slot(of: slot.identity)] = slot }
    }
}
