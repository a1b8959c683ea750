import ImportFoundation

extension Int {
    /// Returns the sum, clamped to the range of `Int`: the counts of a summary that was read back can be anything.
    package func clampedAdding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    package mutating func addClamped(_ other: Int) {
        self = clampedAdding(other)
    }

    /// Multiplies by a number that is not negative.
    func clampedMultiplying(by times: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: times)
        return overflow ? (self < 0 ? .min : .max) : product
    }
}

/// An exact fraction of a whole. It is compared and rounded with integer arithmetic, without floating point.
package struct Share: Sendable, Comparable {
    private var part: Int
    /// 1 or more.
    private var whole: Int

    /// - Parameters:
    ///   - part: 0 or more; it may be larger than the whole.
    ///   - whole: 0 or more; a share of nothing is 0.
    package init(of part: Int, in whole: Int) {
        (self.part, self.whole) = whole > 0 ? (part, whole) : (0, 1)
    }

    // Fractions with different terms can be equal, such as 1/2 and 2/4. The synthesized `==` would tell them apart.
    package static func == (left: Share, right: Share) -> Bool {
        Int128(left.part) * Int128(right.whole) == Int128(right.part) * Int128(left.whole)
    }

    package static func < (left: Share, right: Share) -> Bool {
        Int128(left.part) * Int128(right.whole) < Int128(right.part) * Int128(left.whole)
    }

    /// The share in units of 1/`units`, rounded half up.
    private func rounded(to units: Int128) -> Int {
        Int(clamping: (Int128(part) * 2 * units + Int128(whole)) / (Int128(whole) * 2))
    }
}

extension Share {
    /// Reads or writes the share in the record of a job.
    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&part)
        coder.code(&whole)
        self = Share(of: part, in: whole)
    }
}

/// Notation for programs: a decimal fraction.
extension Share {
    /// The share in millionths, rounded half up; more than 1,000,000 if the part is larger than the whole.
    package var millionths: Int { rounded(to: 1_000_000) }

    /// The fraction with six digits, as in `0.033333`.
    package var decimal: String {
        let millionths = millionths
        return "\(millionths / 1_000_000).\((millionths % 1_000_000).digits(6))"
    }
}

/// Notation for people: a percentage.
extension Share {
    /// The percentage with one decimal place unless that is 0, as in `3.3%`; never 0% for more than nothing, nor 100%
    /// for less or more than everything.
    package var text: String {
        let tenths = rounded(to: 1000)
        if part > 0, tenths == 0 { return "<0.1%" }
        if part < whole, tenths >= 1000 { return ">99.9%" }
        if part > whole, tenths <= 1000 { return ">100%" }
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}

/// Input by people: a percentage with up to six decimal places.
extension Share {
    private static let percent = 1_000_000

    /// - Parameter text: digits and optionally a point with one to six digits, from 0 to 100, without a percent sign.
    package init?(percent text: Substring) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = WholeNumber.of(parts[0]), whole <= 100 else { return nil }
        var fraction = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].count), var digits = WholeNumber.of(parts[1]) else { return nil }
            for _ in parts[1].count..<6 { digits *= 10 }
            fraction = digits
        }
        let millionths = whole * Self.percent + fraction
        guard millionths <= 100 * Self.percent else { return nil }
        self.init(of: millionths, in: 100 * Self.percent)
    }

    /// The percentage as a person would write it, such as `2.5`.
    package var percent: String {
        let millionths = rounded(to: Int128(100 * Self.percent))
        let fraction = millionths % Self.percent
        guard fraction > 0 else { return String(millionths / Self.percent) }
        var digits = fraction.digits(6)
        while digits.last == "0" { digits.removeLast() }
        return "\(millionths / Self.percent).\(digits)"
    }
}

/// Parses numbers written by people: only digits, no sign.
package enum WholeNumber {
    /// Returns nil if the text is not a number, or if the number overflows.
    package static func of(_ digits: some Sequence<UInt8>) -> Int? {
        var number: Int?
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            if isTooLarge || isStillTooLarge { return nil }
            number = sum
        }
        return number
    }
}

/// The 95% Wilson score interval of a share: where the share of many more such rows would be, if rows failed
/// independently of each other.
///
/// Its arithmetic is limited to the four basic operations and a square root, which every processor rounds alike.
package struct ShareInterval: Sendable, Equatable {
    /// The ends in millionths, from 0 to 1,000,000, rounded half up.
    package let low: Int
    package let high: Int

    /// - Parameters:
    ///   - part: 0 or more, at most `whole`.
    ///   - whole: the number of rows; if it is 0, the interval is from 0 to 1.
    package init(of part: Int, in whole: Int) {
        let (low, high) = Self.ends(of: part, in: whole)
        // If none or all of the rows failed, that end is exact: anything else would be a rounding error.
        self.low = part <= 0 ? 0 : Self.millionths(low)
        self.high = part >= whole ? 1_000_000 : Self.millionths(high)
    }

    /// The ends, not rounded: for many rows, small shares differ only in the digits that rounding drops.
    static func ends(of part: Int, in whole: Int) -> (low: Double, high: Double) {
        guard whole > 0 else { return (0, 1) }
        let z = 1.959964
        let rows = Double(whole)
        let share = Double(min(part, whole)) / rows
        let scale = 1 + z * z / rows
        let middle = (share + z * z / (2 * rows)) / scale
        let half = z * (share * (1 - share) / rows + z * z / (4 * rows * rows)).squareRoot() / scale
        return (middle - half, middle + half)
    }

    private static func millionths(_ share: Double) -> Int {
        Int((max(0, min(1, share)) * 1_000_000).rounded(.toNearestOrAwayFromZero))
    }

    /// For people, as in `0.9% to 1.1%`.
    package var text: String {
        "\(Share(of: low, in: 1_000_000).text) to \(Share(of: high, in: 1_000_000).text)"
    }
}

/// The natural logarithm, to about 15 digits.
///
/// It consists of operations whose rounding IEEE 754 specifies, so that all machines decide alike. The logarithms of C
/// libraries differ in the last digit.
///
/// - Parameter value: above 0 and finite.
func naturalLogarithm(_ value: Double) -> Double {
    var exponent = Double(value.exponent)
    var fraction = value.significand
    if fraction > 1.414_213_562_373_095_1 {
        fraction /= 2
        exponent += 1
    }
    // ln f = 2 artanh((f - 1) ÷ (f + 1)), whose series converges fast: the square is 0.03 at most.
    let ratio = (fraction - 1) / (fraction + 1)
    let square = ratio * ratio
    var sum = 1.0 / 21
    sum = sum * square + 1.0 / 19
    sum = sum * square + 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    sum = sum * square + 1.0 / 3
    sum = sum * square + 1
    return exponent * 0.693_147_180_559_945_3 + 2 * ratio * sum
}
