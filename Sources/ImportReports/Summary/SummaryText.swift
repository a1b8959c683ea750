package import ImportAnalysis
import ImportDumps

/// Writes a summary for people at a terminal.
package struct SummaryText {
    /// The most jobs that are printed in full. If there are more, the worst get a line each.
    package static let jobsInFull = 10
    /// The number of lines that a list shows.
    private static let linesListed = 50

    private let usesColor: Bool
    private let codes: CodeBook?
    private var text = ""

    /// - Parameters:
    ///   - usesColor: marks the severity of findings in color; the words are the same without.
    ///   - codes: what the user knows about codes, shown with each of them.
    package init(usesColor: Bool, codes: CodeBook? = nil) {
        self.usesColor = usesColor
        self.codes = codes
    }

    /// Returns the whole text, which ends with a line feed.
    package static func render(_ summary: Summary, usesColor: Bool, codes: CodeBook? = nil) -> [UInt8] {
        var writer = SummaryText(usesColor: usesColor, codes: codes)
        guard summary.jobs.count <= jobsInFull else {
            var overview = OverviewBuilder(followsCodes: false, surroundings: JobSurroundings(of: summary.jobs))
            for job in summary.jobs { overview.append(job, report: nil) }
            for input in summary.unreadable { overview.append(input) }
            return render(overview, usesColor: usesColor, codes: codes, redaction: summary.redaction)
        }
        if summary.jobs.isEmpty, summary.unreadable.isEmpty {
            writer.line("There is nothing to audit: no file was found.")
        }
        for job in summary.jobs { writer.append(job) }
        writer.append(summary.unreadable, count: summary.unreadable.count)
        if summary.jobs.count + summary.unreadable.count > 1 {
            writer.append(summary.totals, summary.unreadable.count)
        }
        writer.append(summary.redaction)
        return writer.bytes
    }

    /// Returns the text about many jobs: the sums, and the worst jobs.
    ///
    /// - Parameter redaction: the statement about pseudonyms.
    package static func render(
        _ overview: OverviewBuilder, usesColor: Bool, codes: CodeBook? = nil, redaction: RedactionMark? = nil
    ) -> [UInt8] {
        var writer = SummaryText(usesColor: usesColor, codes: codes)
        writer.append(overview.totals, overview.unreadable.count)
        writer.append(overview.verdict)
        writer.append(overview.surroundings.incidents)
        writer.appendWorst(overview.worst)
        writer.append(overview.unreadable.items, count: overview.unreadable.count)
        writer.append(redaction)
        return writer.bytes
    }

    private mutating func append(_ redaction: RedactionMark?) {
        guard let redaction else { return }
        if !text.hasSuffix("\n\n"), !text.isEmpty { line("") }
        line(redaction.sentence)
    }

    private var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        while bytes.suffix(2) == [0x0A, 0x0A] { bytes.removeLast() }
        return bytes
    }

    private mutating func append(_ summary: JobSummary) {
        let verdict = Verdict(summary)
        line(shownText(summary.source == "-" ? "standard input" : summary.source))
        line("  " + marked(verdict.word, as: verdict.level.severity) + ". " + verdict.sentence)
        line("")
        if let jobID = summary.job.jobID { line("  job       \(shownText(jobID))") }
        if summary.job.kind == .bulk {
            line("  kind      bulk update or delete")
        } else {
            line("  status    \(summary.job.status.map(shownText) ?? "not declared")")
        }
        append(summary.rows, imports: summary.job.kind == .import, bulk: summary.job.kind == .bulk)
        if !summary.failedByCode.isEmpty {
            line("")
            line("  failed by code")
            let shown = summary.failedByCode.prefix(10)
            func words(_ code: CodeSummary) -> String { Wording.grouped(code.rows, isAtLeast: code.isAtLeast) }
            let width = shown.map { words($0).count }.max() ?? 0
            for code in shown {
                let rows = padded(words(code), to: width)
                let standing = codes?.standing(of: code.code, isOther: code.isOther)
                line("    \(rows)  \(Wording.code(code.code))\(standing?.line ?? "")")
            }
            if summary.failedByCode.count > shown.count {
                let count = Wording.grouped(summary.failedByCode.count)
                line(
                    summary.hasOtherCodes
                        ? "    \(shown.count) of \(Wording.manyCodes); report lists those that are told apart"
                        : "    \(shown.count) of \(count) codes; report lists all")
            }
        }
        if !summary.failureIncidents.isEmpty {
            line("")
            line(summary.failureIncidents.count == 1 ? "  incident" : "  incidents")
            for incident in summary.failureIncidents {
                line(
                    "    " + Wording.rows(of: incident) + ": " + Wording.failed(of: incident) + " failed with "
                        + Wording.code(incident.code)
                        + " (" + Wording.elsewhere(incident) + ")")
            }
        }
        if !summary.findings.isEmpty {
            line("")
            line("  findings")
            for finding in summary.findings {
                let severity = finding.severity.rawValue
                let name = marked(severity, as: finding.severity) + String(repeating: " ", count: 8 - severity.count)
                line("    \(name)  \(finding.id.name): \(shownText(finding.message))\(rowsText(of: finding))")
            }
        }
        line("")
    }

    private mutating func append(_ unreadable: [UnreadableInput], count: Int) {
        for input in unreadable.prefix(Self.linesListed) {
            line(shownText(input.source))
            line("  " + marked("not read", as: .critical) + "  " + shownText(input.reason))
            line("")
        }
        guard count > Self.linesListed else { return }
        line(
            "\(Self.linesListed) of \(Wording.grouped(count)) inputs that were not read; the JSON lists all")
        line("")
    }

    private mutating func append(_ verdict: OverviewVerdict) {
        line(marked(verdict.word, as: verdict.level.severity) + ". " + verdict.sentences)
        line("")
    }

    /// Appends the incidents that the verdict does not name.
    private mutating func append(_ incidents: [TimeIncident]) {
        guard incidents.count > 1 else { return }
        for incident in incidents.dropFirst() { line(Wording.sentence(incident)) }
        line("")
    }

    /// Appends one line for each of the worst jobs.
    private mutating func appendWorst(_ worst: WorstJobs) {
        let jobs = Array(worst.jobs.prefix(Self.linesListed))
        guard !jobs.isEmpty else { return }
        let cut = worst.count > jobs.count ? ", \(jobs.count) of \(Wording.grouped(worst.count))" : ""
        line("The worst jobs first\(cut)")
        let folder = OverviewModelBuilder.commonFolder(of: jobs)
        if !folder.isEmpty { line("  in \(shownText(folder))") }
        func column(_ text: (JobLine) -> String, isNumber: Bool = false) -> [String] {
            let texts = jobs.map(text)
            let width = texts.map { $0.unicodeScalars.count }.max() ?? 0
            return texts.map { text in
                let room = String(repeating: " ", count: width - text.unicodeScalars.count)
                return isNumber ? room + text : text + room
            }
        }
        let dates = column { $0.date ?? "no date" }
        let names = column { Self.shortened(shownText($0.file(in: folder))) }
        let ids = column { $0.jobID.map { Self.shortened(shownText(Wording.shortID($0))) } ?? "" }
        let words = column { $0.word }
        let rows = column({ Wording.grouped($0.rows.seen) }, isNumber: true)
        let failed = column({ Wording.grouped($0.rows.failed) }, isNumber: true)
        let shares = column({ Self.share($0.rows.failed, of: $0.rows.seen) }, isNumber: true)
        let missing = column({ $0.rows.missing.map(Wording.grouped) ?? "?" }, isNumber: true)
        for (index, job) in jobs.enumerated() {
            line(
                "  \(dates[index])  \(names[index])  \(ids[index])  "
                    + marked(words[index], as: job.level.tone.severity)
                    + "  \(rows[index]) \(job.rows.seen == 1 ? "row " : "rows")  \(failed[index]) failed \(shares[index])"
                    + "  \(missing[index]) missing" + (job.worstFinding.map { "  \(shownText($0.name))" } ?? ""))
        }
        line("")
    }

    /// Shortens a name to keep all columns in sight.
    private static func shortened(_ name: String) -> String {
        let limit = 48
        guard name.unicodeScalars.count > limit else { return name }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: name.unicodeScalars.prefix(limit - 1))
        return String(cut) + "…"
    }

    private mutating func append(_ totals: Totals, _ unreadable: Int) {
        let inputs = totals.jobs + unreadable
        line(Wording.capitalized(inputs == 0 ? "no input" : Wording.all(inputs, .input)))
        let jobs = totals.jobs == 1 ? "1 job" : "\(Wording.grouped(totals.jobs)) jobs"
        let statuses = totals.jobsByStatus.sorted { $0.key < $1.key }.map { "\(Wording.grouped($0.value)) \($0.key)" }
        line("  jobs      \(jobs)\(statuses.isEmpty ? "" : ": " + statuses.joined(separator: ", "))")
        if unreadable > 0 { line("  not read  \(Wording.grouped(unreadable))") }
        append(totals.rows, imports: totals.hasImports, bulk: totals.bulkJobs > 0)
        line("")
    }

    private mutating func append(_ rows: RowCounts, imports: Bool, bulk: Bool) {
        line("  rows      \(Wording.sum(rows.seen)) seen")
        let width = Wording.sum(max(rows.seen, rows.missing ?? 0)).count
        for (outcome, count) in rows.shown(imports: imports, bulk: bulk) {
            let name = outcome.rawValue
            line(
                "    " + name + String(repeating: " ", count: 14 - name.count)
                    + padded(Wording.sum(count), to: width) + "  "
                    + padded(Self.share(count, of: rows.seen), to: 7))
        }
        if let missing = rows.missing, missing > 0 {
            line("    missing       " + padded(Wording.sum(missing), to: width))
        }
    }

    /// Returns a share as pages show it: without rows, there is none.
    private static func share(_ count: Int, of rows: Int) -> String {
        rows > 0 ? Share(of: count, in: rows).text : "–"
    }

    private func rowsText(of finding: Finding) -> String {
        guard !finding.rows.isEmpty else { return "" }
        let shown = finding.rows.prefix(5).map { Wording.grouped($0) }.joined(separator: ", ")
        let label = finding.rows.count == 1 ? "Row" : "Rows"
        return " \(label) \(shown)\(finding.rows.count > 5 ? " …" : "")."
    }

    private func marked(_ text: String, as severity: Severity?) -> String {
        guard usesColor else { return text }
        let code =
            switch severity {
            case .critical: "1;31"
            case .warning: "1;33"
            case .note: "1"
            case nil: "1;32"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private mutating func line(_ line: String) {
        text += line + "\n"
    }
}

extension CodeStanding {
    /// The text after a code on a terminal: its state, its meaning, its owner and its action.
    var line: String {
        guard let entry else { return "  [\(label)]" }
        var parts: [String] = []
        if let title = entry.title { parts.append(shownText(title)) }
        if let action = entry.action { parts.append(action.rawValue) }
        if let owner = entry.owner { parts.append(shownText(owner)) }
        return "  [\(label)\(parts.isEmpty ? "" : ": ")\(parts.joined(separator: "; "))]"
    }
}
