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
    /// What was asked for was done: of a row of a bulk update or a bulk delete.
    case applied

    /// The outcome by the contract's table: an error counts before `existing`, that before `created`, and
    /// that before a `status` of a bulk job.
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
    /// The row claims more than one outcome.
    var isContradictory: Bool {
        let claims = intersection([.error, .existing, .created]).rawValue
        return claims.nonzeroBitCount > 1 || isSuperset(of: [.error, .applied])
    }
}
