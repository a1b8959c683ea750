import Testing
import XHTMLValidation

@Suite("Links and references")
struct LinkTests {
    let validator: XHTMLValidator

    init() throws {
        validator = try XHTMLValidator.report.get()
    }

    @Test(
        "allowed addresses",
        arguments: [
            "http://example.org/", "HTTPS://example.org/a:b?c#d", "mailto:a@example.org", "", "a.xhtml", "./a:b",
            "/a:b",
            "?a:b", "//example.org/", "jobs/index.xhtml#part", "#", "#top", "#TOP", "#id", "  #id ", "#i%64",
        ])
    func allowed(address: String) {
        #expect(validator.problems(in: page("<p id=\"id\"><a href=\"\(address)\">x</a></p>")) == [])
    }

    @Test(
        "forbidden addresses",
        arguments: [
            "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java&#9;script:alert(1)", "&#10;javascript:alert(1)",
            "java&#13;&#10;script&#9;:alert(1)", "javascript&#58;alert(1)", "&#x6A;avascript:alert(1)",
            "&#xA0;javascript:alert(1)", "&#xFEFF;javascript:alert(1)", "java&#xAD;script:alert(1)",
            "javascript&#x2003;:x",
            "view-source:javascript:alert(1)", "data:text/html;base64,PHA+", "vbscript:x", "file:///etc/passwd",
            "blob:x", "about:blank", "ftp://example.org/", "tel:1", "ja\u{0301}vascript:alert(1)", ":x", "a:b",
            "&#x2028;javascript:alert(1)",
        ])
    func forbidden(address: String) {
        let problems = validator.problems(in: page("<p><a href=\"\(address)\">x</a></p>"))
        #expect(problems.map(\.code) == [.unsafeLink])
    }

    @Test("headers of cells")
    func headers() {
        let table = "<table><tr><th id='a'>a</th><th id='b'>b</th></tr><tr><td headers='b  a'>x</td></tr></table>"
        #expect(validator.problems(in: page(table)) == [])
    }

    @Test("only white space of ASCII divides ids and surrounds addresses")
    func otherSpaces() {
        let table = "<table><tr><th id='a'>a</th><th id='b'>b</th></tr><tr><td headers='b\u{A0}a'>x</td></tr></table>"
        #expect(validator.problems(in: page(table)).map(\.code) == [.danglingReference])
        #expect(validator.problems(in: page("<p id='a'><a href='\u{A0}#b'>x</a></p>")) == [])
    }

    @Test("a link after a link is not nested")
    func siblings() {
        #expect(validator.problems(in: page("<p><a>1</a><a>2</a></p><div><a><b>3</b></a></div><a>4</a>")) == [])
    }

    @Test(
        "style sheets that load nothing",
        arguments: [
            "p { color: red }", "/* @import url(http://a) */", "p::before { content: \"url(http://a)\" }",
            "p { background: url(data:image/png;base64,AAAA) }", "p { fill: url( '#id' ) }",
            "p { width: calc(1px + 2px) }",
            "@media print { p { color: black } }", "p { content: '\\27 url(http://a)' }",
        ])
    func harmless(style: String) {
        #expect(validator.problems(in: page("<p id='id'>x</p>", head: "<style><![CDATA[\(style)]]></style>")) == [])
    }

    @Test(
        "style sheets that load something",
        arguments: [
            "@import 'a.css';", "@IMPORT url(a.css);", "@\\69mport 'a';", "p { background: url(a.png) }",
            "p { background: URL( \"http://a\" ) }", "p { background: \\75\\72\\6c(http://a) }",
            "p { background: image-set('a.png' 1x) }", "p { background: u\\rl(//a) }",
            "p { content: '/*'; background: url(a) } /* '*/", "p { content: 'x\n; background: url(a); '",
            "p{a:'\\\\';background:url(a)}", "p { background: url(data:text/html,x) }", "/**/@import/**/'a';",
            "p { background: url(\u{A0}data:image/png;base64,AAAA) }", "p { fill: url(\u{2003}#id) }",
            "p { behavior: url(a.htc) }", "@font-face { src: url(https://a/b.woff2) }",
        ])
    func loading(style: String) {
        let problems = validator.problems(in: page("<p>x</p>", head: "<style><![CDATA[\(style)]]></style>"))
        #expect(Set(problems.map(\.code)) == [.externalResource])
    }
}
