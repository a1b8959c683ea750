import ArgumentParser
import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

struct RowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Print every row of dumps as one stream.",
        discussion: """
            Prints source, job_id, row, outcome, record_id, error_code and error_message of each row, in the order of the \
            inputs: as CSV, as JSON Lines with null for an empty value, or as an Arrow IPC stream for programs. Each job \
            is printed once, from its latest dump. All inputs are therefore read twice; standard input is kept in an \
            unnamed temporary file, and named pipes are refused.

            EXAMPLES
              import-audit rows dumps/ > rows.csv
              import-audit rows job.json --outcomes failed --format jsonl
              import-audit rows dumps/ --code invalid_email --code rate_limited
              import-audit rows dumps/ --format arrow > rows.arrows
            """
    )

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var printing: Printing
    @OptionGroup(title: Help.output) var csv: CSVFlags

    struct Printing: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Only rows with these outcomes, separated by commas: \(Outcome.allCases.map { $0.rawValue }.joined(separator: ", ")).",
                valueName: "list"),
            completion: .list(Outcome.allCases.map { $0.rawValue }), transform: RowsCommand.outcomes)
        var outcomes: [Outcome]?

        @Option(
            name: .customLong("code"),
            help: ArgumentHelp(
                "Only failed rows with this code; an empty code means rows without one. Repeatable.",
                valueName: "code"))
        var codes: [String] = []

        @Option(.format) var format: RowStream.Format = .csv

        @Flag(
            name: .customLong("every-dump"),
            help: "Print the rows of every dump, including those that a later dump of the same job supersedes.")
        var isEveryDumpPrinted = false

        func validate() throws {
            if format.isBinary, isatty(STDOUT_FILENO) == 1 {
                throw ValidationError("--format \(format.rawValue) is for programs: send it to a file or a pipe.")
            }
        }
    }

    func run() throws {
        try reportingFailures {
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            if let once = options.inputs.first(where: { $0 != "-" && InputPath($0).isReadableOnce }) {
                throw CommandFailure(
                    .usage,
                    "the inputs are read twice, but \((redaction?.names ?? .plain).shown(once)) can be read only once: "
                        + "save it in a file first, or pass it as standard input (-).")
            }
            let folder = TemporaryFolder.parent
            let rewind = try options.inputs.contains("-") ? KeptInput(in: folder) : nil
            let collector = Collector(folder: folder, combinesSnapshots: !printing.isEveryDumpPrinted)
            let attempts = RowAttempts()
            let states = InputStates(names: redaction?.names ?? .plain)
            let first = try InputRun(
                options: options, collector: collector, hashing: false, names: redaction?.names ?? .plain)
            let selector = options.selecting.selector(redaction)
            let end = try first.run(redaction, selector) {
                CountingHandler(
                    SummaryHandler(
                        collector: collector, concurrency: options.concurrency, isStrict: options.isStrict,
                        isVerbose: options.isVerbose), attempts, states)
            }
            guard case .done = end else { throw Interrupted() }
            let results = try collector.results()
            if !options.isQuiet {
                results.ownOutputs.say()
                selector?.say()
            }
            try results.sayWhatWasNotRead()
            try rewind?.rewind()
            let output = Console.Output()
            let stream = RowStream(
                printing.format,
                RowSelection(
                    outcomes: printing.outcomes, codes: printing.codes.isEmpty ? nil : printing.codes),
                options: csv.options
            ) { try output.write($0) }
            if results.jobCount > 0 {
                let second = try InputRun(
                    options.inputs, isQuiet: true, Concurrency(workers: 1), hashing: false, output: nil,
                    encoding: options.encoding, names: redaction?.names ?? .plain
                ) { (0, 0) }
                let printer = try RowPrinter(stream: stream, results: results, attempts)
                let end = try second.run(redaction) { PrintingHandler(printer, states) }
                guard case .done = end else { throw Interrupted() }
                try printer.checkNothingIsLeft()
            }
            try stream.finish()
            return results.status
        }
    }

    fileprivate static func outcomes(_ list: String) throws -> [Outcome] {
        try list.split(separator: ",", omittingEmptySubsequences: false).map { word in
            let word = word.filter { $0 != " " }
            guard let outcome = Outcome(rawValue: String(word)) else {
                throw ValidationError(
                    "“\(shownText(String(word)))” is not an outcome; choose from "
                        + Outcome.allCases.map { $0.rawValue }.joined(separator: ", ") + ".")
            }
            return outcome
        }
    }
}

/// A copy of standard input in a file that can be read twice.
private struct KeptInput {
    init(in folder: String) throws {
        let descriptor = try TemporaryFile.open(in: folder)
        defer { close(descriptor) }
        var source = DescriptorSource(descriptor: STDIN_FILENO)
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            if Interruption.isRequested { throw Interrupted() }
            let read = unsafe chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
            }
            if case .failure(let failure) = read {
                // A partial copy would look complete when it is read again.
                throw CommandFailure(.inputNotReadWhole, of: "-", failure.description)
            }
            guard case .success(let count) = read, count > 0 else { break }
            do throws(SystemFailure) {
                try writeAll(chunk.span.extracting(0..<count), to: descriptor)
            } catch {
                throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
            }
        }
        // From here on, the copy is standard input.
        guard dup2(descriptor, STDIN_FILENO) >= 0 else {
            throw CommandFailure(.internalFault, SystemFailure.last.description)
        }
        try rewind()
    }

    func rewind() throws(CommandFailure) {
        guard lseek(STDIN_FILENO, 0, SEEK_SET) == 0 else {
            throw CommandFailure(.internalFault, "a temporary file cannot be read: \(SystemFailure.last.description)")
        }
    }
}

extension RowStream.Format: Choice {}
