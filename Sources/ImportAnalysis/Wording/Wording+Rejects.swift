/// The sentences of `rejects`.
extension Wording {
    /// "240 rows sent = 187 succeeded + 53 rejects + 0 without a result."
    package static func reconciliation(source rows: Int, succeeded: Int, rejects: Int, noResult: Int) -> String {
        "\(rowsWord(rows)) sent = \(grouped(succeeded)) succeeded + \(grouped(rejects)) \(rejects == 1 ? "reject" : "rejects") + "
            + "\(grouped(noResult)) without a result."
    }

    /// The evidence for the pairing of rows and records.
    package static func evidence(_ evidence: JoinEvidence.Tally) -> String {
        var parts: [String] = []
        if evidence.values > 0 {
            parts.append(
                evidence.values == 1 && evidence.found == 0
                    ? "the one quoted value is not in its row"
                    : part(evidence.found, of: evidence.values, .quotedValue, "is in its row", "are in their rows"))
        }
        if evidence.idsFound > 0 {
            parts.append(
                evidence.idsFound == 1
                    ? "1 record id is in its row" : "\(grouped(evidence.idsFound)) record ids are in their rows")
        }
        guard !parts.isEmpty else {
            return
                "No message quotes a value, so only the row numbers say that row N of the job is row N of the source."
        }
        return capitalized(parts.joined(separator: ", ")) + "."
    }

    /// What a pairing allows to be advised about a shift.
    package struct Shifting: Sendable {
        /// The row with which the first job begins, if another one could be given: if no count says that all rows of the
        /// only source belong to the jobs.
        package var firstRow: Int?
        /// Whether the first line of the source was read as a header.
        package var hasHeader: Bool
        /// Whether there is one source for several jobs.
        package var sharesSource: Bool

        package init(firstRow: Int?, hasHeader: Bool, sharesSource: Bool) {
            self.firstRow = firstRow
            self.hasHeader = hasHeader
            self.sharesSource = sharesSource
        }
    }

    /// Why nothing is written.
    ///
    /// - Parameters:
    ///   - job: the name of the job that it is about; nil for all of them, or the only one.
    ///   - others: the names of more jobs with doubts.
    package static func doubt(
        _ doubt: JoinEvidence.Doubt, job: String?, others: [String], _ shifting: Shifting
    ) -> String {
        var text = job.map { "\($0): " } ?? ""
        let evidence = doubt.tally
        if case .shifted(let distance, let there, let here) = doubt.result {
            let rows = grouped(abs(distance)) + (abs(distance) == 1 ? " row" : " rows")
            text +=
                "The values of \(rowsWord(there)) are \(rows) \(distance > 0 ? "further down" : "further up") in the source, "
                + "those of \(here == 0 ? "none" : grouped(here)) in the row itself. "
        } else {
            text += unconfirmed(evidence) + " "
        }
        if !others.isEmpty {
            let shown = others.prefix(5).joined(separator: ", ") + (others.count > 5 ? " and others" : "")
            text +=
                others.count == 1
                ? "Nor are those of another job where they should be (\(shown)). "
                : "Nor are those of \(grouped(others.count)) more jobs where they should be (\(shown)). "
        }
        // In a source for several jobs, the rows of a later one follow those of another job.
        let isShifted = if case .shifted = doubt.result { !shifting.sharesSource || doubt.job == 0 } else { false }
        return text + advice(doubt.result, isAboutOrder: job != nil && !isShifted, shifting)
    }

    private static func advice(
        _ result: JoinEvidence.Result, isAboutOrder: Bool, _ shifting: Shifting
    ) -> String {
        if isAboutOrder {
            return shifting.sharesSource
                ? "Are the dumps given in the order in which their rows were sent?"
                : "Is this the source of this job? Sources and jobs must be given in the same order."
        }
        guard case .shifted(let distance, _, _) = result else {
            return "Is this the file that was sent, in the order in which it was sent?"
        }
        if let row = shifting.firstRow?.clampedAdding(distance), row > 0 { return "--first-row \(row) would fit." }
        if distance == -1, shifting.hasHeader, shifting.firstRow == 1 {
            return "Was the header sent as a row? Then --no-header would fit."
        }
        return distance > 0
            ? "Does the source begin with \(rowsWord(distance)) that \(distance == 1 ? "was" : "were") not sent, and lack as "
                + "many at its end?"
            : "Does the source lack its first \(distance == -1 ? "row" : "\(grouped(-distance)) rows")?"
    }

