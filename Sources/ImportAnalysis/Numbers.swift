import ImportFoundation

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

/// A part of a whole, exact: it is compared and rounded in whole numbers. No floating point is involved.
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

    // Fractions are equal whose numbers differ, such as 1/2 and 2/4: the compiler would tell them apart.
    package static func == (left: Share, right: Share) -> Bool {
        Int128(left.part) * Int128(right.whole) == Int128(right.part) * Int128(left.whole)
    }

    package static func < (left: Share, right: Share) -> Bool {
        Int128(left.part) * Int128(right.whole) < Int128(right.part) * Int128(left.whole)
    }

    /// So many parts of `units` parts, rounded half up.
    private func rounded(to units: Int128) -> Int {
        Int(clamping: (Int128(part) * 2 * units + Int128(whole)) / (Int128(whole) * 2))
    }
}

extension Share {
    /// For the record of a job.
    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&part)
        coder.code(&whole)
        self = Share(of: part, in: whole)
    }
}

/// For programs: a decimal fraction.
extension Share {
    /// From 0 to 1,000,000, rounded half up; above, if the part is larger than the whole.
    package var millionths: Int { rounded(to: 1_000_000) }

    /// The fraction with six digits, as in `0.033333`.
    package var decimal: String {
        let millionths = millionths
        return "\(millionths / 1_000_000).\((millionths % 1_000_000).digits(6))"
    }
}

/// For people: a number of percent.
extension Share {
    /// With one digit after the point unless it is 0, as in `3.3%`; never 0% for what is there nor 100% for what is not
    /// all.
    package var text: String {
        let tenths = rounded(to: 1000)
        if part > 0, tenths == 0 { return "<0.1%" }
        if part < whole, tenths >= 1000 { return ">99.9%" }
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}

/// Of people: a number of percent with up to six digits after the point.
extension Share {
    private static let percent = 1_000_000

    /// - Parameter text: digits and perhaps a point with one to six digits after it, from 0 to 100, without the sign.
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

    /// The number of percent as one would write it, such as `2.5`.
    package var percent: String {
        let millionths = rounded(to: Int128(100 * Self.percent))
        let fraction = millionths % Self.percent
        guard fraction > 0 else { return String(millionths / Self.percent) }
        var digits = fraction.digits(6)
        while digits.last == "0" { digits.removeLast() }
        return "\(millionths / Self.percent).\(digits)"
    }
}

/// Reads numbers that a person wrote: digits alone, no sign.
package enum WholeNumber {
    /// Nil if they are not a number, or more than a number can hold.
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
