import ArgumentParser
import Glibc
import ImportDumps
import ImportFoundation
import Synchronization

/// The options that control how a run works through its inputs.
///
/// Option groups are not nested, because ArgumentParser validates nested ones again at each level, and each start of a
/// debug build then takes half a second.
protocol WorkChoices {
    var text: WorkOptions.TextOptions { get }
    var general: GeneralOptions { get }
}

extension WorkChoices {
    var isQuiet: Bool { general.isQuiet }
    var concurrency: Concurrency { general.concurrency }
    /// The encoding of text that is not recognizably Unicode.
    var encoding: TextEncoding? { text.name.flatMap { TextEncoding(name: $0) } }
}

/// The options of commands that read dumps.
struct RunOptions: ParsableArguments, WorkChoices {
    @Argument(
        help: ArgumentHelp(
            "A dump, a folder, an archive (tar, zip, 7z), any of them compressed, or - for standard input.",
            valueName: "input"),
        completion: .file())
    var arguments: [String]

    /// All inputs, in order.
    var inputs: [String] { ManyArguments.putBack(arguments) }

    @OptionGroup(title: Help.input) var damage: ReadingOptions.DamageOptions
    @OptionGroup(title: Help.input) var text: WorkOptions.TextOptions
    @OptionGroup(title: Help.selection) var selecting: SelectionOptions
    @OptionGroup(title: Help.run) var general: GeneralOptions
    @OptionGroup(title: Help.run) var naming: ReadingOptions.NamingOptions

    var isStrict: Bool { damage.isStrict }
    var isVerbose: Bool { naming.isVerbose }

    func validate() throws { try GivenNames.check(inputs: inputs) }
}

/// How dumps are read.
struct ReadingOptions: ParsableArguments, WorkChoices {
    @OptionGroup(title: Help.input) var damage: DamageOptions
    @OptionGroup(title: Help.input) var text: WorkOptions.TextOptions
    @OptionGroup(title: Help.run) var general: GeneralOptions
    @OptionGroup(title: Help.run) var naming: NamingOptions

    var isStrict: Bool { damage.isStrict }
    var isVerbose: Bool { naming.isVerbose }

    /// How damaged dumps are handled.
    struct DamageOptions: ParsableArguments {
        @Flag(
            name: .customLong("strict"),
            help: "Refuse a dump that is cut off or broken, instead of saving what can be read.")
        var isStrict = false
    }

    struct NamingOptions: ParsableArguments {
        @Flag(name: .customLong("verbose"), help: "Print the name of each dump on standard error after reading it.")
        var isVerbose = false
    }
}

/// How a run works through its inputs, whatever it does with them.
struct WorkOptions: ParsableArguments, WorkChoices {
    @OptionGroup(title: Help.input) var text: TextOptions
    @OptionGroup(title: Help.run) var general: GeneralOptions

    struct TextOptions: ParsableArguments {
        @Option(
            name: .customLong("encoding"),
            help: ArgumentHelp(
                "The encoding of dumps that are not in Unicode, such as windows-1252; UTF-16 and UTF-32 are recognized.",
                valueName: "name"))
        var name: String?

        func validate() throws {
            if let name { try WorkOptions.encoding(name) }
        }
    }

    /// Fails for an encoding that is not known.
    static func encoding(_ name: String) throws {
        guard TextEncoding(name: name) == nil else { return }
        throw ValidationError(
            "--encoding: “\(name)” is not an encoding that import-audit knows. Examples: windows-1252, "
                + "iso-8859-15, utf-16le, shift_jis; iconv -l lists more.")
    }
}

/// The options that all commands that read dumps have in common.
struct GeneralOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many inputs are read at once, from 1 to 256; by default one for each processor. With 1, one thread works at a time.",
            valueName: "n"),
        transform: Threads.count)
    var threads: Int?

    @Flag(name: .customLong("quiet"), help: "Print nothing on standard error except errors.")
    var isQuiet = false

    @Flag(name: .customLong("no-project-file"), help: ProjectFileOptions.help)
    var ignoresProjectFile = false

    var concurrency: Concurrency { Concurrency(workers: threads ?? Concurrency.processors) }
}

