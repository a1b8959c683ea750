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
            For one dump, the folder gets report.xhtml and report.md for people, rows.csv (every row), failures.csv \
            (failed and unclassified rows) and codes.csv for spreadsheets, and summary.json for programs. With xlsx \
            among the --formats, report.xlsx has codes, patterns and failed rows in one workbook.

            For several (many files, a folder, an archive, a log with a dump on each line) it gets an overview: \
            index.xhtml and index.md, jobs.csv, codes.csv and failures.csv over all jobs (index.xlsx), summary.json, and under jobs \
            a folder with the report of each job. Several dumps of one job are one job, the latest of them. The same \
            command again reads only what is new or changed since, and ends with the same files as if it had read all.

            With --pack, all of it is packed into one zip as well, with a manifest: the command verify says whether \
            anything was changed since, and whether given dumps are the ones that it is about.

            With --source, the file that was sent, failures.csv and the pages say on which line of it a failed row begins. \
            Rows are paired with records as by the command rejects, which proves that they belong together; if it cannot, \
            nothing is written and the exit status is 1.

            With rules (--max-failed and those that follow it), the pages and summary.json say how they were met over \
            all jobs, and the exit status is 1 if one is not.
            """
    )

    @OptionGroup var options: RunOptions
    @OptionGroup var gate: RuleOptions
    @OptionGroup var codes: CodesOptions
    @OptionGroup var redacting: RedactionOptions

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write into; it is made if need be.", valueName: "dir"))
    var output = ReportCommand.defaultOutput
    private static let defaultOutput = "audit"

    @Option(
        help: ArgumentHelp(
            "What to write: a list of \(ReportFormats.names) with commas between; \(ReportFormats.all.list) by default.",
            valueName: "list"),
        transform: ReportFormats.init(list:))
    var formats = ReportFormats.all

    @Option(
        name: .customLong("stdout"),
        help: ArgumentHelp(
            "Print the report in this format (\(PrintedReport.formats.map { $0.rawValue }.joined(separator: ", "))) and write no folder; csv prints the failed rows, github the annotations.",
            valueName: "format"),
        transform: PrintedReport.init(named:))
    var printed: PrintedReport?

    @Option(
        help: ArgumentHelp(
            "A folder with templates of your own, in place of the built-in ones file by file.", valueName: "dir"))
    var templates: String?

    @Option(
        help: ArgumentHelp(
            "The title of the pages; by default the name of the file, or the number of jobs.", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp(
            "The date of a mail (eml), such as 2026-03-04T09:00:00Z; by default that of the job.",
            valueName: "date-time"),
        transform: ReportCommand.date)
    var date: MessageDate?

    @Option(
        help: ArgumentHelp(
            "Where the style of pages is: in each page (embedded), or in report.css beside it (linked), for servers that "
                + "refuse style in a page.",
            valueName: "where"))
    var css: StylePlace = .embedded

    @Option(
        name: .customLong("markdown-limit"),
        help: ArgumentHelp(
            "Shorten report.md and index.md to this size, at least 1000; a comment on GitHub may have 65536.",
            valueName: "bytes"))
    var markdownLimit: MarkdownLimit?

    @Option(
        name: .customLong("job-reports"),
        help: ArgumentHelp(
            "Which jobs of an overview get a folder with a report of their own: all, those with failed or unclassified rows or a critical finding (failed), those with a critical finding (critical), or none.",
            valueName: "which"))
    var jobReports: JobReports = .all

    @OptionGroup var source: ReportSourceOptions

    @OptionGroup var csv: CSVFlags

    @OptionGroup var packing: PackOptions

    @Flag(help: "Do everything anew, whatever an earlier run has left in the folder.")
    var fresh = false

    @Flag(help: "Replace files in the folder that have the names of output but were not written by import-audit.")
    var force = false

    func validate() throws {
        try OutputOption.check(output)
        try source.check()
        if printed != nil {
            let others: [(String, Bool)] = [
                ("-o", output != Self.defaultOutput), ("--pack", packing.pack != nil), ("--fresh", fresh),
                ("--force", force), ("--formats", formats.number != ReportFormats.all.number),
                ("--css linked", css == .linked),
            ]
            if let other = others.first(where: { $0.1 }) {
                throw ValidationError("--stdout writes no folder: leave \(other.0) out.")
            }
        }
        if date != nil, printed?.format != .eml, !formats.contains(.eml) {
            throw ValidationError("--date is about mails: add eml to --formats.")
        }
        if css == .linked, !formats.contains(.xhtml) {
            throw ValidationError("--css is about pages in XHTML: add xhtml to --formats.")
        }
        if title?.isEmpty == true { throw ValidationError("--title takes a text of one character or more.") }
    }

    private static func date(_ text: String) throws -> MessageDate {
        guard let date = DateTime(text) else {
            throw ValidationError(
                "“\(shownText(text))” is not a date and time; --date takes one such as 2026-03-04T09:00:00Z.")
        }
        return MessageDate(date)
    }

    func run() throws {
        try reportingFailures {
            guard let printed else { return try write(formats, into: output) }
            return try printed.run { try write(ReportFormats(printed.format), into: $0) }
        }
    }

    private func write(_ formats: ReportFormats, into output: String) throws -> ExitStatus {
        let optionFiles = [gate.rules, codes.codes, redacting.redactRules, redacting.redactKeyFile].compactMap { $0 }
        let pairing = source.pairing(options)
        var formats = formats
        formats.linksStyle = css == .linked
        var settings = try ReportSettings(
            formats: formats, csv: csv.options, templateFolder: templates, options: options,
            userRules: try gate.userRules(codes), redaction: try redacting.redaction(isQuiet: options.isQuiet),
            markdownLimit: markdownLimit?.bytes,
            // Of what is printed, nothing leads to the pages of jobs.
            jobReports: printed == nil ? jobReports : .none, title: title)
        settings.mailDate = date
        return try ReportPlan(
            options: options, output: output, settings: settings, isFresh: fresh, isForced: force,
            optionFiles: optionFiles + settings.templateFiles + (pairing?.sources.paths ?? []),
            pack: try packing.target(
                inputs: options.inputs, others: optionFiles + (pairing?.sources.paths ?? []), isForced: force),
            pairing: pairing, isPrinted: printed != nil
        ).run()
    }
}

/// Where the style of pages is.
enum StylePlace: String, ExpressibleByArgument, CaseIterable {
    case embedded, linked
}

/// How CSV files are written: options of all commands that write some.
struct CSVFlags: ParsableArguments {
    @Flag(
        name: .customLong("csv-raw"),
        help: "Leave cells as they are, also those that a spreadsheet would run as formulas.")
    var isRaw = false

    @Flag(
        name: .customLong("csv-bom"),
        help: "Begin each CSV file with a byte order mark, so that Excel reads it as UTF-8.")
    var hasMark = false

    var options: CSVOptions { CSVOptions(isRaw: isRaw, hasByteOrderMark: hasMark) }
}

/// What was sent, for the lines of failed rows.
struct ReportSourceOptions: ParsableArguments {
    @Option(
        name: .customLong("source"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "What was sent, to name the lines of failed rows: one file for all jobs, or one for each in their order; "
                + "FILE#SHEET for a sheet of a workbook.",
            valueName: "file"))
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
                throw ValidationError("\(other.0) is about the file that --source names.")
            }
        }
        try form.check(sourceCount: sources.count)
        try EncodingName.checkSource(encodingName, option: "--source-encoding")
    }

    /// Nil if no source is given.
    func pairing(_ options: RunOptions) -> PairingOptions? {
        if arguments.isEmpty { return nil }
        return form.pairing(
            sources: sources, encoding: encodingName.flatMap { TextEncoding(name: $0) }, options.concurrency,
            isQuiet: options.isQuiet)
    }
}
