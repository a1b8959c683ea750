package import ImportDumps

/// The sentences of findings and of reasons why an input is not an import job. They are data of the summary and may
/// quote the dump, so whoever renders them must escape them.
package enum Wording {
    package static func salvaged(_ fault: DumpFault) -> String {
        let kept = fault.rowsKept
        if kept == 0 {
            return "The dump \(fault.sentence). No row before that could be read; what follows was not read."
        }
        return "The dump \(fault.sentence). \(rowsWord(kept)) before that could be read and "
            + "\(kept == 1 ? "is" : "are") reported here; what follows was not read."
    }

    static func rowsMissing(_ missing: Int, total: Int, _ rows: RowCounts, isSalvaged: Bool) -> String {
        // They may well be in the file, after the place where reading stopped.
        if isSalvaged {
            let unread = part(missing, of: total, .row, not: "was read", "was not read", "were not read")
            let read = rows.seen == 0 ? "no row" : "only \(rowsWord(rows.seen))"
            return "\(capitalized(unread)): total is \(grouped(total)), but \(read) could be read."
        }
        return capitalized(part(missing, of: total, .row, "is missing", "are missing"))
            + ": total is \(grouped(total)), but the dump has \(rows.seen == 0 ? "no rows" : rowsWord(rows.seen))."
    }

    static func rowsExcess(_ excess: Int, total: Int) -> String {
        "The dump has \(rowsWord(excess)) more than its total of \(grouped(total))."
    }

    static func processedMismatch(_ processed: Int, _ succeeded: Int, _ failed: Int) -> String {
        let terms = "\(grouped(succeeded)) + \(grouped(failed))"
        let (sum, overflow) = succeeded.addingReportingOverflow(failed)
        return "processed is \(grouped(processed)), but succeeded and failed add up to "
            + (overflow ? "\(terms)." : "\(grouped(sum)) (\(terms)).")
    }

    static func succeededMismatch(declared: Int, _ rows: RowCounts) -> String {
        let what =
            if rows.applied == 0 {
                "created or existed already"
            } else {
                rows.applied == rows.succeeded ? "applied" : "created, existed already or were applied"
            }
        return
            "succeeded is \(grouped(declared)), but \(rowsWord(rows.succeeded)) \(rows.succeeded == 1 ? "was" : "were") \(what)."
    }

    static func failedMismatch(declared: Int, counted: Int) -> String {
        "failed is \(grouped(declared)), but \(rowsWord(counted)) failed."
    }

    static let resultsAbsent = "The job is complete, but the dump has no results: no row can be accounted for."

    static func jobFailed(_ error: JobError?) -> String {
        "The job failed\(errorText(error))"
    }

    static func stillProcessing(_ job: DeclaredJob) -> String {
        let progress =
            switch (job.processed, job.total) {
            case (let processed?, let total?): " (\(part(processed, of: total, .row)) processed)"
            default: ""
            }
        return "The job was still processing when this dump was saved\(progress). "
            + "Save it again when it is finished: the API keeps a job for 7 days."
    }

    static func statusUnknown(_ status: String?) -> String {
        guard let status else { return "The dump does not say the job’s status." }
        return "The status is \(quoted(status)), which the API does not define (complete, processing or failed)."
    }

    static let totalUnknown =
        "The dump does not say how many rows the job had, so it is not known whether rows are missing."

    static func jobErrorUnexpected(_ error: JobError, status: String?) -> String {
        let state = status.map { "its status is \(quoted($0))" } ?? "it has no status"
        return "The job itself has an error, although \(state)\(errorText(error))"
    }

    typealias NamedText = (name: String, text: String)

    static func timestampsOutOfOrder(_ first: NamedText, _ second: NamedText) -> String {
        "\(first.name) (\(quoted(first.text))) is after \(second.name) (\(quoted(second.text)))."
    }

    static func rowContradictory(_ count: Int, _ kind: JobKind) -> String {
        let isOne = count == 1
        return switch kind {
        case .import: "\(rowsWord(count)) \(isOne ? "claims" : "claim") more than one of created, existing and error."
        case .bulk: "\(rowsWord(count)) \(isOne ? "has" : "have") the status ok and an error."
        }
    }

    static func rowUnclassified(_ count: Int, _ kind: JobKind) -> String {
        let isOne = count == 1
        return switch kind {
        case .import: "\(rowsWord(count)) \(isOne ? "says" : "say") neither created nor existing nor error."
        case .bulk: "\(rowsWord(count)) \(isOne ? "has" : "have") neither an error nor the status ok."
        }
    }

    static func failedWithoutCode(_ count: Int) -> String {
        "\(rowsWord(count)) failed without a code."
    }

    static func idNotUUID(_ count: Int) -> String {
        count == 1 ? "1 row has an id that is not a UUID." : "\(grouped(count)) rows have ids that are not UUIDs."
    }

    static func wrongTypes(_ notes: [(field: KnownField, found: FoundType, count: Int)]) -> String {
        let parts = notes.map { note in
            let found =
                switch note.found {
                // Says the same as what is expected.
                case .stringThatIsNoDateTime: "not \(note.field.expectedType)"
                default: "\(note.found.words) instead of \(note.field.expectedType)"
                }
            return "\(note.field.path) is \(found)" + times(note.count)
        }
        return "Fields of an unexpected type: \(list(parts, others: 0))."
    }

    static func unknownFields(_ fields: [(path: String, count: Int)], others: Int) -> String {
        "Fields that the API does not define: \(list(fields.map { quoted($0.path) + times($0.count) }, others: others))."
    }

    static func duplicateKeys(_ notes: [(field: KnownField, count: Int)]) -> String {
        "Keys that are repeated in their object (the last one counts): "
            + list(notes.map { $0.field.path + times($0.count) }, others: 0) + "."
    }

    static func limitReached(textCut: Int, jobTextsCut: Int, beyond: (codes: Int, messages: Int)) -> String {
        var parts: [String] = []
        if textCut > 0 {
            parts.append("\(rowsWord(textCut)) with a text longer than 1 MiB, which is cut there")
        }
        if jobTextsCut > 0 {
            let texts = jobTextsCut == 1 ? "1 text" : "\(grouped(jobTextsCut)) texts"
            parts.append("\(texts) of the job itself longer than 1 MiB, cut there")
        }
        if beyond.codes > 0 {
            parts.append(
                "there are \(manyCodes), of which the most frequent are listed and "
                    + "\(rowsWord(beyond.codes)) counted together as \(CodeSummary.otherCodes)")
        }
        if beyond.messages > 0 {
            parts.append("\(rowsWord(beyond.messages)) with messages beyond those that are told apart")
        }
        return "Limits of this summary: \(parts.joined(separator: "; ")). The CSV files list every row."
    }
}

