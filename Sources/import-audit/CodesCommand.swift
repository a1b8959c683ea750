import ArgumentParser
import CodeFiles
import Glibc
import ImportAnalysis

struct CodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes",
        abstract: "Start a codes file with the codes that dumps contain.",
        discussion: """
            Writes an entry for each code of a failed row, most rows first, with a message as a comment. Add what you \
            know: a title, an explanation, an owner, an action, or that the code is accepted. Give the file to report, \
            summary, check and rejects with --codes.

            EXAMPLES
              import-audit codes dumps/
              import-audit codes job.json -o codes.yml
            """
    )

    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions

    @OptionGroup(title: Help.output) var file: FileOptions

    struct FileOptions: ParsableArguments {
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: ArgumentHelp(
                "The file to write, instead of standard output. An existing file is not replaced.",
                valueName: "codes.yml"),
            completion: .file())
        var output: String?

        func validate() throws {
            if let output { try OutputOption.check(output, is: "a file") }
        }
    }

    func run() throws {
        try reportingFailures {
            guard let results = try RunResults(of: options, redaction: redacting.redaction(isQuiet: options.isQuiet))
            else { throw Interrupted() }
            var draft = CodeFileDraft()
            try results.visit({ draft.add($0) }, tally: { draft.add($0) })
            if let output = file.output {
                // An empty draft would only block the next run.
                if results.jobCount > 0 {
                    try Self.write(draft.bytes, to: output)
                    if !options.isQuiet { Console.say("Written to \(output)") }
                } else if results.status == .done {
                    let reason = results.selection == nil ? Wording.noJobs : Wording.noJobSelected
                    Console.complain("\(output) was not written: \(reason)")
                }
            } else {
                try Console.write(draft.bytes)
            }
            try results.sayWhatWasNotRead()
            return results.status
        }
    }

    /// Writes a new file. Refuses to replace an existing one, because someone may have edited it.
    private static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        if try writeUnnamed(bytes, to: path) { return }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(.last, path) }
        defer { close(descriptor) }
        do throws(SystemFailure) {
            try writeAll(bytes.span, to: descriptor)
        } catch {
            // Do not leave a partial file.
            unsafe unlink(path)
            throw failure(error, path)
        }
    }

    /// Writes a file that gets its name when it is complete, so that a kill leaves nothing that would block the next
    /// run. Returns false if the file system cannot do that, or `/proc` is missing.
    private static func writeUnnamed(_ bytes: [UInt8], to path: String) throws(CommandFailure) -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        // `O_TMPFILE` is a macro that Swift does not import.
        let descriptor = unsafe open(folder, O_WRONLY | O_DIRECTORY | 0o20000000 | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if [EOPNOTSUPP, EISDIR, ENOENT, EINVAL].contains(errno) { return false }
            throw failure(.last, path)
        }
        defer { close(descriptor) }
        do throws(SystemFailure) {
            try writeAll(bytes.span, to: descriptor)
        } catch {
            throw failure(error, path)
        }
        let unnamed = "/proc/self/fd/\(descriptor)"
        if unsafe linkat(AT_FDCWD, unnamed, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure(.last, path)
    }

    private static func failure(_ failure: SystemFailure, _ path: String) -> CommandFailure {
        CommandFailure(
            .cannotWrite,
            failure.errorNumber == EEXIST
                ? "\(path) already exists and was not replaced" : "\(path): \(failure.description)")
    }
}
