import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports
import XHTMLValidation

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Combine summaries that were made separately.",
        discussion: """
            Reads summary.json files of report, or the JSON of summary, and prints one summary for all of them: the same \
            as an audit of all dumps at once. A folder means all summaries in it, and a file may contain several, one \
            after another or one per line. Of several dumps of one job, the latest counts. A dump that is in two \
            summaries counts once.

            Summaries with pseudonyms (--redact) can only be merged with others of the same key. The first one decides.

            With --output, merge writes the overview into a folder: index.xhtml and index.md for people, jobs.csv and \
            codes.csv for spreadsheets, summary.json for programs. The overview has no links to reports of single jobs, \
            because it cannot know where they are.

            EXAMPLES
              import-audit merge a/summary.json b/summary.json
              import-audit merge summaries/ --format text
              import-audit merge summaries/ -o overview
            """
    )

    @Argument(
        help: ArgumentHelp("A file with summaries, a folder, or - for standard input.", valueName: "summary.json"),
        completion: .file())
    var arguments: [String]

    @OptionGroup(title: Help.selection) var selecting: SelectionOptions
    @OptionGroup(title: Help.output) var writing: Writing
    @OptionGroup(title: Help.output) var csv: CSVFlags
    @OptionGroup(title: Help.run) var projectFile: ProjectFileOptions

    struct Writing: ParsableArguments {
        @Option(
            name: .format,
            help: ArgumentHelp("What to print: text or json; json unless --output is given.", valueName: "format"),
            completion: SummaryCommand.Format.completion, transform: SummaryCommand.Format.named)
        var format: SummaryCommand.Format?

        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("The folder to write the overview into; created if missing.", valueName: "dir"),
            completion: .directory)
        var output: String?

        @Option(
            name: .customLong("markdown-limit"), parsing: .unconditional,
            help: ArgumentHelp("Shorten index.md to this size, at least 1000.", valueName: "bytes"),
            transform: MarkdownLimit.named)
        var markdownLimit: MarkdownLimit?

        @Flag(help: "Replace files that have the names of outputs but were not written by import-audit.")
        var force = false

        @Flag(name: .customLong("dry-run"), help: DryRun.help)
        var isDryRun = false

        func validate() throws {
            if let output { try OutputOption.check(output) }
        }
    }

    func validate() throws {
        try GivenNames.check(inputs: ManyArguments.putBack(arguments))
        let others: [(String, Bool)] = [
            ("--dry-run", writing.isDryRun), ("--force", writing.force),
            ("--markdown-limit", writing.markdownLimit != nil), ("--csv-raw", csv.isRaw), ("--csv-bom", csv.hasMark),
        ]
        if output == nil, let other = others.first(where: { $0.1 }) {
            throw ValidationError("\(other.0) needs --output: otherwise nothing is written.")
        }
    }

    private var output: String? { writing.output }

    func run() throws {
        try reportingFailures {
            let inputs = ManyArguments.putBack(arguments)
            if let output { try protect(inputs, output) }
            let merge = MergeOfSummaries(folder: TemporaryFolder.parent, selecting.selector())
            try merge.add(inputs)
            let results = try merge.results()
            if let output { try write(results, merge.redaction, into: output) }
            if let format = writing.format ?? (output == nil ? .json : nil) {
                try format.print(results, codes: nil, redaction: merge.redaction)
            }
            results.ownOutputs.say()
            merge.selector?.say()
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
        let dryRun = writing.isDryRun ? try DryRun(of: output, isForced: writing.force) : nil
        let folder = try OutputFolder(dryRun?.folder ?? output)
        let earlier = try dryRun.map { $0.earlier } ?? RunManifest(in: folder)
        let `guard` = OutputGuard(earlier: dryRun == nil ? earlier : nil, isForced: writing.force)
        try `guard`.refuseRejects(earlier, in: output)
        if let dryRun {
            try dryRun.check(Self.names + [RunManifest.file])
        } else {
            try folder.check(Self.names + [RunManifest.file], `guard`, as: RunManifest.root)
            try folder.removePartialFiles()
        }
        var files = try OverviewFiles(
            formats: .all, csv: csv.options, folder: folder, surroundings: results.surroundings(),
            selection: results.selection, redaction: redaction)
        for index in 0..<results.jobCount {
            if Interruption.isRequested { throw Interrupted() }
            try files.append(try results.job(index), report: nil)
        }
        for index in 0..<results.unreadableCount { try files.append(try results.unreadable(index)) }
        let names = try files.finish(templates: try Self.templates(), markdownLimit: writing.markdownLimit?.bytes) {
            problem, page in
            CommandFailure(
                .internalFault,
                "the built-in template \(page) makes a page that is not valid: \(problem.problem.message)")
        }
        // Written as by report, so that another run recognizes these files.
        let written = try folder.finish()
        let changes = try UnfinishedRunManifest(in: folder, earlier: `guard`.earlier, planned: names)
        let manifest = try folder.begin(RunManifest.file)
        let header = RunManifestHeader(options: "merge", jobOptions: "merge", documents: 0, toolVersion: toolVersion)
        try manifest.write((RunManifestLine.header(header).bytes + ReportRun.rootLine(written)).span)
        try `guard`.removeStale(in: folder, keeping: Set(names)) { _ in false }
        try folder.publish()
        _ = changes
        try dryRun?.check(folder)
        Console.say("\(files.verdict.word). \(files.verdict.sentences)")
        if let dryRun { return try dryRun.say(folder) }
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
