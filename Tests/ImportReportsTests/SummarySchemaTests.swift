import Foundation
import ImportAnalysis
import ImportDumps
import ImportReports
import TestSupport
import Testing

/// A schema in `Docs/schemas`, and the place where the documentation describes the same document.
struct DocumentedSchema: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let page: String
    let heading: String
    /// Another part of the page, which describes members that documents of both kinds have.
    var shared: String?
    /// The minimum number of names, so that an empty schema does not pass as documented.
    let names: Int

    var path: String { "Docs/schemas/\(name).schema.json" }
    var testDescription: String { name }

    static let all = [
        DocumentedSchema(
            name: "summary", bytes: SummaryJSON.schema, page: "Docs/audit.md", heading: "summary.json", names: 61),
        DocumentedSchema(
            name: "comparison", bytes: ComparisonReport.schema, page: "Docs/audit.md", heading: "Comparing",
            shared: "summary.json", names: 41),
        DocumentedSchema(
            name: "check", bytes: CheckReport.schema, page: "Docs/audit.md", heading: "What check prints",
            shared: "summary.json", names: 39),
        DocumentedSchema(
            name: "history", bytes: TrendsReport.schema, page: "Docs/history.md", heading: "What is shown", names: 31),
        DocumentedSchema(
            name: "pack", bytes: PackManifest.schema, page: "Docs/pack.md", heading: "MANIFEST.json", names: 13),
        DocumentedSchema(
            name: "verification", bytes: PackVerification.schema, page: "Docs/pack.md",
            heading: "What `verify` proves", names: 17),
        DocumentedSchema(
            name: "plan", bytes: RetryPlan.schema, page: "Docs/rejects.md", heading: "plan.json", names: 39),
        DocumentedSchema(
            name: "account", bytes: AccountReport.schema, page: "Docs/rejects.md", heading: "What account prints",
            names: 13),
    ]

    /// Returns the faults of documents according to the schema in the documentation, one per line.
    func faults(_ documents: [[UInt8]]) throws -> String {
        let folder = try Workspace()
        let files = try documents.enumerated().map { try folder.write($0.element, as: "\($0.offset).json") }
        let result = try Python.run("Tests/Checkers/schema.py", [Repository.path(path)] + files)
        #expect(result.status == 0, "\(result)")
        return result.outputText
    }

    /// Expects no faults in documents, and faults if a member of the last one is renamed.
    func expectValid(_ documents: [[UInt8]], required member: String) throws {
        #expect(try faults(documents) == "")
        let text = try #require(documents.last?.text)
        #expect(text.contains("\"\(member)\":"))
        let without = text.replacing("\"\(member)\":", with: "\"surprise\":", maxReplacements: 1)
        let found = try faults([Array(without.utf8)])
        #expect(found.contains("'surprise' was unexpected"))
        #expect(found.contains("'\(member)' is a required property"))
    }
}

/// The schemas in `Docs/schemas` describe everything that is written and nothing else.
struct SummarySchemaTests {
    @Test("The schema in the documentation is that of the code", arguments: DocumentedSchema.all)
    func recorded(schema: DocumentedSchema) throws {
        if ProcessInfo.processInfo.environment["IMPORT_AUDIT_RECORD_GOLDENS"] != nil {
            try Data(schema.bytes).write(to: Repository.root.appending(path: schema.path))
            Issue.record("recorded \(schema.path)")
            return
        }
        #expect(try Repository.bytes(schema.path).text == schema.bytes.text)
    }

    @Test("The documentation links each schema and names each member", arguments: DocumentedSchema.all)
    func documented(schema: DocumentedSchema) throws {
        let text = try Repository.bytes(schema.page).text
        func section(_ heading: String) throws -> Substring {
            let start = try #require(text.range(of: "\n## \(heading)\n"))
            let end = text.range(of: "\n## ", range: start.upperBound..<text.endIndex)?.lowerBound ?? text.endIndex
            return text[start.upperBound..<end]
        }
        let own = try section(schema.heading)
        #expect(own.contains("(schemas/\(schema.name).schema.json)"))
        let sections = try own + "\n" + (schema.shared.map(section) ?? "")
        let quoted = Set(
            sections.split(separator: "`").flatMap { $0.split { !$0.isLetter && $0 != "_" && !$0.isNumber } }.map {
                String($0)
            })
        let names = Self.names(in: try JSONSerialization.jsonObject(with: Data(schema.bytes)))
        #expect(names.count >= schema.names)
        #expect(names.subtracting(quoted).sorted() == [])
    }

    private static func names(in schema: Any) -> Set<String> {
        if let list = schema as? [Any] { return list.reduce(into: []) { $0.formUnion(names(in: $1)) } }
        guard let object = schema as? [String: Any] else { return [] }
        var result: Set<String> = []
        for (name, value) in object {
            if name == "properties", let properties = value as? [String: Any] {
                result.formUnion(properties.keys)
                for property in properties.values { result.formUnion(names(in: property)) }
            } else {
                result.formUnion(names(in: value))
            }
        }
        return result
    }

