import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import ImportSources

struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Hand back failed rows with the data that was sent.",
        discussion: """
            Row N of a job is row N of what was sent. Give the file that was sent: CSV, JSON Lines, a JSON array or a \
            request body (also compressed or in an archive), or an XLSX workbook. rejects splits it into three parts \
            that add up: rejects (rows that failed or are unclassified), no-result (rows that the dump says nothing \
            about, which may have been imported) and rows that succeeded, which are not written. Records are copied \
            byte for byte, rows of a workbook cell by cell.

            One source for all jobs: the jobs take their rows from it one after another, in the order of the inputs. As \
            many sources as jobs: one for each. The counts must match, and values that messages quote must be in the \
            records of their rows. Otherwise nothing is written and the exit status is 1.

            reasons.csv gives the reason for each record; plan.md and plan.json say what to do about them.

            EXAMPLES
              import-audit rejects job.json --source contacts.csv -o rejects
              import-audit rejects job.json --source contacts.csv --codes codes.yml
              import-audit rejects job.json --source body.json --batch 100
              import-audit rejects job.json --source "contacts.xlsx#Sheet 2" --dry-run
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A dump, a folder, an archive (tar, zip, 7z), any of them compressed, or - for standard input.",
            valueName: "input"),
        completion: .file())
    var arguments: [String]

    @OptionGroup(title: Help.input) var damage: ReadingOptions.DamageOptions
    @OptionGroup(title: Help.source) var source: SentOptions
    @OptionGroup(title: Help.source) var form: SourceFormOptions
    @OptionGroup(title: Help.output) var writing: Writing
    @OptionGroup(title: Help.codes) var codes: CodesOptions
    @OptionGroup(title: Help.run) var general: GeneralOptions
    @OptionGroup var selecting: RefusedSelection

    /// What was sent.
    struct SentOptions: ParsableArguments {
        @Option(
            name: .customLong("source"), parsing: .upToNextOption,
            help: ArgumentHelp(
                "The file that was sent: one file for all jobs, or one for each job in order. FILE#SHEET names a sheet of a workbook.",
                valueName: "file"),
            completion: .file())
        var names: [String]

        @Option(
            name: .customLong("map"),
            help: ArgumentHelp(
                "reasons.csv of the previous try, if the source is what rejects handed back then: rows get their numbers in "
                    + "the first source. Repeat it for each try, in order, unless the last one was made with --map.",
                valueName: "reasons.csv"),
            completion: .file())
        var maps: [String] = []

        @Option(
            name: .customLong("encoding"),
            help: ArgumentHelp(
                "The encoding of a source that is not in Unicode, such as windows-1252.", valueName: "name"))
        var encodingName: String?

        func validate() throws {
            try GivenNames.check(names, of: "--source")
            try GivenNames.check(maps, of: "--map")
            if names.isEmpty { throw ValidationError("--source names the file that was sent.") }
            if !maps.isEmpty, names.count > 1 { throw ValidationError("--map needs one source for all jobs.") }
            try EncodingName.checkSource(encodingName, option: "--encoding")
        }
    }

    /// What is written, and where.
    struct Writing: ParsableArguments {
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp("The folder to write into; created if missing.", valueName: "dir"),
            completion: .directory)
        var output = "rejects"

        @Flag(name: .customLong("by-action"), help: "Write one file for each action of the codes file.")
        var byAction = false

        @Flag(name: .customLong("by-owner"), help: "Write one file for each owner in the codes file.")
        var byOwner = false

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Split rejects into files of this many records, 1 or more.", valueName: "n"),
            transform: WholeNumber.option("--batch", "of 1 or more", in: 1...))
        var batch: Int?

        @Flag(help: "Write no new columns: the files look like the source.")
        var plain = false

        @Flag(
            help:
                "Also write annotated.csv or annotated.xlsx: all rows of a table with their outcomes and record ids."
        )
        var annotated = false

        @Flag(help: "Also write created.csv or the like: the rows that succeeded, with their record ids.")
        var created = false

        @Flag(
            name: .customLong("csv-raw"),
            help: "Write new cells unchanged, including those that a spreadsheet would run as formulas.")
        var isRaw = false

        @Flag(help: "Replace files that import-audit did not write, or that were changed since.")
        var force = false

        @Flag(name: .customLong("dry-run"), help: DryRun.help)
        var isDryRun = false

        func validate() throws {
            try OutputOption.check(output)
            if byAction, byOwner { throw ValidationError("Give --by-action or --by-owner, not both.") }
        }
    }

    var inputs: [String] { ManyArguments.putBack(arguments) }

    func validate() throws {
        try GivenNames.check(inputs: inputs)
        try form.check(sourceCount: source.names.count)
        if codes.codes == nil {
            if writing.byAction { throw ValidationError("--by-action needs --codes, which names the actions.") }
            if writing.byOwner { throw ValidationError("--by-owner needs --codes, which names the owners.") }
        }
    }

    func run() throws {
        try reportingFailures {
            let codeBook = try codes.userRules().codes
            return try RejectsPlan(
                inputs: inputs,
                pairing: form.pairing(
                    sources: source.names, encoding: source.encodingName.flatMap { TextEncoding(name: $0) },
                    general.concurrency, isQuiet: general.isQuiet),
                output: writing.output, codes: codeBook,
                layout: RejectLayout(
                    isPlain: writing.plain, hasActions: codes.codes != nil, isRaw: writing.isRaw,
                    batch: writing.batch),
                division: writing.byAction ? .byAction : writing.byOwner ? .byOwner(OwnerNames(codeBook)) : .none,
                annotates: writing.annotated, listsCreated: writing.created, isStrict: damage.isStrict,
                isQuiet: general.isQuiet, isForced: writing.force, isDryRun: writing.isDryRun,
                optionFiles: [codes.codes].compactMap { $0 } + source.maps,
                maps: try source.maps.map { try RowMap($0) }, concurrency: general.concurrency
            ).run()
        }
    }
}

enum EncodingName {
    /// Fails for an encoding that is not known.
    static func checkSource(_ name: String?, option: String) throws {
        if let name, TextEncoding(name: name) == nil {
            throw ValidationError(
                "\(option): “\(name)” is not an encoding that import-audit knows. Examples: windows-1252, iso-8859-15.")
        }
    }
}

/// How the records of a source are found, and which job they belong to.
struct SourceFormOptions: ParsableArguments {
    @Option(
        name: .customLong("first-row"), parsing: .unconditional,
        help: ArgumentHelp(
            "The row of the source with which the first job begins, 1 or more; 1 by default.", valueName: "n"),
        transform: WholeNumber.option("--first-row", "of 1 or more", in: 1...))
    var firstRow = 1

    @Option(
        help: ArgumentHelp(
            "The delimiter of a CSV source: one ASCII character, or the word tab. By default the header decides.",
            valueName: "c"),
        transform: SourceFormOptions.delimiter)
    var delimiter: UInt8?

    @Flag(name: .customLong("no-header"), help: "The first line of a CSV source is a row.")
    var noHeader = false

    @Flag(
        name: .customLong("trust-order"),
        help: "Pair rows with records even if values that messages quote are not in them.")
    var trustOrder = false

    func check(sourceCount: Int) throws {
        if firstRow > 1, sourceCount > 1 { throw ValidationError("--first-row needs one source for all jobs.") }
    }

    func pairing(
        sources: [String], encoding: TextEncoding?, _ concurrency: Concurrency, isQuiet: Bool,
        _ redaction: Redaction? = nil
    ) -> PairingOptions {
        PairingOptions(
            sources: SourceFiles(names: sources, redaction),
            form: SourceOptions(
                delimiter: delimiter, hasHeader: !noHeader, encoding: encoding,
                usesVectors: Console.environment("IMPORT_AUDIT_KERNEL") != "scalar",
                readsAhead: concurrency.allowsHelpers),
            firstRow: firstRow, trustsOrder: trustOrder, isQuiet: isQuiet)
    }

    static func delimiter(_ text: String) throws -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte >= 0x20 || byte == 0x09,
            byte != UInt8(ascii: "\""),
            byte < 0x7F
        else { throw ValidationError("--delimiter takes one ASCII character, such as ; or the word tab.") }
        // New columns contain numbers and words, which would be divided.
        if ASCII.isDigit(byte) || 0x61...0x7A ~= byte | 0x20 {
            throw ValidationError("--delimiter takes a character that is neither a letter nor a digit.")
        }
        return byte
    }
}
