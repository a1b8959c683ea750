import TestSupport
import Testing
import XHTMLValidation

/// Pages that are checked one after another, most of them by the parts that they share.
@Suite("Series of pages")
struct SeriesTests {
    private let grammar: XHTMLGrammar
    private let alone: XHTMLValidator

    init() throws {
        grammar = try XHTMLGrammar(try Fixture(url: Fixture.grammar).bytes)
        alone = XHTMLValidator(grammar: grammar)
    }

    /// Returns a series that has learned the parts of some pages, which are all valid.
    private func series(knowing pages: [[UInt8]]) -> PageSeries {
        let series = PageSeries(grammar: grammar)
        // A series learns nothing from its first page.
        for page in pages.prefix(1) + pages { #expect(series.problems(in: page) == []) }
        return series
    }

    @Test("All fixtures: as if each were checked alone")
    func fixtures() throws {
        let valid = try Fixture.all(in: "valid").map { try $0.bytes }
        let series = series(knowing: valid)
        for fixture in try Fixture.all(in: "invalid") + Fixture.all(in: "valid") {
            #expect(series.problems(in: try fixture.bytes) == alone.problems(in: try fixture.bytes), "\(fixture)")
        }
    }

    @Test("A page made of known parts is not compared with the grammar again")
    func knownParts() throws {
        let series = series(knowing: [
            page("<ul><li>a</li></ul><svg xmlns='http://www.w3.org/2000/svg'><rect x='1' class='a'/></svg>"),
            page("<ul><li>a</li><li/></ul>"),
            page("<p id='a' title='x'><b>c</b></p><p><a href='#a'>d</a></p>"),
        ])
        let checks = series.wholeChecks
        for body in [
            "<ul><li>other &amp; text</li></ul><svg xmlns='http://www.w3.org/2000/svg'><rect x='7.5%' class='b'/></svg>",
            "<ul><li/><li>a</li></ul>",
            "<p id='a' title='&lt;y'><b>d</b></p><p><a href='#a'>&#233;</a></p>",
        ] {
            #expect(series.problems(in: page(body)) == [])
        }
        #expect(series.wholeChecks == checks)
        #expect(series.problems(in: page("<ul><li/><li/><li/></ul>")) == [])
        #expect(series.wholeChecks == checks + 1)
    }

    struct Difference: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Bodies of valid pages.
        var known: [String]
        var body: String
        var code: XHTMLProblem.Code?
    }

