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

        /// Its name, as an option has it without its dashes.
        package var name: String {
            switch self {
            case .maxFailed: "max-failed"
            case .maxFailedCode: "max-failed-code"
            case .failOnSeverity, .failOnFinding: "fail-on"
            case .requireComplete: "require-complete"
            case .minRows: "min-rows"
            }
        }

        /// What one gives with the option; nil if that is nothing. It may have a code in it: hostile text until escaped.
        package var argument: String? {
            switch self {
            case .maxFailed(let limit, _): limit.text
            case .maxFailedCode(let code, let limit): "\(code ?? "")=\(limit.text)"
            case .failOnSeverity(let severity): severity.rawValue
            case .failOnFinding(let id): id.name
            case .requireComplete: nil
            case .minRows(let rows): String(rows)
            }
        }

        /// Whether it counts only codes that are new, or accepted no longer; nil if it does not count codes.
        package var isOnlyPending: Bool? {
            if case .maxFailed(_, let onlyPending) = self { onlyPending } else { nil }
        }

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
    /// - Parameter text: `N` or `P%`, with `P` from 0 to 100 and up to six digits behind the point; nil for all else.
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
