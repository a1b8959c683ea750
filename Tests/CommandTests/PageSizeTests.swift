import Foundation
import TestSupport
import Testing

/// A page stays below 2 MB for any job.
struct PageSizeTests {
    @Test("The report of the worst job that can be, with rules and a codes file")
    func report() throws {
        let space = try Workspace()
        try space.write(WorstCase.job(), as: "job.json")
        try space.write(WorstCase.codesFile, as: "codes.yml")
        try space.write(WorstCase.rulesFile, as: "rules.yml")
        let run = try importAudit(
            "report", space["job.json"], "-o", space["o"], "--codes", space["codes.yml"], "--as-of", "2026-06-30",
            "--rules", space["rules.yml"])
        #expect(run.status == 1, "\(run)")
        let page = try space.bytes("o/report.xhtml")
        #expect(page.count < 2_000_000)
        // Check that the page is nearly as large as possible; otherwise the test would prove little.
        #expect(page.count > 1_400_000, "\(page.count) bytes")
        #expect(try space.bytes("o/report.md").count < 2_000_000)
        for said in [
            "(cut after 500 characters)", "(200 of 1,000,000 characters)", "(200 of 2,000 characters)",
            "20 of 41 codes",
            "5 of 8 messages", "50 of 424 are listed, those that are not met first; all are in summary.json.",
            "50 of 80", "20 of 81 records",
        ] {
            #expect(holds(page, said), "\(said)")
        }
        // These files have the complete contents.
        #expect(holds(try space.bytes("o/failures.csv"), WorstCase.times("&", 1200)))
        #expect(holds(try space.bytes("o/summary.json"), WorstCase.times("\\\"", 1_000_000)))
    }

    @Test("The same job with a source whose cells all have the maximum length")
    func source() throws {
        let space = try Workspace()
        let job = WorstCase.job()
        let rows = WorstCase.rowCount
        try space.write(
            job.replacing(#""total":9223372036854775807"#, with: #""total":\#(rows)"#), as: "job.json")
        let long = WorstCase.json(WorstCase.times("&", 100))
        let record = (0..<8).map { "\(WorstCase.json("\($0)" + WorstCase.times("&", 100))):\(long)" }
        let line = "{\(record.joined(separator: ","))}\n"
        try space.write(String(repeating: line, count: rows), as: "rows.jsonl")
        try space.write(WorstCase.codesFile, as: "codes.yml")
        let run = try importAudit(
            "report", space["job.json"], "-o", space["o"], "--codes", space["codes.yml"], "--source",
            space["rows.jsonl"], "--trust-order", "--as-of", "2026-06-30")
        #expect(run.status == 0, "\(run)")
        let page = try space.bytes("o/report.xhtml")
        #expect(holds(page, "What was sent"))
        #expect(page.count < 2_000_000, "\(page.count) bytes")
        #expect(page.count > 1_600_000, "\(page.count) bytes")
    }

    @Test("The overview of many such jobs, and of inputs that are not jobs, in files with long names")
    func overview() throws {
        let space = try Workspace()
        let quotes = WorstCase.times("\"", 190)
        let long = WorstCase.json(WorstCase.times("\"", 5000))
        for number in 0..<130 {
            let folder = "in/\(quotes)/\(quotes)/\(quotes)"
            let rows = (0..<2).map { row in
                #"{"error":{"code":\#(WorstCase.json("\(number % 40)" + WorstCase.times("\"", 900)))}}"#
                    + (row == 0 ? "," : "")
            }.joined()
            // Cut off, so that it is also listed as salvaged.
            try space.write(
                #"{"job_id":\#(WorstCase.json("\(number)" + WorstCase.times("\"", 5000))),"status":\#(long),"#
                    + #""total":9223372036854775807,"results":[\#(rows)"#, as: "\(folder)/\(number)\(quotes).json")
            try space.write(#"{"message":\#(long)}"#, as: "\(folder)/x\(number)\(quotes).json")
        }
        try space.write(WorstCase.codesFile, as: "codes.yml")
        try space.write(WorstCase.rulesFile, as: "rules.yml")
        let run = try importAudit(
            "report", space["in"], "-o", space["o"], "--codes", space["codes.yml"], "--as-of", "2026-06-30", "--rules",
            space["rules.yml"])
        #expect(run.status == 65, "\(run)")
        let page = try space.bytes("o/index.xhtml")
        #expect(page.count < 2_000_000)
        #expect(page.count > 700_000, "\(page.count) bytes")
        #expect(try space.bytes("o/index.md").count < 2_000_000)
        for said in ["100 of 130 jobs", "100 of 130 inputs", "20 of 40 codes", "50 of 424 are listed"] {
            #expect(holds(page, said), "\(said)")
        }
        // The end of a long path distinguishes it from the others.
        #expect(holds(page, "(300 of "))
        #expect(holds(page, ".json (300 of"))
    }

    /// Searches bytes, because the files are large.
    private func holds(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