    static let differences = [
        Difference(
            testDescription: "an id twice, in parts known from two pages",
            known: ["<p id='a'>x</p><div>y</div>", "<p>x</p><div id='a'>y</div>", "<p>x</p><div>y</div>"],
            body: "<p id='a'>x</p><div id='a'>y</div>", code: .duplicateID),
        Difference(
            testDescription: "a link to an id of another page",
            known: ["<p id='a'/><p><a href='#a'/></p>", "<p/><p/>"],
            body: "<p/><p><a href='#a'/></p>", code: .danglingFragment),
        Difference(
            testDescription: "a link before the id", known: ["<p><a href='#a'/></p><div id='a'/>", "<p/><div/>"],
            body: "<p><a href='#a'/></p><div/>", code: .danglingFragment),
        Difference(
            testDescription: "a label that is gone", known: ["<p id='a'/><div aria-labelledby=' a '/>", "<p/><div/>"],
            body: "<p/><div aria-labelledby=' a '/>", code: .danglingReference),
        Difference(
            testDescription: "one of two labels that is gone",
            known: ["<p id='a'/><p id='b'/><div aria-labelledby='a b'/>", "<p id='a'/><p/><div/>"],
            body: "<p id='a'/><p/><div aria-labelledby='a b'/>", code: .danglingReference),
        Difference(
            testDescription: "an encoded link to what is there", known: ["<p id='a'/><p><a href='#%61'/></p>"],
            body: "<p id='a'/><p><a href='#%61'/></p>", code: nil),
        Difference(
            testDescription: "a fill that is gone",
            known: [
                "<svg xmlns='http://www.w3.org/2000/svg'><pattern id='h'/><rect fill='url(#h)'/></svg>",
                "<svg xmlns='http://www.w3.org/2000/svg'><pattern/><rect/></svg>",
            ],
            body: "<svg xmlns='http://www.w3.org/2000/svg'><pattern/><rect fill='url(#h)'/></svg>",
            code: .danglingFragment),
        Difference(
            testDescription: "an attribute of a list item, in the other kind of list",
            known: ["<ol><li value='2'>x</li></ol>", "<ul><li>x</li></ul>"], body: "<ul><li value='2'>x</li></ul>",
            code: .grammar),
        Difference(
            testDescription: "a block in a link, in a paragraph",
            known: ["<div><a href='x'><div/></a></div>", "<p><a href='x'/></p>"], body: "<p><a href='x'><div/></a></p>",
            code: .grammar),
        Difference(
            testDescription: "a value that is not allowed", known: ["<p tabindex='0'/>", "<p title='7'/>"],
            body: "<p tabindex='7'/>", code: .grammar),
        Difference(
            testDescription: "the width of a picture, which a rectangle may have",
            known: [
                "<p><img src='data:image/png;base64,AAAA' alt='' width='7'/></p>",
                "<svg xmlns='http://www.w3.org/2000/svg'><rect width='7%'/></svg>",
            ],
            body: "<p><img src='data:image/png;base64,AAAA' alt='' width='7%'/></p>", code: .grammar),
        Difference(
            testDescription: "an attribute more, which others have", known: ["<p lang='en'/>", "<ol start='2'/>"],
            body: "<p lang='en' start='2'/>", code: .grammar),
        Difference(
            testDescription: "an attribute of the same name in another namespace", known: ["<p title='x'/>"],
            body: "<p xmlns:x='y' x:title='x'/>", code: .grammar),
        Difference(
            testDescription: "the other order",
            known: ["<table><caption/><thead/><tbody/></table>", "<table><tbody/></table>"],
            body: "<table><caption/><tbody/><thead/></table>", code: .grammar),
        Difference(
            testDescription: "one too few", known: ["<dl><dt/><dd/></dl>", "<dl/>"], body: "<dl><dt/></dl>",
            code: .grammar),
        Difference(
            testDescription: "text where only blanks may be", known: ["<table>\n<tbody> </tbody></table>"],
            body: "<table>\n<tbody>x</tbody></table>", code: .grammar),
        Difference(
            testDescription: "text behind a reference", known: ["<ul> <li/> </ul>"], body: "<ul> <li/> &#65;</ul>",
            code: .grammar),
        Difference(
            testDescription: "a link in a link",
            known: ["<div><a href='x'><b/></a></div>", "<div><b><a href='x'/></b></div>"],
            body: "<div><a href='x'><b><a href='x'/></b></a></div>", code: .nestedLink),
        Difference(
            testDescription: "another scheme", known: ["<p><a href='x'/></p>"],
            body: "<p><a href='java&#115;cript:x'/></p>", code: .unsafeLink),
        Difference(
            testDescription: "a style that loads", known: ["<p style='color:red'/>"],
            body: "<p style='background:url(x)'/>",
            code: .externalResource),
        Difference(
            testDescription: "an instruction", known: ["<p>x</p>"], body: "<p>x<?y z?></p>",
            code: .processingInstruction),
        Difference(
            testDescription: "an entity", known: ["<p>x</p>"], body: "<p>&nbsp;</p>", code: .notWellFormed),
        Difference(
            testDescription: "a tag that is not closed", known: ["<div><p>x</p></div>"], body: "<div><p>x</div>",
            code: .notWellFormed),
        Difference(
            testDescription: "a sequence that is closed in the wrong order",
            known: ["<p><b/><i/></p>", "<p><b><i/></b></p>"],
            body: "<p><b><i></b></i></p>", code: .notWellFormed),
        Difference(
            testDescription: "another namespace", known: ["<p><b/></p>"], body: "<p><b xmlns='x'/></p>", code: .grammar),
        Difference(
            testDescription: "marked text", known: ["<ul><li/></ul>"], body: "<ul><li/><![CDATA[x]]></ul>",
            code: .grammar),
        Difference(
            testDescription: "a comment", known: ["<ul><li/></ul>"], body: "<ul><li/><!-- x --></ul>", code: nil),
    ]

