import ImportDumps
package import ImportFoundation

// What pages and workbooks say about a job, or about many.

// MARK: - Failed rows

extension JobSummary {
    /// How many rows failed and with how many codes, in a sentence.
    package var failuresSentence: String {
        guard rows.failed == 0 else {
            return Wording.failures(
                in: rows, failedByCode.map { ($0.code, $0.isOther) },
                isAtLeast: failedByCode.contains { code in
                    code.isAtLeast || code.messages.contains { $0.isAtLeast }
                })
        }
        if rows.seen > 0 {
            let hasOthers = (rows.missing ?? 0) > 0 || salvage != nil || (job.failed ?? 0) > 0
            return hasOthers ? "No row that was seen failed." : "No row failed: there is nothing to list here."
        }
        return rows.missing == 0
            ? "The job had no rows, so none failed." : "The dump has no rows, so no failure can be listed by code."
    }
}

extension Totals {
    /// How many rows failed and with how many codes, in a sentence.
    package var failuresSentence: String {
        guard rows.failed > 0 else {
            if rows.seen == 0 {
                return jobs == 0
                    ? "No job was found, so no failure can be listed."
                    : "No dump has rows, so no failure can be listed by code."
            }
            return (rows.missing ?? 0) > 0 ? "No row that was seen failed." : "No row of any job failed."
        }
        let codes = failedByCode
        return Wording.failures(
            in: rows, codes.map { ($0.code, $0.isOther) }, isAtLeast: codes.contains { $0.isAtLeast })
    }
}

extension Wording {
    /// - Parameter isAtLeast: whether some of the following numbers are minimums.
    fileprivate static func failures(
        in rows: RowCounts, _ codes: [(code: String?, isOther: Bool)], isAtLeast: Bool
    ) -> String {
        "\(rowsWord(rows.failed)) failed, \(Share(of: rows.failed, in: rows.seen).text) of the rows seen, "
            + "\(Self.codes(codes)).\(isAtLeast ? " \(atLeastSentence)" : "")"
    }

    /// The number of codes, as far as it is known.
    ///
    /// - Parameters:
    ///   - lines: the number of lines in a list of codes.
    ///   - hasOthers: whether the last line stands for codes that are not told apart, whose number is not known.
    package static func codeCount(_ lines: Int, hasOthers: Bool) -> String {
        hasOthers ? "more than \(grouped(AnalysisLimits.codes))" : grouped(lines)
    }

    /// The codes that a page does not list: the last lines of the list, at least one.
    package static func otherCodes(_ lines: Int, hasOthers: Bool) -> String {
        if hasOthers { return lines == 1 ? "other codes" : "more than \(grouped(lines - 1)) other codes" }
        return lines == 1 ? "1 other code" : "\(grouped(lines)) other codes"
    }

    /// The caption of a strip with a bar for each stretch of rows.
    package static func positionsCaption(bucketRows: Int) -> String {
        let width = bucketRows == 1 ? "each row" : "every \(grouped(bucketRows)) rows"
        return "Where the failed rows are, from the first row to the last: a bar for \(width), "
            + "full where all of them failed."
    }
}

extension SlotSummary {
    /// The values that a page does not list, in words, to follow those that it lists.
    package func otherValues(than shown: Int) -> String {
        guard let distinct = distinctValues else { return "too many values to list" }
        let others = distinct - shown
        guard others > 0 else { return "" }
        return (shown > 0 ? ", " : "") + (others == 1 ? "1 other" : "\(Wording.grouped(others)) others")
    }
}

// MARK: - Outcomes and findings

extension Wording {
    /// The caption of the bar of outcomes. It does not say that rows are declared: with several dumps, some may declare
    /// no total, or fewer rows than they have.
    ///
    /// - Parameters:
    ///   - rows: the rows seen and those missing.
    ///   - missing: how many of them are not in the dumps.
    ///   - hasWidened: whether some segments are drawn wider than to scale.
    package static func outcomesCaption(rows: Int, missing: Int, hasWidened: Bool) -> String {
        let what = missing > 0 ? "seen or missing, " : ""
        let widened = hasWidened ? "; an outcome under 1.5% is drawn wider so that it can be seen" : ""
        return "\(sum(rows)) \(rows == 1 ? "row" : "rows") \(what)by outcome, to scale\(widened)."
    }
}

extension JobSummary {
    /// How many findings of each severity there are, in a sentence.
    package var findingsSentence: String {
        let parts = Severity.allCases.compactMap { severity -> String? in
            let count = count(of: severity)
            return count == 0 ? nil : severity.counted(count)
        }
        return parts.isEmpty
            ? "All checks passed." : parts.joined(separator: ", ") + "."
    }
}

