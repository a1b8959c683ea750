import ImportAnalysis
import ImportReports

/// Writes what a job's report has besides the rows: its pages and its summary.
struct JobPages {
    private let settings: ReportSettings
    private let validator: PageValidator

    init(_ settings: ReportSettings) throws(CommandFailure) {
        self.settings = settings
        validator = try PageValidator()
    }

    /// Writes the pages and the summary into a folder. They take their places when the folder is published.
    ///
    /// - Parameters:
    ///   - ruleResults: what the user's own rules came to, if the job is all there is.
    ///   - isAlone: whether it is, and the title that the user chose is that of its pages.
    func write(
        _ summary: JobSummary, to folder: OutputFolder, ruleResults: RuleResults? = nil, isAlone: Bool = false
    ) throws {
        let formats = settings.formats
        let codes = settings.userRules.codes
        func model(without page: ReportFile, limits: ModelLimits = .page) -> ReportModel {
            ReportModel(
                summary, title: isAlone ? settings.title : nil, toolVersion: toolVersion, files: formats.files.filter { $0 != page }, codes: codes,
                ruleResults: ruleResults, redaction: settings.redaction?.mark, limits: limits)
        }
        for format in formats.inReadingOrder {
            switch format {
            case .xhtml:
                let page = settings.templates.render(model(without: .xhtml), as: .xhtml)
                if let problem = validator.firstProblem(of: page) {
                    throw settings.invalidPage(problem, of: TemplateSet.Format.xhtml.fileName)
                }
                try folder.write(page, as: ReportFile.xhtml.name)
            case .markdown:
                let page: [UInt8]
                do throws(PageTooLarge) {
                    page = try settings.templates.renderMarkdown(within: settings.markdownLimit) {
                        model(without: .markdown, limits: $0)
                    }
                } catch {
                    throw settings.pageTooLarge(error)
                }
                try folder.write(page, as: ReportFile.markdown.name)
            // Written with the rows (``ReportPass``).
            case .csv, .xlsx: break
            // Last, so that who finds a new summary finds all other files new.
            case .json:
                var all = Summary()
                all.append(summary)
                all.redaction = settings.redaction?.mark
                try folder.write(
                    SummaryJSON.render(all, codes: codes, ruleResults: ruleResults), as: ReportFile.summary.name)
            }
        }
    }
}
