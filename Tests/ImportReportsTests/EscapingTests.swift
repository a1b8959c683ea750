import ImportReports
import TestSupport
import Testing

/// Text of a dump in a Markdown page: GitHub's own renderer must show exactly that text.
struct MarkdownEscapingTests {
    /// Each of these characters has a meaning in GitHub's Markdown, or nearly.
    @Test("A page gets the escaped text, however it is made", .seeded)
    func appended() {
        var random = SplitMix64(seed: Seeds.new)
        let letters = Array("aabzZ019  __--..)):+=@#/wwwghGHW\n\t<&\"'%;?é…\u{A0}".unicodeScalars)
        let texts = (0..<4000).map { _ in
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<9, using: &random) {
                text.append(letters.randomElement(using: &random) ?? "a")
            }
            return String(text)
        }
        for text in texts + Self.lures {
            var page: [UInt8] = []
            MarkdownText.append(text, to: &page)
            #expect(page == Array(MarkdownText.escape(text).utf8), "\(text.debugDescription)")
        }
    }

    static let lures = [
        "", " ", "plain text", "@someone", "hello @org/team!", "x@y", "#123", "see #123.", "owner/repo#5", "GH-123",
        "gh-7", "https://evil.example/a_b", "HTTP://EVIL.EXAMPLE", "ftp://evil.example", "www.evil.example",
        "WWW.evil.example", "(www.evil.example)", "awww.evil", "mailto:a@evil.example", "xmpp:a@evil.example/x",
        "a.b+c@evil.example", "<https://evil.example>", "<a@evil.example>", ":smile:", ":+1:", ":-1:", ":100:",
        ":1234:", ":8ball:", "::tada::", "12:30:45", "a:b:c", "$x$", "$$x$$", "$`x`$", "cost: $5 and $6", "`code`",
        "``co`de``", "```\ncode\n```", "~~~", "    indented", "\tindented", "*em*", "**strong**", "_em_",
        "__strong__", "snake_case_name", "é_b_c", "_ _", "~~gone~~", "~gone~", "# heading", "#", "##", "####### no",
        "title\n=====", "title\n-----", "===", "---", "- - -", "***", "* * *", "___", "foo #", "foo ##", "C#",
        "a # b #", "# #", "\\#", "foo \\", "\\", "\\\\", "\\|", "\\\\|", "a|b", "|", "||", "| a | b |", "| - | - |",
        ":--", "--|--", ":-: | :-:", "> quote", ">", "- item", "+ item", "* item", "-", "+", "1. item", "1) item",
        "123456789. item", "1234567890. item", "1.", "1)", "2.7 %", "1.\tx", "1.\u{A0}x", "1.\nx", "- [ ] task",
        "[ ] task", "[x] done", "[link](https://evil)", "[link]: https://evil.example", "[link][ref]",
        "![image](https://evil/x.png)", "!", "![", "[^1]", "[^1]: note", "[[wiki]]", "> [!NOTE]\n> alert",
        "[!WARNING]", "<b>bold</b>", "<script>alert(1)</script>", "<!-- comment -->", "<!--", "-->", "<?php ?>",
        "<![CDATA[x]]>", "<!DOCTYPE html>", "</td></tr></table>", "<iframe src=x>", "<br>", "&lt;", "&amp;amp;",
        "&#35;", "&#x40;x", "&copy", "<\u{0338}b>", "&\u{20DD}lt;", "`\u{0301}x`", "*\u{0301}x*", "|\u{0338}",
        "[\u{0301}x](y)", "line one\nline two", "line one\r\nline two", "two  spaces", "trailing  ", "tab\there",
        "a\u{2028}b", "a\u{2029}b", "a\u{85}b", "a\u{A0}b", "\u{A0}", "\u{3000}x", "nul\u{0}l", "bell\u{7}",
        "\u{1B}[31mred", "\u{9B}31m", "\u{202E}evil", "\u{2066}a\u{2069}", "\u{FEFF}bom", "\u{FFFE}\u{FFFF}",
        "zero\u{200B}width", "@\u{200B}x", "👍🏽 emoji", "é", "e\u{301}", "\"quoted\" 'text'", "a -- b --- c ... d",
        "==mark==", "H~2~O x^2^", "{{mustache}}", "{#id .class}", "<<", ">>", "<>", "a<b", "a>b", "a & b",
        "1 < 2 > 0", "=1+1", "+1", "a=b", ";;", "()", "(c)", "\"", "'", "%", "^", "/", ",", ".", "...",
    ]

    @Test("Special characters of Markdown have no meaning", .needs(.pythonModule("cmarkgfm")))
    func luresAreInert() throws {
        try check(Self.lures)
    }

    @Test("Pairs of special characters have no meaning either", .needs(.pythonModule("cmarkgfm")))
    func neighbouringLuresAreInert() throws {
        let pieces = [
            "@a", "#1", "www", ".", "ww", "w.", "http", ":", "//", "GH", "-", "1", ")", "`", "*", "_", "~", "[", "]",
            "(x)", "<b", ">",
            "&", "amp;", "|", "\\", " ", "\n", "!", "$", "^", "#", "+", "=", "a", "é", "\u{301}", "\u{0}",
        ]
        try check(pieces.flatMap { first in pieces.map { first + $0 } })
    }

    @Test("Names between colons are inert, whatever they begin with", .needs(.pythonModule("cmarkgfm")))
    func namesBetweenColons() throws {
        let beginnings = ["", "a", "_", "+", "-", "1", "45", "100", "45_", "45+", "45-", "9a", "é"]
        try check(beginnings.flatMap { first in ["", "a", "_b", "+1", "02", "-c", "_"].map { "x:\(first)\($0): y" } })
    }

    @Test("Random mixtures are inert", .needs(.pythonModule("cmarkgfm")), .seeded, arguments: Seeds.and(new: 1...3))
    func mixturesAreInert(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        let pieces =
            Self.lures + [
                "a", "b", "1", "w", "http", " ", " ", "\n", "\\", "|", "`", "*", "_", "[", "]", "<", ">", "#", ".",
            ]
        try check(
            (0..<400).map { _ in
                (0..<Int.random(in: 2...6, using: &numbers)).map { _ in pieces.randomElement(using: &numbers) ?? "" }
                    .joined()
            })
    }

    @Test("Plain words are left as they are")
    func plainWordsAreReadable() {
        for text in [
            "invalid_email", "Row 5 has no e-mail", "a: b", "12:30:45", "50 %", "2.7 %", "Фамилия", "a.b.c", "x (y)",
            "it's",
        ] {
            #expect(MarkdownText.escape(text) == text)
        }
    }

    private func check(_ texts: [String]) throws {
        try Python.check(texts.map { ($0, MarkdownText.escape($0)) }, with: "markdown_inert.py")
    }
}

