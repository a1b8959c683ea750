import ImportDumps

/// Rules that the audit of any number of jobs meets or does not meet.
package struct Rules: Sendable {
    /// In the order in which results are shown.
    package var rules: [Rule]

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }

    /// Whether a rule is about findings for which the ids of rows must be compared (``IdentityAudit``).
    package var asksForIdentity: Bool {
        rules.contains { rule in
            switch rule {
            // One of the two is critical, so that it counts whatever the severity.
            case .failOnSeverity: true
            case .failOnFinding(let id): id == .createdIDRepeated || id == .existingIDsShared
            default: false
            }
        }
    }

    package enum Rule: Sendable {
        /// At most so many failed rows over all jobs; `onlyPending`: of codes that are new, or accepted no longer.
        case maxFailed(Limit, onlyPending: Bool)
        /// At most so many failed rows of a code; nil stands for rows whose error has no code.
        case maxFailedCode(String?, Limit)
        /// No finding of a severity or a worse one.
        case failOnSeverity(Severity)
        /// No finding of a kind.
        case failOnFinding(FindingID)
        /// Every input is a whole dump of a job that is complete, with all its rows.
        case requireComplete
        /// At least so many rows seen over all jobs.
        case minRows(Int)

        /// How many failed rows the rule allows; nil if it is about something else.
        var limit: Limit? {
            switch self {
            case .maxFailed(let limit, _), .maxFailedCode(_, let limit): limit
            default: nil
            }
        }
    }

    /// A number of rows, or a part of the rows seen.
    package enum Limit: Sendable, Equatable {
        case rows(Int)
        case percent(Percentage)

        var isPercentage: Bool {
            if case .percent = self { true } else { false }
        }

        /// Whether a number of rows is within the limit. Exact: no floating point is involved.
        ///
        /// - Parameters:
        ///   - rows: 0 or more.
        ///   - seen: of so many, 0 or more.
        package func allows(_ rows: Int, of seen: Int) -> Bool {
            switch self {
            case .rows(let limit): rows <= limit
            case .percent(let percentage):
                Int128(rows) * 100 * Int128(Percentage.scale) <= Int128(percentage.millionths) * Int128(seen)
            }
        }
    }
}

/// A number of percent with up to six digits behind the point.
package struct Percentage: Sendable, Equatable {
    static let scale = 1_000_000
    /// From 0 to 100,000,000: millionths of a percent.
    let millionths: Int

    /// - Parameter text: digits and perhaps a point with one to six digits behind it, from 0 to 100, without the sign.
    init?(_ text: Substring) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = WholeNumber.of(parts[0]), whole <= 100 else { return nil }
        var fraction = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].count), var digits = WholeNumber.of(parts[1]) else { return nil }
            for _ in parts[1].count..<6 { digits *= 10 }
            fraction = digits
        }
        millionths = whole * Self.scale + fraction
        guard millionths <= 100 * Self.scale else { return nil }
    }

    /// As one would write it, such as `2.5`.
    package var text: String {
        let fraction = millionths % Self.scale
        guard fraction > 0 else { return String(millionths / Self.scale) }
        var digits = fraction.digits(6)
        while digits.last == "0" { digits.removeLast() }
        return "\(millionths / Self.scale).\(digits)"
    }
}

extension Rules.Limit {
    /// - Parameter text: `N` or `P%`, with `P` from 0 to 100 and up to six digits behind the point; nil for all else.
    package init?(_ text: String) {
        if text.utf8.last == UInt8(ascii: "%") {
            guard let percentage = Percentage(text.dropLast()) else { return nil }
            self = .percent(percentage)
        } else {
            guard let rows = WholeNumber.of(text.utf8) else { return nil }
            self = .rows(rows)
        }
    }

    /// As one would write it: `10` or `2.5%`.
    package var text: String {
        switch self {
        case .rows(let rows): String(rows)
        case .percent(let percentage): "\(percentage.text)%"
        }
    }
}

/// Reads numbers that a person wrote: digits alone, no sign.
package enum WholeNumber {
    /// Nil for what is no number, or more than a number can hold.
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
