import Glibc
import ImportAnalysis
import ImportReports
import XHTMLValidation

/// Writes the files of an overview, job by job. Memory does not grow with the number of jobs.
struct OverviewFiles {
    private var overview: OverviewBuilder
    private var ruleTally: RuleTally
    private let folder: OutputFolder
    private let csv: CSVOptions
    private let formats: ReportFormats
    private let hasFailures: Bool
    private let pages: [(format: TemplateSet.Format, file: PartialFile)]
    private var jobs: BufferedFile?
    /// Lines of `jobs.csv` for plain jobs.
    private var plainLines: PlainJobTemplates
    private var codes: BufferedFile?
    private var failures: PartialFile?
    private var workbook: OverviewWorkbookFile?
    private var explore: (file: PartialFile, rows: ExploreOverview)?
    private var summary: SummaryJSON.Document<PartialFile>?
    private let redaction: RedactionMark?
    /// The user's codes file; nil if there is none.
    private let knownCodes: CodeBook?

    /// - Parameters:
    ///   - hasFailures: whether the rows of all jobs are available, to be combined (``appendFailures(from:)``).
    ///   - hasLines: whether these rows include their lines in the source.
    ///   - surroundings: the sums over all jobs.
    ///   - selection: what was left out; nil if all jobs were selected.
    ///   - userRules: the user's rules and codes file.
    ///   - redaction: the statement about pseudonyms.
    init(
        formats: ReportFormats, csv: CSVOptions, folder: OutputFolder, hasFailures: Bool = false,
        hasLines: Bool = false, surroundings: JobSurroundings, selection: SelectionResult? = nil,
        userRules: UserRules = UserRules(),
        redaction: RedactionMark? = nil
    ) throws {
        overview = OverviewBuilder(surroundings: surroundings, selection: selection)
        self.redaction = redaction
        knownCodes = userRules.codes
        ruleTally = userRules.ruleTally
        self.formats = formats
        self.csv = csv
        plainLines = .csv(csv)
        self.hasFailures = hasFailures
        self.folder = folder
        var pages: [(TemplateSet.Format, PartialFile)] = []
        for format in formats.inReadingOrder {
            switch format.kind {
            case .page(let page):
                let file = format.overviewFiles(hasFailures: hasFailures)[0]
                pages.append((page, try folder.begin(file.name)))
            case .rows(.csv):
                jobs = BufferedFile(try folder.begin(ReportFile.jobs.name), opening: csv.opening(JobsCSV.header))
                codes = BufferedFile(
                    try folder.begin(ReportFile.allCodes.name),
                    opening: csv.opening(CodesCSV.header(codes: userRules.codes)))
                guard hasFailures else { continue }
                failures = try folder.begin(ReportFile.allFailures.name)
                try failures?.write(
                    csv.opening(RowsCSV<PartialFile>.header(codes: userRules.codes, hasLines: hasLines)).span)
            case .rows(.xlsx): workbook = try OverviewWorkbookFile(in: folder, userRules: userRules, hasLines: hasLines)
            case .rows(.explore):
                guard hasFailures else { continue }
                let page = ExplorePage(
                    files: formats.overviewFiles(hasFailures: hasFailures), isOverview: true, csv: csv,
                    codes: userRules.codes, hasLines: hasLines)
                let file = try folder.begin(ReportFile.indexExplore.name)
                try file.write(page.start.span)
                explore = (file, ExploreOverview(page))
            // Messages contain sums over all jobs (``finish``).
            case .message: break
            case .summary:
                summary = SummaryJSON.Document(
                    to: try folder.begin(ReportFile.allSummaries.name), codes: userRules.codes, redaction: redaction)
            }
        }
        self.pages = pages
    }

    /// The overall result, in one sentence.
    var verdict: OverviewVerdict { overview.verdict }

    /// The results of the user's rules.
    var ruleResults: RuleResults { ruleTally.ruleResults() }

    /// - Parameters:
    ///   - plain: the job's record, if the job is plain.
    ///   - report: the place of the job's own report; nil if it has none.
    ///   - isLeftOut: whether it has none because of `--job-reports`.
    mutating func append(
        _ job: JobSummary, _ plain: PlainJobRecord.Fields? = nil, report: ReportPlace?, isLeftOut: Bool = false
    ) throws {
        overview.append(job, report: report, isLeftOut: isLeftOut)
        ruleTally.add(job)
        try jobs?.append(JobsCSV.line(job, report: report?.page, options: csv))
        try codes?.append(CodesCSV.lines(job, options: csv, codes: knownCodes))
        if let plain, try summary?.append(plain: plain) ?? true { return }
        try summary?.append(job)
    }

    /// Adds a plain job that has no report because of `--job-reports`, without the cost of its summary. Returns false
    /// and does nothing if it must be added like any other.
    mutating func append(leftOut job: PlainJobRecord.Fields) throws -> Bool {
        guard job.rows.failed == 0, ruleTally.isIdle, workbook == nil, explore == nil, overview.append(leftOut: job)
        else { return false }
        if let line = plainLines.render(job) {
            try jobs?.append(line)
        } else {
            try jobs?.append(JobsCSV.line(PlainJobRecord.summary(job), report: nil, options: csv))
        }
        if try summary?.append(plain: job) == false { try summary?.append(PlainJobRecord.summary(job)) }
        return true
    }

