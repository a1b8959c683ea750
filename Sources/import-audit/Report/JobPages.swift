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
    ///   - order: of the dump.
    ///   - ruleResults: what the user's own rules came to, if the job is all there is.
    ///   - isAlone: whether it is, and the title that the user chose is that of its pages.
    func write(
        _ summary: JobSummary, _ order: DocumentOrder, to folder: OutputFolder, ruleResults: RuleResults? = nil,
        isAlone: Bool = false
    ) throws {
        let formats = settings.formats
        let codes = settings.userRules.codes
        let places = try settings.lines?.places(of: summary, order)
        func model(_ limits: ModelLimits, _ files: [ReportFile]) -> ReportModel {
            ReportModel(
                summary, title: isAlone ? settings.title : nil, toolVersion: toolVersion, files: files, codes: codes,
                ruleResults: ruleResults, redaction: settings.redaction?.mark, places: places,
                history: isAlone ? settings.history : nil, limits: limits)
        }
        // Both pages show the same.
        let whole = formats.contains(.xhtml) || formats.contains(.markdown) ? model(.page, formats.files) : nil
        func page(of model: ReportModel) throws -> [UInt8] {
            let page = settings.templates.render(model, as: .xhtml)
            if let problem = validator.firstProblem(of: page) {
                throw settings.invalidPage(problem, of: TemplateSet.Format.xhtml.fileName)
            }
            return page
        }
        func markdown(within limit: Int?, as file: ReportFile) throws -> [UInt8] {
            do throws(PageTooLarge) {
                return try settings.templates.renderMarkdown(within: limit) { limits in
                    if limits.areThoseOfPage, let whole { return whole.page(file) }
                    return model(limits, formats.files.filter { $0 != file })
                }
            } catch {
                throw settings.pageTooLarge(error)
            }
        }
        let title = isAlone ? settings.title : nil
        lazy var brief = Brief(
            summary, title: title, toolVersion: toolVersion, codes: codes, redaction: settings.redaction?.mark)
        for format in formats.inReadingOrder {
            switch format {
            case .xhtml:
                guard let whole else { continue }
                let page = try page(of: whole.page(.xhtml))
                if formats.linksStyle {
                    try folder.write(settings.templates.styleSheet, as: ReportFile.styleSheet.name)
                }
                try folder.write(page, as: ReportFile.xhtml.name)
            case .markdown:
                try folder.write(
                    markdown(within: settings.markdownLimit, as: .markdown), as: ReportFile.markdown.name)
            case .eml:
                // No file is beside it where it is read.
                let mail = Mail.render(
                    brief, page: try page(of: model(.page, [])), pageName: ReportFile.xhtml.name,
                    date: settings.mailDate)
                try folder.write(mail, as: ReportFile.mail.name)
            case .slack:
                let files = formats.files.filter { $0 != .slack }
                try folder.write(SlackMessage.render(brief, files: files), as: ReportFile.slack.name)
            case .teams:
                let files = formats.files.filter { $0 != .teams }
                try folder.write(TeamsMessage.render(brief, files: files), as: ReportFile.teams.name)
            case .github:
                try folder.write(GitHubAnnotations.render(brief), as: ReportFile.annotations.name)
                let limit = min(settings.markdownLimit ?? .max, GitHubAnnotations.summaryLimit)
                try folder.write(markdown(within: limit, as: .stepSummary), as: ReportFile.stepSummary.name)
            // Written with the rows (``ReportPass``).
            case .csv, .xlsx, .explore: break
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
