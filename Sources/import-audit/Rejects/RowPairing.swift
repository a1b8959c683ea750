import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import ImportSources

/// Receives rows once their records in a source are known. For each row, the source is positioned at its record.
protocol PairedRows {
    /// Whether it takes the rows that succeeded one by one.
    var takesSucceeded: Bool { get }

    /// A source begins.
    mutating func begin(_ source: SourceReader, _ name: String) throws
    /// A source is at its end.
    mutating func end(_ source: SourceReader, _ name: String) throws
    /// A job begins.
    mutating func begin(_ job: JobSummary, _ order: DocumentOrder, source index: Int) throws
    /// A row that failed or is unclassified.
    mutating func reject(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws
    /// A row that the dump says nothing about, or a record that belongs to no job.
    mutating func leave(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws
    mutating func succeed(_ source: SourceReader, _ row: RejectRow) throws
    /// All sources are at their ends.
    ///
    /// - Parameter source: the last one.
    mutating func finish(_ source: SourceReader) throws
}

/// How a source is paired with the rows of jobs.
struct PairingOptions {
    let sources: SourceFiles
    let form: SourceOptions
    /// The row of the source that the first job begins with.
    let firstRow: Int
    let trustsOrder: Bool
    let isQuiet: Bool
}

/// Goes through the rows of jobs and, side by side, the records that were sent, and collects the evidence that they
/// belong together.
struct RowPairing {
    let options: PairingOptions
    let results: RunResults
    let spool: RowSpool
    let sourceCount: Int
    private(set) var sources: [RetryPlan.Source] = []
    private(set) var jobs: [RetryPlan.Job] = []
    private(set) var succeeded = 0
    private(set) var evidence = JoinEvidence()
    /// Whether the first line of the last source was read as a header.
    private var hasHeader = false
    /// The number of ids of the current job that are still looked for.
    private var idsLeft = 0
    private var isUneven = false
    private var redaction: Redaction? { options.sources.redaction }

    init(_ options: PairingOptions, results: RunResults, spool: RowSpool, sourceCount: Int) throws {
        self.options = options
        self.results = results
        self.spool = spool
        self.sourceCount = sourceCount
        guard sourceCount == 1 || sourceCount == results.jobCount else {
            throw CommandFailure(
                .usage,
                "there are \(Wording.grouped(sourceCount)) sources and \(Wording.grouped(results.jobCount)) "
                    + "\(results.jobCount == 1 ? "job" : "jobs"): give one source for all jobs, or one for each in their order."
                    + (try Self.copies(results).map { " " + Wording.takenForCopies($0) } ?? "")
            )
        }
    }

    /// The names of dumps without an id that were taken for copies of others; nil if there are none.
    private static func copies(_ results: RunResults) throws -> [String]? {
        let copies = try results.superseded.sorted().map { try results.store.job($0) }
            .filter { $0.job.jobID == nil }.map { $0.source }
        return copies.isEmpty ? nil : copies
    }

    /// Pairs all rows with their records; false if the counts do not match or the evidence contradicts the pairing,
    /// which has then been reported.
    mutating func pair(_ taker: inout some PairedRows) throws -> Bool {
        var sourceIndex = 0
        try options.sources.visit { stream in
            guard sourceIndex < sourceCount else { throw changed }
            try reading(stream) { source in
                try pair(source, stream.name, sourceIndex, &taker)
                if let sha256 = stream.sha256 { sources[sourceIndex].sha256 = sha256 }
                if !options.isQuiet { stream.sayNotes(source) }
            }
            sourceIndex += 1
        }
        if isUneven { return false }
        guard sourceIndex == sourceCount else { throw changed }
        if let (name, doubt) = doubt() {
            guard options.trustsOrder else {
                Console.complain("\(name): \(doubt) \(Wording.trustOrder)")
                return false
            }
            Console.say("\(name): \(doubt) The rows were paired anyway, because of --trust-order.")
        }
        return true
    }

    /// The number of files in the sources is not the one that was counted before.
    private var changed: CommandFailure {
        CommandFailure(.inputNotReadWhole, of: options.sources.names.first ?? "", InputState.complaint)
    }

    /// Returns why the evidence contradicts the pairing, and the name of the source that this is about; nil if it does
    /// not.
    private func doubt() -> (source: String, text: String)? {
        let doubts = evidence.doubts
        guard let first = doubts.first else { return nil }
        func name(_ index: Int) -> String { jobs[index].jobID.map { "job \($0)" } ?? jobs[index].dump }
        // A total says how many rows a job has, so all rows of the only source belong to its jobs.
        let isCounted = sourceCount > 1 || (try? results.job(results.jobCount - 1).job.total) != nil
        let text = Wording.doubt(
            first, job: jobs.count > 1 ? first.job.map(name) : nil,
            others: doubts.dropFirst().compactMap { $0.job.map(name) },
            Wording.Shifting(
                firstRow: isCounted ? nil : options.firstRow, hasHeader: hasHeader,
                sharesSource: sourceCount == 1))
        return (sources[first.job.map { jobs[$0].source } ?? 0].name, text)
    }

    /// Fails for jobs whose records cannot be determined.
    func checkTotals() throws {
        for index in 0..<results.jobCount {
            let job = try results.job(index)
            if let total = job.job.total, total < job.rows.seen {
                throw CommandFailure(
                    .notPassed, of: job.source,
                    "the job has a total of \(Wording.rowsWord(total)), but results of \(Wording.rowsWord(job.rows.seen)): "
                        + "it is not known which record a result belongs to. Nothing was written.")
            }
            guard job.job.total == nil, sourceCount == 1, index + 1 < results.jobCount else { continue }
            throw CommandFailure(
                .notPassed, of: job.source,
                "the dump does not say how many rows the job had: it is not known where the next job begins in the source. "
                    + "Nothing was written.")
        }
    }

    /// Reads a source, and reports what is wrong with it.
    func reading(_ stream: SourceFiles.Stream, _ body: (SourceReader) throws -> Void) throws {
        do {
            try body(try stream.reader(options.form))
        } catch let fault as SourceFault {
            // A source without rows can be read, but the counts do not match.
            let hasNoRows =
                switch fault.reason {
                case .empty, .onlyHeader: true
                case .workbook(let workbook): workbook.hasNoRows
                default: false
                }
            throw CommandFailure(
                hasNoRows ? .notPassed : .inputNotReadWhole, of: stream.name,
                "\((redaction.map { fault.redacted($0) } ?? fault).explanation) Nothing was written.")
        }
    }

    // MARK: - One source

    private mutating func pair(
        _ source: SourceReader, _ name: String, _ sourceIndex: Int, _ taker: inout some PairedRows
    ) throws {
        evidence.beginSource(names: source.form.columnNames)
        hasHeader = options.form.hasHeader && source.form.isTable
        try taker.begin(source, name)
        sources.append(RetryPlan.Source(name: name, sha256: nil, rows: 0))
        let shown = Array(name.utf8)[...]
        // Rows before the first job do not belong to a job.
        for _ in 1..<options.firstRow {
            guard try source.next() else { break }
            try taker.leave(source, shown, RejectRow(sourceRow: source.row, outcome: "no-result"))
        }
        let jobNumbers = sourceCount == 1 ? 0..<results.jobCount : sourceIndex..<sourceIndex + 1
        var totals: [Wording.UnevenJob] = []
        var isShort = false
        for index in jobNumbers {
            let job = try results.job(index)
            let first = source.row + 1
            let rows = try take(job, order: results.order(ofJob: index), source, shown, sourceIndex, &taker)
            evidence.endJob()
            // Without a total, there are at least as many rows as results.
            let total = job.job.total ?? max(rows, job.rows.seen)
            isShort = isShort || rows < total
            let jobID = job.job.jobID.map { redaction?.value($0) ?? $0 }
            totals.append(
                Wording.UnevenJob(
                    name: jobID.map { "job \($0)" } ?? job.source, rows: total, hasTotal: job.job.total != nil))
            jobs.append(
                RetryPlan.Job(
                    dump: job.source, sha256: job.sha256, jobID: jobID, source: sourceIndex,
                    firstSourceRow: total > 0 ? first : nil, rows: total))
        }
        let rest = try source.skip(.max)
        sources[sourceIndex].rows = source.row
        sources[sourceIndex].sha256 = source.finishHash()
        if rest > 0 || isShort {
            isUneven = true
            Console.complain(
                Wording.uneven(
                    source: name, rows: source.row, jobs: totals, firstRow: options.firstRow,
                    isOnlySource: sourceCount == 1, hasHeader: hasHeader, copies: try Self.copies(results)))
            return
        }
        try taker.end(source, name)
        if source.blankLines > 0, !options.isQuiet {
            Console.say("\(name): \(Wording.passedOver(source.blankLines, source.form))")
        }
        if sourceIndex == sourceCount - 1, !isUneven { try taker.finish(source) }
    }

    /// Takes the rows of a job from the source. Returns how many records there were for it.
    private mutating func take(
        _ job: JobSummary, order: DocumentOrder, _ source: SourceReader, _ name: ArraySlice<UInt8>, _ sourceIndex: Int,
        _ taker: inout some PairedRows
    ) throws -> Int {
        try taker.begin(job, order, source: sourceIndex)
        var rows = spool.rows(of: order)
        idsLeft = JoinEvidence.idsLookedFor
        let jobID = job.job.jobID.map { Array($0.utf8)[...] }
        let total = job.job.total
        var row = 0
        // It is not known how many rows a damaged stretch contained, unless all rows add up to the total.
        var isLost = false
        while let run = try rows.next() {
            if Interruption.isRequested { throw Interrupted() }
            if run.isDamaged, job.rows.seen != total { isLost = true }
            if isLost { continue }
            if run.isDamaged {
                for _ in 0..<run.count {
                    guard try source.next() else { return row }
                    row += 1
                    try taker.leave(
                        source, name, RejectRow(sourceRow: source.row, jobID: jobID, row: row, outcome: "no-result"))
                }
                continue
            }
            guard run.outcome == .failed || run.outcome == .unclassified else {
                let taken = try succeed(run, rows, from: row, jobID, source, &taker)
                row += taken
                if taken < run.count { return row }
                continue
            }
            var ids = run.ids ?? 0..<0
            for _ in 0..<run.count {
                guard try source.next() else { return row }
                row += 1
                let id = rows.nextID(&ids)
                let rejected = RejectRow(
                    sourceRow: source.row, jobID: jobID, row: row, outcome: run.outcome.rawValue,
                    code: run.code.map { rows.text($0) },
                    message: run.message.map { rows.text($0) },
                    recordID: id.map { rows.text($0) })
                if let message = rejected.message { evidence.look(for: message.span, in: source) }
                try taker.reject(source, name, rejected)
            }
        }
        // The remaining rows of the job are not in the dump. Without a total, the last job of a source gets all
        // remaining rows.
        while row < total ?? .max, try source.next() {
            row += 1
            try taker.leave(
                source, name, RejectRow(sourceRow: source.row, jobID: jobID, row: row, outcome: "no-result"))
        }
        return row
    }

    private mutating func succeed(
        _ run: SpooledRows.Run, _ rows: SpooledRows, from row: Int, _ jobID: ArraySlice<UInt8>?, _ source: SourceReader,
        _ taker: inout some PairedRows
    ) throws -> Int {
        guard taker.takesSucceeded || run.ids != nil && idsLeft > 0 else {
            let taken = try source.skip(run.count)
            succeeded += taken
            return taken
        }
        var ids = run.ids ?? 0..<0
        var taken = 0
        while taken < run.count, try source.next() {
            taken += 1
            let id = rows.nextID(&ids)
            if let id, idsLeft > 0 {
                idsLeft -= 1
                evidence.look(forID: rows.text(id).span, in: source)
            }
            guard taker.takesSucceeded else { continue }
            try taker.succeed(
                source,
                RejectRow(
                    sourceRow: source.row, jobID: jobID, row: row + taken, outcome: run.outcome.rawValue,
                    recordID: id.map { rows.text($0) }))
        }
        succeeded += taken
        return taken
    }
}
