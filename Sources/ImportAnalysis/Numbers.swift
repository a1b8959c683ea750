import ImportDumps

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

/// A part of a whole as an exact decimal fraction with six digits, rounded half up. No floating point is involved.
package struct Share: Sendable, Hashable, Comparable {
    /// From 0 to 1,000,000; above, if the part is larger than the whole.
    package var millionths: Int

    /// - Parameters:
    ///   - part: 0 or more.
    ///   - whole: 0 or more; a share of nothing is 0.
    package init(of part: Int, in whole: Int) {
        guard whole > 0 else {
            millionths = 0
            return
        }
        millionths = Int(clamping: (Int128(part) * 2_000_000 + Int128(whole)) / (Int128(whole) * 2))
    }

    /// The fraction with six digits, as in `0.033333`.
    package var decimal: String {
        "\(millionths / 1_000_000).\((millionths % 1_000_000).digits(6))"
    }

    package static func < (left: Share, right: Share) -> Bool {
        left.millionths < right.millionths
    }
}
