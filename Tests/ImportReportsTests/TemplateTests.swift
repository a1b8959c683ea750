import ImportReports
import TestSupport
import Testing

/// Templates: the built-in ones, custom ones, and those that are refused.
struct TemplateTests {
    @Test("The built-in templates pass the checks that a user's own must pass, and render the same")
    func builtIn() throws {
        let files = BuiltInTemplates.files.filter { BuiltInTemplates.replaceable.contains($0.key) }
        let checked = try TemplateSet(replacing: files)
        let model = ReportModel(try audit(sample: "many-failures"), toolVersion: "1", files: [])
        for format in TemplateSet.Format.allCases {
            #expect(checked.render(model, as: format) == (try TemplateSet(for: .reports).render(model, as: format)))
        }
    }

    @Test("The built-in files are those of the folder Templates, byte for byte")
    func builtInFilesAreTheFolders() throws {
        let names = try Repository.names(in: "Templates")
        #expect(BuiltInTemplates.files.keys.sorted() == names)
        for name in names {
            #expect(BuiltInTemplates.files[name] == (try Repository.bytes("Templates/\(name)")), "\(name)")
        }
        #expect(
            BuiltInTemplates.replaceable
                == Set(names).subtracting(["report.rng", "explore.html", "explore.css", "explore.js", "trends.css"]))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int?
        /// A part of the error message.
        var says: String
        var file = "report.md.mustache"
        var testDescription: String { text.debugDescription }
    }

    static let refusals = [
        Refusal(text: "a\n{{title}}\n{{titel}}", line: 3, says: "“titel” is not known"),
        Refusal(text: "{{verdict.wrod}}", line: 1, says: "“verdict.wrod” is not known"),
        Refusal(text: "{{verdict.word.x}}", line: 1, says: "“verdict.word.x” is not known"),
        Refusal(text: "\n{{#nothing}}\n{{/nothing}}", line: 2, says: "“nothing” is not known"),
        Refusal(text: "{{#rows}}\n{{#outcomes}}{{word}}{{/outcomes}}{{/rows}}", line: 2, says: "“word” is not known"),
        Refusal(text: "{{#verdict}}\n{{word}}", line: 1, says: "{{#verdict}} is not closed"),
        Refusal(text: "{{#verdict}}\n{{/rows}}", line: 2, says: "not the innermost open one"),
        Refusal(text: "{{/verdict}}", line: 1, says: "not the innermost open one"),
        Refusal(text: "{{#verdict}}{{#rows}}\n\n{{/verdict}}{{/rows}}", line: 3, says: "not the innermost open one"),
        Refusal(text: "{{^verdict}}\n{{#job}}{{/job}}", line: 1, says: "is not closed"),
        Refusal(text: "{{>nowhere.md.mustache}}", line: 1, says: "no template file “nowhere.md.mustache”"),
        Refusal(text: "{{>report.md.mustache}}", line: 1, says: "includes itself"),
        Refusal(text: "{{> ../secret }}", line: 1, says: "names no template file"),
        Refusal(text: "{{>*dynamic}}", line: 1, says: "names no template file"),
        Refusal(text: "{{>}}", line: 1, says: "names no template file"),
        Refusal(text: "\n\n{{{title}}}", line: 3, says: "Unescaped values are refused"),
        Refusal(text: "{{&title}}", line: 1, says: "Unescaped values are refused"),
        Refusal(text: "{{=<% %>=}}<%title%>", line: 1, says: "“=” are not supported"),
        Refusal(text: "{{% CONTENT_TYPE:TEXT}}{{title}}", line: 1, says: "“%” are not supported"),
        Refusal(text: "{{%CONTENT_TYPE:TEXT}}", line: 1, says: "“%” are not supported"),
        Refusal(text: "{{<report.md.mustache}}{{/report.md.mustache}}", line: 1, says: "“<” are not supported"),
        Refusal(text: "{{$block}}{{/block}}", line: 1, says: "“$” are not supported"),
        Refusal(text: "a\n\n{{verdict}}", line: 3, says: "“verdict” is a section"),
        Refusal(text: "{{uppercased(title)}}", line: 1, says: "is not a name"),
        Refusal(text: "{{ti tle}}", line: 1, says: "is not a name"),
        Refusal(text: "{{t\u{0}}}", line: 1, says: "is not a name"),
        Refusal(text: "{{<\u{338}x}}", line: 1, says: "“<” are not supported"),
        Refusal(text: "{{&\u{338}title}}", line: 1, says: "Unescaped values are refused"),
        Refusal(text: "{{{\u{301}title}}}", line: 1, says: "Unescaped values are refused"),
        Refusal(text: "{{}}", line: 1, says: "A tag is empty"),
        Refusal(text: "{{ }}", line: 1, says: "is not a name"),
        Refusal(text: "x\n{{title", line: 2, says: "}} is missing"),
        Refusal(text: "{{", line: 1, says: "}} is missing"),
        Refusal(text: "p { color: red }\n</style>", line: 2, says: "must not contain “<”", file: "report.css"),
        Refusal(text: "a { content: '&lt;' }", line: 1, says: "must not contain “&”", file: "report.css"),
        Refusal(text: "a{}\n\n}}{{title}}", line: 3, says: "must not contain", file: "report.css"),
        Refusal(text: "a{}\r\n\r\n<b>", line: 3, says: "must not contain “<”", file: "report.css"),
        Refusal(text: "<\u{338}script>", line: 1, says: "must not contain “<”", file: "report.css"),
    ]

    @Test("A template that cannot be used is refused, with its line", arguments: refusals)
    func refuses(refusal: Refusal) throws {
        let failure = #expect(throws: TemplateFailure.self) {
            try TemplateSet(replacing: [refusal.file: Array(refusal.text.utf8)])
        }
        #expect(failure?.file == refusal.file)
        #expect(failure?.line == refusal.line)
        #expect(failure?.message.contains(refusal.says) == true, "\(failure?.message ?? "")")
    }

    @Test("A file that is not UTF-8 is refused", arguments: ["report.md.mustache", "report.css", "own.mustache"])
    func refusesOtherEncodings(file: String) {
        let failure = #expect(throws: TemplateFailure.self) { try TemplateSet(replacing: [file: [0x61, 0xFF]]) }
        #expect(failure == TemplateFailure(file: file, line: nil, message: "The file is not UTF-8."))
    }

    @Test("A fault in a partial names the partial")
    func faultInPartial() {
        let failure = #expect(throws: TemplateFailure.self) {
            try TemplateSet(replacing: [
                "report.md.mustache": Array("{{>own.md.mustache}}".utf8), "own.md.mustache": Array("\n{{x}}".utf8),
            ])
        }
        #expect(failure?.file == "own.md.mustache")
        #expect(failure?.line == 2)
    }

    @Test("Partials that include each other are refused")
    func refusesCycle() {
        let failure = #expect(throws: TemplateFailure.self) {
            try TemplateSet(replacing: [
                "report.md.mustache": Array("{{>a.mustache}}".utf8), "a.mustache": Array("{{>b.mustache}}".utf8),
                "b.mustache": Array("\n{{>a.mustache}}{{>a.mustache}}".utf8),
            ])
        }
        #expect(failure?.message.contains("includes itself") == true)
    }

    @Test(
        "Nesting does no harm, however deep, in a page or in a partial that no page includes",
        arguments: [100, 101, 100_000], ["report.md.mustache", "unused.mustache"])
    func deepNesting(levels: Int, file: String) throws {
        let open = String(repeating: "{{#job}}", count: levels)
        let close = String(repeating: "{{/job}}", count: levels)
        let model = ReportModel(try audit(sample: "sync"), toolVersion: "0", files: [])
        do throws(TemplateFailure) {
            let templates = try TemplateSet(replacing: [file: Array((open + "x" + close).utf8)])
            #expect(levels <= 100)
            if file == "report.md.mustache" { #expect(templates.render(model, as: .markdown).text == "x") }
        } catch {
            #expect(levels > 100)
            #expect(
                error == TemplateFailure(file: file, line: 1, message: "Sections are nested deeper than 100 levels."))
        }
    }

    @Test("Partials together nest no deeper than one file may", arguments: [5, 6])
    func deepPartials(levels: Int) throws {
        let open = String(repeating: "{{#job}}", count: levels)
        let close = String(repeating: "{{/job}}", count: levels)
        var files = [
            "p20.mustache": Array((open + "x" + close).utf8), "report.md.mustache": Array("{{>p1.mustache}}".utf8),
        ]
        for number in 1..<20 {
            files["p\(number).mustache"] = Array((open + "{{>p\(number + 1).mustache}}" + close).utf8)
        }
        let model = ReportModel(try audit(sample: "sync"), toolVersion: "0", files: [])
        do throws(TemplateFailure) {
            #expect(try TemplateSet(replacing: files).render(model, as: .markdown).text == "x")
            #expect(levels == 5)
        } catch {
            #expect(error.message.contains("nested deeper") && error.file == "p17.mustache" && levels == 6, "\(error)")
        }
    }

    @Test("A user's template, with its own partials, replaces the built-in one; the others stay")
    func replaces() throws {
        let summary = try audit(
            ##"{"job_id":"<@#1","status":"complete","total":1,"results":[{"error":{"code":"<b>","message":"*m*"}}]}"##)
        let model = ReportModel(summary, title: "<@#1", toolVersion: "0", files: [])
        let own = try TemplateSet(replacing: [
            "report.md.mustache": Array("{{title}}{{>codes.md.mustache}}".utf8),
            "codes.md.mustache": Array(
                " {{#failures.listing.codes}}[{{#code}}{{text}}{{/code}}]{{/failures.listing.codes}}".utf8),
        ])
        #expect(own.render(model, as: .markdown).text == "&lt;@\u{200B}#\u{200B}1 [&lt;b&gt;]")
        #expect(own.render(model, as: .xhtml) == (try TemplateSet().render(model, as: .xhtml)))
        #expect(own.replaced == ["report.md.mustache", "codes.md.mustache"])
        #expect(own.hasOwnPartials)

        let page = try TemplateSet(replacing: [
            "report.xhtml.mustache": Array("<p title='{{title}}'>{{>p.mustache}}</p>".utf8),
            "p.mustache": Array("{{title}}".utf8),
        ])
        #expect(page.render(model, as: .xhtml).text == "<p title='&lt;@#1'>&lt;@#1</p>")
        let style = try TemplateSet(replacing: ["report.css": Array("p{color:red}".utf8)])
        #expect(style.render(model, as: .xhtml).text.contains("<style>p{color:red}</style>"))
        #expect(!style.hasOwnPartials)
    }

    /// Digests by `openssl dgst -sha256 -binary | base64`. A browser converts every line ending to a line feed.
    @Test(arguments: [
        ("p{color:red}", "p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64="),
        ("a\r\n\rb\n", "dwQjUTvQdlwY5QAAC67JGXa82CZ6JFQ3syVyZlxqw3A="),
        ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ])
    func theStyleSheetIsTheOnlyStyleAllowed(_ style: String, _ hash: String) throws {
        let set = try TemplateSet(replacing: [
            "report.css": Array(style.utf8), "report.xhtml.mustache": Array("{{>report.css.sha256}}".utf8),
        ])
        let summary = try audit(#"{"job_id":"j","status":"complete","total":0,"results":[]}"#)
        #expect(set.render(ReportModel(summary, toolVersion: "0", files: []), as: .xhtml).text == hash)
    }
}
