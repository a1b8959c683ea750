import Foundation
package import Testing

/// A generator that produces the same numbers on every run (Steele, Lea and Flood, 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The seeds of random tests: fixed seeds, and one that is new on every run.
package enum Seeds {
    /// The environment variable that repeats a run.
    package static let variable = "IMPORT_AUDIT_SEED"

    /// The seed of this run, below 2³² because Python uses it, too. It is printed on first use.
    package static let new: UInt64 = {
        let chosen = ProcessInfo.processInfo.environment[variable].map { UInt64($0) }
        // A seed that is not a number must not silently become a different one.
        if case .some(.none) = chosen { Issue.record("\(variable) is not a whole number of at least 0") }
        let seed = (chosen ?? nil) ?? UInt64.random(in: 1_000_000...UInt64(UInt32.max))
        print("Random tests: seed \(seed); \(variable)=\(seed) repeats it")
        return seed
    }()

    /// Returns fixed seeds and that of this run.
    package static func and(new fixed: UInt64...) -> [UInt64] { fixed + [new] }

    /// Returns fixed seeds and that of this run.
    package static func and(new fixed: ClosedRange<UInt64>) -> [UInt64] { Array(fixed) + [new] }
}

extension Trait where Self == IssueHandlingTrait {
    /// For tests that use ``Seeds/new``: each failure says how to repeat it.
    package static var seeded: Self {
        .compactMapIssues { issue in
            let comment: Comment = "\(Seeds.variable)=\(Seeds.new) repeats this"
            guard !issue.comments.contains(comment) else { return issue }
            var issue = issue
            issue.comments.append(comment)
            return issue
        }
    }
}
