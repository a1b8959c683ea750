import ImportDumps
import ImportFoundation

// The values of rules, as users write them.

extension Rules {
    /// A multiple of something: a number from 0 up, with up to six digits after the decimal point.
    package struct Multiple: Sendable, Equatable {
        private let millionths: Int
        private static let limit = 1_000_000

        /// - Parameter text: `2x` or `1.5x`. The result is nil for anything else, and for more than 1,000,000.
        package init?(_ text: String) {
            guard text.utf8.last == UInt8(ascii: "x") else { return nil }
            let parts = text.dropLast().utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let whole = WholeNumber.of(parts[0]), whole <= Self.limit else {
                return nil
            }
            var fraction = 0
            if parts.count == 2 {
                guard (1...6).contains(parts[1].count), var digits = WholeNumber.of(parts[1]) else { return nil }
                for _ in parts[1].count..<6 { digits *= 10 }
                fraction = digits
            }
            millionths = whole * 1_000_000 + fraction
            guard millionths <= Self.limit * 1_000_000 else { return nil }
        }

        /// Whether a share is at most this many times another one, exactly.
        func allows(_ part: Int, of whole: Int, against other: (failed: Int, rows: Int)) -> Bool {
            // The first product of each side has at most 126 bits; the second one is kept in full.
            let left = (UInt128(part) * UInt128(other.rows)).multipliedFullWidth(by: 1_000_000)
            let right = (UInt128(other.failed) * UInt128(whole)).multipliedFullWidth(by: UInt128(millionths))
            return (left.high, left.low) <= (right.high, right.low)
        }

        /// The multiple as a user would write it.
        package var text: String {
            guard millionths % 1_000_000 > 0 else { return "\(millionths / 1_000_000)x" }
            var digits = (millionths % 1_000_000).digits(6)
            while digits.last == "0" { digits.removeLast() }
            return "\(millionths / 1_000_000).\(digits)x"
        }
    }

    /// A number of rows, or a share of the rows seen.
    package enum Limit: Sendable, Equatable {
        case rows(Int)
        case percent(Share)

        var isPercentage: Bool {
            if case .percent = self { true } else { false }
        }

        /// Whether a number of rows is within the limit, exactly.
        ///
        /// - Parameters:
        ///   - rows: 0 or more.
        ///   - seen: the number of rows seen, 0 or more.
        package func allows(_ rows: Int, of seen: Int) -> Bool {
            switch self {
            case .rows(let limit): rows <= limit
            // If no rows were seen, any row is beyond every limit.
            case .percent(let share): seen > 0 ? Share(of: rows, in: seen) <= share : rows == 0
            }
        }
    }
}

extension Rules.Limit {
    /// - Parameter text: `N` or `P%`, with `P` from 0 to 100 and up to six digits after the decimal point. The result
    ///   is nil for anything else.
    package init?(_ text: String) {
        if text.utf8.last == UInt8(ascii: "%") {
            guard let share = Share(percent: text.dropLast()) else { return nil }
            self = .percent(share)
        } else {
            guard let rows = WholeNumber.of(text.utf8) else { return nil }
            self = .rows(rows)
        }
    }

    /// The limit as a user would write it: `10` or `2.5%`.
    package var text: String {
        switch self {
        case .rows(let rows): String(rows)
        case .percent(let share): "\(share.percent)%"
        }
    }
}
