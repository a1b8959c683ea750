import ImportReports
import Testing

/// Text of a dump in a Markdown page: rendered by GitHub's own renderer it must be that text and nothing else.
struct MarkdownEscapingTests {
    /// Each of these is something in GitHub's Markdown, or nearly.
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

    @Test("What means something in Markdown means nothing")
    func luresAreInert() throws {
        try check(Self.lures)
    }

    @Test("Pairs of what means something mean nothing either")
    func neighbouringLuresAreInert() throws {
        let pieces = [
            "@a", "#1", "www", ".", "ww", "w.", "http", ":", "//", "GH", "-", "1", ")", "`", "*", "_", "~", "[", "]",
            "(x)", "<b", ">",
            "&", "amp;", "|", "\\", " ", "\n", "!", "$", "^", "#", "+", "=", "a", "é", "\u{301}", "\u{0}",
        ]
        try check(pieces.flatMap { first in pieces.map { first + $0 } })
    }

    @Test("Random mixtures are inert", arguments: [1, 2, 3] as [UInt64])
    func mixturesAreInert(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
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
        guard try Tool.hasPythonModule("cmarkgfm") else { return }
        try Tool.check(texts.map { ($0, MarkdownText.escape($0)) }, with: "markdown_inert.py")
    }
}
