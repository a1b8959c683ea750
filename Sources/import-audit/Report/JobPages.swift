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
                ruleResults: ruleResults, redaction: settings.redaction?.mark, places: places, limits: limits)
        }
        // Both pages show the same.
        let whole = formats.contains(.xhtml) || formats.contains(.markdown) ? model(.page, formats.files) : nil
        for format in formats.inReadingOrder {
            switch format {
            case .xhtml:
                guard let whole else { continue }
                let page = settings.templates.render(whole.page(.xhtml), as: .xhtml)
                if let problem = validator.firstProblem(of: page) {
                    throw settings.invalidPage(problem, of: TemplateSet.Format.xhtml.fileName)
                }
                if formats.linksStyle {
                    try folder.write(settings.templates.styleSheet, as: ReportFile.styleSheet.name)
                }
                try folder.write(page, as: ReportFile.xhtml.name)
            case .markdown:
                guard let whole else { continue }
                let page: [UInt8]
                do throws(PageTooLarge) {
                    page = try settings.templates.renderMarkdown(within: settings.markdownLimit) {
                        $0.areThoseOfPage
                            ? whole.page(.markdown) : model($0, formats.files.filter { $0 != .markdown })
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