/// The titles under which help lists options.
enum Help {
    static let input = "Input"
    static let selection = "Selection"
    static let output = "Output"
    static let source = "Source (what was sent)"
    static let rules = "Rules"
    static let codes = "Codes"
    static let redaction = "Redaction"
    static let run = "Run"
}

/// The number of threads that a run may have, derived once from `--threads`. All code that starts a thread asks it.
struct Concurrency: Sendable {
    /// The number of worker threads, each busy with an input or with the pages of a job. The thread that waits for them
    /// does nothing else.
    let workers: Int

    /// Whether a worker may start helper threads for a large dump: one that reads ahead, one that partitions its ids,
    /// one for its failed rows, and one for each large file that it writes. If not, only one thread works at a time.
    var allowsHelpers: Bool { workers > 1 }

    /// The number of online processors, at most 64.
    static var processors: Int { min(64, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Hides long lists of inputs from ArgumentParser, whose running time is quadratic in the number of arguments. Tens of
/// thousands of them, as a shell makes from `*`, would take minutes.
enum ManyArguments {
    /// The smallest number of inputs that is taken out. With fewer, ArgumentParser sees all.
    private static let fewest = 256

    /// The commands that put inputs back. Others may have a fixed number of arguments, which must be counted.
    private static let commands: [any ParsableCommand.Type] = [
        ReportCommand.self, SummaryCommand.self, CheckCommand.self, CodesCommand.self, RowsCommand.self,
        MergeCommand.self, HistoryCommand.self, ValidateCommand.self, VerifyCommand.self,
    ]

    /// The stretches that were taken out.
    private static let taken = Lock<[[String]]>([])

    /// Replaces each long stretch of inputs with a single argument.
    ///
    /// In a run of arguments that do not begin with a hyphen, the first may be the name of the command or the value of
    /// an option, and the second may be the command's first argument. All others can only be inputs.
    ///
    /// - Parameter arguments: without the name of the program.
    static func takeOut(_ arguments: [String]) -> [String] {
        guard arguments.count > fewest, let command = arguments.first,
            Self.commands.contains(where: { $0.configuration.commandName == command })
        else { return arguments }
        var kept: [String] = []
        var rest = arguments[...]
        while !rest.isEmpty {
            let inputs = rest.prefix { !$0.utf8.starts(with: "-".utf8) }
            // For history, also keeps its subcommand and its file.
            let first = command == HistoryCommand.configuration.commandName ? 3 : 2
            kept += inputs.prefix(first)
            let more = inputs.dropFirst(first)
            if more.count >= fewest {
                kept.append(
                    placeholder(
                        taken.withLock {
                            $0.append(Array(more))
                            return $0.count - 1
                        }))
            } else {
                kept += more
            }
            rest = rest.dropFirst(inputs.count)
            kept += rest.prefix(1)
            rest = rest.dropFirst()
        }
        return kept
    }

    /// Returns all inputs, in the order in which they were given.
    static func putBack(_ arguments: [String]) -> [String] {
        let taken = taken.withLock { $0 }
        guard !taken.isEmpty else { return arguments }
        return arguments.flatMap { argument in
            taken.indices.first { argument == placeholder($0) }.map { taken[$0] } ?? [argument]
        }
    }

    /// Returns a text that cannot be a real argument, because those do not contain U+0000.
    private static func placeholder(_ index: Int) -> String { "\0\(index)" }
}

/// The option `-o` of commands that write.
enum OutputOption {
    /// Fails if the value is not a usable name: an empty one, as from an unset variable in a script, or `-`.
    ///
    /// - Parameter what: the kind of thing that it names.
    static func check(_ output: String, is what: String = "a folder") throws {
        if output.isEmpty {
            throw ValidationError("-o takes the name of \(what); the given name is empty.")
        }
        if output == "-" {
            throw ValidationError(
                "-o takes the name of \(what), not standard output. For a file called -, write ./- instead.")
        }
    }
}
