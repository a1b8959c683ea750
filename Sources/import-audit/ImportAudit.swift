import ArgumentParser
import ImportReports

@main
struct ImportAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-audit",
        abstract: "Turns saved import-job dumps into audit reports, offline.",
        discussion: """
            A dump is the JSON answer of the import API, saved to a file. The audit says what was created, what \
            already existed, what failed and why, what is missing, and whether its totals match its rows.

            EXAMPLES
              import-audit report job.json -o audit   write the full audit into a folder
              import-audit report 2026/ old.tar.gz    the same for all dumps of a folder and an archive
              import-audit summary job.json           print the audit in short
              curl … | import-audit summary -         the same, from standard input
              import-audit check dumps/ --max-failed 2%   fail a script if more rows failed
              import-audit rejects job.json --source contacts.csv   failed rows, with the data that was sent
              import-audit rows dumps/ > rows.csv     every row as one stream
              import-audit compare first.json second.json   what a second try changed
              import-audit merge a.json b.json        combine summaries of several machines
              import-audit report dumps/ --pack audit.zip   the audit as one zip, for others
              import-audit verify audit.zip dumps/    prove that it is unchanged, and of these dumps
              import-audit validate page.xhtml        check a page of your templates

            EXIT STATUS
              0   done (rows that failed in the import are no error of this tool)
              1   a rule of check or report was not met, a page is not valid, a zip is not verified, or the rows of
                  rejects or account do not come out even
              64  wrong usage
              65  some input could not be read whole; everything else was still done
              66  no such input, or it may not be read
              70  internal fault
              73  the output cannot be written
              130 interrupted; what was finished stays
            """,
        version: toolVersion,
        subcommands: [
            ReportCommand.self, SummaryCommand.self, CheckCommand.self, CompareCommand.self, CodesCommand.self,
            RowsCommand.self, RejectsCommand.self, AccountCommand.self,
            MergeCommand.self, ValidateCommand.self, VerifyCommand.self,
        ]
    )

    /// As ArgumentParser's own, but for what it says about wrong arguments: it quotes them, and one that a shell made
    /// of a file's name is as hostile as any text.
    static func main() {
        Console.reserveStreams()
        Interruption.listen()
        do {
            var command = try parseAsRoot(ManyArguments.takeOut(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            if exitCode(for: error).rawValue == ExitStatus.interrupted.rawValue { Interruption.endAsAsked() }
            let message = fullMessage(for: error)
            guard !exitCode(for: error).isSuccess, !message.isEmpty else { exit(withError: error) }
            for line in message.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
                Console.say(String(line))
            }
            exit(withError: exitCode(for: error))
        }
    }
}

/// The version of the tool, as reports name it.
let toolVersion = ToolVersion.current
