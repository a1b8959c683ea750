import ImportReports
import Testing

/// Text of a dump in an XHTML page, read back by a parser that is not the program's.
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
        // Swift holds canonically equivalent texts for equal: only the bytes tell.
        #expect(Array(XMLText.escape(text).utf8) == Array(escaped.utf8))
    }

    @Test("What XML forbids is shown as U+FFFD")
    func replacesForbidden() {
        for value in Array(0x00...0x1F) + [0xFFFE, 0xFFFF] where ![0x09, 0x0A, 0x0D].contains(value) {
            let escaped = XMLText.escape("a\(Unicode.Scalar(UInt32(value)) ?? " ")b")
            #expect(escaped == "a\u{FFFD}b", "U+\(String(value, radix: 16))")
        }
        // Neighbours of U+FFFE and U+FFFF whose bytes end alike.
        #expect(
            XMLText.escape("\u{FFFD}\u{FFBF}\u{FFBE}\u{10FFFE}\u{3F}") == "\u{FFFD}\u{FFBF}\u{FFBE}\u{10FFFE}\u{3F}")
    }

    @Test("Every character below U+3000, and every special one above, comes back from a parser")
    func comesBackFromParser() throws {
        let above: [UInt32] = [
            0x3000, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFBE, 0xFFBF, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1F600,
            0x1FFFE, 0xE0041, 0x10FFFD, 0x10FFFF,
        ]
        let scalars = (Array(0..<0x3000) + above).compactMap { Unicode.Scalar($0) }
        var texts = scalars.map { "a\($0)b" }
        // After each character that is escaped, one that may combine with it.
        for scalar in scalars where scalar.value >= 0x300 && scalar.properties.isGraphemeExtend {
            texts.append("<\(scalar)&\(scalar)>\(scalar)\"\(scalar)'\(scalar)\r\(scalar)")
        }
        try Tool.check(texts.map { ($0, XMLText.escape($0)) }, with: "xml_text.py")
    }
}
