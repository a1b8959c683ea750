public import ImportDumps

/// What became of a row. Every row has exactly one outcome.
public enum Outcome: String, Sendable, CaseIterable {
    /// A new record was made.
    case created
    /// The row matched an existing record through the dedupe key.
    case existing
    /// The row has an error.
    case failed
    /// The row says none of these.
    case unclassified

    /// The outcome by the contract's table: an error counts before `existing`, and that before `created`.
    @inlinable
    public init(_ facts: RowFacts) {
        if facts.contains(.error) {
            self = .failed
        } else if facts.contains(.existing) {
            self = .existing
        } else if facts.contains(.created) {
            self = .created
        } else {
            self = .unclassified
        }
    }
}

extension RowFacts {
    /// The row claims more than one outcome.
    var isContradictory: Bool {
        let claims = intersection([.error, .existing, .created]).rawValue
        return claims.nonzeroBitCount > 1
    }
}
