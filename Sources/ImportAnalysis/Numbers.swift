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

extension BinaryInteger {
    /// The digits of a number that is 0 or more, with zeros before them up to a width.
    package func digits(_ width: Int, radix: Int = 10, uppercase: Bool = false) -> String {
        let digits = String(self, radix: radix, uppercase: uppercase)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
