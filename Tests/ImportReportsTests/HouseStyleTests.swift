import Foundation
import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// Tests the example in `Samples/house-style`. ``PageValidityTests`` runs the validators over its pages.
struct HouseStyleTests {
    static func templates() throws -> TemplateSet {
        let folder = "Samples/house-style"
        var files: [String: [UInt8]] = [:]
        for name in try Repository.names(in: folder) where BuiltInTemplates.replaceable.contains(name) {
            files[name] = try Repository.bytes("\(folder)/\(name)")
        }
        #expect(files.keys.sorted() == ["report.css", "report.md.mustache", "report.xhtml.mustache"])
        return try TemplateSet(replacing: files)
    }

    private static func models() throws -> [(name: String, model: ReportModel)] {
        let files: [ReportFile] = [.rows, .failures, .codes, .summary]
        return try Repository.sampleJobs.map {
            ($0, ReportModel(try audit(sample: $0), toolVersion: "1", files: files))
        } + [("crowded", ReportModel(try audit(crowdedDump), toolVersion: "1", files: []))] + UserRulesTests.models()
    }

    /// Returns the pages for the validators.
    static func pages() throws -> [(name: String, bytes: [UInt8])] {
        let templates = try templates()
        let overview = OverviewModel(try OverviewTests.samples(), for: .xhtml, toolVersion: "1", files: [])
        return try models().map { ("house-\($0.name)", templates.render($0.model, as: .xhtml)) }
            + [("house-index", templates.render(overview, as: .xhtml))]
    }

    @Test("Its letters have the verdict, and are not the built-in pages")
    func letters() throws {
        let summary = try audit(sample: "many-failures")
        let model = ReportModel(summary, toolVersion: "1", files: [.failures])
        for format in TemplateSet.Format.allCases {
            let letter = try Self.templates().render(model, as: format).text
            #expect(letter.contains(Verdict(summary).sentence))
            #expect(letter.contains("What to look at first") && letter.contains("Fernhill Botanics"))
            #expect(letter.contains("failures.csv"))
        }
    }

    @Test(
        "Its Markdown has whole tables, and can be shortened as far as the built-in one",
        .needs(.python, .pythonModule("cmarkgfm")))
    func markdown() throws {
        let templates = try Self.templates()
        try withTemporaryFolder { folder in
            var files: [String] = []
            for (name, summary) in try Repository.sampleJobs.map({ ($0, try audit(sample: $0)) })
                + [("crowded", try audit(crowdedDump))]
            {
                for limit in [nil, TemplateSet.smallestPage, 3000] {
                    let page = try templates.renderMarkdown(within: limit) { (limits: ModelLimits) -> ReportModel in
                        ReportModel(summary, toolVersion: "1", files: [.summary], limits: limits)
                    }
                    if let limit { #expect(page.count <= limit, "\(name)") }
                    let file = folder.appending(path: "\(name)-\(limit ?? 0).md")
                    try Data(page).write(to: file)
                    files.append(file.path)
                }
            }
            try Python.expectNoFaults("markdown_tables.py", files)
        }
    }
}
