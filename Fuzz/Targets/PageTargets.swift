import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import XHTMLValidation

/// Pages, and the templates that they are made from.
enum PageTargets {
    private static let grammar = try? XHTMLGrammar(BuiltInTemplates.grammar)

    /// A valid page is well-formed, and the result does not depend on the pages that were checked before it.
    static func page(_ bytes: [UInt8]) throws {
        guard let grammar else { throw Violation(description: "there is no grammar") }
        let problems = XHTMLValidator(grammar: grammar).problems(in: bytes)
        try require(problems.allSatisfy { $0.line >= 1 && !$0.message.isEmpty }, "problems without a line: \(problems)")
        // A series learns from the second page on, which takes a while, so only one input in sixteen tries it.
        if bytes.reduce(0, ^) % 16 == 0 {
            let series = PageSeries(grammar: grammar)
            for _ in 0..<3 {
                let again = series.problems(in: bytes)
                try require(again == problems, "in a series: \(again) instead of \(problems)")
            }
        }
        guard problems.isEmpty else { return }
        do {
            let stream = try XMLStream(IgnoringHandler())
            // The stream refuses every document type; a page has `<!DOCTYPE html>` or none.
            var page = bytes
            let mark = Array("<!DOCTYPE".utf8)
            if let start = page.indices.first(where: { page[$0...].starts(with: mark) }),
                let end = page[start...].firstIndex(of: UInt8(ascii: ">"))
            {
                page.removeSubrange(start...end)
            }
            try stream.read(page.span)
            try stream.finish()
        } catch {
            throw Violation(description: "valid, and not well-formed: \(error)")
        }
    }

    private final class IgnoringHandler: XMLStreamHandler {
        func begin(_ element: borrowing XMLStreamElement) {}
        func end() {}
        func text(_ bytes: Span<UInt8>) {}
    }

    /// Markup in a dump that must never be markup on a page.
    private static let hostile = #"<zq7 a="b">&zq8;</zq7>"#

    private static let model: ReportModel? = {
        let dump =
            #"{"job_id":"\#(hostile.replacing("\"", with: "\\\""))","status":"failed","total":3,"results":[{"created":true},{"error":{"code":"<zq7>","message":"&zq8; 5"}},{"error":{"code":"<zq7>","message":"&zq8; 6"}}]}"#
        var analyzer = JobAnalyzer(listsRows: true)
        guard case .job(let read)? = try? DumpReader().read(from: ArraySource(Array(dump.utf8)), into: &analyzer) else {
            return nil
        }
        let files = [ReportFile(name: "rows.csv", description: "rows")]
        return ReportModel(
            analyzer.summary(of: read, source: "\(hostile).json"), title: hostile, toolVersion: "1", files: files)
    }()

    /// A custom template, or several after lines with their names, is refused or shows values as text.
    static func templates(_ bytes: [UInt8]) throws {
        guard let model else { throw Violation(description: "there is no model") }
        var files: [String: [UInt8]] = [:]
        for part in Parts(bytes).parts where BuiltInTemplates.replaceable.contains(part.name) || isPartial(part.name) {
            files[part.name] = part.bytes
        }
        if files.isEmpty { files["report.xhtml.mustache"] = bytes }
        let templates: TemplateSet
        do throws(TemplateFailure) {
            templates = try TemplateSet(replacing: files)
        } catch {
            try require(!error.message.isEmpty, "a refusal without words")
            try require(error.line.map { $0 >= 1 } != false, "line \(error.line ?? 0)")
            return
        }
        let own = files.values.flatMap { $0 }
        let page = templates.render(model, as: .xhtml)
        for mark in ["<zq7", "&zq8"] where !contains(own, mark) {
            try require(!contains(page, mark), "\(mark) is markup on the page")
        }
        _ = templates.render(model, as: .markdown)
        _ = try? templates.renderMarkdown(within: TemplateSet.smallestPage) { _ in model }
    }

    private static func isPartial(_ name: String) -> Bool {
        name.hasSuffix(".mustache") && name.utf8.count < 40 && !name.contains("/")
    }

    private static func contains(_ bytes: [UInt8], _ mark: String) -> Bool {
        let mark = Array(mark.utf8)
        // Most bytes are not the first one, and pages are long.
        return bytes.indices.contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }
}