// MARK: - Parts of sentences

extension Wording {
    /// How many codes there are, where not all of them are told apart.
    package static var manyCodes: String { "more than \(grouped(AnalysisLimits.codes)) different codes" }

    /// What “at least” before a number of rows means.
    package static let atLeastSentence =
        "Where a number of rows is “at least” so many, there may be more among those that are not told apart; what else "
        + "is said there is about the rows that are counted."

    /// A number that may be a minimum.
    package static func grouped(_ number: Int, isAtLeast: Bool) -> String {
        isAtLeast ? "at least \(grouped(number))" : grouped(number)
    }

    /// A sum over jobs, which is a minimum at the largest number: there it ends.
    package static func sum(_ number: Int) -> String { grouped(number, isAtLeast: number == .max) }

    /// Formats a whole number with commas between thousands.
    package static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    package static func jobsWord(_ count: Int) -> String { count == 1 ? "1 job" : "\(grouped(count)) jobs" }

    package static func rowsWord(_ count: Int, isAtLeast: Bool) -> String {
        isAtLeast ? "at least \(rowsWord(count))" : rowsWord(count)
    }

    package static func rowsWord(_ count: Int) -> String {
        count == 1 ? "1 row" : "\(grouped(count)) rows"
    }

    /// Says with which codes rows failed: "with 2 codes and without one".
    package static func codes(_ codes: [(code: String?, isOther: Bool)]) -> String {
        let count = codes.count { $0.code != nil && !$0.isOther }
        let hasOther = codes.contains { $0.isOther }
        let withoutCode = codes.contains { $0.code == nil }
        if count == 0 { return "without a code" }
        let named = hasOther ? manyCodes : count == 1 ? "one code" : "\(grouped(count)) codes"
        return "with \(named)\(withoutCode ? " and without one" : "")"
    }

    /// Quotes a text of the dump, cut to a readable length. Characters that would affect the surrounding sentence, such
    /// as marks that reverse text, are escaped.
    package static func quoted(_ text: String) -> String {
        let limit = 200
        guard text.unicodeScalars.count > limit else { return "“\(shownText(text))”" }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: text.unicodeScalars.prefix(limit))
        return "“\(shownText(String(cut)))…”"
    }

    private static func times(_ count: Int) -> String {
        count == 1 ? "" : " (\(grouped(count)) times)"
    }

    private static func list(_ parts: [String], others: Int) -> String {
        let shown = 10
        let rest = parts.count - shown
        var result = parts.prefix(shown).joined(separator: ", ")
        if rest > 0 {
            result += ", and \(grouped(rest))\(others > 0 ? " or more others" : rest == 1 ? " other" : " others")"
        }
        return result
    }

    private static func errorText(_ error: JobError?) -> String {
        // An empty code is no code.
        func text(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }
        return switch (text(error?.code), text(error?.message)) {
        // The details may be all that says why the job failed.
        case (nil, nil): error?.details.map { ": \(quoted($0))." } ?? "."
        case (let code?, nil): ": \(quoted(code))."
        case (nil, let message?): ": \(quoted(message))."
        case (let code?, let message?): ": \(quoted(code)), \(quoted(message))."
        }
    }
}

