package import ImportDumps

/// Summarizes the rows of one dump.
package struct JobAnalyzer: RowSink {
    private var counts = RowCounts()
    private var outcomes = OutcomeDigest()
    private var lists = RowLists()
    private var failures: FailureAudit
    /// Continues the work of `failures` once it has been started.
    private var thread: FailureThread?
    /// The number of failed rows from which a thread may be started; nil if none may be.
    private var threadAfter: Int?
    private let listsRows: Bool

    /// - Parameters:
    ///   - usesThread: whether the failed rows of a dump with many of them may be audited on a separate thread. If so,
    ///     a copy of the analyzer must not be used while the other one continues.
    ///   - listsRows: whether the first failed rows of each code are kept for pages. If so, there is no thread.
    package init(usesThread: Bool = false, listsRows: Bool = false) {
        threadAfter = usesThread && !listsRows ? AnalysisLimits.failedRowsWithoutThread : nil
        self.listsRows = listsRows
        failures = FailureAudit(listsRows: listsRows)
    }

    package mutating func beginRows(of job: DeclaredJob) {
        self = JobAnalyzer(usesThread: threadAfter != nil, listsRows: listsRows)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
        var thread = thread
        for index in runs.indices {
            // Loads only what is needed: the run was just stored in pieces of other sizes, so a full copy would stall.
            let (facts, first, count) = (runs[index].facts, runs[index].firstRow, runs[index].count)
            let outcome = Outcome(facts)
            counts.add(count, outcome)
            outcomes.add(first..<first + count, outcome)
            // Most rows have one outcome and no anomalies.
            if facts == .created || facts == .existing { continue }
            if !look(at: runs[index], outcome, thread, text: text) { thread = self.thread }
        }
    }

    /// Processes rows that failed or have anomalies.
    ///
    /// - Parameter thread: ``thread``, which the caller keeps so that its references are not counted for each row.
    /// - Returns: false if the thread was started.
    @inline(never)
    private mutating func look(
        at run: RowRun, _ outcome: Outcome, _ thread: FailureThread?, text: Span<UInt8>
    ) -> Bool {
        if run.facts != [.error, .code] { lists.add(run, outcome) }
        guard outcome == .failed else { return true }
        for index in 0..<run.count {
            let row = run.firstRow + index
            if let thread {
                thread.count(row: row, code: run.code, message: run.message, details: run.details, text: text)
            } else {
                failures.count(
                    row: row, code: run.code, message: run.message, details: run.details,
                    id: run.id?.advanced(by: index * run.idStride), text: text)
            }
        }
        // If few rows fail, a second thread would only slow down the one that reads.
        if let threadAfter, thread == nil, counts.failed >= threadAfter, counts.failed >= counts.seen / 8 {
            startThread()
            return false
        }
        return true
    }

    private mutating func startThread() {
        thread = FailureThread(goingOnWith: failures)
        failures = FailureAudit()
    }

    /// Returns the summary of the job, after its rows have been consumed.
    ///
    /// - Parameter source: the input's name, as given by the user.
    package func summary(of dump: Dump, source: String) -> JobSummary {
        var rows = counts
        rows.missing = dump.job.total.map { max(0, $0 - rows.seen) }
        var failures = thread?.finish() ?? failures
        failures.finish()
        var summary = JobSummary(
            job: dump.job, source: source, bytes: dump.byteCount, sha256: dump.sha256, rows: rows,
            failedByCode: failures.summaries(rowsSeen: rows.seen), findings: [], results: dump.results,
            salvage: Salvage(dump))
        summary.outcomes = outcomes.value
        summary.failurePositions = failures.codes.positions.positions(rowsSeen: rows.seen)
        // If all rows failed, a stretch of all rows is not informative.
        if rows.failed < rows.seen { summary.failureStretches = failures.longestStretches }
        summary.failureIncidents = failures.codes.incidents(rowsSeen: rows.seen)
        let judge = FindingRules(
            summary: summary, dump: dump, lists: lists, beyondLimits: failures.codes.rowsBeyondLimits)
        summary.findings = judge.findings()
        return summary
    }
}

/// The rows that a finding concerns: their number, and the first of them.
struct RowList: Sendable {
    private(set) var count = 0
    private(set) var first: [Int] = []

    mutating func add(_ run: RowRun) {
        count += run.count
        let room = AnalysisLimits.rowsListed - first.count
        if room > 0 { first.append(contentsOf: run.firstRow..<run.firstRow + min(run.count, room)) }
    }
}

/// The rows of each kind of finding that concerns rows.
struct RowLists: Sendable {
    var contradictory = RowList()
    var unclassified = RowList()
    var withoutCode = RowList()
    var notUUID = RowList()
    var wrongType = RowList()
    var unknownField = RowList()
    var duplicateKey = RowList()
    var textCut = RowList()
    var textRepaired = RowList()
    var damaged = RowList()
    var status = RowList()
    var record = RowList()

    mutating func add(_ run: RowRun, _ outcome: Outcome) {
        let facts = run.facts
        if facts.isContradictory { contradictory.add(run) }
        if facts.contains(.damaged) { return damaged.add(run) }
        if outcome == .unclassified { unclassified.add(run) }
        if outcome == .failed, !facts.contains(.code) { withoutCode.add(run) }
        if facts.contains(.idNotUUID) { notUUID.add(run) }
        if facts.contains(.wrongType) { wrongType.add(run) }
        if facts.contains(.unknownField) { unknownField.add(run) }
        if facts.contains(.duplicateKey) { duplicateKey.add(run) }
        if facts.contains(.textCut) { textCut.add(run) }
        if facts.contains(.textRepaired) { textRepaired.add(run) }
        if facts.contains(.status) { status.add(run) }
        if facts.contains(.record) { record.add(run) }
    }
}
