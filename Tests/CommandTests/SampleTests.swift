import Foundation
import TestSupport
import Testing

/// Every sample is as `Samples/README.md` describes it.
struct SampleTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int32 = 0
        /// Seen, created, existing, failed, unclassified, missing.
        var rows: [Int?]
        /// Findings with their counts, in order.
        var findings: [String] = []
        /// The beginning of the text for people.
        var verdict: String
        var testDescription: String { name }
    }

    static let samples: [Sample] = [
        Sample(
            name: "clean-async", rows: [42, 28, 14, 0, 0, 0],
            verdict: "Everything accounted for. All 42 rows succeeded: "
        ),
        Sample(name: "sync", rows: [12, 8, 3, 1, 0, 0], verdict: "Rows failed. Of 12 rows, 8 were created, "),
        Sample(
            name: "many-failures", rows: [240, 73, 24, 143, 0, 0], findings: ["failed-without-code 1"],
            verdict: "Rows failed. Of 240 rows, 73 were created, 24 already existed and 143 failed."),
        Sample(
            name: "still-processing", rows: [0, 0, 0, 0, 0, 5000], findings: ["still-processing 1"],
            verdict: "Still processing. "),
        Sample(
            name: "failed-job", rows: [0, 0, 0, 0, 0, 1800], findings: ["job-failed 1", "rows-missing 1800"],
            verdict: "The job failed. "),
        Sample(
            name: "api-example", rows: [1, 0, 0, 1, 0, 0],
            findings: ["rows-excess 1", "failed-mismatch 1", "row-contradictory 1", "job-error-unexpected 1"],
            verdict: "The totals do not match. The one row failed."),
        Sample(
            name: "missing-rows", rows: [47, 31, 11, 5, 0, 13],
            findings: ["rows-missing 13", "processed-mismatch 1", "succeeded-mismatch 9", "failed-mismatch 1"],
            verdict: "The totals do not match. Of 60 rows, "),
        Sample(
            name: "truncated", status: 65, rows: [39, 26, 9, 4, 0, 25],
            findings: ["dump-truncated 1", "rows-missing 25"],
            verdict: "The dump is cut off. The dump ends after 39 of 64 rows"),
        Sample(
            name: "repeated-ids", rows: [24, 15, 8, 1, 0, 0],
            findings: ["created-id-repeated 5", "existing-ids-shared 6"], verdict: "Critical finding. "),
        Sample(name: "python-client", rows: [18, 12, 4, 2, 0, 0], verdict: "Rows failed. "),
        Sample(name: "non-latin", rows: [20, 3, 1, 16, 0, 0], verdict: "Rows failed. "),
        Sample(
            name: "hostile", rows: [37, 3, 3, 31, 0, 0], findings: ["job-error-unexpected 1", "id-not-uuid 5"],
            verdict: "Rows failed. "),
        Sample(
            name: "bulk-update", rows: [8, 0, 0, 2, 0, 0],
            verdict: "Rows failed. Of 8 rows, 6 were applied and 2 failed. The job’s totals match its rows."),
        Sample(
            name: "errors-of-other-types", rows: [9, 1, 1, 7, 0, 0],
            findings: ["failed-without-code 3", "wrong-type 5", "id-not-uuid 1", "unknown-field 4"],
            verdict: "Rows failed. Of 9 rows, 1 was created, 1 already existed and 7 failed."),
        Sample(
            name: "unusual-order", rows: [8, 4, 2, 2, 0, 0], findings: ["unknown-field 8", "duplicate-key 2"],
            verdict: "Rows failed. "),
    ]

    @Test("The table has every sample")
    func isComplete() {
        #expect(Set(Self.samples.map { $0.name }).union(["error-body"]) == Set(Repository.samples))
    }

    @Test("A sample's report and summary", arguments: samples)
    func sample(_ sample: Sample) throws {
        let space = try Workspace()
        let path = Repository.sample(sample.name)
        let report = try importAudit("report", path, "-o", space["audit"])
        #expect(report.status == sample.status, "\(report)")
        #expect(report.output.isEmpty, "\(report)")
        #expect(report.errorText.hasPrefix(sample.verdict), "\(report)")
        #expect(space.names(in: "audit") == reportFolder)

        let document = try parsed(space.bytes("audit/summary.json"))
        let job = try #require((document["jobs"] as? [[String: Any]])?.first)
        let rows = try #require(job["rows"] as? [String: Any])
        let names = ["seen", "created", "existing", "failed", "unclassified", "missing"]
        #expect(names.map { rows[$0] as? Int } == sample.rows)
        let findings = try #require(job["findings"] as? [[String: Any]])
        #expect(findings.map { "\($0["id"] ?? "") \($0["count"] ?? "")" } == sample.findings)
        #expect(job["source"] as? String == path)
        #expect(job["bytes"] as? Int == (try Repository.bytes("Samples/\(sample.name).json")).count)

        // One line per row and one for the header: only hostile.json has cells with line breaks.
        if sample.name != "hostile" {
            let lines = { (name: String) in try space.text(name).components(separatedBy: "\r\n").count - 2 }
            #expect(try lines("audit/rows.csv") == sample.rows[0])
            #expect(try lines("audit/failures.csv") == (sample.rows[3] ?? 0) + (sample.rows[4] ?? 0))
        }

        let text = try importAudit("summary", "--identity", path)
        #expect(text.status == sample.status, "\(text)")
        #expect(text.errors.isEmpty, "\(text)")
        #expect(text.outputText.hasPrefix("\(path)\n  \(sample.verdict)"), "\(text)")
        // The same JSON as the report's, with everything that a report always computes.
        let json = try importAudit("summary", "--format", "json", "--sha256", "--identity", path)
        #expect(json.status == sample.status, "\(json)")
        #expect(json.output == (try space.bytes("audit/summary.json")))
        let plain = try parsed(try importAudit("summary", "--format", "json", path).output)
        #expect((plain["jobs"] as? [[String: Any]])?.first?["sha256"] is NSNull)

        let valid = try importAudit("validate", space["audit/report.xhtml"])
        #expect(valid.status == 0, "\(valid)")
        #expect(valid.outputText == "\(space["audit/report.xhtml"]): valid\n")
    }

    @Test("Input that is not an import job is reported as such, and nothing is written")
    func errorBody() throws {
        let space = try Workspace()
        let path = Repository.sample("error-body")
        let report = try importAudit("report", path, "-o", space["audit"])
        #expect(report.status == 65, "\(report)")
        #expect(report.errorText.contains("Import job not found or expired"), "\(report)")
        #expect(space.names(in: "audit") == nil)
        let summary = try importAudit("summary", "--format", "json", path)
        #expect(summary.status == 65, "\(summary)")
        let unreadable = try #require(try parsed(summary.output)["unreadable"] as? [[String: Any]])
        #expect(unreadable.map { $0["source"] as? String } == [path])
        #expect((unreadable.first?["reason"] as? String)?.contains("Import job not found or expired") == true)
    }

    #if arch(x86_64)
        @Test(
            "Processors without AVX2, or without anything beyond x86-64, give the same",
            .needs(.program("qemu-x86_64")), .emulates, arguments: ["qemu64", "Nehalem"])
        func olderProcessors(processor: String) throws {
            let space = try Workspace()
            try space.write(Repository.bytes("Samples/many-failures.json"), as: "a.json")
            try space.shell("gzip -k a.json; mkdir own old")
            let source = Repository.path("Samples/round-trip/contacts.csv")
            let first = Repository.path("Samples/round-trip/first-try.json")
            let commands = [
                ["summary", "a.json", "a.json.gz", "--format", "json"], ["rows", "a.json", "--quiet"],
                ["report", "a.json", "-o", "OUT/audit", "--formats", "md,csv,xhtml,json,xlsx", "--pack", "OUT/a.zip"],
                ["rejects", first, "--source", source, "-o", "OUT/rejects"],
            ]
            for command in commands {
                func arguments(_ folder: String) -> [String] {
                    command.map { $0.replacingOccurrences(of: "OUT", with: folder) }
                }
                let expected = try RunningCommand(arguments("own"), folder: space.path).finish()
                let found = try RunningCommand(
                    program: Tool.program("qemu-x86_64").path(),
                    ["-cpu", processor, RunningCommand.binary] + arguments("old"), folder: space.path
                ).finish(seconds: 1200)
                #expect(found.status == expected.status && found.output == expected.output, "\(found)")
            }
            let tree = try space.tree("own")
            #expect(tree.count > 10)
            #expect(differences(tree, try space.tree("old")) == [])
        }
    #endif
}