extension Wording {
    static func createdIDRepeated(_ shared: SharedRecords) -> String {
        let rows = rowsWord(shared.rows)
        if shared.records == 1 { return "\(rows) say that they created the same record\(example(shared))." }
        return "\(rows) say that they created a record, but \(grouped(shared.records)) records were each created more "
            + "than once\(example(shared))."
    }

    static func existingIDsShared(_ shared: SharedRecords) -> String {
        let records = shared.records == 1 ? "1 existing record" : "\(grouped(shared.records)) existing records"
        let each = shared.records == 1 ? "" : ", two or more each"
        return "\(rowsWord(shared.rows)) matched \(records)\(each)\(example(shared))."
    }

    /// The most frequent record, with its first rows. Those of the only one are listed with the finding.
    private static func example(_ shared: SharedRecords) -> String {
        guard let first = shared.top.first else { return "" }
        if shared.records == 1 { return ": \(quoted(first.id))" }
        let shown = first.firstRows.prefix(3).map(grouped)
        var rows = shown.joined(separator: ", ")
        if first.rows > shown.count {
            rows += " and \(grouped(first.rows - shown.count)) more"
        } else if let last = shown.last {
            rows = shown.dropLast().joined(separator: ", ") + " and \(last)"
        }
        return "; most often: \(quoted(first.id)) in rows \(rows)"
    }
}

extension Wording {
    static func supersededSnapshots(_ superseded: SupersededSnapshots) -> String {
        let shown = superseded.snapshots.prefix(AnalysisLimits.snapshotsListed)
        var parts = shown.map { snapshot in
            let status = snapshot.facts.status.map { quoted($0) } ?? "no status"
            return "\(quoted(snapshot.source)) (\(status)\(snapshot.updatedAt.map { ", \(quoted($0))" } ?? ""))"
        }
        let number: String
        if let count = superseded.count {
            number = count == 1 ? "1 other dump of this job is" : "\(grouped(count)) other dumps of this job are"
            if count > shown.count { parts.append("and \(grouped(count - shown.count)) more") }
        } else {
            number = "More than \(grouped(AnalysisLimits.snapshotsCounted)) other dumps of this job are"
            parts.append("and others")
        }
        return "\(number) superseded by this one: \(parts.joined(separator: ", "))."
    }

    static func conflictingSnapshots(_ first: Snapshot, _ second: Snapshot, _ differences: [String]) -> String {
        "Two dumps of this finished job disagree. \(quoted(first.source)) against \(quoted(second.source)): "
            + differences.joined(separator: ", ") + "."
    }

    /// Describes two dumps that may each have a part of one job.
    static let eachInPart = "neither has all of its rows, and they may have different ones"

    /// Returns the differences between two dumps that disagree, each as a part of a sentence; at least one.
    static func differences(_ first: Snapshot.Facts, _ second: Snapshot.Facts) -> [String] {
        let numbers: [(name: String, values: (Int?, Int?))] = [
            ("total", (first.total, second.total)), ("processed", (first.processed, second.processed)),
            ("succeeded", (first.succeeded, second.succeeded)), ("failed", (first.failed, second.failed)),
            ("rows created", (first.rows.created, second.rows.created)),
            ("rows existing", (first.rows.existing, second.rows.existing)),
            ("rows failed", (first.rows.failed, second.rows.failed)),
            ("rows unclassified", (first.rows.unclassified, second.rows.unclassified)),
            ("rows applied", (first.rows.applied, second.rows.applied)),
        ]
        var parts: [String] = []
        if first.status != second.status {
            parts.append("status \(first.status ?? "none") against \(second.status ?? "none")")
        }
        for (name, values) in numbers where values.0 != values.1 {
            parts.append("\(name) \(values.0.map(grouped) ?? "none") against \(values.1.map(grouped) ?? "none")")
        }
        if let one = first.outcomes, let two = second.outcomes, one != two, parts.isEmpty {
            parts.append("which rows have which outcome")
        }
        if first.codes != second.codes { parts.append("the failed rows of each code") }
        return parts
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or an editor would act on the scalar instead of showing it: control characters (C0, DEL, C1),
    /// line and paragraph separators, and marks that reorder text. All of them are below U+10000.
    package var isUnsafeToShow: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB:
            true
        default: false
        }
    }
}

/// Makes text from outside safe to show in a line of text: characters that would act are escaped, as in `\u{1B}`.
package func shownText(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.isUnsafeToShow }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.isUnsafeToShow {
            result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
