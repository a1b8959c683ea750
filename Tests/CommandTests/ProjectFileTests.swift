import Foundation
import TestSupport
import Testing

/// Options from `import-audit.yml` in the working directory.
struct ProjectFileTests {
    private static let notice = "Options from import-audit.yml: "

    @Test("A command uses its options and says so; those on the command line take precedence")
    func options() throws {
        let space = try Self.space("max-failed: 0\nformats: [md, json]\ncsv-bom: true\n")
        let run = try importAudit("report", "a.json", "-o", "o", folder: space.path)
        #expect(run.status == 1, "\(run)")
        #expect(run.errorText.hasPrefix(Self.notice + "max-failed, formats, csv-bom\n"), "\(run)")
        #expect(space.names(in: "o") == ["manifest.jsonl", "report.md", "summary.json"])
        let own = try importAudit(
            "report", "a.json", "-o", "p", "--max-failed", "5", "--format", "csv", folder: space.path)
        #expect(own.status == 0, "\(own)")
        #expect(own.errorText.hasPrefix(Self.notice + "csv-bom\n"), "\(own)")
        #expect(try space.bytes("p/rows.csv").starts(with: [0xEF, 0xBB, 0xBF]))
        // The same bytes as with these options on the command line.
        let plain = try importAudit(
            "report", "a.json", "-o", "q", "--max-failed", "0", "--formats", "md,json", "--csv-bom",
            "--no-project-file", folder: space.path)
        #expect(plain.status == 1 && !plain.errorText.contains(Self.notice), "\(plain)")
        #expect(try space.files(in: "q") == space.files(in: "o"))
        let quiet = try importAudit("report", "a.json", "-o", "o", "--quiet", folder: space.path)
        #expect(quiet.status == 1 && !quiet.errorText.contains(Self.notice), "\(quiet)")
    }

    @Test("A command ignores keys that it has no option for, and one without any options does not read the file")
    func otherCommands() throws {
        let space = try Self.space("max-failed: 0\nformats: xhtml\n")
        let summary = try importAudit("summary", "a.json", folder: space.path)
        #expect(summary.status == 0 && summary.errors.isEmpty, "\(summary)")
        try space.write("nonsense", as: "import-audit.yml")
        let validate = try importAudit("validate", "a.json", folder: space.path)
        #expect(validate.status == 1 && !validate.errorText.contains("import-audit.yml"), "\(validate)")
        for arguments in [["report", "--help"], ["--version"], ["help", "report"]] {
            let help = try importAudit(arguments: arguments, folder: space.path)
            #expect(help.status == 0, "\(help)")
        }
    }