extension Totals {
    /// How many findings of each severity there are, in a sentence.
    package var findingsSentence: String {
        guard jobs > 0 else { return "There is no import job." }
        let parts = Severity.allCases.compactMap { severity -> String? in
            let count = findings[severity, default: 0]
            return count == 0 ? nil : severity.counted(count)
        }
        return parts.isEmpty
            ? "There are no findings."
            : "All findings of all jobs: \(parts.joined(separator: ", "))."
    }
}

extension Severity {
    /// The findings of this severity, as a heading.
    package func heading(_ count: Int) -> String {
        switch self {
        case .critical: "Critical"
        case .warning: count == 1 ? "Warning" : "Warnings"
        case .note: count == 1 ? "Note" : "Notes"
        }
    }

    fileprivate func counted(_ count: Int) -> String {
        switch self {
        case .critical: "\(Wording.grouped(count)) critical \(count == 1 ? "finding" : "findings")"
        case .warning: "\(Wording.grouped(count)) \(count == 1 ? "warning" : "warnings")"
        case .note: "\(Wording.grouped(count)) \(count == 1 ? "note" : "notes")"
        }
    }
}

// MARK: - Filters

extension Wording {
    package static let noCode = "no code"
    package static let blankCode = "a blank code"
    package static let noOwner = "no owner"
    /// Stands for codes whose owners do not have their own filters.
    package static let otherOwners = "other owners"
    package static let noAction = "no action"
}

// MARK: - When a job ran

extension Wording {
    /// How long a job took, in its two largest units: "took 2 min 31 s"; nil if the time is negative.
    package static func duration(from start: DateTime, to end: DateTime) -> String? {
        let seconds = end.seconds - start.seconds
        guard seconds >= 0 else { return nil }
        let units = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let largest = units.firstIndex(where: { seconds >= $0.0 }) else { return "took less than 1 s" }
        var rest = seconds
        let parts = units[largest...].prefix(2).compactMap { unit -> String? in
            let count = rest / unit.0
            rest %= unit.0
            return count > 0 ? "\(grouped(count)) \(unit.1)" : nil
        }
        return "took \(parts.joined(separator: " "))"
    }

    /// The beginning of an id, long enough to find the id again: the first part of a UUID, or 24 characters.
    package static func shortID(_ id: String) -> String {
        let bytes = Array(id.utf8)
        let isUUID =
            bytes.count == 36
            && bytes.indices.allSatisfy { index in
                [8, 13, 18, 23].contains(index) ? bytes[index] == 0x2D : isHexDigit(bytes[index])
            }
        if isUUID { return String(decoding: bytes[..<8], as: UTF8.self) }
        let scalars = id.unicodeScalars
        guard scalars.count > 24 else { return id }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: scalars.prefix(24))
        cut.append("…")
        return String(cut)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}

// MARK: - Many jobs

extension Wording {
    /// The note about jobs, at least one, that have no page of their own because none was wanted.
    package static func withoutPage(_ leftOut: Int, of jobs: Int) -> String {
        guard leftOut < jobs else {
            return jobs == 1 ? "The job has no page of its own." : "None of the jobs has a page of its own."
        }
        return leftOut == 1
            ? "1 of \(grouped(jobs)) jobs has no page of its own."
            : "\(grouped(leftOut)) of \(grouped(jobs)) jobs have no page of their own."
    }

    /// The note about jobs with several dumps.
    ///
    /// - Parameters:
    ///   - dumps: the number of superseded dumps, or a lower bound.
    ///   - conflicts: the number of jobs whose finished dumps disagree.
    package static func severalDumps(jobs: Int, dumps: Int, isExact: Bool, conflicts: Int) -> String {
        var sentence =
            "Of \(jobs == 1 ? "one job" : "\(grouped(jobs)) jobs") there are several dumps: the latest counts, "
            + "\(isExact ? "" : "at least ")\(dumps == 1 ? "1 is" : "\(grouped(dumps)) are") superseded."
        if conflicts > 0 {
            let which =
                if conflicts < jobs {
                    "In \(grouped(conflicts)) of them, finished"
                } else {
                    jobs == 1 ? "Finished" : jobs == 2 ? "In both of them, finished" : "In all of them, finished"
                }
            sentence += " \(which) dumps disagree."
        }
        return sentence
    }