/// Text of a dump in an XHTML page, read back by an independent parser.
struct XMLEscapingTests {
    @Test(
        "Escaping is by bytes: no mark that follows saves a character",
        arguments: zip(
            ["<\u{338}b>", "\"\u{301}", "&\u{20DD}lt;", ">\u{338}", "'\u{301}", "\r\n", "]]>", "a\r\u{301}"],
            [
                "&lt;\u{338}b&gt;", "&quot;\u{301}", "&amp;\u{20DD}lt;", "&gt;\u{338}", "&#39;\u{301}", "&#13;\n",
                "]]&gt;",
                "a&#13;\u{301}",
            ]))
    func escapesBytes(text: String, escaped: String) {
        // Compare bytes, because Swift treats canonically equivalent texts as equal.
        #expect(Array(XMLText.escape(text).utf8) == Array(escaped.utf8))
    }

    @Test("Characters that XML forbids are shown as U+FFFD")
    func replacesForbidden() {
        for value in Array(0x00...0x1F) + [0xFFFE, 0xFFFF] where ![0x09, 0x0A, 0x0D].contains(value) {
            let escaped = XMLText.escape("a\(Unicode.Scalar(UInt32(value)) ?? " ")b")
            #expect(escaped == "a\u{FFFD}b", "U+\(String(value, radix: 16))")
        }
        // Neighbors of U+FFFE and U+FFFF whose last bytes are the same.
        #expect(
            XMLText.escape("\u{FFFD}\u{FFBF}\u{FFBE}\u{10FFFE}\u{3F}") == "\u{FFFD}\u{FFBF}\u{FFBE}\u{10FFFE}\u{3F}")
    }

    @Test("Every character below U+3000, and every special one above, survives a parser", .needs(.python))
    func comesBackFromParser() throws {
        let above: [UInt32] = [
            0x3000, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFBE, 0xFFBF, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1F600,
            0x1FFFE, 0xE0041, 0x10FFFD, 0x10FFFF,
        ]
        let scalars = (Array(0..<0x3000) + above).compactMap { Unicode.Scalar($0) }
        var texts = scalars.map { "a\($0)b" }
        // After each escaped character, one that may combine with it.
        for scalar in scalars where scalar.value >= 0x300 && scalar.properties.isGraphemeExtend {
            texts.append("<\(scalar)&\(scalar)>\(scalar)\"\(scalar)'\(scalar)\r\(scalar)")
        }
        try Python.check(texts.map { ($0, XMLText.escape($0)) }, with: "xml_text.py")
    }
}
