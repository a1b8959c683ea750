import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportRedaction
import ImportReports
import Spreadsheets
import XHTMLValidation

/// How reports are written: the evaluated options of a command, the same for all threads.
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
    let concurrency: Concurrency
    /// The user's rules and codes file.
    let userRules: UserRules
    /// Replaces values with pseudonyms.
    let redaction: Redaction?
    /// How large a page in Markdown may be, in bytes; nil for no limit.
    let markdownLimit: Int?
    /// Which jobs get a report of their own.
    let jobReports: JobReports
    /// Where failed rows are in what was sent, if that is given and was read.
    var lines: SourceLines?
    /// The trend of the history that the jobs are added to, if there is one.
    var history: TrendsReport?
    /// The title that the user gave; nil for the default.
    let title: String?
    /// Of mails, instead of the date of the job.
    var mailDate: MessageDate?
    /// The selected jobs; nil for all.
    let selector: JobSelector?

    init(
        formats: ReportFormats, csv: CSVOptions, templateFolder: String?, options: RunOptions, userRules: UserRules,
        redaction: Redaction?, markdownLimit: Int? = nil, jobReports: JobReports = .all, title: String? = nil
    ) throws(CommandFailure) {
        // Checked before anything is read.
        if formats.contains(.xlsx), !Workbook.isAvailable {
            throw CommandFailure(.cannotWrite, SpreadsheetFailure(.libraryAbsent).explanation)
        }
        self.redaction = redaction
        self.userRules = userRules
        self.markdownLimit = markdownLimit
        self.jobReports = jobReports
        self.title = title
        self.formats = formats
        self.csv = csv
        self.templateFolder = templateFolder
        isStrict = options.isStrict
        isVerbose = options.isVerbose
        encoding = options.encoding?.name
        selector = options.selecting.selector
        concurrency = options.concurrency
        ownTemplates =
            try templateFolder.map { (folder) throws(CommandFailure) in try TemplateFolder(folder).files() } ?? [:]
        do throws(TemplateFailure) {
            // Those of overviews are parsed when there is one: most reports are about one dump.
            templates = try TemplateSet(replacing: ownTemplates, for: .reports)
        } catch {
            guard let templateFolder, ownTemplates[error.file] != nil else {
                throw CommandFailure(.internalFault, "the built-in template \(error.place): \(error.message)")
            }
            throw CommandFailure(.usage, of: "\(templateFolder)/\(error.place)", error.message)
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

    /// Whether a page of the job would list rows that the summary does not have: one that was read back from JSON.
    func lacksListedRows(_ summary: JobSummary) -> Bool {
        formats.listsRows && summary.rows.failed > 0
            && summary.failedByCode.allSatisfy { $0.listedRows.isEmpty }
    }

    /// A digest of everything that the files of a run depend on, apart from the inputs.
    var fingerprint: String {
        var digest = OptionsDigest()
        digest.add(jobFingerprint)
        if let title { digest.add("title \(title)") }
        for name in Self.overviewTemplates {
            digest.add(name, BuiltInTemplates.files[name] ?? [], ownTemplates[name] ?? [])
        }
        for bytes in userRules.ruleOrigin { digest.add(bytes) }
        if let history { digest.add("history", history.json) }
        return digest.finish()
    }

    /// A digest of what the files of a job in an overview depend on: not on rules, which are about all jobs, and not on
    /// the day, as long as no acceptance begins or ends with it.
    var jobFingerprint: String {
        var digest = OptionsDigest()
        digest.add("\(toolVersion) \(formats.number) \(csv.isRaw) \(csv.hasByteOrderMark) \(isStrict)")
        if let markdownLimit { digest.add("markdown-limit \(markdownLimit)") }
        if jobReports != .all { digest.add("job-reports \(jobReports)") }
        if let mailDate { digest.add("date \(mailDate.text)") }
        if let encoding { digest.add("encoding \(encoding)") }
        for option in selector?.selection.options ?? [] { digest.add("select \(option)") }
        for files in [BuiltInTemplates.files, ownTemplates] {
            for (name, bytes) in files.sorted(by: { $0.key < $1.key }) where !Self.overviewTemplates.contains(name) {
                digest.add(name, bytes)
            }
        }
        if let codes = userRules.codes {
            digest.add("codes", userRules.codesOrigin, Array(codes.acceptances.utf8))
        }
        for bytes in redaction?.origin ?? [] { digest.add(bytes) }
        if let lines { digest.add("source", Array(lines.fingerprint.utf8)) }
        return digest.finish()
    }

    private static let overviewTemplates = TemplateSet.Format.allCases.map { $0.indexFileName }

    /// The paths of the user's own templates.
    var templateFiles: [String] {
        templateFolder.map { folder in ownTemplates.keys.map { "\(folder)/\($0)" } } ?? []
    }

    /// Names the templates that make an invalid page.
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
            .usage, of: templateFolder, "\(names) make a page that is not valid, at \(place). Nothing was written.")
    }
}

