import ArgumentParser
private import CBuild
import ImportReports

@main
struct ImportAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-audit",
        abstract: "Turn saved import-job dumps into audit reports, offline.",
        discussion: """
            A dump is the JSON answer of the import API, saved to a file. The audit shows what was created, what \
            already existed, what failed and why, what is missing, and whether the job's totals match its rows.

            EXAMPLES
              import-audit report job.json -o audit
              import-audit summary job.json
              import-audit check dumps/ --max-failed 2%

            import-audit help report (or any other command) has more.

            PROJECT FILE
              If the working directory contains import-audit.yml, commands take options
              from it, such as codes: codes.yml or max-failed: 2%, and name them on
              standard error. Options on the command line win. No other folder is
              searched. --no-project-file ignores the file.

            EXIT STATUS
              0   done (rows that failed in the import are not an error of this tool)
              1   a rule of check or report is not met, a page is not valid, an audit is
                  not verified, or the rows of rejects or account do not match
              64  wrong usage, or a template, codes file, rules file, redaction rules,
                  key or project file that is missing or cannot be used
              65  an input could not be read completely; everything else was still done
              66  an input does not exist or may not be read
              70  internal fault, or not enough memory
              73  the output cannot be written, or would replace a file that it must not
              130 interrupted; finished work stays
              141 the reader of standard output, such as head, closed it
            """,
        version: shownVersion,
        subcommands: [
            ReportCommand.self, SummaryCommand.self, CheckCommand.self, CompareCommand.self, CodesCommand.self,
            RowsCommand.self, RejectsCommand.self, AccountCommand.self,
            MergeCommand.self, HistoryCommand.self, ValidateCommand.self, VerifyCommand.self,
        ]
    )

    /// Returns the arguments of the process, with the options of the project file.
    private static func arguments() throws -> [String] {
        var result: [String] = []
        try reportingFailures {
            let arguments = try Arguments.all()
            try CommandNames.check(arguments)
            result = try ProjectOptions.add(to: arguments)
            return .done
        }
        return result
    }

    /// Works like ArgumentParser's own `main`, but prints messages about wrong arguments safely: they quote the
    /// arguments, and one that a shell made from a file name may be as hostile as any text.
    static func main() {
        Console.reserveStreams()
        Console.widenPipes()
        Console.outliveFileSizeLimit()
        Console.outliveReaders()
        Interruption.listen()
        InternalFault.report()
        do {
            var command = try parseAsRoot(ManyArguments.takeOut(arguments()))
            try command.run()
        } catch let error where error is Interrupted {
            Interruption.endAsAsked()
            Console.say("Interrupted.")
            exit(withError: ExitCode(ExitStatus.interrupted.rawValue))
        } catch {
            if exitCode(for: error).rawValue == ExitStatus.interrupted.rawValue { Interruption.endAsAsked() }
            exit(withError: say(error))
        }
    }

    /// Prints the message of an error, or the help that was asked for.
    ///
    /// Returns the error with which the process ends. What is made here is released before, or it would look like a leak.
    @inline(never)
    private static func say(_ error: any Error) -> any Error {
        let message = ParserMessages.improved(fullMessage(for: error))
        if message.isEmpty { return error }
        if exitCode(for: error).isSuccess { return ParserMessages.print(message) }
        for line in message.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            Console.say(String(line))
        }
        return exitCode(for: error)
    }
}

/// The version of the tool, as reports name it.
let toolVersion = ToolVersion.current

/// The text that `--version` prints. In packages, it includes the commit that they were built from. Reports do not name
/// the commit, because their bytes depend only on the version.
private var shownVersion: String {
    guard let commit = unsafe import_audit_commit() else { return toolVersion }
    return "\(toolVersion) (commit \(unsafe String(cString: commit)))"
}