    @Test(
        "Real summaries are valid; one with a member that is not declared, or without one that must be there, is not",
        .seeded, .needs(.pythonModule("jsonschema")))
    func valid() throws {
        let seed = Seeds.new
        var summaries = try (0..<20).map { SummaryJSON.render(try SummaryReaderTests.random(seed &+ $0)) }
        var all = Summary()
        for name in Repository.sampleJobs { all.append(try audit(sample: name)) }
        all.append(UnreadableInput(source: "x", reason: "y"))
        let rows = (0...AnalysisLimits.codes).map { #"{"error":{"code":"c\#($0)","message":"m"}}"# }
        all.append(try audit(#"{"job_id":"j","total":1,"results":[\#(rows.joined(separator: ","))]}"#))
        let gate = Rules([
            .maxFailed(.rows(1), onlyPending: true), .maxFailedCode(nil, .rows(0)), .failOnSeverity(.critical),
            .failOnFinding(.rowsMissing), .requireComplete, .minRows(3),
        ])
        var ruleTally = RuleTally(gate: gate, codes: UserRulesTests.codes)
        for job in all.jobs { ruleTally.add(job) }
        summaries.append(SummaryJSON.render(all, codes: UserRulesTests.codes, ruleResults: ruleTally.ruleResults()))
        summaries.append(SummaryJSON.render(try OverviewTests.summaryWithBadTime()))
        all.redaction = RedactionMark(isKeyed: true, keyID: "0123abcd")
        summaries.append(SummaryJSON.render(all))

        let schema = try #require(DocumentedSchema.all.first { $0.name == "summary" })
        #expect(try schema.faults(summaries) == "")
        let text = try #require(summaries.last?.text)
        let added = text.replacing("\"source\":", with: "\"surprise\": 1, \"source\":", maxReplacements: 1)
        #expect(try schema.faults([Array(added.utf8)]).contains("'surprise' was unexpected"))
        let without = text.replacing("\"source\":", with: "\"kind\":", maxReplacements: 1)
        #expect(try schema.faults([Array(without.utf8)]).contains("'source' is a required property"))
    }
    @Test(
        "Real comparisons are valid: of any two samples, and row by row with pseudonyms",
        .needs(.pythonModule("jsonschema")))
    func comparisons() throws {
        let rows = (0...AnalysisLimits.codes).map { #"{"error":{"code":"c\#($0)","message":"m"}}"# }
        let crowded = try audit(#"{"job_id":"j","total":1,"results":[\#(rows.joined(separator: ","))]}"#)
        var jobs = try Repository.sampleJobs.map { try audit(sample: $0) }
        jobs.append(crowded)
        func side(_ jobs: ArraySlice<JobSummary>) -> Comparison.Audit {
            var (totals, messages) = (Totals(), MessageTotals())
            for job in jobs {
                totals.add(job)
                messages.add(job)
            }
            return ("side", totals, messages, 1)
        }
        var documents = jobs.indices.map { index in
            ComparisonReport(Comparison(before: side(jobs[index...index]), after: side(jobs[..<index]))).json
        }
        var (first, second) = (RowOutcomes(), RowOutcomes())
        for index in 0..<9 {
            first.append(index % 2 == 0 ? .failed : .created, 1)
            second.append(index % 3 == 0 ? .failed : .existing, 1)
        }
        documents.append(
            ComparisonReport(
                Comparison(
                    before: side(jobs[..<3]), after: side(jobs[2...]),
                    rows: RowComparison(before: first, after: second, total: 9)),
                redaction: RedactionMark(isKeyed: true, keyID: "0123abcd")
            ).json)
        #expect(documents.last?.text.contains("\"fixed\"") == true)
        let schema = try #require(DocumentedSchema.all.first { $0.name == "comparison" })
        try schema.expectValid(documents, required: "all_rows_seen")
    }

    @Test("Real answers of check are valid, with a codes file and without", .needs(.pythonModule("jsonschema")))
    func checks() throws {
        let jobs = try Repository.sampleJobs.map { try audit(sample: $0) }
        var totals = Totals()
        for job in jobs { totals.add(job) }
        let documents = [nil, UserRulesTests.codes].map { codes in
            var tally = RuleTally(
                gate: Rules([.maxFailed(.rows(1), onlyPending: codes != nil), .requireComplete]), codes: codes)
            for job in jobs { tally.add(job) }
            return CheckReport(tally.ruleResults(), totals: totals, codes: codes, unreadable: 2, isAllRead: true).json
        }
        #expect(documents.last?.text.contains("\"unused_entries\"") == true)
        let schema = try #require(DocumentedSchema.all.first { $0.name == "check" })
        try schema.expectValid(documents, required: "salvaged")
    }

    @Test("The manifest of a pack and the output of its verification are valid", .needs(.pythonModule("jsonschema")))
    func packs() throws {
        let folder = try Workspace()
        let pack = try #require(DocumentedSchema.all.first { $0.name == "pack" })
        try pack.expectValid([PackVerifierTests.manifest], required: "options")

        let path = try folder.write(PackVerifierTests.pack, as: "x.zip")
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        var verifier = try PackVerifier(name: "x.zip", descriptor: file.fileDescriptor)
        var result = try verifier.verify()
        #expect(result.isVerified)
        var documents = [result.json]
        documents.append(
            PackVerification(folder: "f", bytes: 1, sha256: String(repeating: "0", count: 64), toolVersion: nil).json)
        result.add(.init(.extra, .file, "x"))
        result.begin(inputs: .init(listed: 2, matching: 1), byName: 1)
        result.add(.init(.missing, .input, "y", detail: "z"))
        documents.append(result.json)
        let schema = try #require(DocumentedSchema.all.first { $0.name == "verification" })
        try schema.expectValid(documents, required: "matching")
    }
}