    /// Adds a job to the workbook.
    ///
    /// - Parameter failures: the job's own workbook, open for reading.
    mutating func appendToWorkbook(_ job: JobSummary, report: ReportPlace?, failures: Int32?) throws {
        try workbook?.append(job, report: report, failures: failures)
    }

    /// Adds the rows of a job to the explore page.
    ///
    /// - Parameter forEachPiece: passes on the job's own page, piece by piece.
    mutating func appendToExplore(
        _ job: JobSummary, report: ReportPlace?, _ forEachPiece: ((Span<UInt8>) throws -> Void) throws -> Void
    ) throws {
        guard var file = explore?.file else { return }
        try explore?.rows.append(job, report: report, forEachPiece, to: &file)
    }

    /// Adds the rows from a job's own file, which is open for reading.
    func appendFailures(from descriptor: Int32) throws {
        var body = CSVBody()
        try Self.forEachPiece(ofRowsIn: descriptor) { bytes in
            try failures?.write(bytes.extracting(body.start(in: bytes)..<bytes.count))
        }
    }

    /// Passes a job's own file of rows, which is open for reading, to `body`, piece by piece.
    static func forEachPiece(ofRowsIn descriptor: Int32, _ body: (Span<UInt8>) throws -> Void) throws {
        do {
            try readPieces(of: descriptor, pieceBytes: 64 * 1024, body)
        } catch let error as SystemFailure {
            throw CommandFailure(.cannotWrite, "the failed rows of a job cannot be read: \(error.description)")
        }
    }

    /// Adds the rows of a job without its own file.
    func appendFailures(from rows: LeftOutRows, of order: DocumentOrder) throws {
        var body = CSVBody()
        try rows.read(order) { try failures?.write($0.extracting(body.start(in: $0)..<$0.count)) }
    }

    /// Adds an input that is not a job. All such inputs come after all jobs.
    mutating func append(_ input: UnreadableInput) throws {
        overview.append(input)
        ruleTally.add(input)
        try workbook?.append(input)
        try summary?.append(input)
    }

    /// Completes the files. The folder's `publish` moves them into place.
    ///
    /// - Parameter invalidPage: returns the error for an invalid page, made from the template of the given name.
    /// - Returns: the names of the files, in the order in which a person would open them.
    mutating func finish(
        templates: TemplateSet, title: String? = nil, history: TrendsReport? = nil, markdownLimit: Int? = nil,
        mailDate: MessageDate? = nil,
        invalidPage: @escaping ((problem: XHTMLProblem, line: String), String) -> CommandFailure
    ) throws -> [String] {
        let files = formats.overviewFiles(hasFailures: hasFailures)
        let ruleResults = ruleResults
        let overview = overview
        let codes = ruleTally.codes
        let redaction = redaction
        func model(_ format: TemplateSet.Format, _ limits: ModelLimits, _ files: [ReportFile]) -> OverviewModel {
            OverviewModel(
                overview, for: format, title: title, toolVersion: toolVersion, files: files, codes: codes,
                ruleResults: ruleResults, redaction: redaction, history: history, limits: limits)
        }
        func page(_ files: [ReportFile]) throws -> [UInt8] {
            let page = try templates.page(model(.xhtml, .page, files), as: .xhtml)
            if let problem = try PageValidator().firstProblem(of: page) {
                throw invalidPage(problem, TemplateSet.Format.xhtml.indexFileName)
            }
            return page
        }
        func markdown(within limit: Int?, _ files: [ReportFile]) throws -> [UInt8] {
            try templates.renderMarkdown(within: limit) { model(.markdown, $0, files) }
        }
        for (format, file) in pages {
            let others = files.filter { $0.name != file.name }
            try file.write((format == .markdown ? markdown(within: markdownLimit, others) : page(others)).span)
            if format == .xhtml, formats.linksStyle {
                try folder.write(templates.styleSheet, as: ReportFile.styleSheet.name)
            }
        }
        lazy var messages = MessageFiles(
            Brief(
                overview, title: title, toolVersion: toolVersion, codes: codes, rules: ruleResults, redaction: redaction
            ),
            files: files,
            page: ({ try page([]) }, ReportFile.indexXHTML.name), mailDate: mailDate
        ) { limit, files in
            try markdown(within: min(markdownLimit ?? .max, limit), files)
        }
        for format in formats.inReadingOrder {
            guard case .message(let message) = format.kind else { continue }
            try messages.write(message, as: format.overviewFiles(hasFailures: hasFailures), to: folder)
        }
        try jobs?.flush()
        try self.codes?.flush()
        if let explore { try explore.file.write(explore.rows.ending.span) }
        try workbook?.finish(overview, ruleResults: ruleResults, files: files)
        _ = try summary?.finish(
            totals: overview.totals, incidents: overview.surroundings.incidents, ruleResults: ruleResults)
        return files.map { $0.name }
    }
}

/// A file that is written in large pieces.
private struct BufferedFile {
    private let file: PartialFile
    private var bytes: [UInt8]

    init(_ file: PartialFile, opening: [UInt8]) {
        self.file = file
        bytes = opening
    }

    mutating func append(_ more: some Collection<UInt8>) throws {
        bytes += more
        if bytes.count >= 256 * 1024 { try flush() }
    }

    mutating func flush() throws {
        try file.write(bytes.span)
        bytes.removeAll(keepingCapacity: true)
    }
}
