import Foundation
import TestSupport
import Testing

/// Everything that can be audited: folders, archives, compressed files and logs, in any mixture.
struct InputKindTests {
    /// Commands that pack the folder `in` of a workspace, and the resulting inputs.
    static let packings: [(String, [String])] = [
        ("true", ["in"]),
        ("tar -cf a.tar in", ["a.tar"]),
        ("tar -czf a.tar.gz in", ["a.tar.gz"]),
        ("tar -cJf a.tar.xz in", ["a.tar.xz"]),
        ("tar -c in | zstd -q > a.bin", ["a.bin"]),
        ("(cd in && zip -qr ../a.zip .)", ["a.zip"]),
        ("7z a -bd a.7z in > /dev/null", ["a.7z"]),
        ("find in -name '*.json' -exec gzip {} +", ["in"]),
        ("find in -name '*.json' -exec gzip {} + && tar -cf nested.tar in", ["nested.tar"]),
        ("for f in $(find in -name '*.json' | sort); do cat $f; echo; done > all.jsonl", ["all.jsonl"]),
        ("for f in $(find in -name '*.json' | sort); do cat $f; echo; done | gzip > all.jsonl.gz", ["all.jsonl.gz"]),
        (
            "(printf '['; for f in $(find in -name '*.json' | sort); do cat $f; printf ,; done) | sed 's/,$/]/' > a.json",
            ["a.json"]
        ),
        ("mkdir x && mv in/0 x/ && tar -czf rest.tgz in", ["x", "rest.tgz"]),
    ]

    @Test(
        "A named pipe among the inputs is read once",
        arguments: [
            "summary", "summary --sha256", "check --fail-on critical", "codes", "report -o out", "history add h.sqlite",
            "report -o out --job-reports none --pack out.zip",
        ])
    func namedPipe(command: String) throws {
        let space = try Workspace()
        try space.write(jobDump("a"), as: "a.json")
        try space.write(jobDump("b"), as: "b.json")
        // A run that opened the pipe again would wait for another writer.
        let status = try space.shell(
            """
            mkfifo pipe; (timeout 60 sh -c 'cat a.json > pipe' &)
            timeout 60 '\(RunningCommand.binary)' \(command) pipe b.json > out.txt 2>&1 && echo 0 || echo $?
            """)
        let output = try space.text("out.txt")
        #expect(status == "0\n", "\(command): \(output)")
    }

    @Test("The same jobs give the same result, however they are packed", arguments: packings)
    func packed(script: String, inputs: [String]) throws {
        let space = try Workspace()
        try space.makeJobs(25, in: "in")
        let plain = try importAudit("summary", "--format", "json", "in", folder: space.path)
        try space.shell(script)
        let packed = try RunningCommand(["summary", "--format", "json"] + inputs, folder: space.path).finish()
        #expect(packed.status == 0, "\(packed)")
        #expect(try Self.comparable(packed.output) == Self.comparable(plain.output))
        let piped = try RunningCommand(
            program: "/bin/sh", ["-c", "\"$0\" summary --format json - < \(inputs[0])", RunningCommand.binary],
            folder: space.path
        ).finish()
        // Standard input cannot be a folder, and 7z requires a file.
        if inputs.count == 1, !inputs[0].hasPrefix("in"), inputs[0] != "a.7z" {
            #expect(try Self.comparable(piped.output) == Self.comparable(plain.output))
        }
    }

