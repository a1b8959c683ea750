import Foundation
import ImportAnalysis
import ImportDumps
import ImportReports
import TestSupport
import Testing

/// `summary.json` as other JSON readers see it.
struct SummaryJSONTests {
    @Test("Every object has exactly the contract's keys, in order", .needs(.python))
    func keys() throws {
        var all = Summary()
        for name in Repository.sampleJobs { all.append(try audit(sample: name)) }
        all.append(UnreadableInput(source: "x", reason: "y"))
        // Beyond the limit on codes, the others are counted together and marked as such.
        let rows = (0...AnalysisLimits.codes).map { #"{"error":{"code":"c\#($0)","message":"m"}}"# }
        all.append(
            try audit(#"{"job_id":"j","status":"complete","total":1,"results":[\#(rows.joined(separator: ","))]}"#))

        let folder = try Workspace()
        let file = try folder.write(SummaryJSON.render(all), as: "summary.json")
        let result = try Python.run("Tests/Checkers/json_keys.py", [file])
        let counts = "seen created existing failed unclassified missing applied"
        let expected: Set = [
            "root: format version jobs unreadable totals",
            "jobs[]: job_id source bytes sha256 kind status total created_at updated_at expires_at error reported "
                + "results salvaged rows outcomes failed_by_code failure_positions failure_stretches failure_incidents findings superseded identity",
            "jobs[].salvaged: kind byte line column rows_kept message",
            "jobs[].error: code message details",
            "jobs[].reported: processed succeeded failed",
            "jobs[].rows: \(counts)",
            "jobs[].failed_by_code[]: code rows share first_row last_row example_details example_details_row message_patterns messages failure_positions",
            "jobs[].failed_by_code[]: code other rows share first_row last_row example_details example_details_row message_patterns messages failure_positions",
            "jobs[].failed_by_code[]: code rows rows_at_least share first_row last_row example_details example_details_row message_patterns messages failure_positions",
            "jobs[].failed_by_code[].messages[]: pattern rows share first_row last_row example example_row slots",
            "jobs[].failed_by_code[].messages[].slots[]: name distinct_values values other_values_rows",
            "jobs[].failed_by_code[].messages[].slots[].values[]: value rows",
            "jobs[].failed_by_code[].failure_positions: bucket_rows counts",
            "jobs[].failure_positions: bucket_rows counts",
            "jobs[].failure_stretches[]: first_row last_row rows code code_rows",
            "jobs[].failure_incidents[]: first_row last_row rows code code_rows rows_elsewhere code_rows_elsewhere",
            "jobs[].findings[]: id severity message count rows",
            "unreadable[]: source reason",
            "totals: jobs jobs_by_status rows failed_by_code findings",
            "totals.jobs_by_status: (none) complete failed processing",
            "totals.rows: \(counts)",
            "totals.failed_by_code[]: code rows share",
            "totals.failed_by_code[]: code rows rows_at_least share",
            "totals.failed_by_code[]: code other rows share",
            "totals.findings: critical warning note",
        ]
        #expect(Set(result.outputText.split(separator: "\n").map { String($0) }) == expected)
    }

    @Test("Hostile text is read back unchanged, and nothing in the file acts on a terminal")
    func hostileText() throws {
        let scalars = (Array(0..<0x3000) + Array(0xFE00..<0x10010) + [0x1F600, 0xE0001, 0x10FFFF])
            .compactMap { Unicode.Scalar(UInt32($0)) }
        // Split into pieces, because only the first 1,024 bytes distinguish messages.
        let texts = stride(from: 0, to: scalars.count, by: 100).map { start in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[start..<min(start + 100, scalars.count)])
            return String(view)
        }
        var summary = try audit(sample: "hostile")
        summary.source = "a\u{1B}[31m\u{202E}\"\\\n\u{338}"
        var message = summary.failedByCode[0].messages[0]
        summary.failedByCode[0].messages = texts.map { text in
            message.pattern = text
            return message
        }
        var all = Summary()
        all.append(summary)
        let bytes = SummaryJSON.render(all)

        let root = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let job = try #require((root["jobs"] as? [[String: Any]])?.first)
        expectSame(job["source"], summary.source)
        expectSame(job["job_id"], summary.job.jobID)
        expectSame((job["error"] as? [String: Any])?["message"], summary.job.error?.message)
        let codes = try #require(job["failed_by_code"] as? [[String: Any]])
        for (code, expected) in zip(codes, summary.failedByCode) { expectSame(code["code"], expected.code) }
        let messages = try #require(codes.first?["messages"] as? [[String: Any]])
        #expect(messages.count == texts.count)
        for (message, text) in zip(messages, texts) { expectSame(message["pattern"], text) }

        let acting = bytes.text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A: false
            case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
            default: false
            }
        }
        #expect(acting.isEmpty)
    }

    @Test("Even without inputs, the document is complete")
    func empty() throws {
        let root = try #require(
            JSONSerialization.jsonObject(with: Data(SummaryJSON.render(Summary()))) as? [String: Any])
        #expect(root["format"] as? String == "import-audit.summary")
        #expect(root["version"] as? Int == 1)
        #expect((root["jobs"] as? [Any])?.isEmpty == true)
    }

    @Test("Sums that overflow stay at the largest number, in any order of addition")
    func hugeSums() throws {
        let huge = try audit(#"{"job_id":"j","status":"complete","total":9223372036854775807,"results":[]}"#)
        var one = Summary()
        one.append(huge)
        var two = one
        two.append(huge)
        var merged = one
        merged.merge(one)
        #expect(two.totals.rows.missing == .max)
        #expect(merged.totals.rows.missing == .max)
    }

    /// Compares bytes, because Swift treats canonically equivalent texts as equal.
    private func expectSame(_ value: Any?, _ text: String?, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            (value as? String).map { Array($0.utf8) } == text.map { Array($0.utf8) }, sourceLocation: sourceLocation)
    }
}