    @Test("A page that differs from known ones in one place", arguments: differences)
    func oneDifference(difference: Difference) {
        let series = series(knowing: difference.known.map { page($0) })
        let problems = series.problems(in: page(difference.body))
        #expect(problems == alone.problems(in: page(difference.body)))
        #expect(problems.first?.code == difference.code)
    }

    @Test("Heads and style sheets that differ")
    func heads() {
        let style = "<style>p { color: red } a { fill: url(#h) }</style>"
        let hatch = "<svg xmlns='http://www.w3.org/2000/svg'><pattern id='h'/></svg>"
        let series = series(
            knowing: [
                page(hatch, head: style), page(hatch), page("<p/>", head: "<meta charset='utf-8'/>"), page("<p/>"),
                page("<p/>", head: "<meta name='author' content='x'/>"),
                page(hatch, head: "<style media='print'>\(style)</style>"),
            ].filter { alone.problems(in: $0).isEmpty })
        for (body, head) in [
            (hatch, style), ("<p/>", style), (hatch, style.replacing("red", with: "url(x)")),
            (hatch, style.replacing("p {", with: "@import 'x'; p {")), ("<p/>", "<meta charset='latin1'/>"),
            ("<p/>", "<meta charset='utf-8' content='x'/>"), ("<p/>", "<meta name='author'/>"),
            ("<p/>", "<meta http-equiv='refresh' content='x'/>"), (hatch, "<style><b/></style>"),
            (hatch, "<style><![CDATA[@import 'x';]]></style>"), (hatch, "<style><!-- --></style>"), (hatch, "<style/>"),
            (hatch, "<title>2</title>"), (hatch, "<style>&#64;import 'x';</style>"),
        ] {
            #expect(
                series.problems(in: page(body, head: head)) == alone.problems(in: page(body, head: head)), "\(head)")
        }
    }

    @Test("Limits that cannot be seen in a single part")
    func limits() {
        let many = (0..<40).map { " xmlns:p\($0)='u\($0)'" }.joined()
        let more = (40..<80).map { " xmlns:p\($0)='u\($0)'" }.joined()
        let series = series(knowing: [
            page("<div\(many)><p/></div>"), page("<div><p\(more)/></div>"), page("<div><p/></div>"),
            page(String(repeating: "<div>", count: 248) + String(repeating: "</div>", count: 248)),
        ])
        for body in [
            "<div\(many)><p\(more)/></div>",
            String(repeating: "<div>", count: 249) + String(repeating: "</div>", count: 249),
            "<p \((0..<300).map { "a\($0)='' " }.joined())/>",
        ] {
            let problems = series.problems(in: page(body))
            #expect(problems.count == 1)
            #expect(problems == alone.problems(in: page(body)))
        }
    }

    /// Grammars in which parts cannot be judged separately, a page with all parts, and an invalid page made of the same
    /// parts.
    @Test(
        "A grammar by which parts depend on each other is asked about each page",
        arguments: [
            (
                """
                <element name="e"><attribute name="a"><value>1</value></attribute></element>
                <element name="e"><attribute name="a"><value>2</value></attribute></element>
                """, #"<r><e a="1"/><e a="2"/></r>"#, #"<r><e a="2"/><e a="1"/></r>"#
            ),
            (
                """
                <choice><element name="e"><element name="x"><empty/></element></element>
                <group><element name="e"><element name="y"><empty/></element></element><text/></group></choice>
                """, #"<r><e><y/></e>text</r>"#, #"<r><e><x/></e>text</r>"#
            ),
            (
                #"<element name="e"><data type="integer"/></element>"#, "<r><e>1</e></r>", "<r><e>x</e></r>"
            ),
            (
                #"<element name="e"><list><value>a</value><value>b</value></list></element>"#, "<r><e>a b</e></r>",
                "<r><e>b a</e></r>"
            ),
            (
                #"<oneOrMore><element name="e"><attribute name="a"><data type="NCName"/></attribute></element></oneOrMore>"#,
                #"<r><e a="x"/></r>"#, #"<r><e a="1 2"/></r>"#
            ),
            (
                #"<oneOrMore><element><choice><name>e</name><name>f</name></choice><empty/></element></oneOrMore>"#,
                #"<r><e/><f/></r>"#, #"<r><e/><g/></r>"#
            ),
        ])
    func dependentParts(content: String, valid: String, invalid: String) throws {
        let text = """
            <grammar xmlns="http://relaxng.org/ns/structure/1.0" \
            datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"><start><element name="r">\(content)</element>\
            </start></grammar>
            """
        let grammar = try XHTMLGrammar(Array(text.utf8))
        let series = PageSeries(grammar: grammar)
        for other in [valid, valid, valid] { #expect(series.problems(in: Array(other.utf8)) == []) }
        let problems = series.problems(in: Array(invalid.utf8))
        #expect(problems.first?.code == .grammar)
        #expect(problems == XHTMLValidator(grammar: grammar).problems(in: Array(invalid.utf8)))
    }

    @Test("Memory is bounded, whatever pages come, and later pages are checked correctly")
    func manyParts() {
        let series = PageSeries(grammar: grammar, memory: 100 * 1024)
        for number in 0..<30 {
            let many = (0..<100).map { "<p id='a\(number)-\($0)'/>" }.joined()
            #expect(series.problems(in: page(many)) == [])
        }
        #expect(series.problems(in: page("<p id='a1-1'/><p id='a1-1'/>")).map { $0.code } == [.duplicateID])
        #expect(series.problems(in: page("<p id='a1-1'/><p/>")) == [])
    }

    @Test("Entities made of entities are not gone through")
    func entities() {
        var text = "<!DOCTYPE html [<!ENTITY a0 'aaaaaaaaaa'>"
        for level in 1...12 {
            text += "<!ENTITY a\(level) '\(String(repeating: "&a\(level - 1);", count: 10))'>"
        }
        text +=
            "]>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>t</title></head><body><p>&a12;</p></body></html>"
        let page = Array(text.utf8)
        let series = PageSeries(grammar: grammar)
        for _ in 0..<2 {
            #expect(series.problems(in: page) == alone.problems(in: page) && !alone.problems(in: page).isEmpty)
        }
    }

    @Test("A page changed in one place: as if it were checked alone", .seeded, arguments: Seeds.and(new: 1))
    func changedInOnePlace(seed: UInt64) throws {
        let pages = try Fixture.all(in: "valid").map { try $0.bytes }.filter { (200..<6000).contains($0.count) }
        #expect(pages.count > 2)
        let series = series(knowing: pages)
        var mutator = PageMutator(pages, seed: seed)
        var (valid, invalid) = (0, 0)
        let before = series.wholeChecks
        for _ in 0..<400 {
            let page = mutator.next()
            let problems = alone.problems(in: page)
            let found = series.problems(in: page)
            if problems.isEmpty { valid += 1 } else { invalid += 1 }
            guard found == problems else {
                Issue.record("\(found) instead of \(problems) of: \(String(decoding: page, as: UTF8.self))")
                return
            }
        }
        // Some of the valid pages consisted of known parts.
        #expect(valid > 30 && invalid > 30 && series.wholeChecks - before < 400 - valid / 10)
    }
}
