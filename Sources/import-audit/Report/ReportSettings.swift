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
    /// The name of the encoding of dumps that are not recognizably Unicode.
    let encoding: String?
    let templates: TemplateSet
    /// The user's template folder, and the files in it.
    let templateFolder: String?
    let ownTemplates: [String: [UInt8]]
    let concurrency: Concurrency
    /// The user's rules and codes file.
    let userRules: UserRules
    /// Replaces values with pseudonyms.
    let redaction: Redaction?
    /// The maximum size of a Markdown page in bytes; nil for no limit.
    let markdownLimit: Int?
    /// Which jobs get their own report.
    let jobReports: JobReports
    /// The lines of failed rows in the source, if one is given and has been read.
    var lines: SourceLines?
    /// The trend of the history that the jobs are added to, if there is one.
    var history: TrendsReport?
    /// Jobs that are unlike the runs before them in the history.
    var unusualJobs: Set<JobIdentity> = []
    /// The title that the user chose; nil for the default title.
    let title: String?
    /// The date of mails; nil for the date of the job.
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
        selector = options.selecting.selector(redaction)
        concurrency = options.concurrency
        ownTemplates =
            try templateFolder.map { (folder) throws(CommandFailure) in try TemplateFolder(folder).files() } ?? [:]
        do throws(TemplateFailure) {
            // Built-in templates of overviews are parsed only for an overview: most reports are about one dump.
            templates = try TemplateSet(replacing: ownTemplates, for: .reports)
        } catch {
            guard let templateFolder, ownTemplates[error.file] != nil else {
                throw CommandFailure(.internalFault, "the built-in template \(error.place): \(error.message)")
            }
            throw CommandFailure(.usage, of: "\(templateFolder)/\(error.place)", error.message)
        }
        if let templateFolder, !options.isQuiet {
            for name in templates.unused {
                Console.say(
                    "\(templateFolder)/\(name): not used, because no template includes it and it does not have the name of "
                        + "one.")
            }
        }
    }

    /// Returns the templates of reports and overviews. The user's own ones have been checked before.
    func overviewTemplates() throws(CommandFailure) -> TemplateSet {
        do throws(TemplateFailure) {
            return try TemplateSet(replacing: ownTemplates)
        } catch {
            throw CommandFailure(.internalFault, "the template \(error.place): \(error.message)")
        }
    }

    /// Whether a page would list rows of the job that the summary lacks, because it was read back from JSON.
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
        if let history {
            digest.add("history", history.json)
            let unusual = unusualJobs.map { $0.bits }.sorted { $0 < $1 }
            digest.add("unusual \(unusual.map { "\($0.first) \($0.second)" }.joined(separator: ","))")
        }
        return digest.finish()
    }

    /// A digest of everything that the files of a job in an overview depend on. It excludes rules, which are about all
    /// jobs, and the day, unless that changes which acceptances are valid.
    var jobFingerprint: String {
        var digest = OptionsDigest()
        digest.add("\(toolVersion) \(formats.number) \(csv.isRaw) \(csv.hasByteOrderMark) \(isStrict)")
        if let markdownLimit { digest.add("markdown-limit \(markdownLimit)") }
        if jobReports != .all { digest.add("job-reports \(jobReports)") }
        if let mailDate { digest.add("date \(mailDate.text)") }
        if let encoding { digest.add("encoding \(encoding)") }
        for option in selector?.options ?? [] { digest.add("select \(option)") }
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

    /// Returns an error that names the templates behind an invalid page.
    ///
    /// - Parameter page: the name of the template that the page was made from.
    func invalidPage(_ problem: (problem: XHTMLProblem, line: String), of page: String) -> CommandFailure {
        let place =
            "line \(problem.problem.line) of the page: \(problem.problem.message) That line reads: \(problem.line)"
        let own = templates.replaced.intersection([page, "report.css"]).sorted()
        guard let templateFolder, !own.isEmpty || templates.hasOwnPartials else {
            return CommandFailure(.internalFault, "the built-in template makes a page that is not valid: \(place)")
        }
        let names = own.isEmpty ? "the partials" : own.joined(separator: " and ")
        return CommandFailure(
            .usage, of: templateFolder,
            "\(names) \(own.count == 1 ? "makes" : "make") a page that is not valid, at \(place). Nothing was written."
        )
    }
}

extension ReportSettings {
    /// The names under which inputs are shown, including to the next run.
    var names: SourceNames { redaction?.names ?? .plain }

    /// Whether another run can reuse the results of this one. It cannot if pseudonyms depend on a random key.
    var isRepeatable: Bool { redaction?.mark.isKeyed != false }

    /// Whether a job has failed or unclassified rows that files about all jobs list.
    func needsFailedRows(of job: JobSummary) -> Bool {
        needsFailedRows && (job.rows.failed > 0 || job.rows.unclassified > 0)
    }

    /// Whether files about all jobs list their failed rows.
    var needsFailedRows: Bool { formats.contains(.csv) || formats.contains(.xlsx) || formats.contains(.explore) }

