import ImportReports
import Mustache
import TestSupport
import Testing

/// Renders templates, and compares the result with that of an independent Mustache library.
struct MustacheTests {
    @Test("The built-in templates render as with swift-mustache")
    func builtIn() throws {
        let templates = try TemplateSet(for: .reports)
        let reports =
            TemplateSet.Format.allCases.map { $0.fileName } + [
                "report.css", "checks.xhtml.mustache", "icons.xhtml.mustache",
            ]
        let oracle = try Oracle(BuiltInTemplates.files.filter { reports.contains($0.key) }.mapValues { $0.text })
        for sample in Repository.sampleJobs {
            let model = ReportModel(try audit(sample: sample), toolVersion: "1", files: [.rows, .codes])
            for format in TemplateSet.Format.allCases {
                #expect(templates.render(model, as: format).text == oracle.render(model.root, format.fileName))
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        /// The text of a file that the template may include.
        var partial = ""
        var testDescription: String { text.debugDescription }
    }

    static let cases = [
        Case(text: "{{title}}|{{parts.rows}}|{{^title}}none{{/title}}"),
        Case(text: "  {{#verdict}}  \n x {{word}}\n  {{/verdict}}\t\ny"),
        Case(text: "a {{#verdict}}\nx\n {{/verdict}} b"),
        Case(text: "{{#verdict}}\r\n{{word}}\r\n{{/verdict}}\r\nz"),
        Case(text: " {{! a }} \n  {{! b }} c\n{{! d\ne }}\nf"),
        Case(text: "{{#rows.outcomes}}{{label}} {{/rows.outcomes}}"), Case(text: "{{#title}}{{.}}{{/title}} \n  "),
        Case(text: "{{#verdict}}{{.word}}{{.title}}{{#.word}}x{{/.word}}{{^.title}}y{{/.title}}{{/verdict}}"),
        Case(text: "{{^gate}}{{title}}{{/gate}}{{#gate}}{{sentence}}{{/gate}}"),
        Case(text: "{{^failures.listing.cut.file}}none{{/failures.listing.cut.file}}"),
        Case(
            text: "  {{>p.mustache}}\nend", partial: "one\n{{#rows.outcomes}}\n {{label}}\n{{/rows.outcomes}}\n\ntwo\n"),
        Case(
            text: "\t{{>p.mustache}}  \n",
            partial: "{{#findings.groups}}\n{{label}}\n{{/findings.groups}}\r\nx\n{{title}}\n"),
        Case(text: "a {{>p.mustache}} b\n {{>p.mustache}}", partial: "x\ny"),
        Case(text: "{{#rows.outcomes}}\n  {{>p.mustache}}\n{{/rows.outcomes}}", partial: "{{label}}:\n{{count}}\n"),
        Case(text: "<style>{{>report.css}}</style>\n {{>report.css.sha256}}\n"),
        Case(text: "{{# verdict }}{{ word }}{{/ verdict }}{{! }}}\n"), Case(text: ""), Case(text: "\n"),
        Case(text: "   "),
    ]

    @Test("Lines, sections and partials", arguments: cases)
    func lines(each: Case) throws {
        for format in TemplateSet.Format.allCases {
            try compare(each.text, ["p.mustache": each.partial], "many-failures", format)
        }
    }

    @Test("Random templates", .seeded, arguments: Seeds.and(new: 1))
    func random(seed: UInt64) throws {
        var maker = TemplateMaker(seed: seed)
        var compared = 0
        for _ in 0..<80 {
            let partials = ["p.mustache": maker.template(), "p.md.mustache": maker.template()]
            let sample = Bool.random(using: &maker.generator) ? "many-failures" : "hostile"
            let format = TemplateSet.Format.allCases.randomElement(using: &maker.generator) ?? .xhtml
            if try compare(maker.template(), partials, sample, format) { compared += 1 }
        }
        // Some are refused because a name in a partial has another meaning there.
        #expect(compared > 20)
    }

    /// - Returns: false if the templates are refused.
    @discardableResult
    private func compare(
        _ text: String, _ partials: [String: String], _ sample: String, _ format: TemplateSet.Format
    ) throws -> Bool {
        let model = ReportModel(try Self.summaries[sample]?.get() ?? audit(sample: sample), toolVersion: "1", files: [])
        let files = partials.merging([format.fileName: text]) { $1 }
        let templates: TemplateSet
        do throws(TemplateFailure) {
            templates = try TemplateSet(replacing: files.mapValues { Array($0.utf8) })
        } catch {
            return false
        }
        let oracle = try Oracle(files.merging(["report.css": BuiltInTemplates.files["report.css"]?.text ?? ""]) { $1 })
        let (own, expected) = (templates.render(model, as: format), oracle.render(model.root, format.fileName))
        #expect(own == Array(expected.utf8), "\(files) of \(sample): \(own.text) instead of \(expected)")
        return true
    }

    private static let summaries = ["many-failures", "hostile"].reduce(into: [:]) { summaries, sample in
        summaries[sample] = Result { try audit(sample: sample) }
    }
}

/// Renders the same templates with the library.
private struct Oracle {
    private var library = MustacheLibrary()
    private let style: String

    init(_ files: [String: String]) throws {
        Self.registerContentTypes
        style = files["report.css"] ?? ""
        let hash = try Self.hash.get()
        for (name, text) in files where name.hasSuffix(".mustache") {
            let type = name.hasSuffix(".md.mustache") ? "test-markdown" : "test-xml"
            let text = text.replacing("{{>report.css}}", with: "{{{_style}}}").replacing(
                "{{>report.css.sha256}}", with: hash)
            try library.register("{{% CONTENT_TYPE:\(type)}}\n\(text)", named: name)
        }
    }

    /// The hash of the built-in style sheet.
    private static let hash = Result {
        try TemplateSet(replacing: ["report.xhtml.mustache": Array("{{>report.css.sha256}}".utf8)]).render(
            ReportModel(try audit(sample: "sync"), toolVersion: "1", files: []), as: .xhtml
        ).text
    }

    func render(_ root: ModelObject, _ file: String) -> String {
        library.render(Root(model: Parent(object: root), style: style), withTemplate: file) ?? ""
    }

    private static let registerContentTypes: Void = {
        MustacheContentTypes.register(XML(), named: "test-xml")
        MustacheContentTypes.register(Markdown(), named: "test-markdown")
    }()

    private struct XML: MustacheContentType {
        func escapeText(_ text: String) -> String { XMLText.escape(text) }
    }

    private struct Markdown: MustacheContentType {
        func escapeText(_ text: String) -> String { MarkdownText.escape(text) }
    }

    private struct Root: MustacheParent {
        let model: Parent
        let style: String

        func child(named name: String) -> Any? { name == "_style" ? style : model.child(named: name) }
    }

    private struct Parent: MustacheParent {
        let object: ModelObject

        func child(named name: String) -> Any? {
            switch object[name] {
            case .text(let text): Text(renderText: text)
            case .flag(let flag): flag
            case .list(let objects): objects.map { Parent(object: $0) }
            case .object(let object): Parent(object: object)
            case nil: nil
            }
        }
    }

    /// A text that is falsy if it is empty.
    private struct Text: MustacheCustomRenderable {
        let renderText: String
        var isNull: Bool { renderText.isEmpty }
    }
}

/// Makes templates from all Mustache features that templates may use.
private struct TemplateMaker {
    var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    mutating func template() -> String {
        text(in: [ReportModel.shape], isInText: false, depth: 0)
    }

    private static let pieces = [
        "a", "b c", " ", "  ", "\t", "\n", "\n", "\n", "\n  ", "\r\n", "<p>", "é", "}", "\u{2028}", "$&", "x\u{301}",
        "*",
    ]

    private mutating func text(in scopes: [[String: ModelShape]], isInText: Bool, depth: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...(depth == 0 ? 12 : 5), using: &generator) {
            switch Int.random(in: 0..<12, using: &generator) {
            case 0..<5: text += Self.pieces.randomElement(using: &generator) ?? ""
            case 5: text += "{{! note }}"
            case 6: text += Bool.random(using: &generator) ? "{{>p.mustache}}" : "\n  {{> p.md.mustache }}\n"
            case 7: text += isInText ? "{{.}}" : "{{>report.css.sha256}}"
            default: text += tag(in: scopes, isInText: isInText, depth: depth)
            }
        }
        return text
    }

    private mutating func tag(in scopes: [[String: ModelShape]], isInText: Bool, depth: Int) -> String {
        // Mostly the innermost names.
        let scope = Bool.random(using: &generator) ? scopes[scopes.count - 1] : scopes[0]
        guard var (name, shape) = scope.sorted(by: { $0.key < $1.key }).randomElement(using: &generator) else {
            return ""
        }
        while case .section(let inner) = shape, Int.random(in: 0..<3, using: &generator) == 0,
            let (next, nextShape) = inner.sorted(by: { $0.key < $1.key }).randomElement(using: &generator)
        {
            (name, shape) = ("\(name).\(next)", nextShape)
        }
        if Int.random(in: 0..<10, using: &generator) == 0 { name = ".\(name)" }
        var isText = false
        var inner = scopes
        switch shape {
        case .section(let names): inner.append(names)
        case .text: isText = true
        case .flag: isText = isInText
        }
        if case .section = shape {} else if Int.random(in: 0..<3, using: &generator) > 0 { return "{{\(name)}}" }
        guard depth < 5 else { return "" }
        let space = ["", "", "\n", " \n", "  "].randomElement(using: &generator) ?? ""
        if Int.random(in: 0..<4, using: &generator) == 0 {
            return "{{^\(name)}}\(space)\(text(in: scopes, isInText: false, depth: depth + 1)){{/\(name)}}\(space)"
        }
        return "{{#\(name)}}\(space)\(text(in: inner, isInText: isText, depth: depth + 1)){{/\(name)}}\(space)"
    }
}
