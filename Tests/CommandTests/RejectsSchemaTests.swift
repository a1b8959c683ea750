import TestSupport
import Testing

/// The JSON output of `rejects` and `account` conforms to the schemas in the documentation.
@Suite(.needs(.pythonModule("jsonschema"))) struct RejectsSchemaTests {
    private let folder: Workspace

    init() throws {
        folder = try Workspace()
        for name in ["first-try.json", "second-try.json", "contacts.csv", "codes.yml"] {
            try folder.write(Repository.bytes("Samples/round-trip/\(name)"), as: name)
        }
    }

    private func run(_ arguments: String...) throws -> CommandResult {
        try importAudit(arguments: arguments, folder: folder.path)
    }

    /// Returns the faults of documents according to a schema, one per line.
    private func faults(_ schema: String, _ files: [String]) throws -> String {
        let result = try Python.run(
            "Tests/Checkers/schema.py",
            [Repository.path("Docs/schemas/\(schema).schema.json")] + files.map { folder[$0] })
        #expect(result.status == 0, "\(result)")
        return result.outputText
    }

    @Test("plan.json of all kinds of runs is valid; one with another member is not")
    func plan() throws {
        try folder.write(#"{"job_id":null,"results":[{"error":{}},{}]}"#, as: "small.json")
        try folder.write("[{},\n{}]", as: "small-source.json")
        try folder.write(
            "codes:\n  - {code: rate_limited, action: retry, after: 15m, batch: 50}\n"
                + "  - {pattern: 'invalid_*', title: t, explanation: e, owner: o, action: fix-data}\n", as: "own.yml")
        let runs = [
            ["first-try.json", "--source", "contacts.csv"],
            ["first-try.json", "--source", "contacts.csv", "--codes", "own.yml", "--by-owner"],
            ["first-try.json", "--source", "contacts.csv", "--codes", "codes.yml", "--batch", "2", "--trust-order"],
            ["small.json", "--source", "small-source.json"],
        ]
        var files: [String] = []
        for (index, arguments) in runs.enumerated() {
            let run = try importAudit(arguments: ["rejects"] + arguments + ["-o", "\(index)"], folder: folder.path)
            #expect(run.status == 0, "\(run)")
            files.append("\(index)/plan.json")
        }
        // Rows from an earlier try.
        try folder.shell("cp 0/rejects.csv second.csv")
        let second = try run(
            "rejects", "second-try.json", "--source", "second.csv", "--map", "0/reasons.csv", "-o", "4")
        #expect(second.status == 0, "\(second)")
        files.append("4/plan.json")
        #expect(try faults("plan", files) == "")

        let changed = try folder.text("1/plan.json").replacing(
            "\"is_guess\":", with: "\"surprise\":", maxReplacements: 1)
        try folder.write(changed, as: "changed.json")
        let found = try faults("plan", ["changed.json"])
        #expect(found.contains("'surprise' was unexpected") && found.contains("'is_guess' is a required property"))
    }

    @Test("compare --map reads each try once: the first may come from standard input")
    func comparesOnce() throws {
        #expect(try run("rejects", "first-try.json", "--source", "contacts.csv", "-o", "r").status == 0)
        let named = try run("compare", "first-try.json", "second-try.json", "--map", "r/reasons.csv")
        let piped = try importAudit(
            "compare", "-", "second-try.json", "--map", "r/reasons.csv",
            input: .bytes(try folder.bytes("first-try.json")), folder: folder.path)
        #expect(named.status == 0 && piped.status == 0, "\(named) \(piped)")
        func shown(_ text: String) -> String { text.replacing("first-try.json", with: "standard input") }
        #expect(shown(named.outputText).filter { $0 != " " } == shown(piped.outputText).filter { $0 != " " })
    }

    @Test("The output of account is valid; with an additional member it is not")
    func account() throws {
        #expect(try run("rejects", "first-try.json", "--source", "contacts.csv", "-o", "r").status == 0)
        let printed = try run(
            "account", "first-try.json", "second-try.json", "--map", "r/reasons.csv", "--format", "json")
        #expect(printed.output.count > 100, "\(printed)")
        try folder.write(printed.output, as: "account.json")
        #expect(try faults("account", ["account.json"]) == "")
        try folder.write(
            printed.outputText.replacing("\"rows\":", with: "\"surprise\":", maxReplacements: 1), as: "x.json")
        let found = try faults("account", ["x.json"])
        #expect(found.contains("'surprise' was unexpected") && found.contains("'rows' is a required property"))
    }
}
