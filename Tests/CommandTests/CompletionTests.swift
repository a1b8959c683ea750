import Foundation
import TestSupport
import Testing

/// Completions in shells: file names for everything that names a file, choices for everything that has some.
struct CompletionTests {
    /// An option or an argument, as the parser describes it.
    private struct Argument {
        var command: String
        var name: String
        var valueName: String
        var completion: String
    }

    /// All options and arguments that take a value.
    private static func arguments() throws -> [Argument] {
        let run = try importAudit("--experimental-dump-help")
        #expect(run.status == 0, "\(run)")
        let root = try #require(try parsed(run.output)["command"] as? [String: Any])
        var found: [Argument] = []
        func visit(_ command: [String: Any], _ path: String) {
            for argument in command["arguments"] as? [[String: Any]] ?? [] {
                guard argument["kind"] as? String != "flag", let value = argument["valueName"] as? String else {
                    continue
                }
                let names = (argument["names"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
                let kind = argument["completionKind"] as? [String: Any] ?? [:]
                found.append(
                    Argument(
                        command: path, name: names?.last ?? value, valueName: value,
                        completion: kind.keys.first ?? "none"))
            }
            for other in command["subcommands"] as? [[String: Any]] ?? [] {
                guard let name = other["commandName"] as? String, name != "help" else { continue }
                visit(other, path.isEmpty ? name : "\(path) \(name)")
            }
        }
        visit(root, "")
        return found
    }

    @Test("Everything that names a file or a folder completes to file names")
    func files() throws {
        let arguments = try Self.arguments()
        #expect(Set(arguments.map { $0.command }).isSuperset(of: CommandLineTests.commands.filter { $0 != "history" }))
        for argument in arguments {
            let isFile = ["input", "before", "after", "try", "audit", "file", "summary.json"].contains(
                argument.valueName)
            let namesFile = argument.valueName.contains(/\.(yml|csv|sqlite|zip|xhtml|json)$/)
            if argument.valueName == "dir" {
                #expect(argument.completion == "directory", "\(argument)")
            } else if isFile || namesFile {
                #expect(argument.completion == "file", "\(argument)")
            } else {
                #expect(!["file", "directory"].contains(argument.completion), "\(argument)")
            }
        }
    }

    @Test("Everything that has choices completes to them")
    func choices() throws {
        let lists = Set(try Self.arguments().filter { $0.completion == "list" }.map { $0.name })
        #expect(
            lists.isSuperset(of: [
                "format", "formats", "stdout", "fail-on", "outcomes", "by", "css", "job-reports", "status",
            ]),
            "\(lists)")
    }

    @Test("The scripts of all shells complete files")
    func scripts() throws {
        for (shell, words) in [("bash", "add_completions -f"), ("zsh", "_files"), ("fish", "-F")] {
            let run = try importAudit("--generate-completion-script", shell)
            #expect(run.status == 0 && run.outputText.contains(words), "\(shell): \(run)")
        }
    }

    @Test(
        "bash completes commands, inputs, files of options, folders and choices",
        arguments: [
            ("rep", "report"), ("report jo", "job.json"), ("check job.json --codes codes", "codes.yml"),
            ("report job.json -o du", "dumps"), ("report job.json --templates du", "dumps"),
            ("summary job.json --format js", "json"), ("check job.json --fail-on crit", "critical"),
            ("history add job", "job.json"), ("rejects job.json --source co", "codes.yml contacts.csv"),
            ("rows job.json --outcomes fai", "failed"), ("verify co", "codes.yml contacts.csv"),
        ])
    func bash(typed: String, expected: String) throws {
        let space = try Workspace()
        try space.shell("mkdir dumps; touch job.json codes.yml contacts.csv")
        let script = try importAudit("--generate-completion-script", "bash")
        try space.write(script.output, as: "all.bash")
        try space.write(
            """
            source all.bash
            COMP_WORDS=(import-audit \(typed)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            call=$(complete -p import-audit | grep -oE -- '-F [^ ]+' | cut -c 4-)
            "$call" import-audit "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>errors
            printf '%s\\n' "${COMPREPLY[@]}" | sort | tr -d ' ' | paste -sd ' '
            """, as: "run.bash")
        let said = try space.shell("bash --norc run.bash")
        let errors = try space.text("errors")
        #expect(said.trimmingCharacters(in: .whitespacesAndNewlines) == expected, "\(errors)")
    }
}
