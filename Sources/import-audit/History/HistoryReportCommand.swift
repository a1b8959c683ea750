import ArgumentParser
import ImportAnalysis
import ImportReports
import XHTMLValidation

struct HistoryReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the trends of a history as a page, Markdown and CSV.",
        discussion: """
            Writes trends.xhtml and trends.md for people, and trends.csv for spreadsheets: the share of failed rows over \
            time, a calendar of days, each code's line, what is new, back or gone, and the worst days with their jobs.

            EXAMPLES
              import-audit history report imports.sqlite -o trends
              import-audit history report imports.sqlite -o year --since 2025-01-01
            """
    )

    @Argument(help: ArgumentHelp("The history.", valueName: "file.sqlite"), completion: .file())
    var file: String
    @OptionGroup(title: Help.input) var selecting: HistorySelecting
    @OptionGroup(title: Help.output) var writing: Writing
    @OptionGroup(title: Help.output) var csv: CSVFlags
    @OptionGroup(title: Help.run) var waiting: HistoryWaiting

    struct Writing: ParsableArguments {
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("The folder to write into; created if missing.", valueName: "dir"),
            completion: .directory)
        var output = "trends"

        @Flag(help: "Replace files that have the names of outputs but were not written by import-audit.")
        var force = false

        func validate() throws { try OutputOption.check(output) }
    }

    static let files: [ReportFile] = [.trendsXHTML, .trendsMarkdown, .trendsCSV]

    func run() throws {
        try reportingFailures {
            let names = Self.files.map { $0.name }
            try InputProtection(folder: writing.output, names: names, jobNames: [], earlier: nil)
                .check([file], options: [], output: nil, readsOutputs: true)
            let report = try selecting.report(of: HistoryAccess(file, waitSeconds: waiting.seconds))
            let folder = try OutputFolder(writing.output)
            let `guard` = OutputGuard(earlier: try RunManifest(in: folder), isForced: writing.force)
            try `guard`.refuseRejects(`guard`.earlier, in: writing.output)
            try folder.check(names + [RunManifest.file], `guard`, as: RunManifest.root)
            try folder.removePartialFiles()
            for (name, bytes) in try TrendsFiles.contents(report, csv: csv.options) {
                try folder.write(bytes, as: name)
            }
            // Written as by report, so that another run recognizes these files.
            let written = try folder.finish()
            let changes = try UnfinishedRunManifest(in: folder, earlier: `guard`.earlier, planned: names)
            let manifest = try folder.begin(RunManifest.file)
            let header = RunManifestHeader(
                options: "history", jobOptions: "history", documents: 0, toolVersion: toolVersion)
            try manifest.write((RunManifestLine.header(header).bytes + ReportRun.rootLine(written)).span)
            try `guard`.removeStale(in: folder, keeping: Set(names)) { _ in false }
            try folder.publish()
            _ = changes
            Console.say(report.sentence)
            if !report.isOfOneCode { Console.say(report.changeSentence) }
            Console.say("Written to \(writing.output): \(names.joined(separator: ", "))")
            return .done
        }
    }
}

/// The files of a history's trends.
enum TrendsFiles {
    /// - Throws: if the page does not match the grammar, which is an internal error.
    static func contents(_ report: TrendsReport, csv: CSVOptions) throws -> [(name: String, bytes: [UInt8])] {
        let page = TrendsPage.render(report, files: [.trendsMarkdown, .trendsCSV])
        if let problem = try PageValidator().firstProblem(of: page) {
            throw CommandFailure(
                .internalFault, "the page of trends is not valid: \(problem.problem.message)")
        }
        return [
            (ReportFile.trendsXHTML.name, page), (ReportFile.trendsMarkdown.name, report.markdown),
            (ReportFile.trendsCSV.name, report.csv(csv)),
        ]
    }
}
