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
            same as an audit of all dumps at once. Several dumps of one job count as one job, the latest of them; a \
            dump that is in two summaries counts once.

            Summaries with pseudonyms (--redact) are only merged with others of the same key: the first one decides.

            With --output, the overview is written into a folder instead: index.xhtml and index.md for people, \
            jobs.csv and codes.csv for spreadsheets, summary.json for programs. It has no links to the reports of \
            single jobs, for those are not beside it.
            """
    )

    @Argument(help: ArgumentHelp("A summary, or - for standard input.", valueName: "summary.json"))
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
            var merge = MergeOfSummaries()
            for input in inputs { merge.add(input) }
            let summary = merge.result
            if let output { try write(summary, into: output) }
            if let format = format ?? (output == nil ? .json : nil) { try format.print(summary) }
            return merge.status
        }
    }

    private static let names = ReportFormats.all.overviewFiles(hasFailures: false).map { $0.name }

    /// Fails if a summary would be replaced.
    private func protect(_ inputs: [String], _ output: String) throws(CommandFailure) {
        try InputProtection(folder: output, names: Self.names, jobNames: [], earlier: nil)
            .check(inputs, options: [], output: nil)
    }

    private func write(_ summary: Summary, into output: String) throws {
        let folder = try OutputFolder(output)
        let earlier = RunManifest(in: folder)
        let `guard` = OutputGuard(earlier: earlier, isForced: force)
        try folder.check(Self.names + [RunManifest.file], `guard`, as: RunManifest.root)
        folder.removePartialFiles(Self.names)
        var files = try OverviewFiles(
            formats: .all, csv: csv.options, folder: folder,
            redaction: summary.redaction)
        for job in summary.jobs { try files.append(job, report: nil) }
        for input in summary.unreadable { try files.append(input) }
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

/// Reads summaries one after another; one that cannot be read is listed, and the run goes on.
struct MergeOfSummaries {
    private var summary = Summary()
    private(set) var status = ExitStatus.done
    private var isFirst = true
    private var count = 0
    /// Summaries that were refused: where they stand among the inputs that could not be read, and which they are.
    private var refused: [(index: Int, number: Int)] = []

    /// All of them as one. The name of a file may say what redacted summaries do not: then its number stands for it.
    var result: Summary {
        var summary = summary
        if summary.redaction != nil {
            for (index, number) in refused { summary.unreadable[index].source = "(summary \(number))" }
        }
        return summary.combiningSnapshots()
    }

    mutating func add(_ name: String) {
        count += 1
        do {
            let next = try Self.read(name)
            if isFirst { summary.redaction = next.redaction }
            isFirst = false
            guard next.redaction == summary.redaction else {
                return refuse(name, Self.difference(next.redaction, summary.redaction), .inputNotReadWhole)
            }
            summary.merge(next)
        } catch let failure as CommandFailure {
            refuse(name, failure.reason, failure.status)
        } catch let fault as SummaryFault {
            refuse(name, fault.explanation, .inputNotReadWhole)
        } catch {
            refuse(name, "\(error)", .inputNotReadWhole)
        }
    }

    /// All of a summary, or nothing of it: half of one has no totals to check it against.
    private static func read(_ name: String) throws -> Summary {
        let file = try InputFile(name)
        var reader = SummaryReader(file.source)
        var summary = Summary()
        while let item = try reader.next() {
            switch item {
            case .job(let job): summary.append(job)
            case .unreadable(let input): summary.append(input)
            }
        }
        summary.redaction = reader.redaction
        return summary
    }

    /// Why values of two summaries cannot stand beside each other.
    private static func difference(_ next: RedactionMark?, _ first: RedactionMark?) -> String {
        func words(_ mark: RedactionMark?) -> String {
            guard let mark else { return "no pseudonyms" }
            return "pseudonyms of \(mark.isKeyed ? "the key" : "a random key,") \(mark.keyID)"
        }
        return "It has \(words(next)), the first summary \(words(first)): one value would not be the same in both."
    }

    private mutating func refuse(_ name: String, _ reason: String, _ status: ExitStatus) {
        Console.complain("\(name): \(reason)")
        refused.append((summary.unreadable.count, count))
        summary.append(UnreadableInput(source: name, reason: reason))
        self.status = self.status.orWorse(status)
    }
}
