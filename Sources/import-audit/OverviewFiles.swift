import ImportAnalysis
import ImportReports
import XHTMLValidation

/// Writes the files of an overview, job by job, in memory that does not grow with their number.
struct OverviewFiles {
    private var overview = OverviewBuilder()
    private let folder: OutputFolder
    private let csv: CSVOptions
    private let formats: ReportFormats
    private let pages: [(format: TemplateSet.Format, file: PartialFile)]
    private var jobs: BufferedFile?
    private var codes: BufferedFile?
    private var summary: SummaryJSON.Document<PartialFile>?

    init(formats: ReportFormats, csv: CSVOptions, folder: OutputFolder) throws {
        self.formats = formats
        self.csv = csv
        self.folder = folder
        var pages: [(TemplateSet.Format, PartialFile)] = []
        if formats.contains(.xhtml) { pages.append((.xhtml, try folder.begin(ReportFile.indexXHTML.name))) }
        if formats.contains(.markdown) { pages.append((.markdown, try folder.begin(ReportFile.indexMarkdown.name))) }
        self.pages = pages
        if formats.contains(.csv) {
            jobs = BufferedFile(try folder.begin(ReportFile.jobs.name), header: JobsCSV.header)
            codes = BufferedFile(try folder.begin(ReportFile.allCodes.name), header: CodesCSV.header)
        }
        // Last, so that who finds a new summary finds all other files new.
        if formats.contains(.json) {
            summary = SummaryJSON.Document(to: try folder.begin(ReportFile.allSummaries.name))
        }
    }

    /// All in one sentence.
    var verdict: OverviewVerdict { overview.verdict }

    /// - Parameter report: where the job's own report is; nil if it has none.
    mutating func append(_ job: JobSummary, report: ReportPlace?) throws {
        overview.append(job, report: report)
        try jobs?.append(JobsCSV.line(job, report: report?.page, options: csv))
        try codes?.append(CodesCSV.lines(job, options: csv))
        try summary?.append(job)
    }

    /// All inputs that are no jobs come after all jobs.
    mutating func append(_ input: UnreadableInput) throws {
        overview.append(input)
        try summary?.append(input)
    }

    /// Completes the files. They take their places with the folder's `publish`.
    ///
    /// - Returns: their names, in the order in which a person would open them.
    mutating func finish(templates: TemplateSet) throws -> [String] {
        let files = formats.overviewFiles
        for (format, file) in pages {
            let model = OverviewModel(
                overview, for: format, toolVersion: toolVersion, files: files.filter { $0.name != file.name })
            let page = templates.render(model, as: format)
            if format == .xhtml { try check(page) }
            try file.write(page.span)
        }
        try jobs?.flush()
        try codes?.flush()
        _ = try summary?.finish(totals: overview.totals)
        return files.map { $0.name }
    }

    /// No page takes its place that is not valid.
    private func check(_ page: [UInt8]) throws(CommandFailure) {
        guard let (problem, line) = try PageValidator().firstProblem(of: page) else { return }
        throw CommandFailure(
            .internalFault,
            "the built-in template makes a page that is not valid: line \(problem.line) of the page: "
                + "\(problem.message) That line reads: \(line)")
    }
}

/// A file that is written in large pieces.
private struct BufferedFile {
    private let file: PartialFile
    private var bytes: [UInt8]

    init(_ file: PartialFile, header: String) {
        self.file = file
        bytes = Array(header.utf8)
    }

    mutating func append(_ more: [UInt8]) throws {
        bytes += more
        if bytes.count >= 256 * 1024 { try flush() }
    }

    mutating func flush() throws {
        try file.write(bytes.span)
        bytes.removeAll(keepingCapacity: true)
    }
}

extension ReportFormats {
    /// The files of an overview, in the order in which a person would open them.
    fileprivate var overviewFiles: [ReportFile] {
        var files: [ReportFile] = []
        if contains(.xhtml) { files.append(.indexXHTML) }
        if contains(.markdown) { files.append(.indexMarkdown) }
        if contains(.csv) { files += [.jobs, .allCodes] }
        if contains(.json) { files.append(.allSummaries) }
        return files
    }
}
