import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the full audit of dumps into a folder.",
        discussion: """
            For a file with one dump, the folder gets report.xhtml and report.md for people, rows.csv (every row), failures.csv \
            (failed and unclassified rows) and codes.csv for spreadsheets, and summary.json for programs. With xlsx \
            among the --formats, report.xlsx has codes, patterns and failed rows in one workbook.

            For everything else (a folder, an archive, several files, a file with several dumps), the folder gets an \
            overview: index.xhtml and index.md, jobs.csv, codes.csv and failures.csv of all jobs (index.xlsx), \
            summary.json, and in the folder jobs a report of each job. Of several dumps of one job, the latest counts. \
            Running the same command again then reads only new and changed inputs, and gives the same files as a fresh run.

            With --pack, everything is also packed into one zip with a manifest. The command verify checks whether it \
            was changed, and whether it was made from given dumps.

            With --source, the file that was sent, failures.csv and the pages show the line of each failed row in it. \
            Rows are paired with records as in the command rejects, which checks that they belong together. If they do \
            not, nothing is written and the exit status is 1.

            With rules (--max-failed and the others), the pages and summary.json show the result of each rule over all \
            jobs. The exit status is 1 if a rule is not met.

            With --history, the jobs are also added to that history, and the page shows how the share of failed rows has \
            changed over its runs.

            EXAMPLES
              import-audit report job.json
              import-audit report dumps/ -o audit --formats md,csv,html
              import-audit report dumps/ --pack audit.zip
              import-audit report dumps/ -o audit --dry-run
            """
    )

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.output) var writing: Writing
    @OptionGroup(title: Help.output) var csv: CSVFlags
    @OptionGroup(title: Help.output) var packing: PackOptions
    @OptionGroup(title: Help.rules) var gate: RuleOptions
    @OptionGroup(title: Help.output) var past: HistoryOption
    @OptionGroup(title: Help.codes) var codes: CodesOptions
    @OptionGroup(title: Help.source) var source: ReportSourceOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    /// What is written, and where.
    struct Writing: ParsableArguments {
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("The folder to write into; created if missing.", valueName: "dir"),
            completion: .directory)
        var output = Writing.defaultOutput
        static let defaultOutput = "audit"

        @Option(
            name: [.customLong("formats"), .customLong("format")],
            help: ArgumentHelp(
                "What to write: \(ReportFormats.names), separated by commas; \(ReportFormats.all.list) by default.",
                valueName: "list"),
            completion: ReportFormat.completion, transform: ReportFormats.init(list:))
        var formats = ReportFormats.all

        @Option(
            name: .customLong("stdout"),
            help: ArgumentHelp(
                "Print the report in one format (\(PrintedReport.names)) and write no folder; csv prints the failed rows, github the annotations.",
                valueName: "format"),
            completion: .list(PrintedReport.formats.map { $0.rawValue }), transform: PrintedReport.init(named:))
        var printed: PrintedReport?

        @Option(
            help: ArgumentHelp(
                "A folder with your own templates. Each replaces the built-in template of the same name.",
                valueName: "dir"),
            completion: .directory)
        var templates: String?

        @Option(
            help: ArgumentHelp(
                "The title of the pages; by default the file name, or the number of jobs.", valueName: "text"))
        var title: String?

        @Option(
            help: ArgumentHelp(
                "The date of a mail (eml), such as 2026-03-04T09:00:00Z; by default that of the job.",
                valueName: "date-time"),
            transform: Writing.mailDate)
        var date: MessageDate?

        @Option(
            help: ArgumentHelp(
                "Where the style of pages is: in each page (embedded, the default), or in report.css in the same folder (linked), for servers that refuse style in a page.",
                valueName: "where"),
            completion: StylePlace.completion, transform: StylePlace.named)
        var css: StylePlace = .embedded

        @Option(
            name: .customLong("markdown-limit"), parsing: .unconditional,
            help: ArgumentHelp(
                "Shorten report.md and index.md to this size, at least 1000; GitHub allows 65536 for a comment.",
                valueName: "bytes"),
            transform: MarkdownLimit.named)
        var markdownLimit: MarkdownLimit?

        @Option(
            name: .customLong("job-reports"),
            help: ArgumentHelp(
                "Which jobs of an overview get their own report: all (the default), failed (failed or unclassified rows, or a critical finding), critical (a critical finding) or none.",
                valueName: "which"),
            completion: JobReports.completion, transform: JobReports.named)
        var jobReports: JobReports = .all

        @Flag(help: "Do everything again, whatever an earlier run left in the folder.")
        var fresh = false

        @Flag(help: "Replace files that have the names of outputs but were not written by import-audit.")
        var force = false

        @Flag(name: .customLong("dry-run"), help: DryRun.help)
        var isDryRun = false

        private static func mailDate(_ text: String) throws -> MessageDate {
            guard let date = DateTime(text) else {
                throw ValidationError(
                    "“\(shownText(text))” is not a date and time; --date takes one such as 2026-03-04T09:00:00Z.")
            }
            return MessageDate(date)
        }

        func validate() throws {
            try OutputOption.check(output)
            try GivenNames.check(templates, of: "--templates", is: "a folder")
            if printed != nil {
                let others: [(String, Bool)] = [
                    ("-o", output != Self.defaultOutput), ("--fresh", fresh), ("--force", force),
                    ("--formats", formats.number != ReportFormats.all.number), ("--css linked", css == .linked),
                    ("--dry-run", isDryRun),
                ]
                try ReportCommand.refuse(others)
            }
            if date != nil, printed?.format != .eml, !formats.contains(.eml) {
                throw ValidationError("--date needs a mail: add eml to --formats.")
            }
            if css == .linked, !formats.contains(.xhtml) {
                throw ValidationError("--css linked needs pages: add xhtml to --formats.")
            }
            if title?.isEmpty == true { throw ValidationError("--title takes a text of one character or more.") }
        }
    }

    func validate() throws {
        try source.check()
        if writing.printed != nil { try Self.refuse([("--pack", packing.pack != nil)]) }
    }

    private static func refuse(_ others: [(String, Bool)]) throws {
        if let other = others.first(where: { $0.1 }) {
            throw ValidationError("--stdout writes no folder: leave \(other.0) out.")
        }
    }

    func run() throws {
        try reportingFailures {
            guard let printed = writing.printed else { return try write(writing.formats, into: writing.output) }
            return try printed.run { try write(ReportFormats(printed.format), into: $0) }
        }
    }

    private func write(_ formats: ReportFormats, into output: String) throws -> ExitStatus {
        let optionFiles = [gate.rules, codes.codes, redacting.redactRules, redacting.redactKeyFile].compactMap { $0 }
        let userRules = try gate.userRules(codes)
        let redaction = try redacting.redaction(isQuiet: options.isQuiet)
        let pairing = source.pairing(options, redaction)
        var formats = formats
        formats.linksStyle = writing.css == .linked
        var settings = try ReportSettings(
            formats: formats, csv: csv.options, templateFolder: writing.templates, options: options,
            userRules: userRules, redaction: redaction, markdownLimit: writing.markdownLimit?.bytes,
            // Printed reports do not link to the pages of jobs.
            jobReports: writing.printed == nil ? writing.jobReports : .none, title: writing.title)
        settings.mailDate = writing.date
        return try ReportPlan(
            options: options, output: output, settings: settings, isFresh: writing.fresh, isForced: writing.force,
            isDryRun: writing.isDryRun,
            optionFiles: optionFiles + settings.templateFiles + (pairing?.sources.paths ?? []),
            pack: try packing.target(
                inputs: options.inputs, others: optionFiles + (pairing?.sources.paths ?? []),
                isForced: writing.force),
            pairing: pairing, isPrinted: writing.printed != nil, history: try past.access()
        ).run()
    }
}

