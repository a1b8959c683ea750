import ImportDumps
import ImportFoundation

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
        /// The most failed rows over all jobs; `onlyPending`: only of codes that are new or no longer accepted.
        case maxFailed(Limit, onlyPending: Bool)
        /// The most failed rows of a code; nil means rows whose error has no code.
        case maxFailedCode(String?, Limit)
        /// No job has a larger share of failed rows.
        case maxFailedPerJob(Share)
        /// No job has a larger share than this many times the median of the earlier runs.
        case maxFailedAgainstMedian(Multiple)
        /// No job that is unlike the earlier runs (``UnusualRun``).
        case noUnusualRun
        /// No finding of a severity or a worse one.
        case failOnSeverity(Severity)
        /// No finding of a kind.
        case failOnFinding(FindingID)
        /// Every input is a whole dump of a job that is complete, with all its rows.
        case requireComplete
        /// The fewest rows seen over all jobs.
        case minRows(Int)

        /// Its name, as an option has it without its dashes.
        package var name: String {
            switch self {
            case .maxFailed: "max-failed"
            case .maxFailedCode: "max-failed-code"
            case .maxFailedPerJob: "max-failed-per-job"
            case .maxFailedAgainstMedian: "max-failed-vs-median"
            case .noUnusualRun: "unusual"
            case .failOnSeverity, .failOnFinding: "fail-on"
            case .requireComplete: "require-complete"
            case .minRows: "min-rows"
            }
        }

        /// The value of the option; nil if it has none. It may contain a code: hostile text until escaped.
        package var argument: String? {
            switch self {
            case .maxFailed(let limit, _): limit.text
            case .maxFailedCode(let code, let limit): "\(code ?? "")=\(limit.text)"
            case .maxFailedPerJob(let share): "\(share.percent)%"
            case .maxFailedAgainstMedian(let multiple): multiple.text
            case .noUnusualRun: nil
            case .failOnSeverity(let severity): severity.rawValue
            case .failOnFinding(let id): id.name
            case .requireComplete: nil
            case .minRows(let rows): String(rows)
            }
        }

        /// Whether it counts only codes that are new or no longer accepted; nil if it does not count codes.
        package var isOnlyPending: Bool? {
            if case .maxFailed(_, let onlyPending) = self { onlyPending } else { nil }
        }

        /// Whether there is nothing to judge without rows.
        var isAboutShare: Bool {
            if case .maxFailedPerJob = self { true } else { limit?.isPercentage == true }
        }

        package var asksForHistory: Bool {
            switch self {
            case .maxFailedAgainstMedian, .noUnusualRun: true
            default: false
            }
        }

        /// How many failed rows the rule allows; nil if it is about something else.
        var limit: Limit? {
            switch self {
            case .maxFailed(let limit, _), .maxFailedCode(_, let limit): limit
            default: nil
            }
        }
    }

    /// Whether a rule compares with earlier runs, for which there must be a history.
    package var asksForHistory: Bool { rules.contains { $0.asksForHistory } }

    /// A multiple: a number from 0 up, with up to six digits after the point.
    package struct Multiple: Sendable, Equatable {
        private let millionths: Int
        private static let limit = 1_000_000

        /// - Parameter text: `2x` or `1.5x`; nil for anything else, and for more than 1,000,000.
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
        }

        /// Whether a share is at most this many times another one, exactly.
        func allows(_ part: Int, of whole: Int, against other: (failed: Int, rows: Int)) -> Bool {
            // Rows of a job are at most 10^12, and so are those of a history.
            Int128(part) * Int128(other.rows) * 1_000_000 <= Int128(millionths) * Int128(other.failed) * Int128(whole)
        }

        /// As one would write it.
        package var text: String {
            guard millionths % 1_000_000 > 0 else { return "\(millionths / 1_000_000)x" }
            var digits = (millionths % 1_000_000).digits(6)
            while digits.last == "0" { digits.removeLast() }
            return "\(millionths / 1_000_000).\(digits)x"
        }
    }

    /// A number of rows, or a part of the rows seen.
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
        ///   - seen: of so many, 0 or more.
        package func allows(_ rows: Int, of seen: Int) -> Bool {
            switch self {
            case .rows(let limit): rows <= limit
            // Rows of none that were seen are beyond any limit.
            case .percent(let share): seen > 0 ? Share(of: rows, in: seen) <= share : rows == 0
            }
        }
    }
}

extension Rules.Limit {
    /// - Parameter text: `N` or `P%`, with `P` from 0 to 100 and up to six digits after the point; nil for anything else.
    package init?(_ text: String) {
        if text.utf8.last == UInt8(ascii: "%") {
            guard let share = Share(percent: text.dropLast()) else { return nil }
            self = .percent(share)
        } else {
            guard let rows = WholeNumber.of(text.utf8) else { return nil }
            self = .rows(rows)
        }
    }

    /// As one would write it: `10` or `2.5%`.
    package var text: String {
        switch self {
        case .rows(let rows): String(rows)
        case .percent(let share): "\(share.percent)%"
        }
    }
}