extension ReportSettings {
    /// The names under which inputs are shown, also to the next run.
    var names: SourceNames { redaction?.names ?? .plain }

    /// Whether another run can go on with what this one leaves: not with pseudonyms that it does not have.
    var isRepeatable: Bool { redaction?.mark.isKeyed != false }

    /// Whether a job has failed rows that files over all jobs list.
    func needsFailedRows(of job: JobSummary) -> Bool {
        (formats.contains(.csv) || formats.contains(.xlsx) || formats.contains(.explore))
            && (job.rows.failed > 0 || job.rows.unclassified > 0)
    }

    /// The results of the user's rules if there is only this job.
    func ruleResults(on job: JobSummary) -> RuleResults {
        var ruleTally = userRules.ruleTally
        ruleTally.add(job)
        return ruleTally.ruleResults()
    }
}

/// A digest of texts one after another.
private struct OptionsDigest {
    private var digest = SHA256()

    mutating func add(_ text: String, _ parts: [UInt8]...) {
        add(Array(text.utf8))
        for part in parts { add(part) }
    }

    mutating func add(_ bytes: [UInt8]) {
        // No two lists of texts have the same bytes.
        digest.update(Array("\(bytes.count):".utf8).span)
        digest.update(bytes.span)
    }

    mutating func finish() -> String { digest.finish() }
}

extension CodeBook {
    /// Which acceptances are valid on the given day: everything that depends on it.
    fileprivate var acceptances: String {
        entries.map { entry in
            guard let until = entry.acceptance?.until else { return "-" }
            return asOf.map { $0 <= until } == true ? "1" : "0"
        }.joined()
    }
}

/// How large `report.md` and `index.md` may be, in bytes.
struct MarkdownLimit: ExpressibleByArgument {
    let bytes: Int

    /// - Throws: what ArgumentParser says, with the status for wrong usage.
    static func named(_ text: String) throws -> MarkdownLimit {
        guard let limit = MarkdownLimit(argument: text) else {
            throw ValidationError("--markdown-limit takes a number of bytes, at least \(TemplateSet.smallestPage).")
        }
        return limit
    }

    init?(argument: String) {
        guard let bytes = Int(argument), argument.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            bytes >= TemplateSet.smallestPage
        else { return nil }
        self.bytes = bytes
    }
}

extension ReportSettings {
    /// Explains why a Markdown page cannot be made small enough.
    func pageTooLarge(_ page: PageTooLarge) -> CommandFailure {
        let limit = "the limit of \(Wording.grouped(page.limit)) bytes (--markdown-limit)"
        let size = "\(Wording.grouped(page.size)) bytes"
        guard let templateFolder, templates.replaced.contains(page.template) || templates.hasOwnPartials else {
            return CommandFailure(
                .internalFault, "the built-in template \(page.template) makes \(size), over \(limit).")
        }
        let file = "\(templateFolder)/\(page.template)"
        return CommandFailure(
            .cannotWrite,
            page.saysSo
                ? "\(file): its output is \(size) even with everything optional left out, over \(limit). Nothing was written."
                : "\(file): its output is \(size), over \(limit), and does not show {{#shortening}}, which says what was "
                    + "left out. Nothing was written.")
    }
}
