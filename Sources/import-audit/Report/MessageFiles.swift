import ImportAnalysis
import ImportReports

/// Writes the messages about a report, of one job or of an overview.
struct MessageFiles {
    private let brief: Brief
    /// All files of the report, which messages name.
    private let files: [ReportFile]
    /// The page and its name, as a mail has it attached: no file is beside it where it is read.
    private let page: (bytes: () throws -> [UInt8], name: String)
    private let mailDate: MessageDate?
    /// The report in Markdown, within a number of bytes, with links to those files.
    private let markdown: (_ limit: Int, _ files: [ReportFile]) throws -> [UInt8]

    init(
        _ brief: Brief, files: [ReportFile], page: (bytes: () throws -> [UInt8], name: String),
        mailDate: MessageDate?, markdown: @escaping (_ limit: Int, _ files: [ReportFile]) throws -> [UInt8]
    ) {
        self.brief = brief
        self.files = files
        self.page = page
        self.mailDate = mailDate
        self.markdown = markdown
    }

    /// - Parameter names: the files that the format has here.
    func write(_ format: ReportFormat.Message, as names: [ReportFile], to folder: OutputFolder) throws {
        let others = files.filter { $0 != names.last }
        let contents =
            switch format {
            case .eml: [Mail.render(brief, page: try page.bytes(), pageName: page.name, date: mailDate)]
            case .slack: [SlackMessage.render(brief, files: others)]
            case .teams: [TeamsMessage.render(brief, files: others)]
            case .github:
                [GitHubAnnotations.render(brief), try markdown(GitHubAnnotations.summaryLimit, others)]
            }
        for (file, bytes) in zip(names, contents) { try folder.write(bytes, as: file.name) }
    }
}