    /// The note above a list of salvaged dumps.
    package static func salvagedDumps(_ count: Int) -> String {
        count == 1
            ? "1 dump is cut off or broken. What could be read of it is reported."
            : "\(grouped(count)) dumps are cut off or broken. What could be read of them is reported."
    }

    /// The note above a list of inputs that were not read.
    package static func unreadableInputs(_ count: Int) -> String {
        count == 1
            ? "1 input is not an import job, or cannot be read as one."
            : "\(grouped(count)) inputs are not import jobs, or cannot be read as such."
    }

    /// The jobs of a list that a page shows on request.
    package static func nextJobs(_ count: Int) -> String {
        count == 1 ? "The next job" : "The next \(grouped(count)) jobs"
    }

    /// When jobs were created, and when most rows failed.
    ///
    /// - Parameters:
    ///   - days: the first and the last one, in words; nil if no job says when it was created.
    ///   - highest: the period with the highest share of failed rows, in words; nil if none stands out.
    ///   - undated: the number of jobs that do not say when they were created.
    package static func timeLine(
        dated: Int, days: (first: String, last: String)?, highest: (when: String, failed: Int, rows: Int)?, undated: Int
    ) -> String {
        guard let days else {
            return "No job has a creation time that can be read, so there is no time line."
        }
        var sentence = dated == 1 ? "1 job was created" : "\(grouped(dated)) jobs were created"
        sentence += days.first == days.last ? " on \(days.first) (UTC)." : " from \(days.first) to \(days.last) (UTC)."
        if let highest {
            sentence +=
                " The share of failed rows was highest \(highest.when): "
                + "\(Share(of: highest.failed, in: highest.rows).text) of \(rowsWord(highest.rows))."
        }
        if undated > 0 {
            sentence +=
                " The creation time of \(undated == 1 ? "1 other job" : "\(grouped(undated)) other jobs") is missing or "
                + "unreadable."
        }
        return sentence
    }

    /// When the share of rows with a code was highest.
    ///
    /// - Parameter when: `on 4 March 2026`, `in May 2025`.
    package static func highestShare(_ when: String, failed: Int, rows: Int) -> String {
        "Highest \(when): \(Share(of: failed, in: rows).text) of \(rowsWord(rows))"
    }

    /// The caption of the chart of a time line.
    ///
    /// - Parameters:
    ///   - step: "day", "week" …
    ///   - most: the largest number of rows in a step.
    package static func timeLineCaption(by step: String, most: Int) -> String {
        "Above, the share of failed rows by the \(step) in which the jobs were created; below, in grey, "
            + "how many rows they had, on a scale up to \(rowsWord(most))."
    }
}

// MARK: - What has no room

extension Wording {
    /// Shortens a text that is too long, and says how much of it is left.
    ///
    /// - Parameter end: how many characters of the limit are for the end of the text.
    package static func shortened(_ text: String, to limit: Int, end: Int = 0) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > limit else { return text }
        let count = scalars.count
        guard count > limit else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: scalars.prefix(limit - end))
        cut.append("…")
        cut.append(contentsOf: scalars.suffix(end))
        return "\(cut) (\(grouped(limit)) of \(grouped(count)) characters)"
    }

    /// Shortens a text whose full length is not known, because it may have been cut before.
    package static func cut(_ text: String, to limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: text.unicodeScalars.prefix(limit))
        return "\(cut)… (cut after \(grouped(limit)) characters)"
    }

    /// What a page left out to stay within a limit, and where to find it.
    ///
    /// - Parameters:
    ///   - kept: all that is left of a page that has no room for many words; nil for other pages.
    ///   - leftOut: the parts of the page that were left out.
    ///   - files: the other files in the same folder.
    package static func shortening(to bytes: Int, kept: String?, leftOut: [String], files: [String]) -> String {
        let size = "Shortened to at most \(grouped(bytes)) bytes"
        let place = files.isEmpty ? "No other file was written." : "The rest is in \(enumeration(files))."
        if let kept { return "\(size): only the \(kept). \(place)" }
        return "\(size). Left out: \(enumeration(leftOut)). Lists and texts that are cut say so. \(place)"
    }

    private static func enumeration(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    /// The note on a sheet that has no room for all of something.
    ///
    /// - Parameters:
    ///   - things: such as `jobs`.
    ///   - file: the file that has all of them; nil if it is not written.
    ///   - format: the format that it belongs to.
    package static func leftOut(
        shown: Int, of count: Int, _ things: String, file: String?, format: String
    ) -> String {
        "\(grouped(shown)) of \(grouped(count)) \(things); "
            + (file.map { "all are in \($0)" } ?? "to get all of them, add \(format) to the formats")
    }
}
