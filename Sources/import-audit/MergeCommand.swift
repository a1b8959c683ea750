import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports
import XHTMLValidation

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Combine summaries that were made apart.",
        discussion: """
            Reads files summary.json of report, or the JSON of summary, and prints one summary for all of them: the \
            same as an audit of all dumps at once. A folder stands for all summaries in it, and a file may hold \
            several, one after another or on a line each. Several dumps of one job count as one job, the latest of them; a \
            dump that is in two summaries counts once.

            Summaries with pseudonyms (--redact) are only merged with others of the same key: the first one decides.

            With --output, the overview is written into a folder instead: index.xhtml and index.md for people, \
            jobs.csv and codes.csv for spreadsheets, summary.json for programs. It has no links to the reports of \
            single jobs, for those are not beside it.
            """
    )

    @Argument(
        help: ArgumentHelp("A file with summaries, a folder, or - for standard input.", valueName: "summary.json"))
    var arguments: [String]

    @Option(help: "What to print: json, unless --output is given.")
    var format: SummaryCommand.Format?

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write the overview into; it is made if need be.", valueName: "dir"))
    var output: String?

    @Option(
        name: .customLong("markdown-limit"),
        help: ArgumentHelp("Shorten index.md to this size, at least 1000.", valueName: "bytes"))
    var markdownLimit: MarkdownLimit?

    @OptionGroup var csv: CSVFlags

    @Flag(help: "Replace files in the folder that have the names of output but were not written by import-audit.")
    var force = false

    func validate() throws {
        if let output { try OutputOption.check(output) }
    }

    func run() throws {
        try reportingFailures {
            let inputs = ManyArguments.putBack(arguments)
            if let output { try protect(inputs, output) }
            let merge = MergeOfSummaries(folder: Console.environment("TMPDIR") ?? "/tmp")
            try merge.add(inputs)
            let results = try merge.results()
            if let output { try write(results, merge.redaction, into: output) }
            if let format = format ?? (output == nil ? .json : nil) {
                try format.print(results, codes: nil, redaction: merge.redaction)
            }
            results.ownOutputs.say()
            return results.status
        }
    }

    private static let names = ReportFormats.all.overviewFiles(hasFailures: false).map { $0.name }

    /// Fails if a summary would be replaced.
    private func protect(_ inputs: [String], _ output: String) throws(CommandFailure) {
        try InputProtection(folder: output, names: Self.names, jobNames: [], earlier: nil)
            .check(inputs, options: [], output: nil, readsOutputs: true)
    }

    private func write(_ results: RunResults, _ redaction: RedactionMark?, into output: String) throws {
        let folder = try OutputFolder(output)
        let earlier = try RunManifest(in: folder)
        let `guard` = OutputGuard(earlier: earlier, isForced: force)
        try folder.check(Self.names + [RunManifest.file], `guard`, as: RunManifest.root)
        folder.removePartialFiles(Self.names)
        var files = try OverviewFiles(
            formats: .all, csv: csv.options, folder: folder, redaction: redaction)
        for index in 0..<results.jobCount { try files.append(try results.job(index), report: nil) }
        for index in 0..<results.unreadableCount { try files.append(try results.unreadable(index)) }
        let names = try files.finish(templates: try Self.templates(), markdownLimit: markdownLimit?.bytes) {
            problem, page in
            CommandFailure(
                .internalFault,
                "the built-in template \(page) makes a page that is not valid: \(problem.problem.message)")
        }
        // As report does, so that another run knows these files again.
        let written = try folder.finish()
        let changes = try UnfinishedRunManifest(in: folder, earlier: earlier, planned: names)
        let manifest = try folder.begin(RunManifest.file)
        let header = RunManifestHeader(options: "merge", jobOptions: "merge", documents: 0, toolVersion: toolVersion)
        try manifest.write((RunManifestLine.header(header).bytes + ReportRun.rootLine(written)).span)
        try `guard`.removeStale(in: folder, keeping: Set(names)) { _ in false }
        try folder.publish()
        _ = changes
        Console.say("\(files.verdict.word). \(files.verdict.sentence)")
        Console.say("Written to \(output): \(names.joined(separator: ", "))")
    }
}

extension MergeCommand {
    private static func templates() throws(CommandFailure) -> TemplateSet {
        do throws(TemplateFailure) {
            return try TemplateSet()
        } catch {
            throw CommandFailure(.internalFault, "the built-in template \(error.place): \(error.message)")
        }
    }
}
