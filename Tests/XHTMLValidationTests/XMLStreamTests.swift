import TestSupport
import Testing
import XHTMLValidation

/// The streaming parser of XML documents.
struct XMLStreamTests {
    /// Records the tags, values and texts that were found.
    private final class Recorder: XMLStreamHandler {
        struct Stop: Error {}

        var found: [String] = []
        var texts = 0

        func begin(_ element: borrowing XMLStreamElement) throws {
            let value = element.value(of: "v").map { "=\($0)" } ?? ""
            let qualified = element.value(of: "v", isQualified: true).map { ":=\($0)" } ?? ""
            found.append("<\(element.namespace)|\(element.name)\(value)\(qualified)")
            if element.isNamed("stop") { throw Stop() }
        }

        func end() { found.append(">") }

        func text(_ bytes: Span<UInt8>) {
            texts += 1
            let text = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            if let last = found.last, last.hasPrefix("'") {
                found[found.count - 1] = last + text
            } else {
                found.append("'" + text)
            }
        }
    }

    private func parse(_ document: [UInt8], chunk: Int) throws -> [String] {
        let recorder = Recorder()
        let stream = try XMLStream(recorder)
        var index = 0
        while index < document.count {
            let end = min(document.count, index + chunk)
            try stream.read(document.span.extracting(index..<end))
            index = end
        }
        try stream.finish()
        return recorder.found
    }

    @Test("The same is found in pieces of any size", arguments: [1, 2, 3, 7, 64, 100_000])
    func pieces(chunk: Int) throws {
        let document = Array(
            (#"<?xml version="1.0"?><p:a xmlns:p="n" xmlns:q="m" v="&amp;&lt;&#38;amp; &#38;#38;" q:v="é"><b/>te&amp;xt<![CDATA[<c>]]>"#
                + "<!-- <no/> --><?no no?>&#13;\r\n</p:a>").utf8)
        #expect(
            try parse(document, chunk: chunk) == ["<n|a=&<&amp; &#38;:=é", "<|b", ">", "'te&xt<c>\r\n", ">"])
    }

    @Test(
        "What is not well-formed, and each document type, is refused",
        arguments: [
            "", " ", "<a>", "<a></b>", "<a/><b/>", "<a v=\"1\" v=\"2\"/>", "<a>&nope;</a>", "<a>&#1;</a>", "x<a/>",
            "<a><",
            "<p:a/>", "<a>\u{1}</a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
        ], [1, 1000])
    func refused(text: String, chunk: Int) {
        #expect(throws: XMLStreamFault.self) { try parse(Array(text.utf8), chunk: chunk) }
    }

    @Test("Nothing is delivered after the handler throws")
    func stops() throws {
        let recorder = Recorder()
        let stream = try XMLStream(recorder)
        let document = Array("<a><stop/><b/></a>".utf8)
        #expect(throws: Recorder.Stop.self) { try stream.read(document.span) }
        #expect(throws: Recorder.Stop.self) { try stream.read(document.span) }
        #expect(recorder.found == ["<|a", "<|stop"])
    }

    @Test("A text of any length comes in pieces, and none is kept")
    func longText() throws {
        let recorder = Recorder()
        let stream = try XMLStream(recorder)
        let (opening, piece) = (Array("<a>".utf8), [UInt8](repeating: 0x78, count: 64 * 1024))
        try stream.read(opening.span)
        for _ in 0..<400 {
            try stream.read(piece.span)
            // Discard the text.
            recorder.found = []
        }
        #expect(recorder.texts >= 400)
        let closing = Array("</a>".utf8)
        try stream.read(closing.span)
        try stream.finish()
    }
}