    @Test("A history takes the options of the file, above all those that protect personal values")
    func history() throws {
        let space = try Self.space("redact: true\nredact-key-file: key\nmax-failed: 0\n")
        try space.write("0123456789abcdef", as: "key")
        let run = try importAudit("history", "add", "h.sqlite", "a.json", folder: space.path)
        #expect(run.status == 0 && run.errorText.contains(Self.notice + "redact, redact-key-file\n"), "\(run)")
        let own = try importAudit(
            "history", "add", "own.sqlite", "a.json", "--redact", "--redact-key-file", "key", "--no-project-file",
            folder: space.path)
        #expect(own.status == 0, "\(own)")
        let dump = "select * from jobs order by 1, 2"
        #expect(
            try space.shell("sqlite3 h.sqlite '\(dump)'") == space.shell("sqlite3 own.sqlite '\(dump)'"))
        let show = try importAudit("history", "show", "h.sqlite", folder: space.path)
        #expect(show.status == 0 && show.errors.isEmpty, "\(show)")
    }

    @Test("Only the working directory counts, and paths in the file are relative to it")
    func place() throws {
        let space = try Self.space("codes: codes.yml\nonly-new-codes: true\nmax-failed: 0\n")
        try space.write("codes:\n  - {code: invalid_email, accepted: {reason: known}}\n", as: "codes.yml")
        try space.shell("mkdir inner")
        let run = try importAudit("check", "a.json", folder: space.path)
        #expect(run.status == 1 || run.status == 0, "\(run)")
        #expect(run.errorText.contains("codes, max-failed, only-new-codes"), "\(run)")
        let inner = try importAudit("check", "../a.json", "--max-failed", "9", folder: space["inner"])
        #expect(inner.status == 0 && inner.errors.isEmpty, "\(inner)")
        let elsewhere = try importAudit("summary", space["a.json"], folder: space["inner"])
        #expect(elsewhere.errors.isEmpty, "\(elsewhere)")
    }

    @Test("--rules on the command line replaces all rules of the file")
    func rules() throws {
        let space = try Self.space("max-failed: 0\nfail-on: [critical, warning]\n")
        try space.write("max-failed: 100%\n", as: "rules.yml")
        let run = try importAudit("check", "a.json", "--rules", "rules.yml", folder: space.path)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
        let own = try importAudit("check", "a.json", folder: space.path)
        #expect(own.status == 1, "\(own)")
    }

    @Test("Options about a source need one, and have the command's own names")
    func source() throws {
        let space = try Workspace()
        try space.shell("cp '\(Repository.path("Samples/round-trip"))'/* .")
        try space.write("delimiter: \",\"\nsource-encoding: windows-1252\n", as: "import-audit.yml")
        let plain = try importAudit("report", "first-try.json", folder: space.path)
        #expect(plain.status == 0 && !plain.errorText.contains(Self.notice), "\(plain)")
        let run = try importAudit("rejects", "first-try.json", "--source", "contacts.csv", folder: space.path)
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains(Self.notice + "source-encoding, delimiter\n"), "\(run)")
    }

    @Test("Redaction that is only half asked for is an error")
    func redaction() throws {
        let space = try Self.space("redact-key-file: key\n")
        try space.write("0123456789abcdef", as: "key")
        let half = try importAudit("summary", "a.json", folder: space.path)
        #expect(half.status == 64 && half.output.isEmpty, "\(half)")
        #expect(half.errorText.contains("import-audit.yml:1:18: redact-key-file needs"), "\(half)")
        try space.write("redact: false\nredact-key-file: key\n", as: "import-audit.yml")
        let off = try importAudit("summary", "a.json", "--format", "json", folder: space.path)
        #expect(off.status == 0 && !off.outputText.contains("\"redaction\""), "\(off)")
        let on = try importAudit("summary", "a.json", "--format", "json", "--redact", folder: space.path)
        #expect(on.status == 0 && on.outputText != off.outputText, "\(on)")
        #expect(on.errorText == Self.notice + "redact-key-file\n", "\(on)")
    }

    @Test(
        "What is wrong is said with line and column, and nothing is written: 64",
        arguments: [
            ("codes: codes.yml\nmax-faild: 2\n", "2:1: There is no key “max-faild”. Did you mean max-failed?"),
            ("max-failed: many\n", "1:13: max-failed: “many” is not a limit"),
            ("formats: [md, pdf]\n", "1:15: formats: 'pdf' is not a format"),
            ("strict: maybe\n", "1:9: strict must be true or false"),
            ("codes: [a.yml]\n", "1:8: codes must be a text"), ("title: ''\n", "1:8: title must be a text of one"),
            ("encoding: klingon\n", "1:11: --encoding: “klingon” is not an encoding"),
            ("threads: 0\n", "1:10: --threads takes a number from 1 to 256"),
            ("markdown-limit: 5\n", "1:17: --markdown-limit takes a number"),
            ("as-of: yesterday\n", "1:8: as-of: “yesterday” is not a day"),
            ("fail-on: [critcal]\n", "Did you mean critical?"), ("- a\n", "1:1: The file must be an object"),
            ("fail-on: []\n", "1:10: fail-on must be a text, or a list"), ("a: [\n", "This is not valid YAML"),
            ("strict: true\nstrict: true\n", "The key “strict” occurs twice"),
            ("title: &a x\n", "Anchors and aliases are not supported"), ("output: x\n", "There is no key “output”"),
            ("force: true\n", "There is no key “force”"), ("source: x.csv\n", "There is no key “source”"),
        ])
    func faults(text: String, expected: String) throws {
        let space = try Self.space(text)
        let run = try importAudit("report", "a.json", "-o", "o", folder: space.path)
        #expect(run.status == 64 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.hasPrefix("import-audit: import-audit.yml:"), "\(run)")
        #expect(run.errorText.contains(expected) && run.errorText.contains("--no-project-file"), "\(run)")
        #expect(space.names(in: "o") == nil)
        let ignored = try importAudit("report", "a.json", "-o", "o", "--no-project-file", folder: space.path)
        #expect(ignored.status == 0, "\(ignored)")
    }

    @Test("An empty file sets nothing; a folder, a pipe, a broken link or 2 MiB are errors that end at once")
    func unusable() throws {
        let space = try Self.space("# nothing yet\n")
        #expect(try importAudit("summary", "a.json", folder: space.path).errors.isEmpty)
        for script in [
            "mkdir import-audit.yml", "mkfifo import-audit.yml", "ln -s nowhere import-audit.yml",
            "head -c 2097152 /dev/zero | tr '\\0' '#' > import-audit.yml", "printf 'a\\377: b' > import-audit.yml",
        ] {
            try space.shell("rm -rf import-audit.yml; \(script)")
            let run = try importAudit("summary", "a.json", folder: space.path)
            #expect(run.status == 64 && run.output.isEmpty, "\(script): \(run)")
            #expect(run.errorText.contains("import-audit.yml"), "\(script): \(run)")
        }
    }

    @Test("No bytes make it crash", .seeded)
    func hostile() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let space = try Self.space("")
        let base = Array("codes: codes.yml\nmax-failed: 2%\nfail-on: [critical]\nformats: {a: b}\nstrict: true\n".utf8)
        for _ in 0..<60 {
            var bytes = base
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] =
                    Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random)
                    : ":[]{}&*!|>'\"%@`#,?-\n ".utf8.randomElement(using: &random) ?? 0
            }
            try space.write(bytes, as: "import-audit.yml")
            let run = try importAudit("report", "a.json", "-o", "o", folder: space.path)
            #expect([0, 1, 64, 66].contains(run.status), "seed \(seed): \(bytes): \(run)")
            #expect(!run.errorText.contains("\u{1B}"), "seed \(seed): \(run)")
        }
    }

    @Test("The table of the documentation has every key, and the commands that take it")
    func documented() throws {
        let text = String(decoding: try Repository.bytes("Docs/project-file.md"), as: UTF8.self)
        var rows: [String: [String]] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            for name in cells[0].matches(of: /`([a-z-]+)`/) {
                rows[String(name.1)] = cells[2].split(separator: ", ").map { String($0) }
            }
        }
        #expect(rows.count == 33)
        // Each command uses only the keys in its row of the table.
        let values = [
            "codes": "c.yml", "as-of": "2026-01-01", "rules": "r.yml", "max-failed": "1", "max-failed-code": "a=1",
            "fail-on": "critical", "min-rows": "1", "redact-key-file": "k", "redact-rules": "r", "formats": "xhtml",
            "title": "t", "templates": "t", "job-reports": "all", "css": "linked", "markdown-limit": "2000",
            "encoding": "utf-8",
            "source-encoding": "utf-8", "delimiter": "';'", "threads": "1", "since": "2026-01-01",
            "until": "2026-12-31", "max-failed-per-job": "5%", "max-failed-vs-median": "2x",
        ]
        let file = rows.keys.sorted().map { "\($0): \(values[$0] ?? "true")\n" }.joined()
        let space = try Self.space(file)
        for command in CommandLineTests.commands where command != "validate" {
            let source = ["report", "rejects"].contains(command) ? ["--source", "x"] : []
            let more = command == "account" ? ["b.json", "--map", "m"] : command == "compare" ? ["b.json"] : []
            let output = command == "merge" ? ["-o", "m"] : command == "check" ? ["--history", "h"] : []
            let run = try importAudit(
                arguments: [command, "none.json"] + more + source + output, folder: space.path)
            let line = run.errorText.split(separator: "\n").first { $0.hasPrefix(Self.notice) } ?? ""
            let taken = Set(line.dropFirst(Self.notice.count).split(separator: ", ").map { String($0) })
            #expect(taken == Set(rows.filter { $0.value.contains(command) }.keys), "\(command): \(run)")
        }
    }

    private static func space(_ text: String) throws -> Workspace {
        let space = try Workspace()
        try space.write(jobDump("a", failed: 1), as: "a.json")
        try space.write(text, as: "import-audit.yml")
        return space
    }
}