    /// Returns the results of the user's rules if this is the only job.
    func ruleResults(on job: JobSummary) -> RuleResults {
        var ruleTally = userRules.ruleTally
        ruleTally.add(job)
        return ruleTally.ruleResults()
    }
}

/// A digest of a sequence of texts.
private struct OptionsDigest {
    private var digest = SHA256()

    mutating func add(_ text: String, _ parts: [UInt8]...) {
        add(Array(text.utf8))
        for part in parts { add(part) }
    }

    mutating func add(_ bytes: [UInt8]) {
        // The length makes the encoding unambiguous: different lists of texts have different bytes.
        digest.update(Array("\(bytes.count):".utf8).span)
        digest.update(bytes.span)
    }

    mutating func finish() -> String { digest.finish() }
}

extension CodeBook {
    /// Which acceptances are valid on the given day. Nothing else depends on the day.
    fileprivate var acceptances: String {
        entries.map { entry in
            guard let until = entry.acceptance?.until else { return "-" }
            return asOf.map { $0 <= until } == true ? "1" : "0"
        }.joined()
    }
}

/// The maximum size of `report.md` and `index.md`, in bytes.
struct MarkdownLimit: ExpressibleByArgument {
    let bytes: Int

    /// - Throws: an error of ArgumentParser, with the exit status for wrong usage.
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
        guard let bytes = page.size else {
            return CommandFailure(
                .cannotWrite,
                "\(templateFolder.map { "\($0)/" } ?? "")\(page.template): the page is larger than "
                    + "\(Wording.grouped(page.limit)) bytes, or needs too many steps: do not nest lists in themselves. "
                    + "Nothing was written.")
        }
        let limit = "the limit of \(Wording.grouped(page.limit)) bytes (--markdown-limit)"
        let size = "\(Wording.grouped(bytes)) bytes"
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

/// Which jobs of an overview get a folder with their own report. The overview itself has all jobs in any case.
enum JobReports: String, Choice {
    case all, failed, critical, none

    static let noun = "a choice of job reports"

    /// Whether it excludes plain jobs, in which there is nothing to note except failed rows.
    var leavesOutPlainJobs: Bool { self == .none || self == .critical }

    /// Whether a job gets a report. Findings about other dumps of the job can only add it, never remove it.
    func includes(_ job: JobSummary) -> Bool {
        switch self {
        case .all: true
        case .failed: job.rows.failed > 0 || job.rows.unclassified > 0 || Self.critical.includes(job)
        case .critical: job.count(of: .critical) > 0
        case .none: false
        }
    }
}

// MARK: - As options

extension ReportSettings {
    /// The options that shaped the output, each as on the command line, in a fixed order. The user's own files are
    /// represented by their content, not by their paths.
    var shapingOptions: [String] {
        var options = ["--formats \(formats.list)"]
        if formats.linksStyle { options.append("--css linked") }
        if csv.isRaw { options.append("--csv-raw") }
        if csv.hasByteOrderMark { options.append("--csv-bom") }
        if let mailDate { options.append("--date \(mailDate.text)") }
        if let markdownLimit { options.append("--markdown-limit \(markdownLimit)") }
        if jobReports != .all { options.append("--job-reports \(jobReports)") }
        if isStrict { options.append("--strict") }
        options += selector?.options ?? []
        if let encoding { options.append("--encoding \(encoding)") }
        for (name, bytes) in ownTemplates.sorted(by: { $0.key < $1.key }) {
            options.append("--templates \(name) sha256:\(Self.hash(bytes))")
        }
        options += userRules.shapingOptions
        if let redaction { options += redaction.shapingOptions }
        if let lines {
            options += lines.files.map { PackManifest.sourceOption + $0.sha256 }
            if lines.trustsOrder { options.append("--trust-order") }
        }
        return options
    }

    fileprivate static func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes.span)
        return hash.finish()
    }
}

extension Redaction {
    fileprivate var shapingOptions: [String] {
        ["--redact", "\(mark.isKeyed ? "--redact-key-file" : "random") key:\(mark.keyID)"]
            + (rulesBytes.isEmpty ? [] : ["--redact-rules sha256:\(ReportSettings.hash(rulesBytes))"])
    }
}

extension UserRules {
    fileprivate var shapingOptions: [String] {
        var options: [String] = []
        // In `origin`, the codes file comes first, followed by its day.
        if codes != nil, let file = origin.first {
            options.append("--codes sha256:\(ReportSettings.hash(file))")
            let day = origin.dropFirst().first.map { String(decoding: $0, as: UTF8.self) } ?? ""
            if !day.isEmpty { options.append("--as-of \(day)") }
        }
        let rules = gate?.rules ?? []
        options += rules.map { rule in "--\(rule.form.name)" + (rule.argument.map { " \($0)" } ?? "") }
        if rules.contains(where: { $0.isOnlyPending == true }) { options.append("--only-new-codes") }
        return options
    }
}
