import TestSupport
import Testing
import XHTMLValidation

/// Documents too large to store as files.
@Suite("Limits")
struct LimitTests {
    let validator: XHTMLValidator

    init() throws {
        validator = try XHTMLValidator.report.get()
    }

    private func codesAndLines(_ document: [UInt8]) -> [String] {
        validator.problems(in: document).map { Expectation($0).description }
    }

    @Test("lines beyond 65,535, where libxml2 stops counting")
    func manyLines() throws {
        let filler = String(repeating: "<p>x</p>\n", count: 70_000)
        let problems = validator.problems(
            in: page(filler + "<p>y</p>\n  <p onclick=\"x\">z</p>\n<p><a\nhref='#no'>x</a></p>"))
        #expect(problems.map(\.code) == [.grammar, .danglingFragment])
        #expect(problems.map(\.line) == [70_004, 70_005])
        #expect(problems.map(\.column) == [3, 4])
        #expect(
            codesAndLines(page(filler + "<p>&nbsp;\n</b>")) == ["notWellFormed line 70003", "notWellFormed line 70004"])
    }

    @Test("columns count characters, and a byte order mark is none")
    func columns() {
        let document: [UInt8] = [0xEF, 0xBB, 0xBF] + page("<p>äö🎉<b id='a'>x</b><i id='a'>y</i></p>")
        #expect(validator.problems(in: document).map(\.column) == [22])
        #expect(validator.problems(in: [0xEF, 0xBB, 0xBF] + Array("<html/>".utf8)).map(\.column) == [1])
    }

    @Test("lone carriage returns end lines, and CR LF ends one", arguments: ["\r", "\n", "\r\n"])
    func lineEnds(end: String) {
        let document = page("<p>1</p>\n<p>2</p>\n<p foo=''>3</p>")
        let text = String(decoding: document, as: UTF8.self).replacing("\n", with: end)
        #expect(validator.problems(in: Array(text.utf8)).map(\.line) == [5])
    }

    @Test("the deepest that is allowed, and one more")
    func depth() {
        // html and body take two levels.
        let deepest = XHTMLValidator.maximumDepth - 2
        func nested(_ count: Int) -> [UInt8] {
            page(String(repeating: "<div>", count: count) + String(repeating: "</div>", count: count))
        }
        #expect(validator.problems(in: nested(deepest)) == [])
        #expect(codesAndLines(nested(deepest + 1)) == ["tooDeep line 3"])
        #expect(codesAndLines(nested(100_000)) == ["tooDeep line 3"])
        #expect(codesAndLines(page("&x;" + String(repeating: "<b>", count: 1_000_000))).first == "notWellFormed line 3")
        #expect(codesAndLines(page(String(repeating: "<b>", count: 1_000_000))) == ["tooDeep line 3"])
    }

    @Test("a megabyte of brackets that never close, in places where the parser recurses or looks ahead")
    func unclosed() {
        for piece in ["<", "<!--", "<![CDATA[", "<a b='", "&", "&#", "]]>", "<!DOCTYPE", "<?x "] {
            let problems = validator.problems(in: Array(String(repeating: piece, count: 100_000).utf8))
            #expect(problems.isEmpty == false, "\(piece)")
            #expect(validator.problems(in: page(String(repeating: piece, count: 100_000))).isEmpty == false, "\(piece)")
        }
    }

    @Test("size: at the limit it is read, even if it is one text; beyond it is not")
    func size() {
        let small = page("<p>x</p>")
        let long = page("<p>\(String(repeating: "x", count: 20_000_000))</p>")
        let filler = [UInt8](repeating: UInt8(ascii: "\n"), count: XHTMLValidator.maximumSize - long.count)
        #expect(validator.problems(in: long + filler) == [])
        #expect(codesAndLines(long + filler + small) == ["tooLarge line 1"])
    }

    @Test("attributes and namespaces, which libxml2 compares each with each")
    func attributes() {
        func tag(_ count: Int, _ prefix: String) -> String {
            "<p " + (0..<count).map { "\(prefix)\($0)='u'" }.joined(separator: " ") + ">x</p>"
        }
        let quoted = "<p title='\(String(repeating: "=", count: 1000))'>\(String(repeating: "=", count: 1000))</p>"
        let hidden = "<!-- <p \(String(repeating: "a='' ", count: 300)) don't -->"
        #expect(validator.problems(in: page(quoted + hidden)) == [])
        #expect(codesAndLines(page("<p>'</p>\n" + tag(257, "a"))) == ["tooManyAttributes line 4"])
        #expect(codesAndLines(page(tag(1_000_000, "a"))) == ["tooManyAttributes line 3"])
        #expect(codesAndLines(page(tag(100, "xmlns:a"))) == ["tooManyAttributes line 3"])
        #expect(validator.problems(in: page(tag(60, "xmlns:a"))) == [])
    }

    @Test("one very long text, attribute, or picture")
    func longValues() {
        let long = String(repeating: "x", count: 5_000_000)
        #expect(validator.problems(in: page("<p title=\"\(long)\">\(long)</p>")) == [])
        #expect(validator.problems(in: page("<p><img alt='' src=\"data:image/png;base64,\(long)\"/></p>")) == [])
    }

    @Test("more problems than are kept")
    func manyProblems() throws {
        let problems = validator.problems(in: page(String(repeating: "<p id='a' foo='b'>x</p>\n", count: 1000)))
        #expect(problems.count == XHTMLValidator.maximumProblems + 1)
        let last = try #require(problems.last)
        #expect(last.code == .more)
        #expect(last.message == "… and 1899 more problems.")
        #expect(problems.map(\.line) == problems.map(\.line).sorted())
        let oneMore = "<p foo='b'>x</p>\n"
        let few = validator.problems(in: page(String(repeating: oneMore, count: XHTMLValidator.maximumProblems + 1)))
        #expect(few.last?.message == "… and 1 more problem.")
    }

    @Test("one grammar, many threads, each document with its own answer", .seeded)
    func concurrency() async throws {
        let documents = try (Fixture.all(in: "valid") + Fixture.all(in: "invalid")).map { try $0.bytes }
        let expected = documents.map(validator.problems)
        await withTaskGroup { group in
            for task in 0..<8 as Range<UInt64> {
                group.addTask {
                    var random = SplitMix64(seed: Seeds.new &+ task)
                    for (document, expected) in zip(documents, expected).shuffled(using: &random) {
                        #expect(validator.problems(in: document) == expected)
                    }
                }
            }
        }
    }
}