    /// How few rows have a value in the source that their message quotes.
    private static func unconfirmed(_ evidence: JoinEvidence.Tally) -> String {
        let (rows, confirmed) = (evidence.rows, evidence.confirmed)
        if rows == 1 {
            return evidence.values == 1
                ? "The one row whose message quotes a value does not have it in the source."
                : "The one row whose message quotes values has none of them in the source."
        }
        if confirmed == 0 {
            let none = rows == 2 ? "Neither of the 2" : "None of the \(grouped(rows))"
            return "\(none) rows whose messages quote values has one of these in the source."
        }
        return "Only \(grouped(confirmed)) of \(grouped(rows)) rows whose messages quote values "
            + "\(confirmed == 1 ? "has" : "have") one of these in the source (\(grouped(evidence.found)) of "
            + "\(grouped(evidence.values)) values)."
    }

    /// What a user who knows better can do.
    package static let trustOrder = "Nothing was written. --trust-order pairs the rows anyway."

    /// Row counts that do not match.
    ///
    /// - Parameters:
    ///   - isOnlySource: whether it is the source of all jobs.
    ///   - hasHeader: whether the first line was taken for a header, so that it may have been a row.
    ///   - copies: the names of dumps that were taken for copies, so that their rows are not expected; nil for none.
    package static func uneven(
        source: String, rows: Int, jobs: [UnevenJob], firstRow: Int, isOnlySource: Bool, hasHeader: Bool,
        copies: [String]?
    ) -> String {
        let sum = jobs.reduce(0) { $0.clampedAdding($1.rows) }
        let before = firstRow > 1 ? ", and --first-row \(firstRow) leaves out \(rowsWord(firstRow - 1))" : ""
        var text = "\(source) has \(rowsWord(rows))\(before), but "
        if jobs.count == 1 {
            let count = jobs[0].hasTotal ? "a total of \(grouped(sum))" : "results of \(rowsWord(sum))"
            text += "\(jobs[0].name) has \(count)."
        } else {
            let shown = jobs.prefix(10).map { "\($0.name): \(grouped($0.rows))" }.joined(separator: ", ")
            let more = jobs.count > 10 ? ", and \(grouped(jobs.count - 10)) more" : ""
            text += "the \(grouped(jobs.count)) jobs have a total of \(grouped(sum)) (\(shown)\(more))."
        }
        let missing = sum.clampedAdding(firstRow - 1) - rows
        if missing < 0, let copies { return text + " \(takenForCopies(copies)) Nothing was written." }
        switch missing {
        // With --first-row, the header would be among the rows that were not sent.
        case 1 where hasHeader && firstRow == 1: text += " Was the header sent as a row? Then --no-header fits."
        case ..<0 where firstRow == 1 && -missing <= 5 && isOnlySource:
            text +=
                " If the first \(-missing == 1 ? "row was" : "\(-missing) rows were") not sent, --first-row \(1 - missing) fits."
        case ..<0: text += " Is a dump missing?"
        default: text += " Is it the file that was sent?"
        }
        return text + " Nothing was written."
    }

    /// A job whose rows were taken from a source.
    package struct UnevenJob: Sendable {
        package var name: String
        package var rows: Int
        /// Whether the dump says how many rows there were; otherwise, it is the number of its results.
        package var hasTotal: Bool

        package init(name: String, rows: Int, hasTotal: Bool) {
            self.name = name
            self.rows = rows
            self.hasTotal = hasTotal
        }
    }

    /// The note about dumps that do not count, although nothing but their bytes says that they are of one job.
    package static func takenForCopies(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and others" : "")
        return names.count == 1
            ? "\(shown) was taken for a copy of another dump: both have the same bytes and no job_id. If it is the answer to "
                + "other rows, run it alone with its source."
            : "\(grouped(names.count)) dumps were taken for copies of others: they have the same bytes and no job_id "
                + "(\(shown)). If they are the answers to other rows, run each alone with its source."
    }

