import ArgumentParser
import ImportAnalysis
import ImportReports

/// A format of reports. Everything that depends on the list of formats is here, or iterates over all of them.
///
/// The cases are in the order in which options list them.
enum ReportFormat: String, Choice {
    case markdown = "md"
    /// All CSV files.
    case csv
    case xhtml
    case json
    case xlsx
    case eml, slack, teams, github
    case explore

    static let aliases: [String: ReportFormat] = ["markdown": .markdown, "html": .xhtml]

    /// All formats, in the order in which a person would open their files.
    static let inReadingOrder: [ReportFormat] = [
        .xhtml, .explore, .markdown, .csv, .xlsx, .eml, .slack, .teams, .github, .json,
    ]

    /// The formats that are written by default.
    static let byDefault: Set<ReportFormat> = [.markdown, .csv, .xhtml, .json]

    /// The kind of a format, which determines how and when its files are written.
    enum Kind {
        /// A page made from a template.
        case page(TemplateSet.Format)
        /// Files that grow row by row.
        case rows(Rows)
        case message(Message)
        /// Written last, so that if the summary is new, all other files are new.
        case summary
    }

    enum Rows { case csv, xlsx, explore }
    /// Messages (``MessageFiles``).
    enum Message { case eml, slack, teams, github }

    var kind: Kind {
        switch self {
        case .xhtml: .page(.xhtml)
        case .markdown: .page(.markdown)
        case .csv: .rows(.csv)
        case .xlsx: .rows(.xlsx)
        case .explore: .rows(.explore)
        case .eml: .message(.eml)
        case .slack: .message(.slack)
        case .teams: .message(.teams)
        case .github: .message(.github)
        case .json: .summary
        }
    }

    /// The files of a job's report.
    var jobFiles: [ReportFile] {
        switch self {
        case .xhtml: [.xhtml]
        case .markdown: [.markdown]
        case .csv: [.rows, .failures, .codes]
        case .xlsx: [.workbook]
        case .json: [.summary]
        case .explore: [.explore]
        case .eml, .slack, .teams, .github: messageFiles(named: "report", mailHas: "this page")
        }
    }

    /// The files of an overview.
    ///
    /// - Parameter hasFailures: whether the rows of all jobs are available, to be combined.
    func overviewFiles(hasFailures: Bool) -> [ReportFile] {
        switch self {
        case .xhtml: [.indexXHTML]
        case .markdown: [.indexMarkdown]
        case .csv: hasFailures ? [.jobs, .allCodes, .allFailures] : [.jobs, .allCodes]
        case .xlsx: [.indexWorkbook]
        case .json: [.allSummaries]
        case .eml, .slack, .teams, .github: messageFiles(named: "index", mailHas: "this overview")
        // Needs the rows of all jobs.
        case .explore: hasFailures ? [.indexExplore] : []
        }
    }

    private func messageFiles(named name: String, mailHas page: String) -> [ReportFile] {
        func file(_ end: String, _ description: String) -> ReportFile {
            ReportFile(name: "\(name).\(end)", description: description)
        }
        guard case .message(let message) = kind else { return [] }
        return switch message {
        case .eml: [file("eml", "a mail with \(page) attached, as a draft")]
        case .slack: [file("slack.json", "a message for Slack")]
        case .teams: [file("teams.json", "a message for Microsoft Teams")]
        case .github:
            [
                file("github.txt", "annotations for GitHub Actions"),
                file("github.md", "the summary of a step of GitHub Actions"),
            ]
        }
    }
}

/// Writes the messages to people and services about a report, which is that of one job or an overview.
struct MessageFiles {
    private let brief: Brief
    /// All files of the report, which messages name.
    private let files: [ReportFile]
    /// The page as attached to a mail, and its name. It links to no other files, because they are not sent with it.
    private let page: (bytes: () throws -> [UInt8], name: String)
    private let mailDate: MessageDate?
    /// Renders the report in Markdown, within a number of bytes, with links to the given files.
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

    /// - Parameter names: the files of the format in this report.
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

/// The formats that were chosen.
struct ReportFormats: Sendable {
    private var chosen: Set<ReportFormat>
    /// Whether pages link to their style sheet, which is then a separate file.
    var linksStyle = false

    /// The formats that are written by default.
    static let all = ReportFormats(chosen: ReportFormat.byDefault)
    static let every = ReportFormats(chosen: Set(ReportFormat.allCases), linksStyle: true)

    /// All names, as help and messages list them.
    static let names = ReportFormat.names

    func contains(_ format: ReportFormat) -> Bool { chosen.contains(format) }

    /// Whether a page that lists failed rows is written, or attached to a mail.
    var listsRows: Bool { contains(.xhtml) || contains(.eml) }

    /// The chosen formats, in the order in which a person would open their files.
    var inReadingOrder: [ReportFormat] { ReportFormat.inReadingOrder.filter(chosen.contains) }

    /// The files of a job's report, in the order in which a person would open them.
    var files: [ReportFile] { inReadingOrder.flatMap { $0.jobFiles } + styleSheets }

    private var styleSheets: [ReportFile] { linksStyle && contains(.xhtml) ? [.styleSheet] : [] }

    /// Returns the files of an overview, in the same order.
    func overviewFiles(hasFailures: Bool = true) -> [ReportFile] {
        inReadingOrder.flatMap { $0.overviewFiles(hasFailures: hasFailures) } + styleSheets
    }

    /// The names of the chosen formats, separated by commas, in a fixed order.
    var list: String {
        ReportFormat.allCases.filter(chosen.contains).map { $0.rawValue }.joined(separator: ",")
    }

    /// A number that identifies the choice, the same in other versions.
    var number: Int {
        ReportFormat.allCases.enumerated().reduce(linksStyle ? 1 << 32 : 0) {
            $0 + (chosen.contains($1.element) ? 1 << $1.offset : 0)
        }
    }
}

extension ReportFormats {
    /// Chooses a single format.
    init(_ format: ReportFormat) {
        chosen = [format]
    }

    /// - Throws: an error of ArgumentParser, with the exit status for wrong usage.
    init(list: String) throws {
        chosen = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            chosen.insert(try ReportFormat.named(String(name)))
        }
    }
}
