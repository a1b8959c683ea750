import ImportAnalysis
import ImportReports

/// Writes the parts of a job's report other than the rows: its pages, messages and summary.
struct JobPages {
    private let settings: ReportSettings
    private let validator: PageValidator

    init(_ settings: ReportSettings) throws(CommandFailure) {
        self.settings = settings
        validator = try PageValidator()
    }

    /// Writes these files into a folder. They are moved into place when the folder is published.
    ///
    /// - Parameters:
    ///   - order: the order of the dump.
    ///   - ruleResults: the results of the user's rules, if this is the only job.
    ///   - isAlone: whether this is the only job. If so, its pages get the title that the user chose, and the history.
    func write(
        _ summary: JobSummary, _ order: DocumentOrder, to folder: OutputFolder, ruleResults: RuleResults? = nil,
        isAlone: Bool = false
    ) throws {
        let formats = settings.formats
        let codes = settings.userRules.codes
        let places = try settings.lines?.places(of: summary, order)
        let title = isAlone ? settings.title : nil
        func model(_ limits: ModelLimits, _ files: [ReportFile]) -> ReportModel {
            ReportModel(
                summary, title: title, toolVersion: toolVersion, files: files, codes: codes, ruleResults: ruleResults,
                redaction: settings.redaction?.mark, places: places,
                history: isAlone ? settings.history : nil, limits: limits)
        }
        // Both pages have the same content.
        let whole = formats.contains(.xhtml) || formats.contains(.markdown) ? model(.page, formats.files) : nil
        func page(of model: ReportModel) throws -> [UInt8] {
            let page: [UInt8]
            do throws(PageTooLarge) {
                page = try settings.templates.page(model, as: .xhtml)
            } catch {
                throw settings.pageTooLarge(error)
            }
            if let problem = validator.firstProblem(of: page) {
                throw settings.invalidPage(problem, of: TemplateSet.Format.xhtml.fileName)
            }
            return page
        }
        func markdown(within limit: Int?, _ files: [ReportFile], of whole: ReportModel? = nil) throws -> [UInt8] {
            do throws(PageTooLarge) {
                return try settings.templates.renderMarkdown(within: limit) { limits in
                    if limits.areThoseOfPage, let whole { return whole.page(.markdown) }
                    return model(limits, files)
                }
            } catch {
                throw settings.pageTooLarge(error)
            }
        }
        lazy var messages = MessageFiles(
            Brief(
                summary, title: title, toolVersion: toolVersion, codes: codes, rules: ruleResults,
                redaction: settings.redaction?.mark),
            files: formats.files, page: ({ try page(of: model(.page, [])) }, ReportFile.xhtml.name),
            mailDate: settings.mailDate
        ) { limit, files in
            try markdown(within: min(settings.markdownLimit ?? .max, limit), files)
        }
        for format in formats.inReadingOrder {
            switch format.kind {
            case .page(.xhtml):
                guard let whole else { continue }
                let page = try page(of: whole.page(.xhtml))
                if formats.linksStyle {
                    try folder.write(settings.templates.styleSheet, as: ReportFile.styleSheet.name)
                }
                try folder.write(page, as: ReportFile.xhtml.name)
            case .page(.markdown):
                let others = formats.files.filter { $0 != .markdown }
                let page = try markdown(within: settings.markdownLimit, others, of: whole)
                try folder.write(page, as: ReportFile.markdown.name)
            case .message(let message): try messages.write(message, as: format.jobFiles, to: folder)
            // Written with the rows (``ReportPass``).
            case .rows: break
            case .summary:
                var all = Summary()
                all.append(summary)
                all.redaction = settings.redaction?.mark
                try folder.write(
                    SummaryJSON.render(all, codes: codes, ruleResults: ruleResults), as: ReportFile.summary.name)
            }
        }
    }
}
