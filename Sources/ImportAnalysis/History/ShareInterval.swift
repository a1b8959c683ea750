/// Wilson's interval of a share, for 95%: where the share of many more such rows would be, if rows failed independently
/// of each other.
///
/// Only additions, multiplications, divisions and a square root are involved, which every processor rounds alike.
package struct ShareInterval: Sendable, Equatable {
    /// From 0 to 1,000,000, rounded half up.
    package let low: Int
    package let high: Int

    /// - Parameters:
    ///   - part: 0 or more, at most `whole`.
    ///   - whole: without rows, the interval is all from 0 to 1.
    package init(of part: Int, in whole: Int) {
        guard whole > 0 else {
            (low, high) = (0, 1_000_000)
            return
        }
        let z = 1.959964
        let rows = Double(whole)
        let share = Double(min(part, whole)) / rows
        let scale = 1 + z * z / rows
        let middle = (share + z * z / (2 * rows)) / scale
        let half = z * (share * (1 - share) / rows + z * z / (4 * rows * rows)).squareRoot() / scale
        // At the ends it is exact: what rounding leaves there is not a share.
        low = part <= 0 ? 0 : Self.millionths(middle - half)
        high = part >= whole ? 1_000_000 : Self.millionths(middle + half)
    }

    private static func millionths(_ share: Double) -> Int {
        Int((max(0, min(1, share)) * 1_000_000).rounded(.toNearestOrAwayFromZero))
    }

    /// For people, as in `0.9% to 1.1%`.
    package var text: String {
        "\(Share(of: low, in: 1_000_000).text) to \(Share(of: high, in: 1_000_000).text)"
    }
}
