/// What is wrong in a dump that was read on all the same.
///
/// Its size is bounded, whatever the dump holds: the first places of each kind are kept, the others are counted.
public struct DumpDamage: Sendable, Equatable {
    /// Places in strings that are no JSON text, and where U+FFFD stands instead.
    public private(set) var repairs = Spots()
    /// Stretches of `results` that hold no whole row. Each was delivered as one row (``RowFacts/damaged``).
    public private(set) var rows = Spots()
    /// Other things that are no JSON and that no row was lost by.
    public private(set) var slips = Spots()
    /// Repairs of bytes that are no UTF-8, and how many of them could be characters of Windows-1252.
    public private(set) var invalidBytes = (count: 0, windows1252: 0)

    public init() {}

    public var isEmpty: Bool { repairs.count == 0 && rows.count == 0 && slips.count == 0 }

    /// The first thing that is wrong.
    public var first: DumpFault? {
        [repairs, rows, slips].compactMap(\.first.first).min { $0.place.byte < $1.place.byte }?.fault
    }

    /// Whether the text may be in Windows-1252: it has bytes that are no UTF-8, and all of them are characters there.
    public var mayBeWindows1252: Bool { invalidBytes.count > 0 && invalidBytes.count == invalidBytes.windows1252 }

    /// Places of damage.
    public struct Spots: Sendable, Equatable {
        public fileprivate(set) var count = 0
        /// The first ``DumpLimits/damagePlaces``.
        public fileprivate(set) var first: [Spot] = []
    }

    /// A place of damage.
    public struct Spot: Sendable, Equatable {
        public var reason: DumpFault.Reason
        public var place: Place
        /// The row that it is part of; nil for the job's own fields.
        public var row: Int?
        /// The same as a fault.
        public var fault: DumpFault { DumpFault(reason: reason, place: place, rowsKept: max(0, (row ?? 1) - 1)) }
    }

    enum Kind {
        case repair, row, slip
    }

    /// Gives all places the ones that they have in the input.
    mutating func movePlacesToOrigin() {
        repairs.movePlacesToOrigin()
        rows.movePlacesToOrigin()
        slips.movePlacesToOrigin()
    }

    /// - Parameter spot: makes the spot, if it is to be kept.
    mutating func note(_ kind: Kind, _ spot: () -> Spot) {
        switch kind {
        case .repair: repairs.add(spot)
        case .row: rows.add(spot)
        case .slip: slips.add(spot)
        }
    }

    /// Adds what is wrong further on.
    mutating func add(_ other: DumpDamage) {
        repairs.add(other.repairs)
        rows.add(other.rows)
        slips.add(other.slips)
        invalidBytes.count += other.invalidBytes.count
        invalidBytes.windows1252 += other.invalidBytes.windows1252
    }

    /// Adds what is wrong in a field: no row of the dump is lost by it.
    mutating func add(field: DumpDamage) {
        var field = field
        field.slips.add(field.rows)
        field.rows = Spots()
        add(field)
    }

    mutating func noteInvalidByte(mayBeWindows1252: Bool) {
        invalidBytes.count += 1
        if mayBeWindows1252 { invalidBytes.windows1252 += 1 }
    }

    public static func == (left: DumpDamage, right: DumpDamage) -> Bool {
        left.repairs == right.repairs && left.rows == right.rows && left.slips == right.slips
            && left.invalidBytes == right.invalidBytes
    }
}

extension DumpDamage.Spots {
    fileprivate mutating func add(_ other: DumpDamage.Spots) {
        count += other.count
        first += other.first.prefix(DumpLimits.damagePlaces - first.count)
    }

    fileprivate mutating func movePlacesToOrigin() {
        for index in first.indices { first[index].place.moveToOrigin() }
    }

    fileprivate mutating func add(_ spot: () -> DumpDamage.Spot) {
        count += 1
        if first.count < DumpLimits.damagePlaces { first.append(spot()) }
    }
}
