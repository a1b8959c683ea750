import Foundation
import TestSupport
import Testing

/// Summaries without members that were added later can be read, and their contents are kept.
@Suite struct EarlierSummaryTests {
    private static let dump = #"""
        {"job_id":"j","status":"complete","total":2,"processed":2,"succeeded":1,"failed":1,"error":{"code":"x"},
        "results":[{"created":true},{"error":{"code":"a","message":"no","field":"f"}}]}
        """#

    /// Members that earlier versions did not write.
    private static let added: Set<String> = [
        "outcomes", "kind", "applied", "identity", "example_details", "example_details_row", "details",
    ]

    /// Removes the added members. A summary has one member per line, in a fixed order.
    private static func stripped(_ summary: String) -> String {
        let lines = summary.split(separator: "\n").filter { line in
            !added.contains { line.drop { $0 == " " }.hasPrefix("\"\($0)\":") }
        }
        return lines.joined(separator: "\n").replacing(/,(\s*[}\]])/) { $0.1 }
    }

    private func summary(in space: Workspace) throws {
        try space.write(Self.dump, as: "a.json")
        let run = try importAudit("summary", "a.json", "--format", "json", folder: space.path)
        #expect(run.status == 0, "\(run)")
        try space.write(run.output, as: "new.json")
        let old = Self.stripped(run.outputText)
        try space.write(old, as: "old.json")
        for name in Self.added {
            #expect(!old.contains("\"\(name)\":") && run.outputText.contains("\"\(name)\":"), "\(name)")
        }
    }

    @Test func theDigestOfOutcomesSurvivesMerging() throws {
        let space = try Workspace()
        try summary(in: space)
        let run = try importAudit("merge", "new.json", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        func outcomes(_ name: String) throws -> String? {
            (try parsed(space.bytes(name))["jobs"] as? [[String: Any]])?.first?["outcomes"] as? String
        }
        let digest = try #require(try outcomes("new.json"))
        #expect(digest.count == 16)
        #expect(try outcomes("o/summary.json") == digest)
    }

    @Test(arguments: [
        ["merge", "old.json", "-o", "o"], ["merge", "old.json", "new.json", "-o", "o"],
        ["compare", "old.json", "new.json"],
        ["compare", "new.json", "old.json"],
        ["compare", "old.json", "a.json"],
    ])
    func earlierSummariesAreRead(arguments: [String]) throws {
        let space = try Workspace()
        try summary(in: space)
        let run = try importAudit(arguments: arguments, folder: space.path)
        #expect(run.status == 0, "\(run)")
        guard arguments[0] == "merge" else { return }
        let merged = try #require((try parsed(space.bytes("o/summary.json"))["jobs"] as? [[String: Any]])?.first)
        #expect(merged["kind"] as? String == "import")
        #expect((merged["rows"] as? [String: Any])?["applied"] as? Int == 0)
    }
}
