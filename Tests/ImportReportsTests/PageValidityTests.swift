import Foundation
import ImportAnalysis
import ImportReports
import TestSupport
import Testing
import XHTMLValidation

/// The pages of all samples and of some edge cases, checked by three validators.
struct PageValidityTests {
    /// Pages by name.
    static let pages: [(name: String, bytes: [UInt8])] = {
        do {
            let templates = try TemplateSet()
            var summaries = try Repository.sampleJobs.map { ($0, try audit(sample: $0)) }
            for sample in ["many-failures", "hostile"] {
                summaries.append(("\(sample)-rows", try audit(sample: sample, listsRows: true)))
            }
            summaries.append(("crowded", try audit(crowdedDump)))
            summaries.append(("shared-records", try SharedRecordsTests.summary(records: 60)))
            for (index, each) in VerdictTests.cases.enumerated() {
                summaries.append(("verdict-\(index)", try audit(each.dump)))
            }
            summaries.append(("crowded-alone", try audit(crowdedDump)))
            let judged = try UserRulesTests.pages()
            return try TrendsPageTests.pages() + OverviewTests.pages() + judged + HouseStyleTests.pages()
                + summaries.map { name, summary in
                    let files: [ReportFile] =
                        name.hasSuffix("-alone") ? [] : [.rows, .failures, .codes, .summary, .markdown]
                    let model = ReportModel(summary, toolVersion: "1", files: files)
                    return (name, templates.render(model, as: .xhtml))
                }
        } catch {
            Issue.record("\(error)")
            return []
        }
    }()

    @Test("By the program's own validator")
    func ownValidator() throws {
        let validator = XHTMLValidator(grammar: try XHTMLGrammar(BuiltInTemplates.grammar))
        for (name, bytes) in Self.pages {
            #expect(validator.problems(in: bytes) == [], "\(name)")
        }
    }

    @Test("One after another, and changed in one place: as if each were checked alone", .seeded)
    func series() throws {
        let grammar = try XHTMLGrammar(BuiltInTemplates.grammar)
        let (series, alone) = (PageSeries(grammar: grammar), XHTMLValidator(grammar: grammar))
        for _ in 0..<2 {
            for (name, bytes) in Self.pages { #expect(series.problems(in: bytes) == [], "\(name)") }
        }
        let checks = series.wholeChecks
        for (name, bytes) in Self.pages { #expect(series.problems(in: bytes) == [], "\(name)") }
        #expect(series.wholeChecks == checks)
        var mutator = PageMutator(Self.pages.map { $0.bytes }, seed: Seeds.new)
        for _ in 0..<40 {
            let page = mutator.next()
            #expect(series.problems(in: page) == alone.problems(in: page))
        }
    }

    @Test("By xmllint and the report grammar", .needs(.program("xmllint")))
    func xmllint() throws {
        try withPages { folder, files in
            let grammar = Repository.root.appending(path: "Templates/report.rng").path
            let result = try RunningCommand(
                program: Tool.program("xmllint").path(), ["--noout", "--nonet", "--relaxng", grammar] + files
            ).finish()
            #expect(result.status == 0, "\(result.errorText.suffix(3000))")
        }
    }

    @Test("By the Nu HTML checker: no errors, no warnings", .needs(.program("java"), .nuChecker))
    func nuChecker() throws {
        try withPages { folder, files in
            // A page that is wrong, to prove that the checker does check.
            let wrong = folder.appending(path: "wrong.xhtml")
            let page =
                "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>t</title></head><body><li/></body></html>"
            try Data(page.utf8).write(to: wrong)

            let result = try RunningCommand(
                program: Tool.program("java").path(),
                ["-jar", Tool.nuChecker.path(), "--format", "json"] + files + [wrong.path]
            ).finish()
            let root = try #require(
                JSONSerialization.jsonObject(with: Data(result.errors)) as? [String: Any],
                "\(result)")
            let messages = try #require(root["messages"] as? [[String: Any]])
            var seesWrong = false
            for message in messages {
                let text = message["message"] as? String ?? ""
                let file = message["url"] as? String ?? ""
                // Texts of a dump are shown unchanged, in any Unicode normalization form.
                if text.contains("not in Unicode Normalization Form C") { continue }
                // Its CSS parser does not know this selector yet.
                if text.contains("CSS: Parse Error"), let line = message["lastLine"] as? Int,
                    Self.line(line, of: file).contains(":has(")
                {
                    continue
                }
                if file.hasSuffix("/wrong.xhtml") {
                    seesWrong = true
                } else {
                    Issue.record("\(file), line \(message["lastLine"] ?? ""): \(text)")
                }
            }
            #expect(seesWrong)
        }
    }

    /// Returns a line of a page, counted from 1.
    private static func line(_ number: Int, of url: String) -> String {
        guard let page = pages.first(where: { url.hasSuffix("/\($0.0).xhtml") }) else { return "" }
        let lines = page.1.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.indices.contains(number - 1) ? String(decoding: lines[number - 1], as: UTF8.self) : ""
    }

    private func withPages(_ body: (URL, [String]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let files = try Self.pages.map { name, bytes in
                let file = folder.appending(path: "\(name).xhtml")
                try Data(bytes).write(to: file)
                return file.path
            }
            #expect(files.count > 20)
            try body(folder, files)
        }
    }
}