    /// Returns a summary's jobs by id, without anything that depends on the packing, and its totals.
    private static func comparable(_ output: [UInt8]) throws -> String {
        let document = try parsed(output)
        let jobs = try #require(document["jobs"] as? [[String: Any]])
        func text(_ value: Any?) throws -> String {
            let value = try #require(value)
            return String(
                decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed]),
                as: UTF8.self)
        }
        let lines = try jobs.map { try text([$0["job_id"], $0["rows"], $0["failed_by_code"]]) }
        return try lines.sorted().joined(separator: "\n") + "\n" + text(document["totals"])
    }

    @Test("Sources name the archive, the entry, the line and the element")
    func sources() throws {
        let space = try Workspace()
        try space.write(jobDump("a") + "\n" + jobDump("b") + "\n", as: "in/log.jsonl")
        try space.write("[\(jobDump("c")),\(jobDump("d"))]", as: "in/list.json")
        try space.write(jobDump("e"), as: "in/one.json")
        try space.shell("tar -czf a.tar.gz -C in .")
        let run = try importAudit("summary", "--format", "json", "a.tar.gz", folder: space.path)
        let jobs = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        let sources = Set(jobs.compactMap { $0["source"] as? String })
        #expect(
            sources == [
                "a.tar.gz!log.jsonl:1", "a.tar.gz!log.jsonl:2", "a.tar.gz!list.json[1]",
                "a.tar.gz!list.json[2]", "a.tar.gz!one.json",
            ], "\(run)")
    }

    @Test("An input without a dump is listed with its reason, and the rest is done")
    func notDumps() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        try space.write("", as: "in/empty.json")
        try space.write("<html><body>502</body></html>", as: "in/page.html")
        try space.write(#"{"message":"Import job not found"}"#, as: "in/error.json")
        try space.write([0xFF, 0xFE, 0x7B, 0x00], as: "in/utf16.json")
        try space.write(#"{"a":1}"#, as: "in/other.json")
        try space.write(jobDump("hidden"), as: "in/.hidden.json")
        try space.shell("tar -czf in/cut.tgz -C in 0 && truncate -s -40 in/cut.tgz && ln -s /etc/hosts in/out.json")
        try space.shell("zip -q -P secret in/locked.zip in/other.json")
        let run = try importAudit("summary", "--format", "json", "in", folder: space.path)
        #expect(run.status == 65, "\(run)")
        let document = try parsed(run.output)
        let unreadable = try #require(document["unreadable"] as? [[String: String]])
        let reasons = Dictionary(uniqueKeysWithValues: unreadable.map { ($0["source"] ?? "", $0["reason"] ?? "") })
        for (source, words) in [
            ("in/empty.json", "empty"), ("in/page.html", "HTML"), ("in/error.json", "Import job not found"),
            ("in/utf16.json", "cut off"), ("in/other.json", "another kind"),
            ("in/out.json", "leads out of the folder"), ("in/cut.tgz", "breaks off"),
        ] {
            let reason = reasons.first { $0.key.hasPrefix(source) }?.value
            #expect(reason?.contains(words) == true, "\(source): \(String(describing: reason))")
        }
        #expect(reasons.contains { $0.key.hasPrefix("in/locked.zip") && $0.value.contains("ncrypted") }, "\(reasons)")
        #expect(!reasons.keys.contains { $0.contains("hidden") })
        let jobs = try #require(document["jobs"] as? [[String: Any]])
        #expect(Set(jobs.compactMap { $0["job_id"] as? String }) == ["job-001", "job-002", "job-003"])
    }

    @Test("A source that is given instead of a dump is called a source", .needs(.pythonModule("openpyxl")))
    func whatWasSent() throws {
        let space = try Workspace()
        try space.write("Name,\"E-mail\",City\n\"Ada, L.\",ada@example.com,London\n", as: "contacts.csv")
        try space.write("Name;City\r\nAda;London\r\n", as: "semicolons.txt")
        try space.write(
            "import openpyxl\nbook = openpyxl.Workbook()\nbook.active.append([1, 2])\nbook.save('contacts.xlsx')\n",
            as: "make.py")
        try space.shell("python3 make.py")
        for (file, words) in [
            ("contacts.csv", "A CSV file with the columns Name, E-mail, City, not a dump."),
            ("semicolons.txt", "A CSV file with the columns Name, City, not a dump."),
            ("contacts.xlsx", "A workbook (XLSX), not a dump."),
        ] {
            let run = try importAudit("report", file, folder: space.path)
            #expect(run.status == 65, "\(run)")
            #expect(run.errorText.contains("\(file): \(words)"), "\(run)")
            #expect(run.errorText.contains("import-audit rejects DUMP --source FILE"), "\(run)")
            #expect(space.names(in: "audit") == nil)
            let piped = try RunningCommand(
                ["summary", "-"], input: .bytes(try space.bytes(file)), folder: space.path
            ).finish()
            if file != "contacts.xlsx" { #expect(piped.outputText.contains(words), "\(piped)") }
        }
        // Column names are not shown: without a header, they would be values.
        let redacted = try importAudit("summary", "contacts.csv", "--redact", "--quiet", folder: space.path)
        #expect(redacted.outputText.contains("A CSV file, not a dump."), "\(redacted)")
        // Lines with dumps among them are a log, whatever the first line looks like.
        try space.write("time,text\n1,\(jobDump("a"))\n", as: "log.csv")
        let log = try importAudit("summary", "log.csv", folder: space.path)
        #expect(log.status == 0 && log.outputText.contains("Both rows were created"), "\(log)")
    }

    @Test("One compressed dump is reported like the plain one")
    func compressedSingle() throws {
        let space = try Workspace()
        try space.shell("gzip -c '\(Repository.sample("many-failures"))' > many-failures.json.gz")
        let run = try importAudit("report", "many-failures.json.gz", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        #expect(space.names(in: "o") == reportFolder)
        let plain = try importAudit("report", Repository.sample("many-failures"), "-o", "p", folder: space.path)
        #expect(plain.status == 0, "\(plain)")
        for file in ["rows.csv", "failures.csv", "codes.csv"] {
            #expect(try space.bytes("o/\(file)") == space.bytes("p/\(file)"), "\(file)")
        }
    }

    @Test("A dump in a broken gzip file is saved up to the break")
    func brokenGzip() throws {
        let space = try Workspace()
        try space.write(jobDump("a", created: 5000), as: "a.json")
        try space.shell("gzip a.json && truncate -s -60 a.json.gz")
        let run = try importAudit("report", "a.json.gz", "-o", "o", folder: space.path)
        #expect(run.status == 65, "\(run)")
        let text = try space.text("o/summary.json")
        #expect(text.contains("dump-truncated") && text.contains("the gzip data breaks off"), "\(text.prefix(3000))")
        #expect(try space.text("o/rows.csv").split(separator: "\r\n").count > 4000)
    }
}