/// Where the style of pages is placed.
enum StylePlace: String, Choice {
    case embedded, linked

    static let noun = "a place for the style"
}

/// The options for CSV files, shared by all commands that write CSV.
struct CSVFlags: ParsableArguments {
    @Flag(
        name: .customLong("csv-raw"),
        help: "Write cells unchanged, including those that a spreadsheet would run as formulas.")
    var isRaw = false

    @Flag(
        name: .customLong("csv-bom"),
        help: "Start each CSV file with a byte order mark, so that Excel reads it as UTF-8.")
    var hasMark = false

    var options: CSVOptions { CSVOptions(isRaw: isRaw, hasByteOrderMark: hasMark) }
}

/// The options for the source, which provides the lines of failed rows.
struct ReportSourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "The file that was sent, to show the lines of failed rows: one file for all jobs, or one for each job in "
                + "order. FILE#SHEET names a sheet of a workbook.",
            valueName: "file"),
        completion: .file())
    var arguments: [String] = []

    @OptionGroup var form: SourceFormOptions

    @Option(
        name: .customLong("source-encoding"),
        help: ArgumentHelp(
            "The encoding of a source that is not in Unicode, such as windows-1252.", valueName: "name"))
    var encodingName: String?

    private var sources: [String] { ManyArguments.putBack(arguments) }

    func check() throws {
        if arguments.isEmpty {
            let others: [(String, Bool)] = [
                ("--first-row", form.firstRow != 1), ("--delimiter", form.delimiter != nil),
                ("--no-header", form.noHeader), ("--trust-order", form.trustOrder),
                ("--source-encoding", encodingName != nil),
            ]
            if let other = others.first(where: { $0.1 }) {
                throw ValidationError("\(other.0) needs --source.")
            }
        }
        try GivenNames.check(sources, of: "--source")
        try form.check(sourceCount: sources.count)
        try EncodingName.checkSource(encodingName, option: "--source-encoding")
    }

    /// Returns how the source is paired with rows; nil if no source is given.
    func pairing(_ options: RunOptions, _ redaction: Redaction?) -> PairingOptions? {
        if arguments.isEmpty { return nil }
        return form.pairing(
            sources: sources, encoding: encodingName.flatMap { TextEncoding(name: $0) }, options.concurrency,
            isQuiet: options.isQuiet, redaction)
    }
}
