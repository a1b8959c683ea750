import ArgumentParser
import Glibc

/// The options of commands that read dumps.
struct RunOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A dump, a folder, an archive (tar, zip, 7z), any of them compressed, or - for standard input.",
            valueName: "input"))
    var inputs: [String]

    @OptionGroup var reading: ReadingOptions

    var isStrict: Bool { reading.isStrict }
    var isQuiet: Bool { reading.isQuiet }
    var isVerbose: Bool { reading.isVerbose }
    var threadCount: Int { reading.threadCount }
}

/// How dumps are read.
struct ReadingOptions: ParsableArguments {
    @Flag(
        name: .customLong("strict"),
        help: "Refuse a dump that is cut off or broken, instead of saving what can be read.")
    var isStrict = false

    @OptionGroup var work: WorkOptions

    @Flag(name: .customLong("verbose"), help: "Name each dump on standard error when it was read.")
    var isVerbose = false

    var isQuiet: Bool { work.isQuiet }
    var threadCount: Int { work.threadCount }
}

/// How a run works through its inputs, whatever it does with them.
struct WorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many threads read; as many as there are processors by default.", valueName: "n"))
    var threads: Int?

    @Flag(name: .customLong("quiet"), help: "Say nothing on standard error but what went wrong.")
    var isQuiet = false

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
    }

    var threadCount: Int { threads ?? Self.processors }

    /// The processors that are running, at most 64.
    private static var processors: Int { min(64, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
