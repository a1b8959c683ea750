public import ImportDumps

/// A text that is no summary, or not a whole one.
public struct SummaryFault: Error, Sendable, Equatable {
    public var code: Code
    /// Where reading stopped.
    public var place: Place

    /// What is wrong. New kinds may come.
    public enum Code: Sendable, Equatable {
        /// Sound JSON, but no summary of this program.
        case notASummary
        /// Written by a later version of the program.
        case newerVersion(Int)
        /// The text breaks off, or is no JSON from the place on.
        case malformed(DumpFault)
        /// A member that must be there is not. `path` is as in `jobs[3].rows.seen`, counted from 0.
        case missing(path: String)
        /// A member that is there twice.
        case repeated(path: String)
        /// A member of another type, or out of range; `expected` says in words what it must be.
        case wrongValue(path: String, expected: String)
    }

    public init(_ code: Code, at place: Place) {
        self.code = code
        self.place = place
    }
}
