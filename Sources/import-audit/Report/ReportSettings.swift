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
    /// Jobs that are unlike the runs before them in the history.
    var unusualJobs: Set<JobIdentity> = []
    /// What the user calls the report; nil for a title of its own.
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
        if let history {
            digest.add("history", history.json)
            let unusual = unusualJobs.map { $0.bits }.sorted { $0 < $1 }
            digest.add("unusual \(unusual.map { "\($0.first) \($0.second)" }.joined(separator: ","))")
        }
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
        needsFailedRows && (job.rows.failed > 0 || job.rows.unclassified > 0)
    }

    /// Whether files over all jobs list their failed rows.
    var needsFailedRows: Bool { formats.contains(.csv) || formats.contains(.xlsx) || formats.contains(.explore) }

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

/// Which jobs get a folder with a report of their own, where there is an overview. That has all jobs in any case.
enum JobReports: String, Choice {
    case all, failed, critical, none

    static let noun = "a choice of job reports"

    /// Whether it includes no job that has nothing to say but that rows failed.
    var leavesOutPlainJobs: Bool { self == .none || self == .critical }

    /// What is said of other dumps of the job may bring a job in, and takes none out.
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
    /// The options that shaped the output, each as one would give it, in a fixed order. Files of the user's own stand
    /// there by what is in them, not by where they are.
    var shapingOptions: [String] {
        var options = ["--formats \(formats.list)"]
        if formats.linksStyle { options.append("--css linked") }
        if csv.isRaw { options.append("--csv-raw") }
        if csv.hasByteOrderMark { options.append("--csv-bom") }
        if let mailDate { options.append("--date \(mailDate.text)") }
        if let markdownLimit { options.append("--markdown-limit \(markdownLimit)") }
        if jobReports != .all { options.append("--job-reports \(jobReports)") }
        if isStrict { options.append("--strict") }
        options += selector?.selection.options ?? []
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
        // The codes file comes first in what they were made from, then its day.
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
