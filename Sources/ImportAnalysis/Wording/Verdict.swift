import ImportDumps

/// A job's audit in one sentence.
package struct Verdict: Sendable {
    package enum Level: String, Sendable {
        /// Every row succeeded and the totals match.
        case good
        /// Rows failed, or something should be looked at.
        case warning
        /// The numbers cannot be trusted, or the import went wrong.
        case critical
        /// The job was not finished.
        case pending

        /// The severity with which it is shown; nil if all is well.
        package var severity: Severity? {
            switch self {
            case .good: nil
            case .warning: .warning
            case .critical: .critical
            case .pending: .note
            }
        }
    }

    package let level: Level
    /// What happened, in a few words.
    package let word: String
    /// What happened, in a sentence or two. It contains no text of the dump.
    package let sentence: String
    /// The most important fact, as a headline beside the numbers: "143 of 240 rows failed".
    package let headline: String
    /// Further facts, in a plain line below the headline.
    package let remark: String
    /// Why the job is critical, to follow the headline where there is no remark; nil if the headline says it.
    package var otherReason: String?

    /// The reason for the verdict: the first of these that applies.
    private enum Ground {
        case readOn(Salvage)
        case salvaged(Salvage)
        case failedWithoutRows, failed, withoutResults, conflict, criticalFinding
        case processing, failedRows, warnings, nothing

        init(_ summary: JobSummary) {
            func has(_ id: FindingID) -> Bool { summary.findings.contains { $0.id == id } }
            if let salvage = summary.salvage {
                self = summary.wasReadOn ? .readOn(salvage) : .salvaged(salvage)
            } else if has(.jobFailed) {
                self = summary.rows.seen == 0 ? .failedWithoutRows : .failed
            } else if has(.resultsAbsent) {
                self = .withoutResults
            } else if has(.conflictingSnapshots), summary.count(of: .critical) == 1 {
                self = .conflict
            } else if summary.findings.contains(where: { $0.severity == .critical }) {
                self = .criticalFinding
            } else if has(.stillProcessing) {
                self = .processing
            } else if summary.rows.failed > 0 {
                self = .failedRows
            } else {
                self = summary.findings.contains { $0.severity == .warning } ? .warnings : .nothing
            }
        }

        var level: Level {
            switch self {
            case .readOn, .salvaged, .failedWithoutRows, .failed, .withoutResults, .conflict, .criticalFinding:
                .critical
            case .processing: .pending
            case .failedRows, .warnings: .warning
            case .nothing: .good
            }
        }
    }

    /// Returns only the level, without composing sentences.
    package static func level(of summary: JobSummary) -> Level { Ground(summary).level }

    package init(_ summary: JobSummary) {
        let ground = Ground(summary)
        let arithmetic = Arithmetic(summary)
        let rows = summary.rows
        let counts = Self.counts(rows)
        level = ground.level

        switch ground {
        case .readOn(let salvage):
            word = salvage.kind == .truncated ? "The dump is cut off" : "The dump is malformed"
            sentence =
                Self.whole(rows, summary.job.total, counts, unseen: "not seen")
                + " The damaged places were skipped; the findings say where they are."
            headline = Self.headline(rows, total: summary.job.total, unseen: "not seen")
            remark = "The dump is damaged. The damaged places were skipped; the checks say where they are."
        case .salvaged(let salvage):
            word = salvage.kind == .truncated ? "The dump is cut off" : "The dump is malformed"
            sentence = Self.salvaged(rows, total: summary.job.total, counts)
            headline =
                salvage.kind == .truncated
                ? "The dump is cut off \(Self.place(rows, summary.job.total))"
                : "The dump is malformed \(Self.place(rows, summary.job.total))"
            remark = Self.lost(rows, counts)
        case .failedWithoutRows:
            word = "The job failed"
            let sent =
                summary.job.total.map { $0 == 1 ? "the one row sent" : "the \(Wording.rowsWord($0)) sent" }
                ?? "the rows sent"
            sentence = "The job failed as a whole and reports no rows. The dump does not say what became of \(sent)."
            headline = "The job failed as a whole"
            remark = "It reports no rows, so the dump does not say what became of \(sent)."
        case .failed:
            word = "The job failed"
            sentence =
                "The job failed as a whole. \(Self.outcomes(rows, of: rows.seen, counts, " reported")). \(arithmetic.shortSentence)"
            headline = "The job failed as a whole"
            remark = "\(Self.outcomes(rows, of: rows.seen, counts, " reported")). \(arithmetic.shortSentence)"
        case .withoutResults:
            word = "The results are absent"
            sentence = "The job is complete, but the dump has no results and does not say what became of its rows."
            headline = "The results are missing"
            remark = "The job is complete, but the dump has no results and does not say what became of its rows."
        case .conflict:
            word = "The dumps disagree"
            sentence =
                Self.whole(rows, summary.job.total, counts)
                + " Another dump of this finished job says otherwise."
            headline = "Two dumps of this job disagree"
            remark = "The job is finished, and another dump of it has other results; the checks say which."
        case .criticalFinding:
            word = arithmetic.differing > 0 ? "The totals do not match" : "Critical finding"
            let whole = Self.whole(rows, summary.job.total, counts)
            let reason = summary.findings.first { $0.severity == .critical }.flatMap { Self.headline(of: $0.id) }
            if let reason, rows.failed == 0, rows.unclassified == 0, (rows.missing ?? 0) == 0, rows.seen > 0 {
                // “All rows were imported” would be taken for good news.
                headline = reason
                // The headline may say already that the totals do not match; this says which.
                remark =
                    "The dump reports \(Wording.all(rows.seen, .row)) as imported. "
                    + (arithmetic.differing > 0 ? arithmetic.sentence : arithmetic.shortSentence)
                sentence = arithmetic.differing > 0 ? "\(whole) \(arithmetic.shortSentence)" : "\(reason). \(remark)"
            } else {
                let cause = arithmetic.differing > 0 ? "" : reason.map { "\($0). " } ?? ""
                sentence = "\(whole) \(cause)\(arithmetic.shortSentence)"
                headline = Self.headline(rows, total: summary.job.total)
                remark = arithmetic.shortSentence
                otherReason = reason.map { $0.prefix(1).lowercased() + $0.dropFirst() }
            }
        case .processing:
            word = "Still processing"
            let progress =
                if let processed = summary.job.processed, let total = summary.job.total {
                    ": it declares \(Wording.part(processed, of: total, .row)) as processed"
                } else {
                    ""
                }
            let seen = rows.seen > 0 ? " So far, \(counts)." : " It has no results yet."
            sentence = "The job was still running when this dump was saved\(progress).\(seen)"
            headline =
                if let processed = summary.job.processed, let total = summary.job.total {
                    "Still processing: \(Wording.part(processed, of: total, .row)) so far"
                } else {
                    "Still processing"
                }
            remark = "Save the dump again when the job has finished; the API keeps it for 7 days."
        case .failedRows, .warnings, .nothing:
            word =
                switch ground {
                case .failedRows: "Rows failed"
                case .warnings: "Needs review"
                default: "Everything accounted for"
                }
            sentence = Self.whole(rows, summary.job.total, counts) + " " + arithmetic.shortSentence
            headline = Self.headline(rows, total: summary.job.total)
            remark = arithmetic.shortSentence
        }
    }

    /// Returns what a critical finding means for the whole job; nil for one that the numbers of rows show.
    private static func headline(of finding: FindingID) -> String? {
        switch finding {
        case .rowsExcess: "There are more rows than the job’s total"
        case .processedMismatch: "The job’s totals do not match each other"
        case .succeededMismatch, .failedMismatch: "The job’s totals do not match its rows"
        case .createdIDRepeated: "Several rows say that they created the same record"
        case .rowDamaged: "Rows of the dump are damaged"
        case .textRepaired: "Texts of the dump are damaged"
        default: nil
        }
    }

    /// "143 of 240 rows failed; 13 are missing".
    private static func headline(_ rows: RowCounts, total: Int?, unseen: String = "missing") -> String {
        let missing = rows.missing ?? 0
        let whole = Wording.rowsWord(missing > 0 ? total ?? rows.seen : rows.seen)
        let lost = missing > 0 ? "\(Wording.grouped(missing)) \(missing == 1 ? "is" : "are") \(unseen)" : nil
        if rows.seen == 0 {
            if missing > 0 {
                return Wording.capitalized(Wording.part(missing, of: missing, .row, "is \(unseen)", "are \(unseen)"))
            }
            return total == 0 ? "The job had no rows" : "The dump has no rows"
        }
        if rows.failed > 0 {
            let isAll = rows.failed == rows.seen && missing == 0
            let failed =
                isAll
                ? Wording.capitalized(Wording.all(rows.seen, .row)) + " failed"
                : "\(Wording.grouped(rows.failed)) of \(whole) failed"
            return failed + (lost.map { "; \($0)" } ?? "")
        }
        if missing > 0 { return "\(Wording.grouped(missing)) of \(whole) \(missing == 1 ? "is" : "are") \(unseen)" }
        if rows.unclassified > 0 {
            return Wording.capitalized(
                Wording.part(rows.unclassified, of: rows.seen, .row, "has no outcome", "have no outcome"))
        }
        let verb = rows.applied == rows.seen ? "applied" : "imported"
        return Wording.capitalized(Wording.part(rows.seen, of: rows.seen, .row, "was \(verb)", "were \(verb)"))
    }

    /// Returns where a dump breaks off: "after 39 of 64 rows".
    private static func place(_ rows: RowCounts, _ total: Int?) -> String {
        guard rows.seen > 0 else {
            return switch total {
            case 1: "before its one row"
            case let total? where total > 1: "before the first of \(Wording.rowsWord(total))"
            default: "before its first row"
            }
        }
        guard let total, total >= rows.seen else { return "after \(Wording.rowsWord(rows.seen))" }
        return "after \(Wording.part(rows.seen, of: total, .row))"
    }

    /// Returns what is known about the rows of a dump that breaks off.
    private static func lost(_ rows: RowCounts, _ counts: String) -> String {
        let read = rows.seen > 0 ? "Of these, \(counts)." : ""
        guard let missing = rows.missing, missing > 0 else { return read }
        let others =
            rows.seen > 0
            ? (missing == 1 ? "The other one is" : "The other \(Wording.grouped(missing)) are")
            : (missing == 1 ? "The row is" : "The \(Wording.grouped(missing)) rows are")
        return (read.isEmpty ? "" : read + " ") + "\(others) unknown: save the dump again if you can."
    }

    private static func salvaged(_ rows: RowCounts, total: Int?, _ counts: String) -> String {
        var sentence = "The dump ends \(place(rows, total))\(rows.seen > 0 ? ": \(counts)" : "")."
        if let missing = rows.missing, missing > 0 {
            let lost =
                if rows.seen == 0 {
                    missing == 1 ? "this row" : "these rows"
                } else {
                    missing == 1 ? "the other one" : "the other \(Wording.grouped(missing))"
                }
            sentence += " It does not say what became of \(lost)."
        }
        return sentence
    }

    private static func whole(
        _ rows: RowCounts, _ total: Int?, _ counts: String, unseen: String = "missing"
    ) -> String {
        let missingRows = rows.missing ?? 0
        let missing =
            missingRows > 0 ? "; \(Wording.grouped(missingRows)) \(missingRows == 1 ? "is" : "are") \(unseen)" : ""
        if rows.seen == 0 { return total == 0 ? "The job had no rows." : "The dump has no rows\(missing)." }
        let successes = [rows.created, rows.existing, rows.applied].count { $0 > 0 }
        if missing.isEmpty, rows.failed == 0, rows.unclassified == 0, successes > 1 {
            return "\(Wording.capitalized(Wording.all(rows.seen, .row))) succeeded: \(counts)."
        }
        let whole = missing.isEmpty ? rows.seen : (total ?? rows.seen)
        return "\(outcomes(rows, of: whole, counts))\(missing)."
    }

    /// "Of 5 rows, 2 were created and 3 failed", "Both rows failed".
    ///
    /// - Parameters:
    ///   - whole: the rows seen, or also those that are missing.
    ///   - which: follows "rows".
    private static func outcomes(
        _ rows: RowCounts, of whole: Int, _ counts: String, _ which: String = ""
    ) -> String {
        // Only then do all rows have the same outcome; its number is the first word.
        let isOneKind = [rows.created, rows.existing, rows.applied, rows.failed, rows.unclassified].contains(whole)
        guard isOneKind, whole > 0, let space = counts.firstIndex(of: " ") else {
            return "Of \(Wording.rowsWord(whole))\(which), \(counts)"
        }
        return Wording.capitalized(Wording.all(whole, .row)) + which + counts[space...]
    }

    /// "73 were created, 24 already existed and 143 failed".
    private static func counts(_ rows: RowCounts) -> String {
        var parts: [String] = []
        func add(_ count: Int, one: String, many: String) {
            if count > 0 { parts.append("\(Wording.grouped(count)) \(count == 1 ? one : many)") }
        }
        add(rows.created, one: "was created", many: "were created")
        add(rows.existing, one: "already existed", many: "already existed")
        add(rows.applied, one: "was applied", many: "were applied")
        add(rows.failed, one: "failed", many: "failed")
        add(rows.unclassified, one: "has no outcome", many: "have no outcome")
        guard parts.count > 1 else { return parts.first ?? "none was seen" }
        return parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
    }
}