    /// What to do about all rejects: "Send 21 rows again unchanged, correct 31 rows, decide about 1 row."
    package static func plan(
        _ actions: [(action: CodeBook.Action?, isGuess: Bool, rows: Int, isAtLeast: Bool)], noResult: Int
    ) -> String {
        var parts = actions.map { action, isGuess, rows, isAtLeast in
            let rows = rowsWord(rows, isAtLeast: isAtLeast)
            return switch action {
            case .retry: "send \(rows) again unchanged\(isGuess ? " (a guess by the name of the code)" : "")"
            case .fixData: "correct \(rows)"
            case .fixPermission: "ask for permission for \(rows)"
            case .ignore: "ignore \(rows)"
            case .reportToVendor: "report \(rows) to the vendor"
            case nil: "decide about \(rows)"
            }
        }
        if noResult > 0 { parts.append("find out what became of \(rowsWord(noResult))") }
        guard !parts.isEmpty else { return "There is nothing to do: all rows succeeded." }
        return capitalized(parts.joined(separator: ", ")) + "."
    }

    /// The heading above what to do about some rows.
    package static func heading(_ action: CodeBook.Action?, isGuess: Bool) -> String {
        switch action {
        case .retry: isGuess ? "Send again unchanged, judging only by the name of the code" : "Send again unchanged"
        case .fixData: "Correct"
        case .fixPermission: "Ask for permission"
        case .ignore: "Ignore"
        case .reportToVendor: "Report to the vendor"
        case nil: "Decide"
        }
    }

    /// The note about rows whose codes suggest that they can be sent again.
    package static func guessedRetry(codes: Int) -> String {
        codes == 1
            ? "A guess: the name of this code suggests a temporary failure."
            : "A guess: the names of these codes suggest a temporary failure."
    }

    /// The heading above what to do about rows that have no result.
    package static let checkFirst = "Check before you send again"

    /// How to get a better plan.
    package static let codesFileHint = "A codes file can name an owner and an action for each code."

    /// The codes that are not named.
    package static func moreCodes(_ count: Int) -> String {
        count == 1 ? "and 1 more code" : "and \(grouped(count)) more codes"
    }

    /// How to send rows again.
    package static func retry(_ retry: CodeBook.Retry?) -> String? {
        guard let retry else { return nil }
        let parts = [
            retry.after.map { "wait \($0)" }, retry.batch.map { "\(rowsWord($0)) at a time" },
            retry.maxTries.map { $0 == 1 ? "try once" : "try at most \(grouped($0)) times" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The note about rows that the dump does not mention.
    package static func noResult(_ rows: Int) -> String {
        "The dump says nothing about \(rowsWord(rows)): \(rows == 1 ? "it" : "they") may have been imported or not. Check "
            + "before you send \(rows == 1 ? "it" : "them") again."
    }

    /// The state of the rows of a source after several tries, in a sentence.
    package static func account(_ totals: AccountTotals) -> String {
        let (done, rows) = (totals.succeeded.reduce(0, +), totals.rows)
        guard rows > 0 else { return "The first try had no rows." }
        let after = "imported after \(triesWord(totals.tries))"
        var parts = [
            rows == 1 && done == 0
                ? "the one row is not \(after)" : part(done, of: rows, .row, "is \(after)", "are \(after)")
        ]
        let others = [
            (totals.stillFailing, "still fails", "still fail"),
            (totals.neverSentAgain, "failed and was never sent again", "failed and were never sent again"),
            (totals.unclassified, "is unclassified", "are unclassified"),
            (totals.noResult, "has no result", "have no result"),
        ]
        for (count, one, many) in others where count > 0 {
            let who = count < rows ? grouped(count) : rows == 1 ? "it" : rows == 2 ? "both" : "all"
            parts.append("\(who) \(count == 1 ? one : many)")
        }
        return capitalized(parts.joined(separator: rows == 1 ? ": " : ", ")) + "."
    }

    package static func triesWord(_ count: Int) -> String { count == 1 ? "1 try" : "\(grouped(count)) tries" }

    /// The note about rows that need not have been sent again.
    package static func sentInVain(_ rows: Int) -> String {
        "\(rowsWord(rows)) \(rows == 1 ? "was" : "were") sent again although \(rows == 1 ? "it" : "they") had succeeded: look "
            + "for duplicates."
    }
}
