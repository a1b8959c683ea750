import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportReports
import ImportSources

struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Hand failed rows back with the data that was sent.",
        discussion: """
            Row N of a job is row N of what was sent. Takes the file that was sent (CSV, JSON Lines, a JSON array or a \
            request body, also compressed or in an archive; or an XLSX workbook) and writes three heaps that add up to \
            it: rejects (rows that failed or are unclassified), no-result (rows that the dump says nothing about, which \
            may have been imported) and those that succeeded, of which nothing is written. Records are copied byte for \
            byte, rows of a workbook cell by cell.

            One source for all jobs: they take their rows from it one after another, in the order of the inputs. As \
            many sources as jobs: one each. The numbers must come out even, and values that messages quote must stand in \
            the records of their rows; if not, nothing is written and the exit status is 1.

            reasons.csv says of each record why it is there, plan.md and plan.json what to do about them.

            EXAMPLES
              import-audit rejects job.json --source contacts.csv -o rejects
              import-audit rejects job.json --source contacts.csv --codes codes.yml --by-action
              import-audit rejects 1.json 2.json --source body.json --batch 100
              import-audit rejects job.json --source "contacts.xlsx#Sheet 2"
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A dump, a folder, an archive (tar, zip, 7z), any of them compressed, or - for standard input.",
            valueName: "input"))
    var arguments: [String]

    @Option(
        name: .customLong("source"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "What was sent: one file for all jobs, or one for each in their order; FILE#SHEET for a sheet of a workbook.",
            valueName: "file"))
    var sources: [String]

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write into; it is made if need be.", valueName: "dir"))
    var output = "rejects"

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "reasons.csv of the try before, if the source is what it handed back: rows are named as in the first source. "
                + "Several, in the order of the tries, if none of them was made with --map.",
            valueName: "reasons.csv"))
    var maps: [String] = []

    @OptionGroup var codes: CodesOptions

    @Flag(name: .customLong("by-action"), help: "Write a file for each action of the codes file.")
    var byAction = false

    @Flag(name: .customLong("by-owner"), help: "Write a file for each owner of the codes file.")
    var byOwner = false

    @Option(help: ArgumentHelp("Cut rejects into files of this many records.", valueName: "n"))
    var batch: Int?

    @Flag(help: "Leave the new columns out: the files look as the source does.")
    var plain = false

    @Flag(
        help: "Also write annotated.csv or .xlsx: all rows of a table with their outcomes and the ids of their records."
    )
    var annotated = false

    @Flag(help: "Also write created.csv or the like: the rows that succeeded, with the ids of their records.")
    var created = false

    @OptionGroup var form: SourceFormOptions

    @Option(
        name: .customLong("encoding"),
        help: ArgumentHelp("The encoding of a source that is not in Unicode, such as windows-1252.", valueName: "name"))
    var encodingName: String?

    @Flag(
        name: .customLong("csv-raw"),
        help: "Leave new cells as they are, also those that a spreadsheet would run as formulas.")
    var isRaw = false

    @Flag(
        name: .customLong("strict"),
        help: "Refuse a dump that is cut off or broken, instead of saving what can be read.")
    var isStrict = false

    @Option(help: ArgumentHelp("How many inputs are in work at once.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Say nothing on standard error but what went wrong.")
    var quiet = false

    @Flag(help: "Replace files in the folder that import-audit did not write, or that were changed since.")
    var force = false

    var inputs: [String] { ManyArguments.putBack(arguments) }

    func validate() throws {
        try OutputOption.check(output)
        if sources.isEmpty { throw ValidationError("--source names the file that was sent.") }
        try form.check(sourceCount: sources.count)
        if let batch, batch < 1 { throw ValidationError("--batch takes a number from 1 on.") }
        if !maps.isEmpty, sources.count > 1 { throw ValidationError("--map is about one source for all jobs.") }
        if byAction, codes.codes == nil { throw ValidationError("--by-action is about the actions of --codes.") }
        if byOwner, codes.codes == nil { throw ValidationError("--by-owner is about the owners of --codes.") }
        if byAction, byOwner { throw ValidationError("Give --by-action or --by-owner, not both.") }
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
        try EncodingName.checkSource(encodingName, option: "--encoding")
    }

    func run() throws {
        try reportingFailures {
            let concurrency = Concurrency(workers: threads ?? Concurrency.processors)
            let codeBook = try codes.userRules().codes
            return try RejectsPlan(
                inputs: inputs,
                pairing: form.pairing(
                    sources: sources, encoding: encodingName.flatMap { TextEncoding(name: $0) }, concurrency,
                    isQuiet: quiet),
                output: output, codes: codeBook,
                layout: RejectLayout(isPlain: plain, hasActions: codes.codes != nil, isRaw: isRaw, batch: batch),
                division: byAction ? .byAction : byOwner ? .byOwner(OwnerNames(codeBook)) : .none, annotates: annotated,
                listsCreated: created, isStrict: isStrict, isQuiet: quiet, isForced: force,
                optionFiles: [codes.codes].compactMap { $0 } + maps, maps: try maps.map { try RowMap($0) },
                concurrency: concurrency
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

/// How the records of a source are found, and which are whose.
struct SourceFormOptions: ParsableArguments {
    @Option(
        name: .customLong("first-row"),
        help: ArgumentHelp("The row of the source that the first job begins with.", valueName: "n"))
    var firstRow = 1

    @Option(
        help: ArgumentHelp(
            "The delimiter of a CSV source: one character, or tab. By default the header shows it.", valueName: "c"),
        transform: SourceFormOptions.delimiter)
    var delimiter: UInt8?

    @Flag(name: .customLong("no-header"), help: "The first line of a CSV source is a row.")
    var noHeader = false

    @Flag(name: .customLong("trust-order"), help: "Pair the rows even if values that messages quote are not in them.")
    var trustOrder = false

    func check(sourceCount: Int) throws {
        if firstRow < 1 { throw ValidationError("--first-row takes a number from 1 on.") }
        if firstRow > 1, sourceCount > 1 { throw ValidationError("--first-row is about one source for all jobs.") }
    }

    func pairing(
        sources: [String], encoding: TextEncoding?, _ concurrency: Concurrency, isQuiet: Bool
    ) -> PairingOptions {
        PairingOptions(
            sources: SourceFiles(names: sources),
            form: SourceOptions(
                delimiter: delimiter, hasHeader: !noHeader, encoding: encoding,
                usesVectors: Console.environment("IMPORT_AUDIT_KERNEL") != "scalar",
                readsAhead: concurrency.allowsHelpers),
            firstRow: firstRow, trustsOrder: trustOrder, isQuiet: isQuiet)
    }

    private static func delimiter(_ text: String) throws -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte >= 0x20 || byte == 0x09,
            byte != UInt8(ascii: "\""),
            byte < 0x7F
        else { throw ValidationError("--delimiter takes one character, such as ; or the word tab.") }
        return byte
    }
}
