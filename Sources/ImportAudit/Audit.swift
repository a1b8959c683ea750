import ImportAnalysis
import ImportDumps
import ImportReports

/// The audit of an input: the outcome of each row of the import jobs in it, and what could not be read.
///
/// ```swift
/// let audit = try Audit.of(path: "dumps/")
/// for job in audit.jobs { print(job.source, job.rows.failed, job.verdict.sentence) }
/// for input in audit.unreadable { print(input.source, input.reason) }
/// ```
///
/// It gives the same result as the command `import-audit summary`. Rows are never guessed or dropped: ``unreadable``
/// has everything that cannot be read, and anomalies of a job are in its findings. Nothing is printed, and no input is
/// changed.
///
/// Texts that come from a dump or from the names of files (codes, messages, sentences that quote them, sources) are as
/// hostile as their authors: escape them wherever they are shown. In the pages made here, they are escaped.
public struct Audit: Sendable {
    /// The jobs in the order of the input: a folder is sorted by the bytes of its paths, an archive keeps its order.
    ///
    /// Of several dumps of one job, only the latest is included (``Job/supersededDumps``), unless
    /// ``Options/countsEveryDump`` is set.
    public let jobs: [Job]
    /// What could not be read, in the order of the input. None of it is in ``jobs``.
    public let unreadable: [UnreadInput]
    /// Files among the inputs that `import-audit` wrote, at most the first 100. They are not dumps, and nothing is
    /// missing. If there is no job at all, they are in ``unreadable`` instead.
    public let ownOutputs: [UnreadInput]
    private let totals: Totals

    /// Audits a file, a folder with all its contents, an archive, a compressed file or a log.
    ///
    /// Inputs are recognized by content, whatever their names. The call returns when everything was read; a gigabyte
    /// takes about a second. Memory grows with the number of jobs, but not of rows; with
    /// ``forEachDump(path:options:_:)``, it does not grow at all.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working folder. A folder's hidden files are skipped.
    ///   - options: how to read.
    /// - Throws: ``AuditError`` with the code `noInput` if the path names nothing that can be opened,
    ///   `unknownEncoding`, or `cancelled` if the task is cancelled. Problems within the input are not errors: they are
    ///   in ``unreadable`` or in a job's findings.
    public static func of(path: String, options: Options = Options()) throws(AuditError) -> Audit {
        try gather(options) { reading in try reading.read(path: path) }
    }

    /// Audits bytes that are in memory: a dump, a log, compressed data, or a tar or zip archive.
    ///
    /// - Parameters:
    ///   - bytes: the input, which may have several dumps, or none.
    ///   - name: the name of the input in the result.
    ///   - options: how to read.
    /// - Throws: ``AuditError`` with the code `unknownEncoding` or `cancelled`. Problems with the bytes are not errors.
    public static func of(
        bytes: [UInt8], named name: String, options: Options = Options()
    ) throws(AuditError) -> Audit {
        try gather(options) { reading in try reading.read(bytes: bytes, named: name) }
    }

    /// Audits a path dump by dump, in constant memory whatever the number of dumps.
    ///
    /// Each dump is passed on as soon as it is read, and counts separately, because a later dump of the same job may
    /// still supersede it. A sum of rows counts a job with two dumps twice; compare their ``Job/id``.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working folder. A folder's hidden files are skipped.
    ///   - options: how to read; ``Options/countsEveryDump`` makes no difference.
    ///   - body: called for each dump and for each input that is not a dump, in the order of the input.
    /// - Throws: any error that `body` throws, at once; ``AuditError`` as ``of(path:options:)`` does.
    public static func forEachDump(
        path: String, options: Options = Options(), _ body: (Entry) throws -> Void
    ) throws {
        try withoutActuallyEscaping(body) { body in
            var reading = try InputReading(options, body)
            try reading.read(path: path)
        }
    }

    /// Whether everything was read: ``unreadable`` has only skipped links and devices, and no dump is cut off or
    /// broken. An empty folder is complete. The exit status of the command is 0 in this case, and 65 otherwise.
    public var isComplete: Bool {
        unreadable.allSatisfy { $0.isExpected } && totals.salvagedJobs == 0
    }

    /// The rows of all jobs. A sum beyond `Int.max` stays at `Int.max`.
    public var rows: Rows { Rows(totals.rows) }
}

// MARK: - Documents

