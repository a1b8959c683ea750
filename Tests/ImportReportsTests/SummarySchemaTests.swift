import Foundation
import ImportAnalysis
import ImportDumps
import ImportReports
import TestSupport
import Testing

/// `Docs/schemas/summary.schema.json` describes what is written, all of it and nothing else.
struct SummarySchemaTests {
    private static let path = "Docs/schemas/summary.schema.json"

    @Test("The schema in the documentation is that of the code")
    func recorded() throws {
        if ProcessInfo.processInfo.environment["IMPORT_AUDIT_RECORD_GOLDENS"] != nil {
            try Data(SummaryJSON.schema).write(to: Repository.root.appending(path: Self.path))
            Issue.record("recorded \(Self.path)")
            return
        }
        #expect(try Repository.bytes(Self.path).text == SummaryJSON.schema.text)
    }

    @Test("The documentation names each member")
    func documented() throws {
        let text = try Repository.bytes("Docs/audit.md").text
        let start = try #require(text.range(of: "\n## summary.json\n"))
        let end = try #require(text.range(of: "\n## ", range: start.upperBound..<text.endIndex))
        let section = text[start.upperBound..<end.lowerBound]
        let quoted = Set(
            section.split(separator: "`").flatMap { $0.split { !$0.isLetter && $0 != "_" && !$0.isNumber } }.map {
                String($0)
            })
        let schema = try JSONSerialization.jsonObject(with: Data(SummaryJSON.schema))
        let names = Self.names(in: schema)
        #expect(names.count > 60)
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
        all.redaction = RedactionMark(isKeyed: true, keyID: "0123abcd")
        summaries.append(SummaryJSON.render(all))

        let folder = try Workspace()
        func faults(_ documents: [[UInt8]]) throws -> String {
            let files = try documents.enumerated().map { try folder.write($0.element, as: "\($0.offset).json") }
            let result = try Python.run("Tests/Checkers/schema.py", [Repository.path(Self.path)] + files)
            #expect(result.status == 0, "\(result)")
            return result.outputText
        }
        #expect(try faults(summaries) == "")
        let text = try #require(summaries.last?.text)
        let added = text.replacing("\"source\":", with: "\"surprise\": 1, \"source\":", maxReplacements: 1)
        #expect(try faults([Array(added.utf8)]).contains("'surprise' was unexpected"))
        let without = text.replacing("\"source\":", with: "\"kind\":", maxReplacements: 1)
        #expect(try faults([Array(without.utf8)]).contains("'source' is a required property"))
    }
}
