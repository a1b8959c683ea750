import ImportAnalysis
import ImportDumps
import ImportRedaction
import ImportReports
import Spreadsheets
import XHTMLValidation

/// How reports are written: what the options of a command come to, the same for all threads.
struct ReportSettings: Sendable {
    let formats: ReportFormats
    let csv: CSVOptions
    let isStrict: Bool
    let isVerbose: Bool
    /// The name of the encoding of dumps that do not show what they are in.
    let encoding: String?
    let templates: TemplateSet
    /// The user's own folder of templates, and what is in it.
    let templateFolder: String?
    let ownTemplates: [String: [UInt8]]
    /// Whether large files may be written by threads of their own.
    let writesBehind: Bool
    /// The user's own measures.
    let standards: Standards
    /// Puts pseudonyms in place of values.
    let redaction: Redaction?
    /// How large a page in Markdown may be, in bytes; nil for no limit.
    let markdownLimit: Int?

    init(
        formats: ReportFormats, csv: CSVOptions, templateFolder: String?, options: RunOptions, standards: Standards,
        redaction: Redaction?, markdownLimit: Int? = nil
    ) throws(CommandFailure) {
        // Better known before anything is read.
        if formats.contains(.xlsx), !Workbook.isAvailable {
            throw CommandFailure(.cannotWrite, SpreadsheetFailure(.libraryAbsent).explanation)
        }
        self.redaction = redaction
        self.standards = standards
        self.markdownLimit = markdownLimit
        self.formats = formats
        self.csv = csv
        self.templateFolder = templateFolder
        isStrict = options.isStrict
        isVerbose = options.isVerbose
        encoding = options.encoding?.name
        writesBehind = options.threadCount > 1
        ownTemplates =
            try templateFolder.map { (folder) throws(CommandFailure) in try TemplateFolder(folder).files() } ?? [:]
        do throws(TemplateFailure) {
            // Those of overviews are parsed when there is one: most reports are about one dump.
            templates = try TemplateSet(replacing: ownTemplates, for: .reports)
        } catch {
            guard let templateFolder, ownTemplates[error.file] != nil else {
                throw CommandFailure(.internalFault, "the built-in template \(error.place): \(error.message)")
            }
            throw CommandFailure(.usage, "\(templateFolder)/\(error.place): \(error.message)")
        }
    }

    /// The templates of overviews, which were checked with those of reports.
    func overviewTemplates() throws(CommandFailure) -> TemplateSet {
        do throws(TemplateFailure) {
            return try TemplateSet(replacing: ownTemplates)
        } catch {
            throw CommandFailure(.internalFault, "the template \(error.place): \(error.message)")
        }
    }

    /// A digest of all that the bytes of a report depend on, apart from the inputs.
    var fingerprint: String {
        var digest = SHA256()
        func add(_ bytes: [UInt8]) {
            let count = Array("\(bytes.count):".utf8)
            for part in [count, bytes] { unsafe part.withUnsafeBufferPointer { unsafe digest.update($0) } }
        }
        add(Array("\(toolVersion) \(formats.rawValue) \(csv.isRaw) \(csv.hasByteOrderMark) \(isStrict)".utf8))
        if let markdownLimit { add(Array("markdown-limit \(markdownLimit)".utf8)) }
        if let encoding { add(Array("encoding \(encoding)".utf8)) }
        for (name, bytes) in BuiltInTemplates.files.sorted(by: { $0.key < $1.key }) {
            add(Array(name.utf8))
            add(bytes)
        }
        for (name, bytes) in ownTemplates.sorted(by: { $0.key < $1.key }) {
            add(Array(name.utf8))
            add(bytes)
        }
        for bytes in standards.origin { add(bytes) }
        for bytes in redaction?.origin ?? [] { add(bytes) }
        return digest.finish()
    }

    /// Names what makes a page that is not valid.
    ///
    /// - Parameter page: the template that it was made from.
    func invalidPage(_ problem: (problem: XHTMLProblem, line: String), of page: String) -> CommandFailure {
        let place =
            "line \(problem.problem.line) of the page: \(problem.problem.message) That line reads: \(problem.line)"
        let own = templates.replaced.intersection([page, "report.css"]).sorted()
        guard let templateFolder, !own.isEmpty || templates.hasOwnPartials else {
            return CommandFailure(.internalFault, "the built-in template makes a page that is not valid: \(place)")
        }
        let names = own.isEmpty ? "the partials" : own.joined(separator: " and ")
        return CommandFailure(
            .usage, "\(templateFolder): \(names) make a page that is not valid, at \(place). Nothing was written.")
    }
}

extension ReportSettings {
    /// The names under which inputs are shown, also to the next run.
    var names: SourceNames { redaction?.names ?? .plain }

    /// Whether another run can go on with what this one leaves: not with pseudonyms that it does not have.
    var isRepeatable: Bool { redaction?.mark.isKeyed != false }

    /// What the user's own rules come to if a job is all there is.
    func conclusion(on job: JobSummary) -> Conclusion {
        var judging = standards.judging
        judging.add(job)
        return judging.conclusion()
    }
}
