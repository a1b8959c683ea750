import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the full audit of a dump into a folder.",
        discussion: """
            The folder gets report.xhtml and report.md for people, rows.csv (every row), failures.csv (failed and \
            unclassified rows) and codes.csv for spreadsheets, and summary.json for programs. Files of an earlier \
            report there are replaced when all new ones are whole.
            """
    )

    @Argument(help: ArgumentHelp("The dump, or - for standard input.", valueName: "input"))
    var input: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write into; it is made if need be.", valueName: "dir"))
    var output = "audit"

    @Option(
        help: ArgumentHelp("What to write: a list of md, csv, xhtml, json with commas between.", valueName: "list"),
        transform: ReportFormats.init(list:))
    var formats = ReportFormats.all

    @Option(
        help: ArgumentHelp(
            "A folder with templates of your own, in place of the built-in ones file by file.", valueName: "dir"))
    var templates: String?

    @Flag(
        name: .customLong("csv-raw"),
        help: "Leave cells as they are, also those that a spreadsheet would run as formulas.")
    var isCSVRaw = false

    @Flag(
        name: .customLong("strict"),
        help: "Refuse a dump that is cut off or broken, instead of saving what can be read.")
    var isStrict = false

    func run() throws {
        try reportingFailures {
            let plan = try ReportPlan(
                input: input, output: output, formats: formats, templateFolder: templates,
                csv: CSVOptions(isRaw: isCSVRaw), isStrict: isStrict)
            return try plan.run()
        }
    }
}

/// The formats of a report. `csv` stands for all three CSV files.
struct ReportFormats: OptionSet {
    let rawValue: Int

    static let markdown = ReportFormats(rawValue: 1)
    static let csv = ReportFormats(rawValue: 2)
    static let xhtml = ReportFormats(rawValue: 4)
    static let json = ReportFormats(rawValue: 8)
    static let all: ReportFormats = [.markdown, .csv, .xhtml, .json]

    private static let names: [String: ReportFormats] = ["md": markdown, "csv": csv, "xhtml": xhtml, "json": json]
}

extension ReportFormats {
    /// The files that are written, in the order in which a person would open them.
    var files: [ReportFile] {
        var files: [ReportFile] = []
        if contains(.xhtml) { files.append(.xhtml) }
        if contains(.markdown) { files.append(.markdown) }
        if contains(.csv) { files += [.rows, .failures, .codes] }
        if contains(.json) { files.append(.summary) }
        return files
    }

    /// - Throws: what ArgumentParser says, with the status for wrong usage.
    init(list: String) throws {
        self = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let format = Self.names[String(name)] else {
                throw ValidationError("“\(shownText(String(name)))” is no format. Choose from md, csv, xhtml, json.")
            }
            insert(format)
        }
    }
}
