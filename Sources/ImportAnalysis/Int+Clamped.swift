extension Int {
    /// The sum, or the largest number if none can hold it: counts of a summary that was read back are whatever its
    /// file says.
    package func clampedAdding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    package mutating func addClamped(_ other: Int) {
        self = clampedAdding(other)
    }
}
