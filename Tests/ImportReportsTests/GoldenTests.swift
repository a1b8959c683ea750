import Foundation
import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// Complete files, as they were when a person last reviewed them.
///
/// `IMPORT_AUDIT_RECORD_GOLDENS=1 swift test --filter GoldenTests` records them again and fails, so that no change is
/// accepted by accident: review the difference before you commit it.
struct GoldenTests {
    static let samples = ["clean-async", "many-failures", "hostile", "truncated"]

    @Test("The files of a report are those that were recorded", arguments: samples)
    func files(sample: String) throws {
        let summary = try audit(sample: sample)
        var all = Summary()
        all.append(summary)
        let model = ReportModel(
            summary, toolVersion: "1.2.3", files: [.rows, .failures, .codes, .summary])
        let templates = try TemplateSet()
        // The style sheet is the same in every page and changes independently.
        let style = try #require(BuiltInTemplates.files["report.css"]).text
        let page = templates.render(model, as: .xhtml).text.replacing(style, with: "(report.css)\n")
        let files: [(name: String, bytes: [UInt8])] = [
            ("report.md", templates.render(model, as: .markdown)), ("report.xhtml", Array(page.utf8)),
            ("codes.csv", CodesCSV.render(summary, options: CSVOptions())), ("summary.json", SummaryJSON.render(all)),
            ("summary.txt", SummaryText.render(all, usesColor: false)),
        ]
        for (name, bytes) in files { try compare(bytes, with: "Tests/Fixtures/Golden/\(sample)/\(name)") }
    }

    private func compare(_ bytes: [UInt8], with path: String) throws {
        let file = Repository.root.appending(path: path)
        if ProcessInfo.processInfo.environment["IMPORT_AUDIT_RECORD_GOLDENS"] != nil {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
            Issue.record("recorded \(path)")
            return
        }
        let recorded = try Repository.bytes(path)
        guard recorded != bytes else { return }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let recordedLines = recorded.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let first = zip(lines, recordedLines).enumerated().first { $1.0 != $1.1 }
        Issue.record(
            """
            \(path) is not as recorded, first in line \((first?.offset ?? min(lines.count, recordedLines.count)) + 1):
            recorded: \(Array(first?.element.1 ?? []).text)
            now:      \(Array(first?.element.0 ?? []).text)
            """)
    }
}
