import ImportDumps

/// The numbers that a job declares, each compared with a count.
package struct Arithmetic: Sendable {
    /// One declared number.
    package struct Check: Sendable {
        /// The field's name in the dump.
        package var field: String
        /// What it is compared with, in words.
        package var against: String
        package var declared: Int?
        package var counted: Int?
        package var agreement: Agreement
    }

    package enum Agreement: Sendable, Equatable {
        case agrees
        case differs(by: Int)
        case notDeclared
        /// Some or all of the rows are not there.
        case cannotBeChecked
    }

    package var checks: [Check]
    /// Whether all rows are there, so that declared numbers can be compared with them.
    private let hasAllRows: Bool

    package init(_ summary: JobSummary) {
        let job = summary.job
        let rows = summary.rows
        hasAllRows = summary.isComparable
        let isProcessing = job.status == JobStatus.processing.rawValue
        // While a job is processing, more rows may follow, but more than the total are always too many.
        let totalIsComparable = !isProcessing || rows.seen > (job.total ?? Int.max)

        func check(_ field: String, _ against: String, _ declared: Int?, _ counted: Int128?, comparable: Bool) -> Check
        {
            let agreement: Agreement =
                switch (declared, counted) {
                case (nil, _): .notDeclared
                case (_, nil): .cannotBeChecked
                case (let declared?, let counted?):
                    if !comparable {
                        .cannotBeChecked
                    } else if Int128(declared) == counted {
                        .agrees
                    } else {
                        .differs(by: Int(clamping: (Int128(declared) - counted).magnitude))
                    }
                }
            return Check(
                field: field, against: against, declared: declared, counted: counted.map { Int(clamping: $0) },
                agreement: agreement)
        }

        // The sum of two declared numbers may overflow an `Int`.
        let sum: Int128? =
            if let succeeded = job.succeeded, let failed = job.failed {
                Int128(succeeded) + Int128(failed)
            } else {
                nil
            }
        checks = [
            check("total", "rows seen", job.total, Int128(rows.seen), comparable: totalIsComparable),
            check("processed", "declared succeeded + failed", job.processed, sum, comparable: true),
            check(
                "succeeded", Self.succeeded(summary), job.succeeded,
                Int128(rows.created) + Int128(rows.existing) + Int128(rows.applied),
                comparable: summary.isComparable),
            check("failed", "rows failed", job.failed, Int128(rows.failed), comparable: summary.isComparable),
        ]
    }

    /// Returns what the declared number of succeeded rows is compared with.
    private static func succeeded(_ summary: JobSummary) -> String {
        let rows = summary.rows
        if rows.applied == rows.succeeded, summary.job.kind == .bulk { return "rows applied" }
        return rows.applied == 0 ? "rows created + existing" : "rows created + existing + applied"
    }

    /// Returns the number of checks whose agreement satisfies `matches`.
    private func count(_ matches: (Agreement) -> Bool) -> Int {
        checks.count { matches($0.agreement) }
    }

    package var agreeing: Int { count { $0 == .agrees } }
    package var unchecked: Int { count { $0 == .cannotBeChecked } }
    package var differing: Int { checks.count - agreeing - unchecked - count { $0 == .notDeclared } }
    private var declared: Int { agreeing + unchecked + differing }

    /// Whether the totals match the rows, in a short sentence.
    package var shortSentence: String {
        if differing > 0 {
            // What was processed is compared with other totals alone.
            let ofRows = checks.contains { check in
                if case .differs = check.agreement { check.field != "processed" } else { false }
            }
            return ofRows ? "The job’s totals do not match its rows." : "The job’s totals do not match each other."
        }
        if agreeing > 0, unchecked == 0 { return "The job’s totals match its rows." }
        if declared == 0 { return "The job declares no totals to compare with its rows." }
        return agreeing > 0
            ? "The totals that can be checked match the job’s rows." : "The job’s totals cannot be checked."
    }

    /// How many of the totals match, in a sentence.
    package var sentence: String {
        if declared == 0 { return "The job declares no totals to compare with its rows." }
        if unchecked == declared, !hasAllRows {
            return "The totals cannot be compared, because not all rows are there yet."
        }
        if agreeing == declared { return all("matches its rows", "match its rows") }
        if differing == declared { return none("matches its rows", "does not match its rows") }
        if unchecked == declared { return none("can be checked", "cannot be checked") }
        var parts: [String] = []
        if agreeing > 0 { parts.append("\(Self.word(agreeing)) \(agreeing == 1 ? "matches" : "match")") }
        if differing > 0 {
            parts.append(
                "\(Self.word(differing)) \(differing == 1 ? "does" : "do") not\(agreeing > 0 ? "" : " match")"
            )
        }
        if unchecked > 0 { parts.append("\(Self.word(unchecked)) cannot be checked") }
        let list = parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "")
        return "Of the \(Self.word(declared)) totals that the job declares, \(list)."
    }

    /// A sentence that is true of all totals.
    private func all(_ one: String, _ many: String) -> String {
        switch declared {
        case 1: "The one total that the job declares \(one)."
        case 2: "Both totals that the job declares \(many)."
        default: "All \(Self.word(declared)) totals that the job declares \(many)."
        }
    }

    /// A sentence that denies something of all totals.
    private func none(_ affirmed: String, _ denied: String) -> String {
        switch declared {
        case 1: "The one total that the job declares \(denied)."
        case 2: "Neither total that the job declares \(affirmed)."
        default: "None of the \(Self.word(declared)) totals that the job declares \(affirmed)."
        }
    }

    private static func word(_ number: Int) -> String {
        ["no", "one", "two", "three", "four"][number]
    }
}

extension Arithmetic.Agreement {
    package var words: String {
        switch self {
        case .agrees: "agrees"
        case .differs(let difference): "differs by \(Wording.grouped(difference))"
        case .notDeclared: "not declared"
        case .cannotBeChecked: "cannot be checked"
        }
    }
}
