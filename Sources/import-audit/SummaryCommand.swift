import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports

struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Print the audit of dumps in short.",
        discussion: """
            The counts, the codes of failed rows and all findings; of more than ten jobs, the totals and the worst \
            ones. As text for people, or as JSON for programs; the JSON is the same as the file summary.json of a \
            report. Several dumps of one job count as one job, the latest of them.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json

        /// Prints a summary to standard output.
        func print(_ summary: Summary) throws(CommandFailure) {
            switch self {
            case .text: try Console.write(SummaryText.render(summary, usesColor: Console.allowsColor))
            case .json: try Console.write(SummaryJSON.render(summary))
            }
        }
    }

    @OptionGroup var inputs: InputOptions

    @Option(help: "What to print.")
    var format: Format = .text

    @Flag(name: .customLong("sha256"), help: "Work out the SHA-256 of each dump.")
    var hashes = false

    @Flag(
        name: .customLong("every-dump"),
        help: "Show every dump, also those that a later dump of the same job supersedes.")
    var showsEveryDump = false

    func run() throws {
        try reportingFailures {
            var audit = AuditOfInputs(reader: try .ofCommand(hashing: hashes), isStrict: inputs.isStrict)
            for input in inputs.inputs { try audit.add(input) }
            try format.print(showsEveryDump ? audit.summary : audit.summary.combiningSnapshots())
            return audit.status
        }
    }
}

/// The arguments that name what to read.
struct InputOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A dump, or - for standard input.", valueName: "input"))
    var inputs: [String]

    @Flag(
        name: .customLong("strict"),
        help: "Refuse a dump that is cut off or broken, instead of saving what can be read.")
    var isStrict = false
}

/// Reads inputs one after another; one that cannot be read is listed, and the run goes on.
struct AuditOfInputs {
    private let reader: DumpReader
    private let isStrict: Bool
    private(set) var summary = Summary()
    private(set) var status = ExitStatus.done

    init(reader: DumpReader, isStrict: Bool) {
        self.reader = reader
        self.isStrict = isStrict
    }

    mutating func add(_ name: String) throws {
        let input: InputFile
        do throws(CommandFailure) {
            input = try InputFile(name)
        } catch {
            Console.complain(error.message)
            refuse(name, String(error.message.dropFirst("\(name): ".count)), error.status)
            return
        }
        var analyzer = JobAnalyzer()
        switch try reader.read(from: input.source, into: &analyzer) {
        case .job(let dump):
            if isStrict, let fault = dump.fault {
                refuse(name, fault.refusal, .inputNotReadWhole)
            } else {
                summary.append(analyzer.summary(of: dump, source: name))
                if dump.fault != nil { status = status.orWorse(.inputNotReadWhole) }
            }
        case .notAJob(let other):
            refuse(name, other.explanation, .inputNotReadWhole)
        }
    }

    private mutating func refuse(_ name: String, _ reason: String, _ status: ExitStatus) {
        summary.append(UnreadableInput(source: name, reason: reason))
        self.status = self.status.orWorse(status)
    }
}

extension DumpFault {
    /// Why `--strict` does not take the dump.
    var refusal: String {
        "The dump \(sentence). It is refused because of --strict; without it, the rows before that are reported."
    }
}