/// The audit of many jobs in one sentence.
package struct OverviewVerdict: Sendable {
    package let level: Verdict.Level
    /// The state, in a few words.
    package let word: String
    /// How many jobs there are of each level, in a sentence or two. Contains no text of a dump.
    package let sentence: String
    /// The period in which far more jobs stand out than at other times, in two sentences; nil if there is none.
    package let incident: String?

    /// ``sentence``, and ``incident`` if there is one.
    package var sentences: String { sentence + (incident.map { " " + $0 } ?? "") }

    /// - Parameter incident: the strongest of ``JobSurroundings/incidents``.
    package init(levels: [JobLevel: Int], unreadable: Int, incident: TimeIncident? = nil) {
        let jobs = levels.values.reduce(0, +)
        func count(_ level: JobLevel) -> Int { levels[level, default: 0] }
        // The sentence names the level that all jobs have, so the words in front of it do not.
        if count(.doesNotAddUp) > 0 {
            level = .critical
            word =
                count(.doesNotAddUp) == jobs
                ? "Critical findings" : count(.doesNotAddUp) == 1 ? "A job does not add up" : "Jobs do not add up"
        } else if jobs == 0 {
            level = .critical
            word = "No job was found"
        } else if unreadable > 0 {
            level = .warning
            word = unreadable == 1 ? "An input was not read" : "Inputs were not read"
        } else if count(.unlikeOthers) > 0 {
            level = .warning
            let others = Self.others(jobs)
            word =
                count(.unlikeOthers) == jobs
                ? "Needs review"
                : count(.unlikeOthers) == 1 ? "A job is unlike \(others)" : "Jobs are unlike \(others)"
        } else if count(.failedRows) > 0 {
            level = .warning
            word = "Rows failed"
        } else if count(.warnings) > 0 {
            level = .warning
            word = "Needs review"
        } else if count(.processing) > 0 {
            level = .pending
            word = count(.processing) == jobs ? "Not finished" : "Still processing"
        } else {
            level = .good
            word = "Everything accounted for"
        }
        sentence = Self.jobsSentence(jobs, count) + Self.unreadableSentence(unreadable, jobs: jobs)
        self.incident = incident.map { Wording.sentence($0) }
    }

    private static func jobsSentence(_ jobs: Int, _ count: (JobLevel) -> Int) -> String {
        guard jobs > 0 else { return Wording.noJobs }
        let all = JobLevel.allCases.first { count($0) == jobs }
        if let all {
            let one = predicate(of: all, isOne: true, among: jobs)
            let many = predicate(of: all, isOne: false, among: jobs)
            let words =
                all == .doesNotAddUp
                ? Wording.part(jobs, of: jobs, .job, not: "adds up", one, many)
                : Wording.part(jobs, of: jobs, .job, one, many)
            return Wording.capitalized(words) + (all == .clean ? ": no row failed and none is missing." : ".")
        }
        let parts = JobLevel.allCases.compactMap { level -> String? in
            let number = count(level)
            let predicate = predicate(of: level, isOne: number == 1, among: jobs)
            return number == 0 ? nil : "\(Wording.grouped(number)) \(predicate)"
        }
        let list = parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "")
        return "Of \(Wording.grouped(jobs)) jobs, \(list)."
    }

    /// What jobs of that level are unlike: fewer than three are only compared with a history.
    private static func others(_ jobs: Int) -> String { jobs < 3 ? "the earlier runs" : "the others" }

    private static func predicate(of level: JobLevel, isOne: Bool, among jobs: Int) -> String {
        switch level {
        case .doesNotAddUp: isOne ? "does not add up" : "do not add up"
        case .unlikeOthers: (isOne ? "is" : "are") + " unlike \(others(jobs))"
        case .failedRows: isOne ? "has failed rows" : "have failed rows"
        case .warnings: isOne ? "has warnings" : "have warnings"
        case .processing: isOne ? "was still processing" : "were still processing"
        case .clean: isOne ? "is clean" : "are clean"
        }
    }

    private static func unreadableSentence(_ unreadable: Int, jobs: Int) -> String {
        guard unreadable > 0 else { return "" }
        let other = jobs > 0 ? "other " : ""
        return unreadable == 1
            ? " 1 \(other)input could not be read."
            : " \(Wording.grouped(unreadable)) \(other)inputs could not be read."
    }
}
