import Foundation
import TestSupport
import Testing

/// `--redact` on the command line. `Tests/Oracle/redaction.py` checks the values.
struct RedactionTests {
    private static let key = "0123456789abcdef"

    @Test("A key file without a valid key is a usage error, and so is a file without the option")
    func keys() throws {
        let workspace = try Workspace()
        let sample = Repository.sample("sync")
        for (content, says) in [
            ("0123456789abcde\n", "there are 15 bytes; a key has 16 to 4096 bytes"), ("", "there are 0 bytes"),
            (String(repeating: "x", count: 4098), "the file is too large"),
        ] {
            try workspace.write(content, as: "key")
            let run = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["key"])
            #expect(run.status == 64 && run.errorText.contains(says) && run.output.isEmpty, "\(run)")
        }
        let absent = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["absent"])
        #expect(absent.status == 64 && absent.errorText.contains("No such file"), "\(absent)")
        let alone = try importAudit("summary", sample, "--redact-key-file", workspace["key"])
        #expect(alone.status == 64 && alone.errorText.contains("--redact"), "\(alone)")
        try workspace.write("word: [x]", as: "rules.yml")
        let rules = try importAudit("summary", sample, "--redact", "--redact-rules", workspace["rules.yml"])
        #expect(rules.status == 64 && rules.errorText.contains("rules.yml:1:1: There is no key “word”"), "\(rules)")
    }

    @Test("One line feed at the end of the key file is not part of the key; a random key is announced")
    func lineFeed() throws {
        let workspace = try Workspace()
        let sample = Repository.sample("many-failures")
        var outputs: [[UInt8]] = []
        for content in [Self.key, Self.key + "\n", Self.key + "\n\n"] {
            try workspace.write(content, as: "key")
            let run = try importAudit("summary", sample, "--redact", "--redact-key-file", workspace["key"])
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            #expect(run.outputText.contains("are pseudonyms (key "), "\(run)")
            outputs.append(run.output)
        }
        #expect(outputs[0] == outputs[1] && outputs[1] != outputs[2])
        let random = try importAudit("summary", sample, "--redact")
        #expect(random.errorText.contains("the pseudonyms use a random key"), "\(random)")
    }

    @Test("Pages, Markdown and the summary say that values are pseudonyms")
    func said() throws {
        let workspace = try Workspace()
        try workspace.write(Self.key, as: "key")
        try workspace.makeJobs(4, in: "in")
        let run = try importAudit(
            "report", workspace["in"], "-o", workspace["out"], "--redact", "--redact-key-file", workspace["key"])
        #expect(run.status == 0, "\(run)")
        let files = try workspace.tree("out").filter { !$0.value.isEmpty }
        for ending in ["index.xhtml", "index.md", "report.xhtml", "report.md"] {
            let pages = files.filter { $0.key.hasSuffix(ending) }
            #expect(!pages.isEmpty)
            for (name, bytes) in pages {
                #expect(String(decoding: bytes, as: UTF8.self).contains("are pseudonyms (key "), "\(name)")
            }
        }
        let summaries = try files.filter { $0.key.hasSuffix("summary.json") }.map { try parsed($0.value) }
        #expect(summaries.count == 5)
        for summary in summaries {
            let redacted = summary["redacted"] as? [String: Any]
            #expect(redacted?["keyed"] as? Bool == true && (redacted?["key_id"] as? String)?.count == 8)
        }
        let valid = try importAudit("validate", workspace["out/index.xhtml"])
        #expect(valid.status == 0, "\(valid)")
    }

    @Test("The place of a dump in another document is redacted, the same in its name and in the finding")
    func places() throws {
        let workspace = try Workspace()
        try workspace.write(Self.key, as: "key")
        let job = #"{"job_id":"jj","status":"complete","total":1,"results":[{"error":{"code":"c","message":"x"}}]}"#
        let inString = job.replacing("jj", with: "kk").replacing("\"", with: "\\\"")
        try workspace.write(
            #"{"users":{"anna@firma.de":\#(job),"anna schmidt":"\#(inString)"}}"#, as: "wrap.json")
        let redact = ["--redact", "--redact-key-file", workspace["key"]]
        let run = try importAudit(arguments: ["summary", workspace["wrap.json"], "--format", "json"] + redact)
        #expect(run.status == 0 && !run.outputText.contains("anna"), "\(run)")
        let jobs = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        let places = jobs.compactMap { ($0["source"] as? String)?.split(separator: "#").last.map(String.init) }
        #expect(Set(places).count == 2)
        for (job, place) in zip(jobs, places) {
            let findings = try #require(job["findings"] as? [[String: Any]])
            #expect(findings.contains { ($0["message"] as? String)?.contains("“\(place)”") == true }, "\(findings)")
        }
        let report = try importAudit(
            arguments: [
                "report", workspace["wrap.json"], "-o", workspace["out"], "--pack", workspace["out.zip"], "--verbose",
            ]
                + redact)
        #expect(report.status == 0 && !report.errorText.contains("anna"), "\(report)")
        for (name, bytes) in try workspace.tree("out") {
            #expect(!name.contains("anna") && !String(decoding: bytes, as: UTF8.self).contains("anna"), "\(name)")
        }
    }

    @Test("Errors name neither jobs nor the files that were sent")
    func errorsOfSources() throws {
        let workspace = try Workspace()
        try workspace.write(Self.key, as: "key")
        let job = #"{"job_id":"annajob","status":"complete","total":2,"results":[{"created":true},{"created":true}]}"#
        try workspace.write(job, as: "annadump.json")
        try workspace.write("name\na\nb\nc\n", as: "annabad.csv")
        for source in ["annabad.csv", "annamissing.csv", "annadump.json"] {
            let run = try importAudit(
                "report", workspace["annadump.json"], "-o", workspace["out"], "--source", workspace[source], "--redact",
                "--redact-key-file", workspace["key"])
            #expect(run.status != 0 && !run.errors.isEmpty && !run.errorText.contains("anna"), "\(run)")
        }
    }

    @Test("Options that select jobs have pseudonyms, and select by the values")
    func selection() throws {
        let workspace = try Workspace()
        try workspace.write(Self.key, as: "key")
        try workspace.write(#"{"job_id":"annajob","status":"complete","total":0,"results":[]}"#, as: "in/a.json")
        try workspace.write(#"{"status":"complete","total":0,"results":[]}"#, as: "in/annafile.json")
        try workspace.write(#"{"job_id":"other","status":"complete","total":0,"results":[]}"#, as: "in/b.json")
        let run = try importAudit(
            "report", workspace["in"], "-o", workspace["out"], "--redact", "--redact-key-file", workspace["key"],
            "--job",
            "anna*", "--status", "complete")
        #expect(run.status == 0 && run.errorText.contains("Left out by --status complete --job v-"), "\(run)")
        #expect(run.errorText.contains("*: 1 of 3 dumps") && !run.errorText.contains("anna"), "\(run)")
        for (name, bytes) in try workspace.tree("out") {
            #expect(!String(decoding: bytes, as: UTF8.self).contains("anna"), "\(name)")
        }
    }
}