extension Audit {
    /// The document `summary.json` of all jobs, with a line feed at its end: byte for byte what
    /// `import-audit summary --format json` prints. `Docs/audit.md` describes its members.
    public func summaryJSON() -> String {
        var all = Summary()
        for job in jobs { all.append(job.summary) }
        for input in unreadable { all.append(input.input) }
        return String(decoding: SummaryJSON.render(all), as: UTF8.self)
    }

    /// The overview of all jobs in Markdown: totals, codes, the worst 100 jobs, and what could not be read. All texts
    /// of dumps are escaped. ``Job/markdown()`` returns the report of one job.
    ///
    /// - Throws: ``AuditError`` with the code `internalFault`, if the built-in templates are not valid.
    public func markdown() throws(AuditError) -> String { try page(.markdown) }

    /// The overview for browsers: one XHTML file that contains its style and loads nothing.
    ///
    /// - Throws: ``AuditError`` with the code `internalFault`, if the built-in templates are not valid.
    public func xhtml() throws(AuditError) -> String { try page(.xhtml) }

    private func page(_ format: TemplateSet.Format) throws(AuditError) -> String {
        var overview = OverviewBuilder(surroundings: JobSurroundings(of: jobs.map { $0.summary }))
        for job in jobs { overview.append(job.summary, report: nil) }
        for input in unreadable { overview.append(input.input) }
        let model = OverviewModel(overview, for: format, toolVersion: ToolVersion.current, files: [])
        return String(decoding: try Templates.builtIn().render(model, as: format), as: UTF8.self)
    }
}

/// The templates, which take a while to parse.
enum Templates {
    private static let parsed = Result { () throws(TemplateFailure) in try TemplateSet() }

    static func builtIn() throws(AuditError) -> TemplateSet {
        do throws(TemplateFailure) {
            return try parsed.get()
        } catch {
            throw AuditError(.internalFault, "\(error.file): \(error.message)")
        }
    }
}

// MARK: - Reading

extension Audit {
    /// The most files of this program among the inputs that are kept.
    private static let ownOutputLimit = 100

    private static func gather(
        _ options: Options, _ read: (inout InputReading) throws -> Void
    ) throws(AuditError) -> Audit {
        let found = Found(combinesDumps: !options.countsEveryDump)
        var reading = try InputReading(options) { entry in found.add(entry) }
        do {
            try read(&reading)
        } catch let error as AuditError {
            throw error
        } catch {
            throw AuditError(.internalFault, "\(error)")
        }
        return found.audit
    }

    /// What was found so far.
    private final class Found {
        private let combinesDumps: Bool
        private var jobs: [JobSummary] = []
        private var standings = DumpStandings()
        private var unreadable: [(number: Int, input: UnreadInput)] = []
        private var ownOutputs: [(number: Int, input: UnreadInput)] = []
        private var count = 0

        init(combinesDumps: Bool) {
            self.combinesDumps = combinesDumps
        }

        func add(_ entry: Entry) {
            count += 1
            switch entry {
            case .job(let job):
                let (number, job) = (jobs.count, job.summary)
                jobs.append(job)
                guard combinesDumps, let identity = JobIdentity(job) else { return }
                _ = standings.add(job, identity, number: number) { jobs[$0] }
            case .unreadable(let input):
                unreadable.append((count, input))
            case .ownOutput(let input):
                if ownOutputs.count < ownOutputLimit { ownOutputs.append((count, input)) }
            }
        }

        var audit: Audit {
            let counting = jobs.indices.filter { !standings.superseded.contains($0) }.map { index in
                var job = jobs[index]
                if combinesDumps, let identity = JobIdentity(job) { standings.groups[identity]?.apply(to: &job) }
                return job
            }
            // If there is nothing else, they are the reason.
            let isAll = jobs.isEmpty
            return Audit(
                counting,
                unreadable: (isAll ? unreadable + ownOutputs : unreadable).sorted { $0.number < $1.number }
                    .map { $0.input },
                ownOutputs: isAll ? [] : ownOutputs.map { $0.input })
        }
    }

    private init(_ jobs: [JobSummary], unreadable: [UnreadInput], ownOutputs: [UnreadInput]) {
        var totals = Totals()
        for job in jobs { totals.add(job) }
        self.totals = totals
        self.jobs = jobs.map { Job($0) }
        self.unreadable = unreadable
        self.ownOutputs = ownOutputs
    }
}
