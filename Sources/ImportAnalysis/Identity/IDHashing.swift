import ImportDumps

/// What spreads ids over partitions and over places in a table.
///
/// Results do not depend on it, only time does: drawn at random, as the one of a `Dictionary`, it keeps whoever writes
/// a dump from choosing ids that all fall into one place.
package struct IDHashing: Sendable {
    private let first: UInt64
    private let second: UInt64

    package init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    static func random() -> IDHashing {
        IDHashing(.random(in: .min ... .max), .random(in: .min ... .max))
    }

    /// The upper bits choose the partition, the lower ones the place in a table.
    @inline(__always)
    func hash(_ id: PackedID) -> UInt64 {
        let product = (id.high ^ first).multipliedFullWidth(by: id.low ^ second)
        return product.high ^ product.low
    }
}

extension PackedID {
    /// The tag of a row: its number, whether the id is the hash of a text, and whether the record existed.
    static func tag(row: Int, isHash: Bool, isExisting: Bool) -> UInt64 {
        UInt64(row) << 2 | (isHash ? 2 : 0) | (isExisting ? 1 : 0)
    }

    /// What the next row's tag is more.
    static var tagStep: UInt64 { 4 }

    var row: Int { Int(tag >> 2) }
    var isHash: Bool { tag & 2 != 0 }
    var isExisting: Bool { tag & 1 != 0 }

    /// The same id, of a row with the same outcome.
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
