import ArgumentParser
import Glibc
import ImportDumps

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
    var encoding: TextEncoding? { reading.encoding }
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
    var encoding: TextEncoding? { work.encoding }
}

/// How a run works through its inputs, whatever it does with them.
struct WorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many threads read; as many as there are processors by default.", valueName: "n"))
    var threads: Int?

    @Flag(name: .customLong("quiet"), help: "Say nothing on standard error but what went wrong.")
    var isQuiet = false

    @Option(
        name: .customLong("encoding"),
        help: ArgumentHelp(
            "The encoding of dumps that are not in Unicode, such as windows-1252; UTF-16 and UTF-32 are recognized.",
            valueName: "name"))
    var encodingName: String?

    func validate() throws {
        if let encodingName, encoding == nil {
            throw ValidationError(
                "--encoding: “\(encodingName)” is no encoding that is known here. Examples: windows-1252, "
                    + "iso-8859-15, utf-16le, shift_jis; iconv -l lists more.")
        }
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
    }

    var threadCount: Int { threads ?? Self.processors }

    /// The encoding of text that does not show what it is.
    var encoding: TextEncoding? { encodingName.flatMap { TextEncoding(name: $0) } }

    /// The processors that are running, at most 64.
    private static var processors: Int { min(64, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
