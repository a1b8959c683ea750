import ImportAnalysis
import ImportDumps
import ImportRedaction
import ImportReports

/// One of the two audits to compare: made from dumps, or an existing summary.
struct ComparedAudit {
    let name: String
    let totals: Totals
    let messages: MessageTotals
    /// Inputs that are not import jobs or could not be read.
    let unreadable: Int
    let status: ExitStatus
    /// The total that a single dump declares, and the outcomes of its rows; nil if there is no such dump.
    let rows: (total: Int, outcomes: RowOutcomes)?
    /// The redaction of its values; nil if they are not redacted.
    let redaction: RedactionMark?

    /// Reads the input; nil if that was interrupted.
    ///
    /// - Parameter selector: selects jobs; nil for all of them.
    init?(_ input: String, _ options: ReadingOptions, _ redaction: Redaction?, _ selector: JobSelector?) throws {
        let name = (redaction?.names ?? .plain).shown(input)
        self.name = name == "-" ? "standard input" : name
        if Self.isSummary(input) {
            (totals, messages, unreadable, self.redaction) = try Self.read(
                summary: input, shownAs: name, selector)
            if !options.isQuiet { selector?.say(of: self.name) }
            if let redaction, redaction.mark != self.redaction {
                throw CommandFailure(
                    .inputNotReadWhole, of: name,
                    "the summary was not made with --redact and this key; it may hold values")
            }
            status = .done
            rows = nil
            return
        }
        let collector = Collector(folder: TemporaryFolder.parent, decision: .atTheEnd)
        let recorder = RowRecorder(takesEach: selector != nil)
        let run = try InputRun(
            [input], options, collector: collector, hashing: false, names: redaction?.names ?? .plain)
        let end = try run.run(redaction, selector) {
            CompareHandler(
                SummaryHandler(
                    collector: collector, concurrency: options.concurrency, isStrict: options.isStrict,
                    isVerbose: options.isVerbose, takesPlainJobs: true), recorder
            )
        }
        guard case .done = end else { return nil }
        let results = try collector.results()
        if !options.isQuiet {
            results.ownOutputs.say()
            selector?.say(of: self.name)
        }
        try results.sayWhatWasNotRead()
        var totals = Totals()
        var messages = MessageTotals()
        try results.visit { job in
            totals.add(job)
            messages.add(job)
        } tally: {
            totals.add($0)
        }
        self.totals = totals
        self.messages = messages
        unreadable = results.unreadableCount
        self.redaction = redaction?.mark
        status = results.status
        guard totals.jobs > 0 else {
            throw CommandFailure(
                status == .done ? .inputNotReadWhole : status,
                "\(name): there is no import job to compare\(selector == nil ? "" : " among those that are selected")")
        }
        if totals.jobs == 1, results.dumpCount == 1, results.unreadableCount == 0,
            let total = try results.job(0).job.total, let outcomes = recorder.outcomes
        {
            rows = (total, outcomes)
        } else {
            rows = nil
        }
    }

    /// Whether a file begins like a summary, even after a program has sorted its members.
    private static func isSummary(_ name: String) -> Bool {
        // A pipe must be opened only once, and must not be read for this check.
        guard name != "-", InputFile.isRegular(name), let beginning = try? InputFile(name).beginning(256) else {
            return false
        }
        let text = beginning.filter { !" \t\r\n".utf8.contains($0) }
        return text.starts(with: Array("{\"format\":\"\(SummaryJSON.format)\"".utf8))
    }

    private static func read(
        summary path: String, shownAs name: String, _ selector: JobSelector?
    ) throws -> (Totals, MessageTotals, Int, RedactionMark?) {
        do {
            let file = try InputFile(path)
            var reader = SummaryReader(file.source)
            var totals = Totals()
            var messages = MessageTotals()
            var unreadable = 0
            while let item = try reader.next() {
                if Interruption.isRequested { throw Interrupted() }
                switch item {
                case .job(let job):
                    if selector?.selects(job.job, source: job.source) == false { break }
                    totals.add(job)
                    messages.add(job)
                case .unreadable: unreadable += 1
                }
            }
            return (totals, messages, unreadable, reader.redaction)
        } catch let fault as SummaryFault {
            throw CommandFailure(.inputNotReadWhole, of: name, fault.explanation)
        } catch let failure as CommandFailure {
            throw CommandFailure(failure.status, of: name, failure.reason)
        }
    }
}
