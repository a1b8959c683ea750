public import ImportDumps

/// The outcome of a row. Every row has exactly one.
public enum Outcome: String, Sendable, CaseIterable {
    /// A new record was created.
    case created
    /// The row matched an existing record through the dedupe key.
    case existing
    /// The row has an error.
    case failed
    /// The row has none of these.
    case unclassified
    /// The requested change was made, in a bulk update or bulk delete.
    case applied

    /// Determines the outcome by the contract's table: an error takes precedence over `existing`, that over `created`,
    /// and that over the `status` of a row in a bulk job.
    @inlinable
    public init(_ facts: RowFacts) {
        if facts.contains(.error) {
            self = .failed
        } else if facts.contains(.existing) {
            self = .existing
        } else if facts.contains(.created) {
            self = .created
        } else if facts.contains(.applied) {
            self = .applied
        } else {
            self = .unclassified
        }
    }
}

extension RowFacts {
    /// Whether the row claims more than one outcome.
    var isContradictory: Bool {
        let claims = intersection([.error, .existing, .created]).rawValue
        return claims.nonzeroBitCount > 1 || isSuperset(of: [.error, .applied])
    }
}

/// A 64-bit digest of which rows have which outcome. It is equal for the same outcomes of the same rows, however these
/// are split into runs; for others it is equal only with a probability of 1 in 2^64.
///
/// A row weighs h(row + 1) − h(row), so a run weighs h(end) − h(start) whatever its length. Created rows weigh nothing:
/// they are the ones that remain.
struct OutcomeDigest: Sendable {
    private(set) var value: UInt64 = 0

    @inline(__always)
    mutating func add(_ rows: Range<Int>, _ outcome: Outcome) {
        guard outcome != .created else { return }
        let weight = Self.mixed(rows.upperBound) &- Self.mixed(rows.lowerBound)
        // Odd, so that the multiplication loses nothing of the weight.
        let factor: UInt64 =
            switch outcome {
            case .failed: 0x9E37_79B9_7F4A_7C15
            case .existing: 0xD1B5_4A32_D192_ED03
            case .applied: 0xAAAA_AAAB_5851_F42D
            default: 0x8CB9_2BA7_2F3D_8DD7
            }
        value &+= weight &* factor
    }

    /// The finalizer of SplitMix64.
    @inline(__always)
    private static func mixed(_ row: Int) -> UInt64 {
        var bits = UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
